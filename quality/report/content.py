"""What is in the report of one provider, and what all reports share: plain values in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.charts.pictures import Chart
from core.dates import month_end
from core.formats import day_text, month_text, number_text
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
MONTHS_OF_LESSONS = 6


@dataclass(frozen=True)
class AgreementLine:
    """One agreement, and how it stands."""

    provider: str
    text: str
    due_on: date
    state: str
    course: str


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
class Material:
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
    complaints: Complaints = ()
    standings: Standings = field(default_factory=dict)
    alike: Standings = field(default_factory=dict)
    """Per route the waiting time against learners alike, in words."""
    told: tuple[str, ...] = ()
    """Codes of those that the region's report has a row for."""
    lessons: Mapping[str, Lessons] = field(default_factory=dict)


def provider_report(found: Material) -> Report:
    """Two to four pages about one provider."""
    return Report(
        title=f"Kwaliteit in {month_text(found.month)}",
        subject=f"{found.name} ({found.code})",
        answer=_answer(found),
        facts=facts(found),
        sections=(
            Section("Het oordeel", _judgements(found)),
            Section("Wat er veranderde", (_changes(found),)),
            Section("Het verloop", _pictures(found)),
            *_lessons(found),
            *agreement_sections(found, with_names=False, most=MOST_AGREEMENTS),
            *_complaints(found),
            *_reactions(found),
            Section("Leveringen", _deliveries(found)),
            Section("Methode", (Text(method(found)),)),
        ),
    )


def _answer(found: Material) -> str:
    """The judgement of the provider in one sentence."""
    if not found.trees:
        return "Er is deze maand geen oordeel."
    parts = []
    for tree in found.trees:
        word = tree["standing"].replace("_", " ")
        score = "" if tree["score"] is None else f" ({score_text(tree['score'], tree['borders'])})"
        parts.append(f"{word} op de {route_label(tree['route'])}{score}")
    joined = " en ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return f"{found.name}: {joined}."


def facts(found: Material) -> tuple[tuple[str, str], ...]:
    """What stands at the top of every report."""
    return (
        ("Maand", month_text(found.month)),
        ("Status", sentences.status(found.trees)),
        ("Peildatum", day_text(month_end(found.month))),
        ("Rekenmodel", found.model.code),
    )


def _judgements(found: Material) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if not found.trees:
        return (Text("Er is over deze maand geen oordeel."),)
    for tree in found.trees:
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
        if tree["route"] in found.alike:
            blocks.append(Text(found.alike[tree["route"]]))
        if tree["route"] in found.standings:
            blocks.append(Text(found.standings[tree["route"]]))
        if tree["score"] is not None:
            blocks.append(Text(f"Zo is de score berekend: {sentence(tree)}."))
            blocks += [
                Text(line) for line in sentences.needed(tree, needed_for_good(tree, found.model))
            ]
    return tuple(blocks)


def _changes(found: Material) -> Block:
    earlier = {tree["route"]: tree for tree in found.before}
    told = [
        line for tree in found.trees for line in sentences.changes(tree, earlier.get(tree["route"]))
    ]
    return Bullets(tuple(told)) if told else Text(sentences.NOTHING_SPECIAL)


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


def _pictures(found: Material) -> tuple[Block, ...]:
    pictures = [Picture(chart) for charts in found.charts.values() for chart in charts]
    return tuple(pictures) or (Text("Er is nog niets om te tekenen."),)


def _lessons(found: Material) -> list[Section]:
    """Hours of the last half year per route, and what falls short of the promise over a year."""
    blocks: list[Block] = []
    for code, lessons in found.lessons.items():
        blocks.append(Text(f"{route_label(code)}: {lesson_words.shortfall_words(lessons)}"))
        if lessons.shown:
            caption = f"Lesuren per maand, {route_label(code)}"
            rows = tuple(lesson_words.rows(lessons)[:MONTHS_OF_LESSONS])
            names = [h.removeprefix("Uren ").capitalize() for h in lesson_words.HEADERS[2:]]
            headers = ("Maand", "n", *names)
            blocks.append(Table(caption, headers, rows, numeric=tuple(range(1, len(headers)))))
    return [Section("Lesuren", (*blocks, Text(lesson_words.WORKING)))] if blocks else []


def agreement_sections(found: Material, *, with_names: bool, most: int) -> list[Section]:
    """The agreements that must be kept soonest; nothing for who may not read them."""
    if found.agreements is None:
        return []
    if not found.agreements:
        return [Section("Afspraken", (Text("Er zijn geen lopende afspraken."),))]
    soonest = sorted(found.agreements, key=lambda line: line.due_on)
    lines = tuple(
        (*([line.provider] if with_names else []), line.text, day_text(line.due_on), line.course)
        for line in soonest[:most]
    )
    headers = (*(["Aanbieder"] if with_names else []), "Afspraak", "Klaar op", "Stand")
    blocks: list[Block] = [Table("Lopende afspraken", headers, lines)]
    if len(soonest) > most:
        rest = len(soonest) - most
        blocks.append(Text(f"En nog {rest} andere. Ze staan op de pagina's van de aanbieders."))
    return [Section("Afspraken", tuple(blocks))]


def _complaints(found: Material) -> list[Section]:
    if found.complaints is None:
        return []
    lines = tuple(f"{about}. {words}" for about, words in found.complaints)
    return [
        Section("Klachten", (Bullets(lines) if lines else Text(complaint_words({}, outside=True)),))
    ]


def _reactions(found: Material) -> list[Section]:
    if found.reactions is None:
        return []
    blocks: list[Block] = []
    for line in found.reactions:
        blocks.append(Text(f"{line.route}: {line.text}"))
        if line.answer:
            blocks.append(Text(f"Antwoord: {line.answer}"))
    if not blocks:
        blocks.append(Text("De aanbieder heeft niet gereageerd."))
    return [Section("Reactie van de aanbieder", tuple(blocks))]


def _deliveries(found: Material) -> tuple[Block, ...]:
    if not found.deliveries:
        return (Text("Er zijn geen leveringen verwacht."),)
    rows = tuple(
        (
            month_text(line.month),
            line.state,
            day_text(line.received_on),
            number_text(line.rows, 0),
            number_text(line.rejected, 0),
        )
        for line in found.deliveries
    )
    headers = ("Maand", "Stand", "Ontvangen op", "Rijen", "Terug te sturen")
    return (Table("Leveringen van de laatste zes maanden", headers, rows, numeric=(3, 4)),)


def method(found: Material) -> str:
    """How the figures came about."""
    return sentences.method(found.model.code, month_end(found.month), found.month)
