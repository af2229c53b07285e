"""The trace as a picture: from requirement to question, promise and measure, with lines between."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.charts import drawing
from core.charts.pictures import Chart
from procurement.preparation.trace import KINDS, Item, unasked, unmeasured

HEADS = {
    "eis": "Eis",
    "gunningscriterium": "Vraag met weging",
    "belofte": "Belofte",
    "kpi": "KPI",
    "scorecriterium": "Scoremodel",
    "kolom": "Kolom in levering",
}
ROW, TOP, GAP, EDGE = 34.0, 22.0, 22.0, 4.0
SIZE = 8.5


@dataclass(frozen=True)
class Box:
    """One item at its place; ``open_end`` says what is missing, or nothing."""

    column: int
    row: float
    label: str
    text: str
    open_end: str


@dataclass(frozen=True)
class Drawn:
    """Columns, boxes, and lines from box to box by their numbers."""

    heads: tuple[str, ...]
    boxes: tuple[Box, ...]
    lines: tuple[tuple[int, int], ...]
    rows: int


def trace_chart(code: str, items: Sequence[Item]) -> Chart | None:
    """Every item once, in the column of its kind; none when there is nothing."""
    if not items:
        return None
    kinds = [kind for kind in KINDS if any(item.kind == kind for item in items)]
    open_ends = {item.code: "niet gemeten" for item in unmeasured(items)}
    open_ends |= {item.code: "niet gevraagd" for item in unasked(items)}
    placed = _placed(items, kinds)
    number = {item.code: place for place, (item, _, _) in enumerate(placed)}
    names = {item.code: item for item in items}
    tallest = max(sum(item.kind == kind for item in items) for kind in kinds)
    loose = len(unmeasured(items))
    asked = sum(item.kind == "eis" for item in items)
    return Chart(
        name=f"eisen-{code}",
        finding=f"{asked - loose} van {asked} eisen leiden naar iets wat gemeten wordt.",
        measure="Van eis naar vraag, belofte en meting; oranje is waar de weg ophoudt",
        description=". ".join(
            f"{item.code} leidt naar {', '.join(item.leads_to)}"
            for item in items
            if item.leads_to
        ),
        headers=("Code", "Soort", "Omschrijving", "Leidt naar"),
        rows=tuple(
            (
                item.code, KINDS[item.kind], item.text,
                ", ".join(f"{end} {names[end].text}" for end in item.leads_to)
                or open_ends.get(item.code, "–"),
            )
            for item, _, _ in placed
        ),
        paint=_paint,
        data=Drawn(
            tuple(HEADS[kind] for kind in kinds),
            tuple(
                Box(column, row, _label(item), item.text, open_ends.get(item.code, ""))
                for item, column, row in placed
            ),
            tuple(
                (number[item.code], number[end])
                for item in items
                for end in dict.fromkeys(item.leads_to)
                if end in number
            ),
            tallest,
        ),
        height=TOP + ROW * tallest + EDGE,
        width=max(560.0, 158.0 * len(kinds)),
    )  # fmt: skip


def _label(item: Item) -> str:
    return item.code if item.weight is None else f"{item.code}, {item.weight} %"


def _placed(items: Sequence[Item], kinds: Sequence[str]) -> list[tuple[Item, int, float]]:
    """Items with column and row: each as near as it can to what leads to it."""
    rows: dict[str, float] = {}
    placed = []
    for column, kind in enumerate(kinds):
        own = [item for item in items if item.kind == kind]

        def wanted(item: Item) -> float:
            before = [rows[one.code] for one in items if item.code in one.leads_to
                      and one.code in rows]  # fmt: skip
            return sum(before) / len(before) if before else float("inf")

        if column:
            own.sort(key=wanted)
        for place, item in enumerate(own):
            rows[item.code] = float(place)
            placed.append((item, column, float(place)))
    return placed


def _paint(canvas: Any, data: Drawn) -> None:
    sheet = canvas.sheet()
    width = (canvas.width - 2 * EDGE - GAP * (len(data.heads) - 1)) / len(data.heads)
    top = canvas.height - TOP

    def left(column: int) -> float:
        return EDGE + column * (width + GAP)

    def middle(row: float) -> float:
        return float(top - ROW * row - ROW / 2)

    for column, head in enumerate(data.heads):
        sheet.text(left(column), canvas.height - 6, head, fontsize=9, weight="bold", va="top")
    for start, end in data.lines:
        a, b = data.boxes[start], data.boxes[end]
        forward = a.column < b.column
        xs = [
            left(a.column) + (width if forward else 0),
            left(b.column) + (0 if forward else width),
        ]
        sheet.plot(xs, [middle(a.row), middle(b.row)], color=drawing.GREY, lw=0.9, zorder=1)
    for box in data.boxes:
        x, y = left(box.column), middle(box.row)
        colour = drawing.ORANGE if box.open_end else drawing.BLUE
        sheet.plot(
            [x, x], [y - ROW / 2 + 3, y + ROW / 2 - 3], color=colour, lw=3, zorder=2,
            ls=(0, (2, 1)) if box.open_end else "-",
        )  # fmt: skip
        head = f"{box.label}: {box.open_end}" if box.open_end else box.label
        sheet.text(
            x + 6, y + 6, drawing.shorten(head, width - 8, SIZE, bold=True), fontsize=SIZE,
            weight="bold", va="center",
        )  # fmt: skip
        sheet.text(
            x + 6, y - 6, drawing.shorten(box.text, width - 8, SIZE), fontsize=SIZE, va="center"
        )
        drawing.spot(sheet, x + width / 2, y, f"{box.label} {box.text}")
