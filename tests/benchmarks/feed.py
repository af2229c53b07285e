"""Taking deliveries in on SQLite: CSV, XLSX and the same bytes again, against yardsticks."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import Ratio, timing
from tests.benchmarks.feed_files import Installation, sqlite_import, write_csv, write_xlsx

HELD_FILES, HELD_ROWS, MONTH_ROWS = 5, 1_000_000, 110_000
"""Five million rows held, of five schools; the sixth sends one new month."""


def measure() -> Iterator[Ratio]:
    """One million rows of CSV, the same bytes again, a month beside five million, XLSX."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if shutil.which("sqlite3"):
            yield from _measure_csv(folder)
        else:
            print("  overgeslagen: sqlite3 (de opdrachtregel) is er niet")
        yield from _measure_xlsx(folder)


def _measure_csv(folder: Path) -> Iterator[Ratio]:
    feed = folder / "feed.csv"
    write_csv(feed, HELD_ROWS, months=47)
    yardstick = sqlite_import(feed, folder)
    installation = Installation(folder / "data")
    first = installation.deliver(feed)
    yield Ratio(
        "CSV, 1.000.000 rijen", first.clock / yardstick.clock, 2.0, "sqlite3 .import",
        note=first.compared_with(yardstick),
    )  # fmt: skip
    yield Ratio("CSV, geheugen", first.megabytes, 150, "niets", "MB")
    again = installation.deliver(feed)
    yield Ratio(
        "dezelfde bytes", again.clock / first.clock, 0.05, "de eerste keer",
        note=again.compared_with(first),
    )  # fmt: skip
    yield from _measure_month(installation, feed, folder)


def _measure_month(installation: Installation, feed: Path, folder: Path) -> Iterator[Ratio]:
    for school in range(2, HELD_FILES + 1):
        write_csv(feed, HELD_ROWS, months=47, school=school)
        installation.deliver(feed, school)
    month = folder / "month.csv"
    for name, school in (("een nieuwe school", HELD_FILES + 1), ("een bekende school", 1)):
        write_csv(month, MONTH_ROWS, months=1, first=47, school=school)
        yardstick = sqlite_import(month, folder)
        spent = installation.deliver(month, school)
        yield Ratio(
            f"een maand van 110.000 rijen bij 5.000.000, {name}", spent.clock / yardstick.clock, 4,
            "sqlite3 .import", note=f"{spent.compared_with(yardstick)}; {spent.megabytes:.0f} MB",
        )  # fmt: skip


READ = (
    """
import sys, openpyxl
"""
    + timing.STOPWATCH
    + """
book = openpyxl.load_workbook(sys.argv[1], read_only=True)
print(sum(1 for _ in book.active.iter_rows(values_only=True)))
tell()
"""
)


def _measure_xlsx(folder: Path) -> Iterator[Ratio]:
    feed = folder / "feed.xlsx"
    write_xlsx(feed, 100_000, months=12)
    installation = Installation(folder / "xlsx")
    spent = installation.deliver(feed)
    yardstick = timing.spend_inside([sys.executable, "-c", READ, feed])
    yield Ratio(
        "XLSX, 100.000 rijen", spent.clock / yardstick.clock, 0.2, "lezen met openpyxl",
        note=spent.compared_with(yardstick),
    )  # fmt: skip
    yield Ratio("XLSX, geheugen", spent.megabytes, 250, "niets", "MB")
