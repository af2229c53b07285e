"""Two to four providers side by side on the points of every criterion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.charts import drawing, lettering
from core.charts.pictures import Chart
from core.formats import MISSING, month_text, number_text
from quality.charts.judgement import borders_of, draw_zones
from quality.charts.words import (
    NOTHING_CAME,
    STANDINGS,
    Card,
    cards_in_order,
    criteria_of,
    left_out,
    n_text,
    name_of,
    value_text,
)
from quality.method.criteria import CRITERIA
from quality.method.words import standing_of_points

MOST = 4
LEFT, RIGHT, TOP, BOTTOM, ROW = 190.0, 130.0, 14.0, 22.0, 17.0


@dataclass(frozen=True)
class Side:
    """One provider on one criterion; a row with only a name is the criterion."""

    name: str
    standing: str = ""
    points: float | None = None
    text: str = ""
    n: str = ""


@dataclass(frozen=True)
class Sides:
    """All rows, and the borders of the model that judged them."""

    lines: tuple[Side, ...]
    borders: tuple[float, float]


def compare(month: date, cards: Sequence[Card], names: Mapping[str, str]) -> Chart:
    """Points per criterion of some providers of one route."""
    ordered = cards_in_order(cards, names)[:MOST]
    lines: list[Side] = []
    measures = criteria_of(ordered)
    for measure in measures:
        lines.append(Side(measure.label))
        lines += [_side(card, measure.code, name_of(card, names)) for card in ordered]
    return Chart(
        name=f"vergelijking-{month:%Y-%m}",
        finding=_finding(ordered, names),
        measure=f"Punten per criterium van 0 tot 100, {month_text(month)}",
        description=" ".join(
            f"{line.name}:" if not line.standing else f"{line.name} {line.text}." for line in lines
        )
        if ordered
        else "Er is niets te tonen.",
        headers=("Criterium", *(name_of(card, names) for card in ordered)),
        rows=tuple(
            (measure.label, *(_side(card, measure.code, "").text for card in ordered))
            for measure in measures
        )
        if ordered
        else (),
        paint=paint_compare,
        data=Sides(tuple(lines) if ordered else (), borders_of(ordered)),
        height=TOP + BOTTOM + ROW * len(lines),
    )


def _side(card: Card, criterion: str, name: str) -> Side:
    item: Mapping[str, Any] | None = card["criteria"].get(criterion)
    if card["standing"] in NOTHING_CAME:
        return Side(name, card["standing"], None, STANDINGS[card["standing"]])
    if left_out(item) or item is None:
        return Side(name, "geen_oordeel", None, "telt niet mee")
    n = "" if CRITERIA[criterion].is_status else n_text(item.get("n"))
    points = item["points"]
    if points is None:
        return Side(name, "geen_oordeel", None, "geen oordeel", n)
    text = f"{value_text(criterion, item['value'])}, {number_text(points)} punten"
    return Side(name, standing_of_points(points, card["borders"]), points, text, n)


def _finding(cards: Sequence[Card], names: Mapping[str, str]) -> str:
    if not cards:
        return "Kies twee tot vier aanbieders om te vergelijken"
    return "; ".join(
        f"{name_of(c, names)} {STANDINGS[c['standing']]}"
        + ("" if c["score"] is None else f" ({number_text(c['score'])})")
        for c in cards
    )


def paint_compare(canvas: drawing.Canvas, data: Sides) -> None:
    """One scale, criterion after criterion."""
    lines = data.lines
    if not lines:
        canvas.nothing("Kies twee tot vier aanbieders.")
        return
    top = canvas.height - TOP
    axes = canvas.axes(left=LEFT, right=RIGHT, top=TOP, bottom=BOTTOM)
    axes.set_xlim(0, 100)
    axes.set_ylim(BOTTOM, top)
    axes.set_yticks([])
    axes.yaxis.edge = False
    draw_zones(axes, data.borders, BOTTOM, top)
    sheet = canvas.sheet()
    right = canvas.width - RIGHT
    marks = []
    for number, line in enumerate(lines):
        y = top - (number + 0.5) * ROW
        if not line.standing:
            sheet.text(4, y, line.name, va="center", weight="bold")
            continue
        sheet.text(14, y, lettering.shorten(line.name, 130), va="center")
        sheet.text(LEFT - 8, y, line.n, va="center", ha="right", size=8.5)
        text = line.text.split(", ")[0] or MISSING
        sheet.text(right + 12, y, lettering.shorten(text, 114, 8.5), va="center", size=8.5)
        if line.points is not None:
            marks.append((line.points, y, line.standing))
    ys, points = [y for _, y, _ in marks], [x for x, _, _ in marks]
    axes.hlines(ys, 0, points, color=drawing.GREY, lw=0.8, zorder=1)
    drawing.marks(axes, marks)
