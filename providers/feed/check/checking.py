"""From rows of text to rows that can be held, and problems with a row number and a sentence.

Each column has a memory of texts that were read well. The quick loop (``_loop_source``) looks every
cell up there and tests all rules at once; a row with an unknown text, or for which any rule may be
broken, goes to ``Checker.examine``, which gives the reasons. Both end in the same row.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from core.dates import month_end, month_from_number, month_number
from core.formats import count_text, counted
from core.personal_data import CITIZEN_NUMBER, NOT_SHOWN, is_citizen_number
from providers.codes import TrackStatus
from providers.feed.check.conditions import conditions, suspect_source
from providers.feed.check.rules import ERROR, RULES, sentence
from providers.feed.check.skipping import BLANK, text_of_skipped, why_skipped
from providers.feed.columns import COLUMNS, Column, Context, Kind, Layout, make_parser
from providers.feed.table import RefusedFileError
from providers.feed.values import (
    BROKEN_CELLS,
    FIRST_MONTH,
    HYPHENS,
    Fault,
    clean,
    echo,
    fold,
    may_be_name,
)

Record = tuple[int, list[str]]
HeldRow = tuple[int | str | None, ...]
RejectedKey = tuple[int, int | None, int | None]
"""Row, traject and month of a rejected row, as far as these are right."""
TrackMonth = tuple[int, int]
SumKey = tuple[int, int, int, int | None]
"""Month, gemeente, leerroute, contract."""
BATCH = 5_000
MOST_PROBLEMS = 10_000
"""So many problems of a file are told; all are counted."""
MOST_SKIPPED = 1_000
"""So many skipped rows of each kind are named; all are counted."""
MANY_CELLS = 5
"""From so many empty mandatory cells on, half of them or more, a row is nearly empty."""
SHIFTED = 3
"""A row with more cells than columns, empty ones too, and so many faults has shifted cells."""
UNREADABLE = 0.75
"""From this share of the mandatory cells on, a row is of another table than the header."""
FEW_ROWS = 10
"""A file with fewer rows than this is not refused for what its rows lack."""
MONTH_FIRST_AT_MOST = 3
"""From so many dates with the month in front on, no date of the file is trusted."""
REMEMBERED = 50_000
"""How many texts of one column are remembered; beyond that a new text takes the long way."""

NOTHING = frozenset(("", "nvt", "\N{EM DASH}", *map(chr, HYPHENS)))
"""What a dash, ``nvt`` and ``n.v.t.`` fold to: nothing, where a cell may be empty."""
OF_PROVIDER = "\N{SYMBOL FOR UNIT SEPARATOR}"
"""Between provider and trajectnummer, in a check that is not of one provider."""

_FIRST = month_number(FIRST_MONTH)

LINE = (
    "rapportagemaand", "datum_aanmelding", "leerroute", "status",
    "niveau_lezen", "niveau_luisteren", "niveau_schrijven", "niveau_spreken",
)  # fmt: skip
"""What the next month of a traject is compared with."""
UNLIKE = (
    "before_rapportagemaand >= rapportagemaand or before_datum_aanmelding != datum_aanmelding "
    f"or before_leerroute != leerroute or before_status >= {int(TrackStatus.COMPLETED)} or "
    + " or ".join(f"before_{level} - {level} > 1" for level in LINE[4:])
)
"""The month is not later, or one of the rules beside the month before (F502-F505) may be broken."""
COMPARED = f"""if last[track]:
                    {", ".join(f"before_{name}" for name in LINE)} = last[track]
                    if {UNLIKE}:
                        look_back(track)
                last[track] = {", ".join(LINE)}"""

SUM_KEY = ("rapportagemaand", "gemeentecode", "leerroute", "contractnummer")


@dataclass(frozen=True)
class Problem:
    """One thing wrong: where, which rule, what was sent, what to do."""

    row: int | None
    column: str | None
    code: str
    severity: str
    value: str | None
    message: str


@dataclass
class Tally:
    """What became of the rows so far."""

    rows: int = 0
    rejected: int = 0
    problems: int = 0
    """All problems, also those beyond the first ``MOST_PROBLEMS``, which are only counted."""
    warnings: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    skipped_rows: list[tuple[int, str, str]] = field(default_factory=list)
    """Row, reason and text of the first skipped rows of each reason."""
    nearly_empty: int = 0
    unreadable: int = 0
    """Rows of which hardly any mandatory cell can be read; ``example`` is what one of them says."""
    example: str = ""
    citizen_numbers: int = 0
    rows_per_lesson: bool = False
    """Equal rows of one traject and month are weeks or lessons, of which the hours add up."""
    look_back: set[int] = field(default_factory=set)
    """Trajecten of which the months within the file must be put beside each other."""
    sums: dict[SumKey, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    """Rows that were not rejected, with their minutes offered and attended."""

    @property
    def data_rows(self) -> int:
        """Rows that were not skipped."""
        return self.rows - sum(self.skipped.values())

    def skip(self, row: int, reason: str, text: str) -> None:
        """Count a row that is no data."""
        count = self.skipped[reason] = self.skipped.get(reason, 0) + 1
        if count <= MOST_SKIPPED:
            self.skipped_rows.append((row, reason, text))

    def take_out(self, key: SumKey, offered: int, attended: int) -> None:
        """Count a row as rejected that was not so before."""
        self.rejected += 1
        rows, *minutes = self.sums.pop(key)
        if rows > 1:
            self.sums[key] = [rows - 1, minutes[0] - offered, minutes[1] - attended]


@dataclass
class Batch:
    """A piece of the outcome: rows to hold, new trajectnummers, problems, rejected rows."""

    rows: list[HeldRow]
    again: list[HeldRow]
    """Sound rows of a traject and month that an earlier row of the file has too."""
    numbers: list[str]
    problems: list[Problem]
    rejected: list[RejectedKey]
    tally: Tally


def held_columns(layout: Layout) -> list[Column]:
    """The columns of a file that are held, in the order of a held row (after row, track, month)."""
    return [
        c
        for c in COLUMNS
        if c.held_as and c.name in layout.positions and c.kind not in (Kind.MONTH, Kind.TRACK)
    ]


class Checker:
    """Checks the rows of one file."""

    def __init__(self, layout: Layout, context: Context) -> None:
        self.layout = layout
        self.context = context
        self.width = len(layout.header)
        self.columns = [c for c in COLUMNS if c.name in layout.positions]
        self.parsers = {c.name: make_parser(c, context) for c in COLUMNS}
        self.memory: dict[str, dict[str, Any]] = {
            c.name: {} if c.required else {"": None} for c in self.columns
        }
        self.wrong: dict[str, dict[str, Fault]] = {c.name: {} for c in self.columns}
        self.held = held_columns(layout)
        self.tracks: dict[str, int] = {}
        self.seen: list[int] = [0]
        self.repeated: set[TrackMonth] = set()
        self.last: list[tuple[int, ...]] = [()]
        self.month_ends: dict[int, int] = {}
        self.month_bits: dict[int, int] = {}
        self.month_first = 0
        self.numbers: list[str] = []
        self.problems: list[Problem] = []
        self.beyond: dict[str, Problem] = {}
        self.rejected: list[RejectedKey] = []
        self.again: list[HeldRow] = []
        self.tally = Tally(rows_per_lesson=layout.has_rows_per_lesson)
        self.mandatory = frozenset(c.name for c in self.columns if c.required)
        # A row names its own provider in a check without database: the key holds it too.
        self.keyed_by_provider = context.any_provider and "aanbiedercode" in layout.positions

    def batches(self, records: Iterable[Record]) -> Iterator[Batch]:
        """Check the rows, some thousands at a time."""
        for rows, count in self._loop()(records):
            self.tally.rows += count
            self._refuse_what_is_no_feed()
            yield Batch(rows, self.again, self.numbers, self.problems, self.rejected, self.tally)
            self.again, self.numbers, self.problems, self.rejected = [], [], [], []

    def _refuse_what_is_no_feed(self) -> None:
        """Refuse a file of which nine in ten rows lack nearly all that every row needs."""
        tally, rows = self.tally, self.tally.data_rows
        if rows >= FEW_ROWS and tally.nearly_empty + tally.unreadable >= 0.9 * rows:
            what = "niet te lezen" if tally.unreadable > tally.nearly_empty else "bijna leeg"
            raise RefusedFileError(
                "F019",
                count=count_text(tally.nearly_empty + tally.unreadable),
                rows=count_text(rows),
                what=f"{what}{tally.example}",
            )

    def track(self, text: str) -> int:
        """Number of a traject within this file, from 1; raises ``Fault`` for a wrong key."""
        if self.keyed_by_provider:
            raise Fault("F013")
        return self._track(text)

    def _track(self, text: str) -> int:
        local_number = self.tracks.get(text)
        if local_number is not None:
            return local_number
        number = clean(text)
        if not number:
            raise Fault("F013")
        if number != text:
            self.tracks[text] = local = self._track(number)
            return local
        if number in BROKEN_CELLS:
            raise Fault(BROKEN_CELLS[number])
        self.parsers["trajectnummer"](number.rpartition(OF_PROVIDER)[2])
        self.seen.append(0)
        self.last.append(())
        self.numbers.append(number)
        self.tracks[number] = len(self.seen) - 1
        return self.tracks[number]

    def _loop(self) -> Callable[[Iterable[Record]], Iterator[tuple[list[HeldRow], int]]]:
        names: dict[str, Any] = {f"know_{name}": memory for name, memory in self.memory.items()} | {
            "find_track": self.tracks.get,
            "new_track": self.track,
            "seen": self.seen,
            "last": self.last,
            "look_back": self.tally.look_back.add,
            "sums": self.tally.sums,
            "month_ends": self.month_ends,
            "month_bits": self.month_bits,
            "examine": self.examine,
            "Fault": Fault,
        }
        # The source is made of the column names of columns.py and the rules of rules.py only.
        exec(compile(self._loop_source(), "<quick loop>", "exec"), names)  # noqa: S102
        loop: Callable[[Iterable[Record]], Iterator[tuple[list[HeldRow], int]]] = names["loop"]
        return loop

    def _loop_source(self) -> str:
        """Write the quick loop for the columns of this file.

        With only the rules F203 and F209, and the columns trajectnummer, rapportagemaand, status,
        uren_aangeboden and uren_gevolgd, it would read::

            for row, cells in records:
                count += 1
                try:
                    c_rapportagemaand, c_trajectnummer, c_status, c_aangeboden, c_gevolgd = cells
                    rapportagemaand = know_rapportagemaand[c_rapportagemaand]
                    track = find_track(c_trajectnummer) or new_track(c_trajectnummer)
                    status = know_status[c_status]
                    uren_aangeboden = know_uren_aangeboden[c_aangeboden]
                    uren_gevolgd = know_uren_gevolgd[c_gevolgd]
                    bit = month_bits[rapportagemaand]
                except (KeyError, ValueError, Fault):  # a text that was not read before
                    held = examine(row, cells)
                    if held is not None:
                        add(held)
                else:
                    if (
                        seen[track] & bit  # the traject has a row of this month
                        or (uren_gevolgd > uren_aangeboden)
                        or (uren_aangeboden > 0 and status == 1)
                    ):
                        held = examine(row, cells)
                        if held is not None:
                            add(held)
                    else:
                        seen[track] |= bit
                        ...  # note the month before, add the hours
                        add((row, track, rapportagemaand, status, uren_aangeboden, uren_gevolgd))
        """
        present = {c.name: self.layout.positions[c.name] for c in self.columns}
        by_position = {position: name for name, position in present.items()}
        cells = ", ".join(
            f"c_{by_position[i]}" if i in by_position else "_" for i in range(self.width)
        )
        plain = [c.name for c in self.columns if c.kind not in (Kind.TRACK, Kind.MONTH)]
        looked_up = "\n            ".join(f"{n} = know_{n}[c_{n}]" for n in plain)
        absent = "\n    ".join(f"{c.name} = None" for c in COLUMNS if c.name not in present)
        if "rapportagemaand" in present:
            month = "know_rapportagemaand[c_rapportagemaand]"
        else:
            month = str(month_number(self.context.only_month or FIRST_MONTH))
        values_source = ", ".join(["row", "track", "rapportagemaand", *(c.name for c in self.held)])
        parameters = ", ".join(
            [f"know_{n}=know_{n}" for n in present if n != "trajectnummer"]
            + [
                f"{n}={n}"
                for n in (
                    "find_track",
                    "new_track",
                    "seen",
                    "last",
                    "month_ends",
                    "month_bits",
                    "sums",
                )
            ]
        )
        # Without a database there is nothing to look back at.
        compared = "pass" if self.context.any_provider else COMPARED
        return f"""
def loop(records, {parameters}):
    {absent or "pass"}
    rows, count = [], 0
    add = rows.append
    for row, cells in records:
        count += 1
        try:
            {cells}, = cells
            rapportagemaand = {month}
            track = find_track(c_trajectnummer) or new_track(c_trajectnummer)
            {looked_up}
            einde_maand = month_ends[rapportagemaand]
            bit = month_bits[rapportagemaand]
        except (KeyError, ValueError, Fault):
            held = examine(row, cells)
            if held is not None:
                add(held)
        else:
            if seen[track] & bit or {suspect_source(frozenset(present))}:
                held = examine(row, cells)
                if held is not None:
                    add(held)
            else:
                seen[track] |= bit
                {compared}
                total = sums[{", ".join(SUM_KEY)}]
                total[0] += 1
                total[1] += uren_aangeboden
                total[2] += uren_gevolgd
                add(({values_source}))
        if count == {BATCH}:
            yield rows, count
            rows, count = [], 0
            add = rows.append
    yield rows, count
"""

    def examine(self, row: int, cells: list[str]) -> HeldRow | None:
        """Check one row the long way: every reason, or the row to hold."""
        if not any(cells):
            self.tally.skip(row, BLANK, "")
            return None
        texts = [clean(cell) for cell in cells]
        skipped = why_skipped(texts, self.layout, self.context.mapping)
        if skipped:
            self.tally.skip(row, skipped, text_of_skipped(texts))
            return None
        is_long, is_short = any(texts[self.width :]), len(texts) < self.width
        has_more = len(texts) > self.width
        texts = (texts + [""] * self.width)[: self.width]
        raw = (list(cells) + [""] * self.width)[: self.width]
        values, faults = self._values(row, texts, raw)
        problems = list(self._as_problems(row, texts, faults))
        if self.tally.unreadable == 1 and not self.tally.example:
            self.tally.example = _example(row, problems)
        if is_long or (has_more and len(faults) >= SHIFTED):
            # The cells have shifted: whatever else is wrong comes from that.
            kept = [problem for problem in problems if problem.code == "F301"]
            return self._settle(
                row, values, [self._problem(row, None, "F010", ""), *kept], other_provider=False
            )
        if is_short and all(problem.code != "F018" for problem in problems):
            problems.insert(0, self._problem(row, None, "F011", ""))
        if "rapportagemaand" not in self.layout.positions and self.context.only_month:
            values["rapportagemaand"] = self._know_month(month_number(self.context.only_month))
        if all(problem.code != "F018" for problem in problems):
            problems.extend(self._broken_rules(row, values, set(faults), texts))
        return self._settle(row, values, problems, other_provider="aanbiedercode" in faults)

    def _values(
        self, row: int, texts: list[str], raw: list[str]
    ) -> tuple[dict[str, Any], dict[str, Fault]]:
        """The values of a row by column, and what is wrong with the cells that have none."""
        values: dict[str, Any] = {c.name: None for c in COLUMNS}
        faults: dict[str, Fault] = {}
        for column in self.columns:
            position = self.layout.positions[column.name]
            memory = self.memory[column.name]
            cell = raw[position]
            if cell in memory:
                values[column.name] = memory[cell]
                continue
            wrong = self.wrong[column.name]
            if cell not in wrong:
                try:
                    values[column.name] = self._read(column, texts[position], cell, values)
                    continue
                except Fault as fault:
                    faults[column.name] = fault
                    # Of whom a number is, depends on the rest of the row.
                    if column.kind is not Kind.TRACK and len(wrong) < REMEMBERED:
                        wrong[cell] = fault.with_traceback(None)
            else:
                faults[column.name] = wrong[cell]
            self._refuse_month_first(faults[column.name], row, texts[position])
        return values, faults

    def _as_problems(
        self, row: int, texts: list[str], faults: dict[str, Fault]
    ) -> Iterator[Problem]:
        """What is wrong with the cells of a row; a row that is nearly empty is one problem."""
        remaining = dict(faults)
        for code, whole_row in (("F013", "F018"), ("F014", "F014")):
            names = [name for name, fault in faults.items() if fault.code == code]
            if len(names) >= MANY_CELLS and 2 * len(names) >= len(self.mandatory):
                self.tally.nearly_empty += code == "F013"
                columns = _some(names) if self.mandatory - set(names) else "alles"
                yield self._problem(row, None, whole_row, "", columns=columns)
                kept = (code, "F301") if code == "F014" else ("F301",)
                remaining = {
                    n: f for n, f in remaining.items() if f.code in kept and n not in names
                }
        if len(remaining) >= UNREADABLE * len(self.mandatory):
            self.tally.unreadable += 1
        for name, fault in remaining.items():
            self.tally.citizen_numbers += fault.code == "F301"
            if self.tally.problems >= MOST_PROBLEMS:
                yield self._only_counted(fault.code)
                continue
            text = None if fault.code == "F301" else texts[self.layout.positions[name]]
            if name == "trajectnummer" and text and may_be_name(text):
                text = NOT_SHOWN
            yield self._problem(row, name, fault.code, text, **fault.details)

    def _refuse_month_first(self, fault: Fault, row: int, text: str) -> None:
        """Once is a mistake; more often, dates that look right are turned around too."""
        self.month_first += fault.code == "F113"
        if self.month_first >= MONTH_FIRST_AT_MOST:
            raise RefusedFileError("F009", value=echo(text), row=str(row))

    def _read(
        self, column: Column, text: str, raw: str, values: dict[str, Any]
    ) -> int | str | None:
        if not text:
            if column.required:
                raise Fault("F013")
            return None
        if not column.required and fold(text) in NOTHING:
            self.memory[column.name][raw] = None
            return None
        if text in BROKEN_CELLS:
            raise Fault(BROKEN_CELLS[text])
        if column.kind is Kind.TRACK:
            if self.keyed_by_provider:
                return self._track(f"{fold(values['aanbiedercode'] or '')}{OF_PROVIDER}{text}")
            return self._track(raw)
        try:
            value = self.parsers[column.name](text)
        except Fault:
            if is_citizen_number(text) and column.kind is not Kind.HOURS:
                raise Fault("F301", kind=CITIZEN_NUMBER) from None
            raise
        if column.kind is Kind.MONTH:
            self._know_month(int(value))
        if len(self.memory[column.name]) < REMEMBERED:
            self.memory[column.name][raw] = value
        return value

    def _know_month(self, month: int) -> int:
        if month not in self.month_ends:
            self.month_ends[month] = month_end(month_from_number(month)).toordinal()
            self.month_bits[month] = 1 << (month - _FIRST)
        return month

    def _broken_rules(
        self, row: int, values: dict[str, Any], faulty: set[str], texts: list[str]
    ) -> Iterator[Problem]:
        month = values["rapportagemaand"]
        if month is None:
            faulty = faulty | {"einde_maand"}
        else:
            values["einde_maand"] = self.month_ends[month]
        positions = self.layout.positions
        for condition in conditions():
            if condition.names.isdisjoint(faulty) and condition.broken(values):
                sent = {n: echo(texts[positions[n]]) for n in condition.quoted if n in positions}
                value = sent.get(condition.column, "")
                yield self._problem(row, condition.column, condition.rule.code, value, **sent)

    def _settle(
        self, row: int, values: dict[str, Any], problems: list[Problem], *, other_provider: bool
    ) -> HeldRow | None:
        rejected = any(problem.severity == ERROR for problem in problems)
        # The key of a row holds its provider: a row of another one is not beside ours.
        track = None if other_provider else values["trajectnummer"]
        month = values["rapportagemaand"]
        comes_again = False
        if track is not None and month is not None:
            bit = self.month_bits[month]
            comes_again = bool(self.seen[track] & bit)
            self.seen[track] |= bit
            if comes_again:
                self.repeated.add((track, month))
        room = MOST_PROBLEMS - self.tally.problems
        self.problems.extend(problems[: max(room, 0)])
        self.tally.problems += len(problems)
        self.tally.warnings += sum(problem.severity != ERROR for problem in problems)
        if rejected:
            self.tally.rejected += 1
            self.rejected.append((row, track, month))
            return None
        record = (row, track, month, *(values[c.name] for c in self.held))
        if comes_again:
            self.again.append(record)
            return None
        # The quick loop compares with the month before; what came this way is always looked at.
        self.tally.look_back.add(int(track or 0))
        total = self.tally.sums[tuple(values[name] for name in SUM_KEY)]
        total[0] += 1
        total[1] += values["uren_aangeboden"]
        total[2] += values["uren_gevolgd"]
        return record

    def _only_counted(self, code: str) -> Problem:
        """A problem beyond those that are told."""
        if code not in self.beyond:
            self.beyond[code] = Problem(None, None, code, RULES[code].severity, None, "")
        return self.beyond[code]

    def _problem(
        self, row: int, column: str | None, code: str, value: str | None, **details: str
    ) -> Problem:
        if self.tally.problems >= MOST_PROBLEMS:
            return self._only_counted(code)
        text = None if value is None else echo(value)
        message = sentence(code, **{**details, "column": column, "value": text})
        return Problem(row, column, code, RULES[code].severity, text, message)


def _some(names: list[str]) -> str:
    """The first of many columns, and how many more."""
    more = len(names) - MANY_CELLS
    rest = f" en nog {counted(more, 'kolom', 'kolommen')}" if more > 0 else ""
    return ", ".join(names[:MANY_CELLS]) + rest


def _example(row: int, problems: Iterable[Problem]) -> str:
    """Some cells of a row that cannot be read: `` (rij 2: leerroute "x", status "y")``."""
    cells = [f'{p.column} "{p.value}"' for p in problems if p.column and p.value]
    return f" (rij {row}: {', '.join(cells[:3])})" if cells else ""
