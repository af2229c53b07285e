"""The report of the region: six to ten pages, however many aanbieders there are.

With many of them it shows those that ask for attention first, and says so; the pages and the
workbook have them all.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.charts.pictures import Chart
from core.formats import MISSING, month_text, number_text
from providers.codes import LearningRoute
from quality import charts
from quality.cards.words import asks_a_talk, falls, month_sentence, talk_reasons
from quality.charts import gallery
from quality.charts.words import route_label
from quality.method.words import FEW_GROUPS, Standing, border_text, score_text
from quality.report import sentences
from quality.report.blocks import Block, Bullets, Picture, Report, Section, Table, Text
from quality.report.content import ReportData, agreement_sections, facts, method

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


def region_report(data: ReportData) -> Report:
    """Build the report of all aanbieders together."""
    return Report(
        title=f"Kwaliteit in {month_text(data.month)}",
        subject=data.name,
        answer=month_sentence(data.trees, data.before, data.names),
        facts=facts(data),
        sections=(
            *_talks(data),
            Section("Oordeel per aanbieder", (*_limits(data), _standings(data))),
            Section("Wat er veranderde", _changes(data)),
            Section("De maand in beeld", _pictures(data, "maand")),
            # The tall picture of the criteria after the low ones: no page stays half empty.
            Section("Het verloop", _pictures(data, "verloop")),
            Section("Verschillen tussen aanbieders", _differences(data)),
            *_signals(data),
            *agreement_sections(data, with_names=True, most=MOST_TOLD),
            Section("Leveringen", _pictures(data, "leveringen")),
            Section("Methode", (Text(method(data)),)),
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


def pictures(history: gallery.History, row_codes: Sequence[str]) -> dict[str, tuple[Chart, ...]]:
    """Charts by the section they stand in; those with a row for each show ``row_codes`` only."""
    month, names, some = history.month, history.names, history.only(row_codes)
    whole = charts.heat_map(month, history.trees, names)
    rows = charts.heat_map(month, some.trees, names)
    routes = [r.code for r in LearningRoute if any(t["route"] == r.code for t in history.trees)]
    return {
        "maand": (gallery.region_chart(history),),
        "criteria": (replace(rows, finding=whole.finding),),
        "verschillen": tuple(
            chart for route in routes for chart in gallery.funnels(history, route)
        ),
        "verloop": tuple(
            chart
            for route in routes
            if any(tree["route"] == route for tree in some.trees)
            for chart in gallery.small_lines(some, route)
        ),
        "leveringen": tuple(gallery.calendars(some)),
    }


def _talks(data: ReportData) -> list[Section]:
    """Who falls short or clearly goes down, and on what: the first page says it."""
    needed = [tree for tree in data.trees if asks_a_talk(tree)]
    lines = [
        f"{data.names[tree['aanbieder']]}, {route_label(tree['route'])}: "
        + ("; ".join(talk_reasons(tree)) or "de score als geheel")
        for tree in needed[:MOST_TOLD]
    ]
    if not lines:
        return []
    more = len(needed) - MOST_TOLD
    rest = (Text(f"En nog {more} andere. Ze staan op de pagina Kwaliteit."),) if more > 0 else ()
    return [Section("Met wie praten, en waarover", (Bullets(tuple(lines)), *rest))]


def _pictures(data: ReportData, section: str) -> tuple[Block, ...]:
    return tuple(Picture(chart) for chart in data.charts[section])


def _limits(data: ReportData) -> tuple[Block, ...]:
    """Say that not everyone is shown, and where they are."""
    if len(data.row_codes) == len({tree["aanbieder"] for tree in data.trees}):
        return ()
    return (
        Text(
            "Waar een rij per aanbieder staat, toont dit rapport de "
            f"{len(data.row_codes)} aanbieders die het eerst aandacht vragen: gezakt, onvoldoende, "
            "zonder levering of oordeel, of met de laagste score. Alle aanbieders staan in "
            "het rekenblad en op de pagina Kwaliteit."
        ),
    )


def _standings(data: ReportData) -> Block:
    rows = tuple(
        (
            data.names[tree["aanbieder"]],
            route_label(tree["route"]),
            score_text(tree["score"], tree["borders"]),
            " tot ".join(number_text(n) for n in tree["interval"]) if tree["interval"] else MISSING,
            standing_words(tree),
        )
        for tree in data.trees
        if tree["aanbieder"] in data.row_codes
    )
    headers = ("Aanbieder", "Leerroute", "Score", "90%-interval", "Oordeel")
    return Table("Oordelen op naam, niet op volgorde van score", headers, rows, numeric=(2, 3))


def standing_words(tree: Tree) -> str:
    """The word of a judgement, with the closed gate, its border or what makes it unsure."""
    word = Standing(tree["standing"]).label
    if not tree["gate"]["open"]:
        return f"{word}: {tree['gate']['reason']}"
    unsure = FEW_GROUPS if tree.get("few_groups") else border_text(tree)
    return f"{word}, {unsure}" if unsure else word


def _changes(data: ReportData) -> tuple[Block, ...]:
    lines = [
        f"{data.names[fall.provider]} zakte op de {route_label(fall.route)} naar "
        f"{fall.standing.replace('_', ' ')} door {fall.cause}."
        for fall in falls(data.trees, data.before)
    ]
    earlier = {(t["aanbieder"], t["route"]): t for t in data.before}
    lines += [
        f"{data.names[tree['aanbieder']]} leverde niets voor de {route_label(tree['route'])}."
        for tree in data.trees
        if tree["standing"] == Standing.NO_DELIVERY
        and earlier.get((tree["aanbieder"], tree["route"]), tree)["standing"]
        != Standing.NO_DELIVERY
    ]
    if not lines:
        return (Text(sentences.NOTHING_SPECIAL),)
    more = len(lines) - MOST_TOLD
    rest = (Text(f"En nog {more} keer zoiets. Alles staat op de pagina Kwaliteit."),)
    return (Bullets(tuple(lines[:MOST_TOLD])), *(rest if more > 0 else ()))


def _differences(data: ReportData) -> tuple[Block, ...]:
    """The criteria of all, the funnels with most outside their limits, and the others in words."""
    listed = data.charts["verschillen"]
    drawn = sorted(filter(charts.outside, listed), key=lambda chart: -charts.outside(chart))
    drawn = drawn[:MOST_FUNNELS]
    others = _together([chart.finding for chart in listed if chart not in drawn])
    drawn_charts = tuple(Picture(chart) for chart in listed if chart in drawn)
    return (*_pictures(data, "criteria"), *drawn_charts, *((Bullets(others),) if others else ()))


def _together(findings: Sequence[str]) -> tuple[str, ...]:
    """What is found of several criteria alike, as one sentence."""
    about: dict[str, list[str]] = defaultdict(list)
    for finding in findings:
        subject, _, remark = finding.partition(": ")
        about[remark].append(subject)
    return tuple(
        f"{remark[:1].upper()}{remark[1:]}: {', '.join(subjects)}."
        if len(subjects) > 1
        else f"{subjects[0]}: {remark}."
        for remark, subjects in about.items()
    )


def _signals(data: ReportData) -> list[Section]:
    if data.signals is None:
        return []
    return [Section("Signalen", (Text(sentences.signals(data.signals, data.signalled)),))]
