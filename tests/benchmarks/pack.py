"""The pictures of a monthly pack: 450 charts as matplotlib comes, our way, and again.

The yardstick is what one writes first: a new figure with ordinary axes for each chart, saved as
SVG, one after the other.
"""

import io
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from core import drawing, pictures
from core.dates import add_months
from core.pictures import Chart
from quality.charts import Hours, Point, hours, trend
from tests.benchmarks import Ratio

PROVIDERS = 150
MONTHS = 36
LAST = date(2026, 10, 1)


def measure() -> Iterator[Ratio]:
    """Three charts for each of 150 providers, 36 months each."""
    charts = [chart for number in range(PROVIDERS) for chart in _charts(number)]
    pictures.draw(charts[0], "svg")
    start = time.perf_counter()
    for chart in charts:
        _ordinary(chart)
    alone = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        pictures.keep_in(Path(folder))
        try:
            first, again = _all(charts), _all(charts)
        finally:
            pictures.keep_in(None)
    yardstick = f"{len(charts)} grafieken een voor een tekenen"
    yield Ratio(
        "op alle kernen, in onze assen", first / alone, 0.5, yardstick, note=f"{first:.0f} s"
    )
    yield Ratio("nog eens, ongewijzigd", again / alone, 0.02, yardstick, note=f"{again:.2f} s")


class _OrdinaryCanvas(drawing.Canvas):
    """A canvas with the axes that matplotlib makes."""

    def _add(self, *place: float) -> Any:
        return self.figure.add_axes(place)


def _ordinary(chart: Chart) -> None:
    figure = Figure(figsize=(chart.width / 72, chart.height / 72), dpi=72)
    chart.paint(_OrdinaryCanvas(figure, chart.width, chart.height, 0), chart.data)
    figure.savefig(io.BytesIO(), format="svg")


def _all(charts: list[Chart]) -> float:
    start = time.perf_counter()
    for _ in pictures.draw_all(charts, "svg"):
        pass
    return time.perf_counter() - start


def _charts(number: int) -> list[Chart]:
    months = [add_months(LAST, -n) for n in reversed(range(MONTHS))]
    points = [
        Point(m, 60.0 + (number * 7 + n * 13) % 37, 40, 50.0, 99.0) for n, m in enumerate(months)
    ]
    taught = [Hours(m, None, 900.0 + n * number % 90, 800.0) for n, m in enumerate(months)]
    return [
        trend(f"score-{number}", "score", points, of=f"Taalschool {number}"),
        trend(f"wachttijd-{number}", "wachttijd", points, norm=90.0),
        hours(f"uren-{number}", f"Taalschool {number}", taught),
    ]
