"""Picture of one indicator: what was reached each year, against the target."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from core.charts import drawing
from core.charts.pictures import Chart
from core.formats import MISSING, count_text
from quality.indicators.rules import YearRow, answer, interval_text, value_text

LEFT, RIGHT, TOP, BOTTOM = 64.0, 24.0, 24.0, 26.0


@dataclass(frozen=True)
class IndicatorPoint:
    """One year in the picture."""

    year: int
    realised: float | None
    target: float | None
    label: str
    indicative: bool
    interval: tuple[float, float] | None
    is_redefined: bool


@dataclass(frozen=True)
class IndicatorPicture:
    """What is drawn: our years, and what others reached as (name, year, value)."""

    points: tuple[IndicatorPoint, ...]
    references: tuple[tuple[str, int, float], ...]


def indicator_chart(
    number: str,
    name: str,
    unit: str,
    rows: Sequence[YearRow],
    references: Sequence[tuple[str, int, float]] = (),
) -> Chart:
    """Realised as dots with their 90 % interval, targets as dashes, others as a thin line.

    A year without a figure breaks the line, and so does another definition, which is marked.
    """
    points = tuple(
        IndicatorPoint(
            row.year,
            row.realised,
            row.target,
            value_text(row.realised, ""),
            bool(row.caution) and row.people is not None,
            row.interval,
            row.is_redefined,
        )
        for row in rows
    )
    said = (
        f"{row.year}: {value_text(row.realised, unit)}, doel {value_text(row.target, unit)}, "
        f"{row.outcome}." + (f" Vanaf {row.year} is anders geteld." if row.is_redefined else "")
        for row in rows
    )
    others = (f"{who} in {year}: {value_text(value, unit)}." for who, year, value in references)
    return Chart(
        name=f"indicator-{number}",
        finding=answer(rows, unit=unit).rstrip("."),
        measure=f"{name} ({unit}): bolletje is wat bereikt is, streepje is het doel",
        description=" ".join((*said, *others)),
        headers=("Jaar", "Realisatie", "90% zeker tussen", "Doel", "Personen", "Uitkomst"),
        rows=tuple(
            (
                str(row.year),
                value_text(row.realised, unit),
                interval_text(row.interval, unit),
                value_text(row.target, unit),
                MISSING if row.people is None else count_text(row.people),
                str(row.outcome),
            )
            for row in rows
        ),
        paint=paint_indicator,
        data=IndicatorPicture(points, tuple(references)),
        height=220.0,
    )


def paint_indicator(canvas: drawing.Canvas, picture: IndicatorPicture) -> None:
    """Years along the bottom, one scale from zero."""
    points = picture.points
    values = [v for p in points for v in (p.realised, p.target) if v is not None]
    values += [p.interval[1] for p in points if p.interval and p.realised is not None]
    values += [value for _, _, value in picture.references]
    if not values:
        canvas.nothing("Er zijn nog geen cijfers.")
        return
    axes = canvas.axes(left=LEFT, right=RIGHT, top=TOP, bottom=BOTTOM)
    years_shown = [p.year for p in points] + [year for _, year, _ in picture.references]
    first, last = min(years_shown), max(years_shown)
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
        if after.is_redefined:
            continue
        axes.plot([before.year, after.year], [before.realised, after.realised], color=drawing.BLUE)
    _draw_references(axes, picture.references, last)
    for point in points:
        if point.is_redefined:
            axes.vlines([point.year - 0.5], 0, ticks[-1], color=drawing.GREY, lw=1.2, zorder=1)
            axes.text(point.year - 0.46, ticks[-1], "anders geteld", va="top", color=drawing.GREY)
        if point.realised is None:
            continue
        if point.interval is not None:
            axes.vlines([point.year], *point.interval, color=drawing.BLUE, lw=1.4, zorder=3)
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
            xytext=(0, 8) if point.interval is None else (7, 5),
            textcoords="offset points",
            ha="center" if point.interval is None else "left",
        )


def _draw_references(axes: Any, references: Sequence[tuple[str, int, float]], last: int) -> None:
    for who, group in groupby(references, key=lambda line: line[0]):
        line = [(year, value) for _, year, value in group]
        years, values = zip(*line, strict=True)
        axes.plot(years, values, color=drawing.GREY, lw=1.2, ls="--", marker="s", ms=4, zorder=2)
        side = "right" if years[-1] == last else "left"
        axes.text(years[-1], values[-1], f" {who} ", ha=side, va="bottom", color=drawing.GREY)
