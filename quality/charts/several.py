"""Two to four lines in one picture: some providers, or a provider and the region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.charts import drawing, lettering
from core.charts.pictures import Chart
from core.dates import month_number
from core.formats import month_text
from quality.charts.trend import NAN, Point, filled, in_unit, label_of, unit_of
from quality.charts.words import MEASURES, SIGNS, Sign, write_side_labels


@dataclass(frozen=True)
class Several:
    """Two to four lines in one picture."""

    unit: str
    series: tuple[tuple[str, tuple[Point, ...]], ...]
    moments: tuple[tuple[date, str], ...]


def compare_over_time(
    name: str,
    measure: str,
    series: Mapping[str, Sequence[Point]],
    *,
    moments: Sequence[tuple[date, str]] = (),
) -> Chart:
    """Some providers, or a provider and the region, over months; agreements as moments."""
    unit = unit_of(measure)
    lines = tuple((who, filled(points)) for who, points in series.items())
    last = {
        who: next((p.value for p in reversed(points) if p.value is not None), None)
        for who, points in lines
    }
    last_values = {who: value for who, value in last.items() if value is not None}
    best = max(last_values, key=lambda who: last_values[who], default="")
    finding = f"{label_of(measure)}: nog geen waarde"
    if last_values:
        most = "het hoogst bij" if len(last_values) > 1 else "van"
        value = in_unit(last_values[best], unit)
        finding = f"{label_of(measure)}: laatste waarde {most} {best} ({value})"
    months = sorted({p.month for _, points in lines for p in points})
    table = {who: {p.month: p.value for p in points} for who, points in lines}
    return Chart(
        name=name,
        finding=finding,
        measure=MEASURES.get(measure, "Score van 0 tot 100"),
        description=" ".join(
            [
                *(f"{who}: {in_unit(value, unit)}." for who, value in last.items()),
                *(f"{month_text(month)}: {text}." for month, text in moments),
            ]
        ),
        headers=("Maand", *series),
        rows=tuple(
            (month_text(m), *(in_unit(table[who].get(m), unit) for who in series)) for m in months
        ),
        paint=paint_several,
        data=Several(unit, lines, tuple(moments)),
        height=230,
        over_time=True,
    )


RIGHT = 142.0
"""Points beside the lines, for their names."""


def paint_several(canvas: drawing.Canvas, data: Several) -> None:
    """Lines with a shape and a colour each, named at their end."""
    points = [p for _, line in data.series for p in line if p.value is not None]
    if not points:
        canvas.nothing("Er is nog geen waarde om te tonen.")
        return
    axes = canvas.axes(left=44, right=RIGHT, top=16, bottom=34)
    everything = [p.month for _, line in data.series for p in line]
    drawing.month_axis(axes, min(everything), max(everything), canvas.width - 44 - RIGHT)
    values = [p.value for p in points if p.value is not None]
    ticks = drawing.nice_ticks(0, max(values) if data.unit == "uur" else 100, 4)
    axes.set_ylim(ticks[0], ticks[-1])
    drawing.number_axis(axes.yaxis, ticks, " %" if data.unit == "%" else "")
    axes.grid(axis="y")
    labels: list[tuple[float, str]] = []
    signs: list[Sign] = []
    for (who, line), shape, colour in zip(data.series, SIGNS, drawing.SERIES, strict=False):
        values = [p.value for p in line if p.value is not None]
        axes.plot(
            [month_number(p.month) for p in line],
            [NAN if p.value is None else p.value for p in line],
            color=colour,
            marker=shape,
            ms=4.5,
        )
        for point in line:
            if point.value is not None:
                text = f"{who}, {month_text(point.month)}: {in_unit(point.value, data.unit)}"
                drawing.spot(axes, month_number(point.month), point.value, text)
        if values:
            labels.append((values[-1], lettering.shorten(who, RIGHT - 22, 8.5)))
            signs.append((shape, colour))
    write_side_labels(axes, labels, ticks, signs)
    _write_moments(axes, data, ticks[-1])


def _write_moments(axes: Any, data: Several, top: float) -> None:
    """A dotted line at each moment, its words at two heights by turns."""
    for number, (moment, text) in enumerate(data.moments):
        at = month_number(moment)
        side = drawing.side_of(axes, at, text, beyond=RIGHT)
        axes.axvline(at, color=drawing.GREY, lw=1, ls=(0, (2, 2)))
        axes.annotate(
            text,
            (at, top),
            (2 if side == "left" else -2, (3, -9)[number % 2]),
            textcoords="offset points",
            ha=side,
            fontsize=8.5,
            annotation_clip=False,
        )
