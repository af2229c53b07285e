"""Heat map: provider by criterion, with the value and the word in every cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.charts import drawing, lettering
from core.charts.pictures import Chart
from core.formats import month_text
from quality.charts.words import (
    NOTHING_CAME,
    SHORT_MARKS,
    STANDINGS,
    Card,
    cards_in_order,
    criteria_of,
    left_out,
    listing,
    n_text,
    name_of,
    route_label,
    value_text,
)
from quality.method.criteria import Measure
from quality.method.words import standing_of_points

STANDINGS_OF_POINTS = ("goed", "voldoende", "onvoldoende")
NAME_WIDTH = 150.0
CELL = 24.0
HEADING = 20.0
TINTS = {
    "goed": (drawing.BLUE, 0.30),
    "voldoende": (drawing.GREY, 0.16),
    "onvoldoende": (drawing.ORANGE, 0.34),
}


@dataclass(frozen=True)
class Cell:
    """One criterion of one provider."""

    value: str
    word: str
    standing: str
    short: str = ""


@dataclass(frozen=True)
class Row:
    """One provider; a row without cells is the heading of a route."""

    name: str
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Map:
    """All rows, and the short names of the criteria above their columns."""

    rows: tuple[Row, ...]
    columns: tuple[str, ...]


def heat_map(month: date, cards: Sequence[Card], names: Mapping[str, str]) -> Chart:
    """Which provider falls short on what."""
    routes: dict[str, list[Row]] = {}
    measures = criteria_of(cards)
    columns = tuple(measure.short for measure in measures)
    for card in cards_in_order(cards, names):
        cells = tuple(_cell(card, measure.code) for measure in measures)
        routes.setdefault(route_label(card["route"]), []).append(Row(name_of(card, names), cells))
    rows = [row for route, of_route in routes.items() for row in (Row(route), *of_route)]
    return Chart(
        name=f"criteria-{month:%Y-%m}",
        finding=_finding([row for row in rows if row.cells], measures),
        measure=f"Waarde en oordeel per aanbieder en criterium, {month_text(month)}",
        description=" ".join(_describe(row, columns) for row in rows) or "Er is niets te tonen.",
        headers=("Aanbieder", "Route", *columns),
        rows=tuple(
            (row.name, route, *map(_in_table, row.cells))
            for route, of_route in routes.items()
            for row in of_route
        ),
        paint=paint_heat_map,
        data=Map(tuple(rows), columns),
        height=max(80.0, 20 + sum(CELL + 3 if row.cells else HEADING for row in rows)),
    )


def _cell(card: Card, criterion: str) -> Cell:
    item: Mapping[str, Any] | None = card["criteria"].get(criterion)
    if card["standing"] in NOTHING_CAME:
        return Cell("", STANDINGS[card["standing"]], card["standing"])
    if left_out(item) or item is None:
        return Cell("", "telt niet mee", "geen_oordeel")
    value = item.get("value")
    if not item.get("judged", True) or item.get("points") is None:
        n = item.get("n")
        few = item.get("state") == "te_weinig" or (isinstance(n, int) and n < 5)
        return Cell(
            "" if value is None else value_text(criterion, value),
            n_text(n) if few else "geen oordeel",
            "geen_oordeel",
        )
    standing = standing_of_points(item["points"], card["borders"])
    text = value_text(criterion, value)
    return Cell(text, STANDINGS[standing], standing, SHORT_MARKS.get(str(value), text))


def _in_table(cell: Cell) -> str:
    return f"{cell.value} ({cell.word})" if cell.value else cell.word


def _finding(rows: Sequence[Row], measures: Sequence[Measure]) -> str:
    """The criterion on which most fall short."""
    short = [
        sum(row.cells[number].standing == "onvoldoende" for row in rows)
        for number in range(len(measures))
    ]
    if not rows:
        return "Er zijn nog geen scores van deze maand"
    most = max(short, default=0)
    if most == 0:
        return "Op geen enkel criterium is een aanbieder onvoldoende"
    places = [number for number, count in enumerate(short) if count == most]
    worst = [
        measures[n].label if measures[n].is_status else measures[n].label.lower() for n in places
    ]
    # Who is not judged on it does not count.
    judged = max(
        sum(row.cells[number].standing in STANDINGS_OF_POINTS for row in rows) for number in places
    )
    times = f"{most} van {judged} keer"
    return f"Het vaakst onvoldoende: {listing(worst)} ({times})"


def _describe(row: Row, columns: Sequence[str]) -> str:
    if not row.cells:
        return f"{row.name}:"
    cells = (f"{label} {_in_table(cell)}" for label, cell in zip(columns, row.cells, strict=True))
    return f"{row.name}: {', '.join(cells)}."


def paint_heat_map(canvas: drawing.Canvas, data: Map) -> None:
    """Tinted cells, each with its own words."""
    rows = data.rows
    if not rows:
        canvas.nothing("Voor deze maand zijn er nog geen scores.")
        return
    axes = canvas.sheet()
    step = (canvas.width - NAME_WIDTH - 4) / max(1, len(data.columns))
    y = canvas.height - 14
    for column, label in enumerate(data.columns):
        middle = NAME_WIDTH + (column + 0.5) * step
        axes.text(middle, y + 2, label, ha="center", weight="bold", size=8.5)
    places: dict[str, list[tuple[float, float]]] = {standing: [] for standing in drawing.MARKS}
    for row in rows:
        height = CELL + 3 if row.cells else HEADING
        y -= height
        if not row.cells:
            axes.text(4, y + 6, row.name, weight="bold")
            continue
        axes.text(4, y + CELL / 2, lettering.shorten(row.name, NAME_WIDTH - 10), va="center")
        for column, cell in enumerate(row.cells):
            left = NAME_WIDTH + column * step
            places[cell.standing].append((left, y))
            _write_cell(axes, left, y, step - 3, cell)
    for standing, (colour, alpha) in TINTS.items():
        _tint(axes, places.pop(standing), step - 3, colour, alpha)
    drawing.boxes(axes, [corner for rest in places.values() for corner in rest], step - 3, CELL)


def _write_cell(axes: Any, left: float, y: float, width: float, cell: Cell) -> None:
    middle = left + width / 2
    if not cell.value:
        axes.text(middle, y + CELL / 2, cell.word, ha="center", va="center", size=8.5)
        return
    value = lettering.shorten(cell.short or cell.value, width - 2, 9, bold=True)
    axes.text(middle, y + 13, value, ha="center", size=9, weight="bold")
    axes.text(middle, y + 4, cell.word, ha="center", size=8.5)


def _tint(
    axes: Any, places: Sequence[tuple[float, float]], width: float, colour: str, alpha: float
) -> None:
    """Tint the cells of one standing, as thick lines: one stroke for all of them."""
    if places:
        axes.hlines(
            [y + CELL / 2 for _, y in places],
            [x for x, _ in places],
            [x + width for x, _ in places],
            lw=CELL,
            color=colour,
            alpha=alpha,
            capstyle="butt",
            zorder=0,
        )
