"""The wait in some regions in one picture, at the ends of the periods that their files show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.charts import drawing, lettering
from core.charts.pictures import Chart
from core.formats import MISSING, percent_text
from quality.charts.words import SIGNS, Sign, write_side_labels
from quality.regions.rules import YARDSTICK

LONGEST = 98
"""Days; the last period has no end, and is not drawn."""
MOST = len(drawing.SERIES)


@dataclass(frozen=True)
class Regions:
    """By name: the days and the per cent that has begun by then."""

    lines: tuple[tuple[str, tuple[tuple[int, float], ...]], ...]


def regions_chart(name: str, of: str, shares: Mapping[str, Mapping[int, float]]) -> Chart:
    """Who has begun after so many days of waiting, per region; those who wait are counted."""
    lines = tuple(
        (region, tuple((day, share) for day, share in values.items() if day <= LONGEST))
        for region, values in list(shares.items())[:MOST]
    )
    days: Sequence[int] = sorted({day for _, line in lines for day, _ in line})
    table = {region: dict(line) for region, line in lines}
    begun = [
        f"{region} {percent_text(values[YARDSTICK])}" for region, values in table.items() if values
    ]
    return Chart(
        name=name,
        finding=f"Binnen {YARDSTICK} dagen begonnen: {', '.join(begun)}",
        measure=f"{of}: deel van de cursisten dat begonnen is, naar dagen na aanmelding, "
        "wachtenden meegeteld",
        description=f"Binnen {YARDSTICK} dagen begonnen: {', '.join(begun)}.",
        headers=("Dagen na aanmelding", *table),
        rows=tuple(
            (
                str(day),
                *(percent_text(table[r][day]) if day in table[r] else MISSING for r in table),
            )
            for day in days
        ),
        paint=paint_regions,
        data=Regions(lines),
        height=240,
    )


def paint_regions(canvas: drawing.Canvas, data: Regions) -> None:
    """A line per region with a shape and a colour, named at its end."""
    if not any(line for _, line in data.lines):
        canvas.nothing("Er zijn nog geen cijfers om te tonen.")
        return
    axes = canvas.axes(left=44, right=150, top=36, bottom=38)
    ticks = (0, 20, 40, 60, 80, 100)
    axes.set_xlim(0, LONGEST)
    axes.set_ylim(0, 100)
    drawing.number_axis(axes.xaxis, (0, 14, 28, 42, 56, 70, 98))
    drawing.number_axis(axes.yaxis, ticks, " %")
    axes.set_xlabel("dagen na aanmelding")
    axes.grid(axis="y")
    labels: list[tuple[float, str]] = []
    signs: list[Sign] = []
    for (region, line), shape, colour in zip(data.lines, SIGNS, drawing.SERIES, strict=False):
        days, shares = zip(*((0, 0.0), *line), strict=True)
        axes.plot(days, shares, color=colour, marker=shape, ms=4.5)
        for day, share in line:
            drawing.spot(axes, day, share, f"{region}, {day} dagen: {percent_text(share)}")
        labels.append((shares[-1], lettering.shorten(region, 128, 8.5)))
        signs.append((shape, colour))
    write_side_labels(axes, labels, ticks, signs)
