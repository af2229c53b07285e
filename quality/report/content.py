"""What is in the pack: for one provider, and for the region. Plain values in, a report out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.dates import month_end
from core.formats import day_text, month_text, number_text
from core.pictures import Chart
from quality.charts.words import route_label
from quality.report import sentences
from quality.report.blocks import Block, Bullets, Picture, Report, Section, Table, Text
from quality.score_words import falls, month_sentence, standing_of_points
from quality.scoring import needed_for_good, sentence
from quality.scoring_model import ScoringModel

Tree = Mapping[str, Any]


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


def provider_report(found: Material) -> Report:
    """Two to four pages about one provider."""
    return Report(
        title=f"Kwaliteit in {month_text(found.month)}",
        subject=f"{found.name} ({found.code})",
        answer=_answer(found),
        facts=_facts(found),
        sections=(
            Section("Het oordeel", _judgements(found)),
            Section("Wat er veranderde", (_changes(found),)),
            Section("Het verloop", _pictures(found, _telling(found))),
            *_agreements(found, with_names=False),
            *_reactions(found),
            Section("Leveringen", _deliveries(found)),
            Section("Methode", (Text(_method(found)),)),
        ),
    )


def region_report(found: Material) -> Report:
    """Six to ten pages about the region."""
    general = found.charts.get("", ())
    deliveries = [chart for chart in general if chart.name.startswith("leveringen")]
    first = [chart for chart in general if chart not in deliveries]
    routes = tuple(route for route in found.charts if route)
    return Report(
        title=f"Kwaliteit in {month_text(found.month)}",
        subject=found.name,
        answer=month_sentence(found.trees, found.before, found.names),
        facts=_facts(found),
        sections=(
            Section("De maand in beeld", tuple(Picture(chart) for chart in first)),
            Section("Oordeel per aanbieder", (_standings(found),)),
            Section("Wat er veranderde", (_region_changes(found),)),
            *(
                Section(
                    f"Verschillen in de {route_label(route)}",
                    tuple(Picture(chart) for chart in found.charts[route]),
                )
                for route in routes
            ),
            *_signals(found),
            *_agreements(found, with_names=True),
            Section("Leveringen", tuple(Picture(chart) for chart in deliveries)),
            Section("Methode", (Text(_method(found)),)),
        ),
    )


def _answer(found: Material) -> str:
    """The judgement of the provider in one sentence."""
    if not found.trees:
        return "Er is deze maand geen oordeel."
    parts = []
    for tree in found.trees:
        word = tree["standing"].replace("_", " ")
        score = "" if tree["score"] is None else f" ({number_text(tree['score'])})"
        parts.append(f"{word} op de {route_label(tree['route'])}{score}")
    joined = " en ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return f"{found.name}: {joined}."


def _facts(found: Material) -> tuple[tuple[str, str], ...]:
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
        if tree["standing"] == "geen_levering":
            continue
        blocks.append(
            Table(
                f"Criteria, {route_label(tree['route'])}",
                sentences.CRITERIA_HEADERS,
                sentences.criteria_rows(tree, standing_of_points),
                numeric=(1, 2, 3, 4),
            )
        )
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


def _telling(found: Material) -> dict[str, tuple[str, ...]]:
    """Per route which charts tell most: the score, and the weakest criterion."""
    chosen = {}
    for tree in found.trees:
        judged = {
            code: item["points"]
            for code, item in tree["criteria"].items()
            if item["points"] is not None and code != "keurmerk"
        }
        weakest = min(judged, key=lambda code: judged[code], default="wachttijd")
        more = ("wachtcurve", "niveaus") if len(found.trees) == 1 else ()
        chosen[tree["route"]] = ("score", weakest, *more)
    return chosen


def _pictures(found: Material, chosen: Mapping[str, Sequence[str]]) -> tuple[Block, ...]:
    pictures = [
        Picture(chart)
        for route, kinds in chosen.items()
        for kind in kinds
        for chart in found.charts.get(route, ())
        if chart.name.startswith(f"{kind}-")
    ]
    return tuple(pictures) or (Text("Er is nog niets om te tekenen."),)


def _agreements(found: Material, *, with_names: bool) -> list[Section]:
    if found.agreements is None:
        return []
    if not found.agreements:
        return [Section("Afspraken", (Text("Er zijn geen lopende afspraken."),))]
    lines = tuple(
        (*([line.provider] if with_names else []), line.text, day_text(line.due_on), line.course)
        for line in found.agreements
    )
    headers = (*(["Aanbieder"] if with_names else []), "Afspraak", "Klaar op", "Stand")
    return [Section("Afspraken", (Table("Lopende afspraken", headers, lines),))]


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


def _standings(found: Material) -> Block:
    rows = tuple(
        (
            found.names[tree["aanbieder"]],
            route_label(tree["route"]),
            number_text(tree["score"]),
            " tot ".join(number_text(n) for n in tree["interval"]) if tree["interval"] else "–",
            tree["standing"].replace("_", " "),
        )
        for tree in found.trees
    )
    headers = ("Aanbieder", "Leerroute", "Score", "90%-interval", "Oordeel")
    return Table("Oordelen op naam, niet op volgorde van score", headers, rows, numeric=(2, 3))


def _signals(found: Material) -> list[Section]:
    if found.signals is None:
        return []
    return [Section("Signalen", (Text(sentences.signals(found.signals)),))]


def _region_changes(found: Material) -> Block:
    told = [
        f"{found.names[fall.provider]} zakte op de {route_label(fall.route)} naar "
        f"{fall.standing.replace('_', ' ')} door {fall.cause}."
        for fall in falls(found.trees, found.before)
    ]
    earlier = {(t["aanbieder"], t["route"]): t for t in found.before}
    silent = [
        f"{found.names[tree['aanbieder']]} leverde niets voor de {route_label(tree['route'])}."
        for tree in found.trees
        if tree["standing"] == "geen_levering"
        and earlier.get((tree["aanbieder"], tree["route"]), tree)["standing"] != "geen_levering"
    ]
    return Bullets((*told, *silent)) if told or silent else Text(sentences.NOTHING_SPECIAL)


def _method(found: Material) -> str:
    return sentences.method(found.model.code, month_end(found.month), found.month)
