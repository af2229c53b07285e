"""The trace as a picture: from requirement to question, promise and measure, with lines between."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.charts import drawing, lettering
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
ROW, TOP, GAP, EDGE = 46.0, 22.0, 22.0, 4.0
LINE = 11.0
SIZE = 8.5
TEXT_LINES = 2


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
    """Columns, boxes, and lines: the row of a line in each column that it passes."""

    heads: tuple[str, ...]
    boxes: tuple[Box, ...]
    lines: tuple[tuple[tuple[int, float], ...], ...]


def trace_chart(code: str, items: Sequence[Item]) -> Chart | None:
    """Every item once, in the column of its kind; none when there is nothing."""
    if not items:
        return None
    kinds = [kind for kind in KINDS if any(item.kind == kind for item in items)]
    open_ends = {item.code: "niet gemeten" for item in unmeasured(items)}
    open_ends |= {item.code: "niet gevraagd" for item in unasked(items)}
    placed, lines = _placed(items, kinds)
    names = {item.code: item for item in items}
    tallest = 1 + max(row for line in lines or [((0, 0.0),)] for _, row in line)
    tallest = max(tallest, 1 + max(row for _, _, row in placed))
    loose = len(unmeasured(items))
    asked = sum(item.kind == "eis" for item in items)
    return Chart(
        name=f"eisen-{code}",
        finding=f"{asked - loose} van {asked} eisen leiden naar iets wat gemeten wordt.",
        measure="Van eis naar vraag, belofte en meting; oranje is waar de weg ophoudt",
        description=". ".join(
            f"{item.name} leidt naar {', '.join(names[end].name for end in item.leads_to)}"
            for item in items
            if item.leads_to
        ),
        headers=("Code", "Soort", "Omschrijving", "Leidt naar"),
        rows=tuple(
            (
                item.name, KINDS[item.kind], item.text,
                ", ".join(names[end].full_name for end in item.leads_to)
                or open_ends.get(item.code, "–"),
            )
            for item, _, _ in placed
        ),
        paint=_paint,
        data=Drawn(
            tuple(HEADS[kind] for kind in kinds),
            tuple(
                Box(column, row, *_label(item), open_ends.get(item.code, ""))
                for item, column, row in placed
            ),
            lines,
        ),
        height=TOP + ROW * tallest + EDGE,
        width=max(560.0, 158.0 * len(kinds)),
    )  # fmt: skip


def _label(item: Item) -> tuple[str, str]:
    """The head of a box, and its text where that says more."""
    head = item.name if item.weight is None else f"{item.name}, {item.weight} %"
    return head, "" if item.name == item.text else item.text


Line = tuple[tuple[int, float], ...]


def _placed(
    items: Sequence[Item], kinds: Sequence[str]
) -> tuple[list[tuple[Item, int, float]], tuple[Line, ...]]:
    """Items with column and row, each near what leads to it; and the lines between them.

    A line that passes a column has a row of its own there, so that it crosses no text.
    """
    column_of = {item.code: kinds.index(item.kind) for item in items}
    lines: dict[tuple[str, str], list[tuple[int, float]]] = {}
    placed: list[tuple[Item, int, float]] = []
    for column in range(len(kinds)):
        passing = [
            (points[-1][1], "", (start, end))
            for (start, end), points in lines.items()
            if column < column_of[end]
        ]
        own = []
        for place, item in enumerate(i for i in items if column_of[i.code] == column):
            rows = [points[-1][1] for (_, end), points in lines.items() if end == item.code]
            wanted = sum(rows) / len(rows) if rows else (place if not column else len(items))
            own.append((wanted, item.code, None))
        for row, (_, code, line) in enumerate(
            sorted([*own, *passing], key=lambda entry: (entry[0], entry[1]))
        ):
            if line is not None:
                lines[line].append((column, float(row)))
                continue
            item = next(one for one in items if one.code == code)
            placed.append((item, column, float(row)))
            for (_, end), points in lines.items():
                if end == code:
                    points.append((column, float(row)))
            for end in dict.fromkeys(item.leads_to):
                if column_of.get(end, -1) > column:
                    lines[code, end] = [(column, float(row))]
    return placed, tuple(tuple(points) for points in lines.values())


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
    for line in data.lines:
        xs, ys = [], []
        for place, (column, row) in enumerate(line):
            if place:
                xs.append(left(column))
                ys.append(middle(row))
            if place < len(line) - 1:
                xs.append(left(column) + width)
                ys.append(middle(row))
        sheet.plot(xs, ys, color=drawing.GREY, lw=0.9, zorder=1)
    for box in data.boxes:
        x, y = left(box.column), middle(box.row)
        colour = drawing.ORANGE if box.open_end else drawing.BLUE
        sheet.plot(
            [x, x], [y - ROW / 2 + 3, y + ROW / 2 - 3], color=colour, lw=3, zorder=2,
            ls=(0, (2, 1)) if box.open_end else "-",
        )  # fmt: skip
        head = f"{box.label}: {box.open_end}" if box.open_end else box.label
        lines = lettering.wrap(box.text, width - 8, SIZE)
        if len(lines) > TEXT_LINES:
            rest = " ".join(lines[TEXT_LINES - 1 :])
            lines = [*lines[: TEXT_LINES - 1], lettering.shorten(rest, width - 8, SIZE)]
        sheet.text(
            x + 6, y + LINE, lettering.shorten(head, width - 8, SIZE, bold=True), fontsize=SIZE,
            weight="bold", va="center",
        )  # fmt: skip
        for number, text in enumerate(lines):
            sheet.text(x + 6, y - number * LINE, text, fontsize=SIZE, va="center")
        drawing.spot(sheet, x + width / 2, y, f"{box.label} {box.text}".strip())
