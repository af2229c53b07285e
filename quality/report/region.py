"""The report of the region: six to ten pages, however many aanbieders there are.

With many of them it shows those that ask for attention first, and says so; the pages and the
workbook have them all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.charts.pictures import Chart
from core.formats import MISSING, month_text, number_text
from providers.codes import LearningRoute
from quality import charts
from quality.cards.words import falls, month_sentence
from quality.charts import gallery
from quality.charts.words import route_label
from quality.method.words import FEW_GROUPS, Standing, border_text, score_text
from quality.report import sentences
from quality.report.blocks import Block, Bullets, Picture, Report, Section, Table, Text
from quality.report.content import Material, agreement_sections, facts, method

Tree = Mapping[str, Any]
MOST_JUDGEMENTS = 24
"""That a page shows with a figure for each criterion."""
MOST_FUNNELS = 4
MOST_TOLD = 12
"""Sentences and agreements in a list."""
URGENCY = (
    Standing.INSUFFICIENT,
    Standing.NO_DELIVERY,
    Standing.NO_JUDGEMENT,
    Standing.NO_TRACKS,
    Standing.SUFFICIENT,
    Standing.GOOD,
)


def region_report(found: Material) -> Report:
    """Build the report of all aanbieders together."""
    return Report(
        title=f"Kwaliteit in {month_text(found.month)}",
        subject=found.name,
        answer=month_sentence(found.trees, found.before, found.names),
        facts=facts(found),
        sections=(
            Section("De maand in beeld", (*_limits(found), *_shown(found, "maand"))),
            Section("Oordeel per aanbieder", (_standings(found),)),
            Section("Wat er veranderde", _changes(found)),
            Section("Verschillen tussen aanbieders", _differences(found)),
            Section("Het verloop", _shown(found, "verloop")),
            *_signals(found),
            *agreement_sections(found, with_names=True, most=MOST_TOLD),
            Section("Leveringen", _shown(found, "leveringen")),
            Section("Methode", (Text(method(found)),)),
        ),
    )


def pressing(trees: Sequence[Tree], before: Sequence[Tree]) -> list[str]:
    """Codes of the aanbieders that ask for attention first; all of them when they are few."""
    fallen = {(fall.provider, fall.route) for fall in falls(trees, before)}

    def urgency(tree: Tree) -> tuple[Any, ...]:
        fell = (tree["aanbieder"], tree["route"]) in fallen
        score = 100.0 if tree["score"] is None else tree["score"]
        return not fell, URGENCY.index(Standing(tree["standing"])), score, tree["aanbieder"]

    sizes: dict[str, int] = {}
    for tree in trees:
        sizes[tree["aanbieder"]] = sizes.get(tree["aanbieder"], 0) + 1
    chosen: list[str] = []
    for code in dict.fromkeys(tree["aanbieder"] for tree in sorted(trees, key=urgency)):
        if sum(sizes[one] for one in (*chosen, code)) > MOST_JUDGEMENTS:
            break
        chosen.append(code)
    return chosen


def pictures(known: gallery.History, told: Sequence[str]) -> dict[str, tuple[Chart, ...]]:
    """Charts by the section they stand in; those with a row for each show ``told`` only."""
    month, names, some = known.month, known.names, known.only(told)
    whole = [make(month, known.trees, names) for make in (charts.scores, charts.heat_map)]
    rows = [make(month, some.trees, names) for make in (charts.scores, charts.heat_map)]
    routes = [r.code for r in LearningRoute if any(t["route"] == r.code for t in known.trees)]
    return {
        "maand": (
            gallery.region_chart(known),
            *(replace(one, finding=all_.finding) for one, all_ in zip(rows, whole, strict=True)),
        ),
        "verschillen": tuple(chart for route in routes for chart in gallery.funnels(known, route)),
        "verloop": tuple(
            chart
            for route in routes
            if any(tree["route"] == route for tree in some.trees)
            for chart in gallery.small_lines(some, route)
        ),
        "leveringen": tuple(gallery.calendars(some)),
    }


def _shown(found: Material, section: str) -> tuple[Block, ...]:
    return tuple(Picture(chart) for chart in found.charts[section])


def _limits(found: Material) -> tuple[Block, ...]:
    """Say that not everyone is shown, and where they are."""
    if len(found.told) == len({tree["aanbieder"] for tree in found.trees}):
        return ()
    return (
        Text(
            f"Waar een rij per aanbieder staat, toont dit rapport de {len(found.told)} aanbieders "
            "die het eerst aandacht vragen: gezakt, onvoldoende, zonder levering of oordeel, of "
            "met de laagste score. Alle aanbieders staan in het rekenblad en op de pagina "
            "Kwaliteit."
        ),
    )


def _standings(found: Material) -> Block:
    rows = tuple(
        (
            found.names[tree["aanbieder"]],
            route_label(tree["route"]),
            score_text(tree["score"], tree["borders"]),
            " tot ".join(number_text(n) for n in tree["interval"]) if tree["interval"] else MISSING,
            standing_words(tree),
        )
        for tree in found.trees
        if tree["aanbieder"] in found.told
    )
    headers = ("Aanbieder", "Leerroute", "Score", "90%-interval", "Oordeel")
    return Table("Oordelen op naam, niet op volgorde van score", headers, rows, numeric=(2, 3))


def standing_words(tree: Tree) -> str:
    """The word of a judgement, with its border or what makes it unsure."""
    word = Standing(tree["standing"]).label
    unsure = FEW_GROUPS if tree.get("few_groups") else border_text(tree)
    return f"{word}, {unsure}" if unsure else word


def _changes(found: Material) -> tuple[Block, ...]:
    told = [
        f"{found.names[fall.provider]} zakte op de {route_label(fall.route)} naar "
        f"{fall.standing.replace('_', ' ')} door {fall.cause}."
        for fall in falls(found.trees, found.before)
    ]
    earlier = {(t["aanbieder"], t["route"]): t for t in found.before}
    told += [
        f"{found.names[tree['aanbieder']]} leverde niets voor de {route_label(tree['route'])}."
        for tree in found.trees
        if tree["standing"] == Standing.NO_DELIVERY
        and earlier.get((tree["aanbieder"], tree["route"]), tree)["standing"]
        != Standing.NO_DELIVERY
    ]
    if not told:
        return (Text(sentences.NOTHING_SPECIAL),)
    more = len(told) - MOST_TOLD
    rest = (Text(f"En nog {more} keer zoiets. Alles staat op de pagina Kwaliteit."),)
    return (Bullets(tuple(told[:MOST_TOLD])), *(rest if more > 0 else ()))


def _differences(found: Material) -> tuple[Block, ...]:
    """The funnels in which most lie outside the limits; what the others say, in words."""
    listed = found.charts["verschillen"]
    drawn = sorted(listed, key=lambda chart: -charts.outside(chart))[:MOST_FUNNELS]
    others = tuple(f"{chart.finding}." for chart in listed if chart not in drawn)
    shown = tuple(Picture(chart) for chart in listed if chart in drawn)
    return (*shown, *((Bullets(others),) if others else ()))


def _signals(found: Material) -> list[Section]:
    if found.signals is None:
        return []
    return [Section("Signalen", (Text(sentences.signals(found.signals)),))]
