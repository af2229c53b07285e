"""Picture of one indicator: what was reached each year, against the target."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.charts import drawing
from core.charts.pictures import Chart
from core.formats import MISSING, count_text
from quality.indicators.rules import YearRow, answer, value_text

LEFT, RIGHT, TOP, BOTTOM = 64.0, 24.0, 24.0, 26.0


@dataclass(frozen=True)
class IndicatorPoint:
    """One year in the picture."""

    year: int
    realised: float | None
    target: float | None
    label: str
    indicative: bool


def indicator_chart(number: str, name: str, unit: str, rows: Sequence[YearRow]) -> Chart:
    """Realised as dots, targets as dashes; a year without a figure breaks the line."""
    points = tuple(
        IndicatorPoint(
            row.year,
            row.realised,
            row.target,
            value_text(row.realised, ""),
            bool(row.caution) and row.people is not None,
        )
        for row in rows
    )
    said = (
        f"{row.year}: {value_text(row.realised, unit)}, doel {value_text(row.target, unit)}, "
        f"{row.outcome}."
        for row in rows
    )
    return Chart(
        name=f"indicator-{number}",
        finding=answer(rows, unit=unit).rstrip("."),
        measure=f"{name} ({unit}): bolletje is wat bereikt is, streepje is het doel",
        description=" ".join(said),
        headers=("Jaar", "Realisatie", "Doel", "Personen", "Uitkomst"),
        rows=tuple(
            (
                str(row.year),
                value_text(row.realised, unit),
                value_text(row.target, unit),
                MISSING if row.people is None else count_text(row.people),
                str(row.outcome),
            )
            for row in rows
        ),
        paint=paint_indicator,
        data=points,
        height=220.0,
    )


def paint_indicator(canvas: drawing.Canvas, points: tuple[IndicatorPoint, ...]) -> None:
    """Years along the bottom, one scale from zero."""
    values = [v for p in points for v in (p.realised, p.target) if v is not None]
    if not values:
        canvas.nothing("Er zijn nog geen cijfers.")
        return
    axes = canvas.axes(left=LEFT, right=RIGHT, top=TOP, bottom=BOTTOM)
    first, last = points[0].year, points[-1].year
    axes.set_xlim(first - 0.5, last + 0.5)
    axes.set_xticks(range(first, last + 1), [str(year) for year in range(first, last + 1)])
    ticks = drawing.nice_ticks(0.0, max(values), 4)
    axes.set_ylim(0, ticks[-1])
    drawing.number_axis(axes.yaxis, ticks)
    axes.grid(axis="y")
    targets = [(p.year, p.target) for p in points if p.target is not None]
    if targets:
        years, goals = zip(*targets, strict=True)
        starts, ends = [y - 0.3 for y in years], [y + 0.3 for y in years]
        axes.hlines(goals, starts, ends, color=drawing.GREY, lw=2.4, zorder=2)
    for before, after in pairwise(points):
        if before.realised is None or after.realised is None or after.year != before.year + 1:
            continue
        axes.plot([before.year, after.year], [before.realised, after.realised], color=drawing.BLUE)
    for point in points:
        if point.realised is None:
            continue
        face = drawing.GROUND if point.indicative else drawing.BLUE
        axes.plot(
            [point.year],
            [point.realised],
            marker="o",
            ms=7,
            color=drawing.BLUE,
            markerfacecolor=face,
            clip_on=False,
            zorder=4,
        )
        axes.annotate(
            point.label,
            (point.year, point.realised),
            xytext=(0, 8),
            textcoords="offset points",
            ha="center",
        )
