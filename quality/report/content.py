"""What is in the report of one provider, and what all reports share: plain values in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.charts.pictures import Chart
from core.dates import month_end
from core.formats import day_text, month_text, number_text
from providers.deliveries.calendar_queries import DeliveryState
from quality.cards.explanation_words import complaint_words, queue_words
from quality.cards.words import NOTHING_CAME
from quality.charts.words import route_label
from quality.lessons import words as lesson_words
from quality.lessons.intensity import Lessons
from quality.method.criteria import CRITERIA, WAITING
from quality.method.explain import needed_for_good, sentence
from quality.method.model import ScoringModel
from quality.method.words import score_text
from quality.report import sentences
from quality.report.blocks import Block, Bullets, Picture, Report, Section, Table, Text

Tree = Mapping[str, Any]
Complaints = tuple[tuple[str, str], ...] | None
"""What they are about, and how many there are in words."""
Standings = Mapping[str, str]
"""Per route a sentence on the criteria about which an agreement or a plan runs."""
MOST_AGREEMENTS = 8
MONTHS_OF_LESSONS = 3


@dataclass(frozen=True)
class AgreementLine:
    """One agreement, and how it stands."""

    provider: str
    text: str
    due_on: date
    state: str
    course: str
    effect: str = ""
    """What changed since, against who had no agreement; empty while there is nothing to say."""


@dataclass(frozen=True)
class ReactionLine:
    """What a provider said about the month, and the answer."""

    route: str
    text: str
    answer: str | None


@dataclass(frozen=True)
class DeliveryLine:
    """How the delivery of a month stands."""

    month: date
    state: str
    received_on: date | None
    rows: int
    rejected: int


@dataclass(frozen=True)
class ReportData:
    """Everything that goes into one report; None is not for this reader, and has no section."""

    month: date
    code: str
    name: str
    trees: tuple[Tree, ...]
    before: tuple[Tree, ...]
    model: ScoringModel
    charts: Mapping[str, tuple[Chart, ...]]
    names: Mapping[str, str]
    agreements: tuple[AgreementLine, ...] | None = ()
    reactions: tuple[ReactionLine, ...] | None = ()
    deliveries: tuple[DeliveryLine, ...] = ()
    signals: Mapping[str, int | None] | None = field(default_factory=dict)
    signalled: tuple[int, int] | None = None
    """Of how many learners there is a signal, and how many there are; None where it is hidden."""
    complaints: Complaints = ()
    standings: Standings = field(default_factory=dict)
    alike: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Per route the criteria against learners alike, in words."""
    row_codes: tuple[str, ...] = ()
    """Codes of those that the region's report has a row for."""
    lessons: Mapping[str, Lessons] = field(default_factory=dict)


def provider_report(data: ReportData) -> Report:
    """Two to four pages about one provider."""
    return Report(
        title=f"Kwaliteit in {month_text(data.month)}",
        subject=f"{data.name} ({data.code})",
        answer=_answer(data),
        facts=facts(data),
        compact=True,
        sections=(
            Section("Het oordeel", _judgements(data)),
            Section("Wat er veranderde", (_changes(data),)),
            Section("Het verloop", _pictures(data)),
            *_lessons(data),
            *agreement_sections(data, with_names=False, most=MOST_AGREEMENTS),
            *_complaints(data),
            *_reactions(data),
            Section("Leveringen", _deliveries(data)),
            Section("Methode", (Text(method(data)),)),
        ),
    )


def _answer(data: ReportData) -> str:
    """The judgement of the provider in one sentence."""
    if not data.trees:
        return "Er is deze maand geen oordeel."
    parts = []
    for tree in data.trees:
        word = tree["standing"].replace("_", " ")
        score = "" if tree["score"] is None else f" ({score_text(tree['score'], tree['borders'])})"
        parts.append(f"{word} op de {route_label(tree['route'])}{score}")
    joined = " en ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return f"{data.name}: {joined}."


def facts(data: ReportData) -> tuple[tuple[str, str], ...]:
    """What stands at the top of every report."""
    return (
        ("Maand", month_text(data.month)),
        ("Status", sentences.status(data.trees)),
        ("Peildatum", day_text(month_end(data.month))),
        ("Rekenmodel", data.model.code),
    )


def _judgements(data: ReportData) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if not data.trees:
        return (Text("Er is over deze maand geen oordeel."),)
    for tree in data.trees:
        blocks.append(Text(sentences.judgement(tree)))
        if tree["standing"] in NOTHING_CAME:
            continue
        blocks.append(
            Table(
                f"Criteria, {route_label(tree['route'])}",
                sentences.CRITERIA_HEADERS,
                sentences.criteria_rows(tree),
                numeric=(1, 2, 3, 4, 5, 6),
            )
        )
        waiting = tree["criteria"].get(WAITING.code)
        if waiting is not None and waiting["judged"]:
            blocks.append(Text(queue_words(waiting)))
        if data.alike.get(tree["route"]):
            blocks.append(Bullets(data.alike[tree["route"]]))
        if tree["route"] in data.standings:
            blocks.append(Text(data.standings[tree["route"]]))
        if tree["score"] is not None:
            blocks.append(Text(f"Zo is de score berekend: {sentence(tree)}."))
            blocks += [
                Text(line) for line in sentences.needed(tree, needed_for_good(tree, data.model))
            ]
    return tuple(blocks)


def _changes(data: ReportData) -> Block:
    earlier = {tree["route"]: tree for tree in data.before}
    lines = [
        line for tree in data.trees for line in sentences.changes(tree, earlier.get(tree["route"]))
    ]
    return Bullets(tuple(lines)) if lines else Text(sentences.NOTHING_SPECIAL)


def telling(trees: Sequence[Tree]) -> dict[str, tuple[str, ...]]:
    """Per route which charts tell most: the score, and the weakest criterion.

    With one route there is room for more; with three or more for the scores only.
    """
    chosen = {}
    for tree in trees:
        judged = {
            code: item["points"]
            for code, item in tree["criteria"].items()
            if item["points"] is not None and not CRITERIA[code].is_status
        }
        weakest = min(judged, key=lambda code: judged[code], default=WAITING.code)
        kinds = ("score", weakest, "wachtcurve", "niveaus")
        chosen[tree["route"]] = kinds[: {1: 4, 2: 2}.get(len(trees), 1)]
    return chosen


def _pictures(data: ReportData) -> tuple[Block, ...]:
    pictures = [Picture(chart) for charts in data.charts.values() for chart in charts]
    return tuple(pictures) or (Text("Er is nog niets om te tekenen."),)


def _lessons(data: ReportData) -> list[Section]:
    """Hours of the last quarter per route, and what falls short of the promise over a year."""
    blocks: list[Block] = []
    for code, lessons in data.lessons.items():
        blocks.append(Text(f"{route_label(code)}: {lesson_words.shortfall_words(lessons)}"))
        if lessons.visible_months:
            caption = f"Lesuren per maand, {route_label(code)}"
            rows = tuple(lesson_words.rows(lessons)[:MONTHS_OF_LESSONS])
            names = [h.removeprefix("Uren ").capitalize() for h in lesson_words.HEADERS[2:]]
            headers = ("Maand", "n", *names)
            blocks.append(Table(caption, headers, rows, numeric=tuple(range(1, len(headers)))))
    return [Section("Lesuren", (*blocks, Text(lesson_words.WORKING)))] if blocks else []


def agreement_sections(data: ReportData, *, with_names: bool, most: int) -> list[Section]:
    """The agreements that must be kept soonest; nothing for who may not read them."""
    if data.agreements is None:
        return []
    if not data.agreements:
        return [Section("Afspraken", (Text("Er zijn geen lopende afspraken."),))]
    soonest = sorted(data.agreements, key=lambda line: line.due_on)
    lines = tuple(
        (*([line.provider] if with_names else []), line.text, day_text(line.due_on), line.course)
        for line in soonest[:most]
    )
    headers = (*(["Aanbieder"] if with_names else []), "Afspraak", "Klaar op", "Stand")
    blocks: list[Block] = [Table("Lopende afspraken", headers, lines)]
    worked = tuple(
        f"{f'{line.provider}, ' if with_names else ''}{line.text}: {line.effect}"
        for line in soonest[:most]
        if line.effect
    )
    if worked:
        blocks += [Text("Werkten de afspraken?"), Bullets(worked)]
    if len(soonest) > most:
        rest = len(soonest) - most
        blocks.append(Text(f"En nog {rest} andere. Ze staan op de pagina's van de aanbieders."))
    return [Section("Afspraken", tuple(blocks))]


def _complaints(data: ReportData) -> list[Section]:
    if data.complaints is None:
        return []
    lines = tuple(f"{about}. {words}" for about, words in data.complaints)
    return [
        Section("Klachten", (Bullets(lines) if lines else Text(complaint_words({}, outside=True)),))
    ]


def _reactions(data: ReportData) -> list[Section]:
    if data.reactions is None:
        return []
    blocks: list[Block] = []
    for line in data.reactions:
        blocks.append(Text(f"{line.route}: {line.text}"))
        if line.answer:
            blocks.append(Text(f"Antwoord: {line.answer}"))
    if not blocks:
        blocks.append(Text("De aanbieder heeft niet gereageerd."))
    return [Section("Reactie van de aanbieder", tuple(blocks))]


def _deliveries(data: ReportData) -> tuple[Block, ...]:
    if not data.deliveries:
        return (Text("Er zijn geen leveringen verwacht."),)
    first, last = (month_text(data.deliveries[at].month) for at in (0, -1))
    period = f"van {first} tot en met {last}"
    rows = tuple(
        (
            month_text(line.month),
            line.state,
            day_text(line.received_on),
            number_text(line.rows, 0),
            number_text(line.rejected, 0),
        )
        for line in data.deliveries
        if line.state != DeliveryState.ON_TIME or line.rejected
    )
    if not rows:
        return (Text(f"Alle leveringen {period} kwamen op tijd, zonder fouten."),)
    headers = ("Maand", "Stand", "Ontvangen op", "Rijen", "Terug te sturen")
    blocks = [Table(f"Leveringen {period} met iets bijzonders", headers, rows, numeric=(3, 4))]
    if len(rows) < len(data.deliveries):
        return (*blocks, Text("De andere kwamen op tijd, zonder fouten."))
    return (*blocks,)


def method(data: ReportData) -> str:
    """How the figures came about."""
    return sentences.method(data.model.code, month_end(data.month), data.month)
