"""The receipt (ontvangstbewijs) as data and as plain text: what came in, what to mend."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.formats import count_text, counted, hours_text, month_text
from providers.feed.check.checking import Problem
from providers.feed.check.rules import CELL_RULES, ERROR, RULES
from providers.feed.check.skipping import WORDS
from providers.feed.table import row_text
from providers.feed.tell.outcome import Outcome, SentBack, Status

MOST_ROWS = 12
MOST_VALUES = 8
_OF_CELLS = {rule.code for rule in CELL_RULES}
_KINDS = {
    "kind": "soort bestand",
    "encoding": "tekenset",
    "separator": "scheidingsteken",
    "sheet": "blad",
    "header_row": "kolomnamen op rij",
    "epoch": "datums geteld vanaf",
    "sheets": "bladen",
    "beside": "niet gelezen naast de rijen:",
    "month": "maand zoals erbij gezegd:",
}


@dataclass(frozen=True)
class Group:
    """The same fault in one column, told once."""

    code: str
    column: str | None
    severity: str
    count: int
    rows: tuple[int, ...]
    message: str
    manager: str
    sheets: Sequence[str] = ()
    also: tuple[str, ...] = ()
    """Other texts with the same fault than the one in the message."""

    @property
    def also_text(self) -> str:
        """The first of them in one sentence."""
        if not self.also:
            return ""
        more = len(self.also) - MOST_VALUES
        rest = f" en nog {count_text(more)} andere" if more > 0 else ""
        return f" Ook: {', '.join(self.also[:MOST_VALUES])}{rest}."

    @property
    def rows_text(self) -> str:
        """The first rows, as numbered in the file."""
        return rows_text(self.rows, self.sheets)

    @property
    def place(self) -> str:
        """``rij 3, kolom status``, or ``2 rijen (3, 8), kolom status``; empty for a whole file."""
        rows = f"{counted(self.count, 'rij', 'rijen')} ({self.rows_text})"
        if self.count == 1:
            rows = self.rows_text if len(self.sheets) > 1 else f"rij {self.rows_text}"
        parts = [rows if self.rows else "", f"kolom {self.column}" if self.column else ""]
        return ", ".join(filter(None, parts))


def rows_text(rows: Sequence[int], sheets: Sequence[str] = ()) -> str:
    """The first of some rows, as numbered in the file."""
    first = ", ".join(row_text(row, sheets) for row in rows[:MOST_ROWS])
    more = len(rows) - MOST_ROWS
    return f"{first} en nog {count_text(more)}" if more > 0 else first


def fate_text(fate: SentBack) -> str:
    """What became of rejected rows."""
    if fate.taken_up_by is None:
        return "Nog te verbeteren"
    if fate.inferred:
        return (
            f"Waarschijnlijk aangevuld door levering {fate.taken_up_by}; het trajectnummer of de "
            "maand was hier niet te lezen"
        )
    if fate.mended:
        return f"Aangevuld door levering {fate.taken_up_by}"
    return f"Opnieuw gestuurd in levering {fate.taken_up_by}, en daar weer teruggestuurd"


def grouped(problems: Iterable[Problem], sheets: Sequence[str] = ()) -> list[Group]:
    """Faults by rule and column: errors first, then the most frequent."""
    alike: dict[tuple[str, str | None, str | None], list[Problem]] = {}
    for problem in problems:
        # What concerns no single row says its own number of rows, and stays apart.
        apart = problem.message if problem.row is None else None
        alike.setdefault((problem.code, problem.column, apart), []).append(problem)
    groups = [
        Group(
            code,
            column,
            same[0].severity,
            len(same),
            tuple(p.row for p in same if p.row is not None),
            same[0].message,
            RULES[code].manager,
            sheets,
            _others(same) if code in _OF_CELLS else (),
        )
        for (code, column, _), same in alike.items()
    ]
    return sorted(groups, key=lambda g: (g.severity != ERROR, -g.count, g.code, g.column or ""))


def _others(same: Sequence[Problem]) -> tuple[str, ...]:
    values = dict.fromkeys(problem.value for problem in same if problem.value)
    return tuple(f'"{value}"' for value in values if value != same[0].value)


def sum_text(outcome: Outcome) -> str:
    """The sum of the receipt in one sentence; it always adds up."""
    counts = outcome.counts
    parts = [
        f"{count_text(counts.accepted)} aangenomen",
        f"{count_text(counts.unchanged)} ongewijzigd",
        f"{count_text(counts.rejected)} terug te sturen",
    ]
    if counts.skipped:
        parts.append(f"{count_text(counts.skipped)} overgeslagen")
    return f"{counted(counts.rows, 'rij', 'rijen')} gelezen: {', '.join(parts)}."


def assumed_text(findings: dict[str, Any]) -> str:
    """How the file was read, in one line."""
    parts = []
    for key, value in findings.get("assumed", {}).items():
        text = ", ".join(value) if isinstance(value, list) else value
        parts.append(f"{_KINDS.get(key, key)} {text}")
    parts += [
        f"{counted(skipped['count'], WORDS[reason], skipped['label'])} overgeslagen"
        for reason, skipped in findings.get("skipped", {}).items()
    ]
    return "; ".join(parts)


def lines(outcome: Outcome, *, limit: int | None = None) -> Iterator[str]:
    """The receipt as text."""
    name = f"levering {outcome.delivery}" if outcome.delivery else "geen levering gemaakt"
    yield f"{outcome.file}: {outcome.status_word} ({name})"
    if outcome.status is Status.ALREADY_DELIVERED:
        yield "  Dit bestand is al eerder aangeleverd. Er is niets veranderd."
    if outcome.superseded_by:
        yield (
            f"  Sinds die levering zijn {outcome.differing} rijen vervangen, het laatst door "
            f"levering {outcome.superseded_by}. Wil je dit bestand toch opnieuw innemen? "
            "Gebruik --again."
        )
    yield from _about_months(outcome)
    if outcome.counts.rows:
        yield f"  {sum_text(outcome)}"
        if outcome.counts.replaced:
            verb = "vervangt" if outcome.counts.replaced == 1 else "vervangen"
            rows = counted(outcome.counts.replaced, "rij", "rijen")
            yield f"  {rows} {verb} een eerdere rij."
    for completed in outcome.completes:
        rows = rows_text(completed.rows, completed.sheets)
        yield f"  Vult levering {completed.delivery} aan: rij {rows}."
    for fate in outcome.sent_back:
        if fate.taken_up_by is not None:
            yield f"  {fate_text(fate)}: rij {rows_text(fate.rows, outcome.sheets)}."
    if outcome.months:
        yield f"  Maanden: {', '.join(map(month_text, outcome.months))}."
    if assumed := assumed_text(outcome.findings):
        yield f"  Gelezen als: {assumed}."
    for part in outcome.findings.get("hours", ()):
        yield (
            f"  Leerroute {part['route']}: {counted(part['rows'], 'rij', 'rijen')}, "
            f"{hours_text(part['minutes_offered'])} uren aangeboden, "
            f"{hours_text(part['minutes_attended'])} gevolgd."
        )
    yield from _left_out(outcome.findings)
    yield from _skipped(outcome)
    yield from _to_mend(outcome, limit)


def _to_mend(outcome: Outcome, limit: int | None) -> Iterator[str]:
    # A month that is asked about is told above, with what to type.
    problems = [p for p in outcome.problems if p.code != "F016" or not outcome.replaces]
    for group in grouped(problems, outcome.sheets)[:limit]:
        kind = "Let op" if group.severity != ERROR else "Terug te sturen"
        if outcome.status is Status.REFUSED:
            kind = "Wat te doen"
        place = f"{group.place}. " if group.place else ""
        yield f"  {kind}: {place}{group.message}{group.also_text} ({group.code})"


def _about_months(outcome: Outcome) -> Iterator[str]:
    """Months that are asked about, and months that are not over."""
    for question in outcome.replaces:
        yield (
            f"  Vervangt {count_text(question.rows)} van de {count_text(question.active)} rijen "
            f"van {month_text(question.month)}. Klopt dat? Geef dan mee: "
            f"--replace {question.month:%Y-%m}."
        )
    for month in outcome.provisional:
        yield (
            f"  {month_text(month).capitalize()} is nog niet voorbij: deze rijen zijn voorlopig en "
            "tellen nog niet mee in een oordeel."
        )


def _skipped(outcome: Outcome) -> Iterator[str]:
    skipped = skipped_lines(outcome)
    if skipped:
        more = len(skipped) - MOST_ROWS
        rest = f"; en nog {count_text(more)}" if more > 0 else ""
        yield f"  Overgeslagen: {'; '.join(skipped[:MOST_ROWS])}{rest}."
    if outcome.problem_count > len(outcome.problems):
        yield (
            f"  Dit zijn de eerste {count_text(len(outcome.problems))} van "
            f"{count_text(outcome.problem_count)} meldingen."
        )


def skipped_lines(outcome: Outcome) -> list[str]:
    """The skipped rows with something in them, by number and text."""
    return [
        f"{one['why']} {row_text(one['row'], outcome.sheets)}: {one['text']}"
        for one in outcome.findings.get("skipped_rows", ())
        if one["text"]
    ]


def _left_out(findings: dict[str, Any]) -> Iterator[str]:
    if unknown := findings.get("unknown_columns"):
        yield f"  Onbekende kolommen, niet gelezen: {', '.join(unknown)}."
    if personal := findings.get("personal_columns"):
        yield (
            f"  Kolommen met persoonsgegevens, niet gelezen en niet bewaard: {', '.join(personal)}."
        )
    if findings.get("cleaned"):
        yield "  Het bestand is bewaard zonder persoonsgegevens."
