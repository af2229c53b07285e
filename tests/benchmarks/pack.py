"""The monthly pack: 450 charts as matplotlib comes, our way, and again; then all reports.

The yardstick of the charts is what one writes first: a new figure with ordinary axes for each,
saved as SVG, one after the other. The reports are those of 150 aanbieders over 36 months.
"""

import io
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from core.accounts import Account, Role
from core.charts import drawing, pictures
from core.charts.pictures import Chart
from core.dates import add_months
from core.db import database, open_database
from quality.cards.operations import compute
from quality.charts import Hours, Point, hours, trend
from tests.benchmarks import Ratio, timing
from tests.benchmarks.region import AT, MONTH, fill
from tests.browser.site import TAALINKOOP, Site
from tests.crowd import ask, cookie_of
from tests.many_cards import earlier_months

PROVIDERS = 150
MONTHS = 36
LAST = date(2026, 10, 1)
WITH_ROWS = 3
"""Months of rows: reports read a dozen sums of them, and rows of all months take minutes."""
BEFORE = f"{add_months(MONTH, -1):%Y-%m}"
"""A month that is not drawn ahead."""
PAGES = {
    "grafieken van de regio": f"/kwaliteit/{BEFORE}/grafieken/",
    "verschillen in de regio": f"/kwaliteit/{BEFORE}/grafieken/?over=verschillen",
    "grafieken van een aanbieder": f"/kwaliteit/{BEFORE}/grafieken/P002/",
}


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
    # The server may leave a process behind that still puts its last picture on the shelf.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield from _reports(Path(folder))


def _reports(folder: Path) -> Iterator[Ratio]:
    """Every report as PDF and workbook by the command, and pages of charts drawn and kept."""
    address = f"sqlite:///{folder / 'taalinkoop.sqlite'}"
    database.initialize(open_database(address))
    with database.connection_context():
        fill(PROVIDERS, WITH_ROWS)
        compute(MONTH, by="bench", at=AT)
        earlier_months(MONTH, MONTHS)
        reader = Account.create(
            email="bench@example.org", role=Role.CONTRACT_MANAGER, password_hash="!",
            session_key="bench", created_at=AT,
        )  # fmt: skip
    site = Site.start(folder)
    try:
        headers = {"Cookie": cookie_of(reader, folder)}
        ask(site.url, f"/kwaliteit/{BEFORE}/grafieken/P001/", headers)  # loads matplotlib
        for name, path in PAGES.items():
            first, *again = (ask(site.url, path, headers).seconds for _ in range(4))
            yield Ratio(f"{name}, nog niet getekend", 1000 * first, 500, "de server", "ms")
            yield Ratio(f"{name}, bewaard", 1000 * min(again), 200, "de server", "ms")
    finally:
        site.stop()
    command = [TAALINKOOP, "report", f"{MONTH:%Y-%m}", "--out", folder / "out"]
    environment = {"DATABASE_URL": address, "TAALINKOOP_DATA_DIR": str(folder)}
    for name, bound in (("alle rapporten, PDF en XLSX", 60), ("nog eens, ongewijzigd", 15)):
        spent = timing.spend(command, **environment)
        note = f"{spent.processor:.0f} s processor, {spent.megabytes:.0f} MB"
        yield Ratio(name, spent.clock, bound, f"{PROVIDERS} aanbieders", "s", note=note)


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
