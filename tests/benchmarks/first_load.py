"""A first load of one school by ``feed import``, with the judgement of each of its months."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import Ratio, timing
from tests.benchmarks.feed_files import Installation, sqlite_import, write_csv

ROWS, MONTHS = 1_000_000, 24
MOST_MB = 250


def measure() -> Iterator[Ratio]:
    """Two years of 41,667 learners; processor time, that of the second process included."""
    if not shutil.which("sqlite3"):
        print("  overgeslagen: sqlite3 (de opdrachtregel) is er niet")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        feed = folder / "feed.csv"
        write_csv(feed, ROWS, months=MONTHS, first=24)
        yardstick = sqlite_import(feed, folder)
        installation = Installation(folder / "data")
        command = [sys.executable, "-m", "app.cli", "feed", "import", feed, "--aanbieder", "TA001"]
        spent = timing.spend(
            [*command, "--max-problems", "0"], DATABASE_URL=installation.url,
            TAALINKOOP_DATA_DIR=str(installation.folder),
        )  # fmt: skip
        yield Ratio(
            f"{ROWS} rijen van een school, met {MONTHS} oordelen",
            spent.processor / yardstick.processor, 7, "sqlite3 .import",
            note=spent.compared_with(yardstick),
        )  # fmt: skip
        yield Ratio("Geheugen", spent.megabytes, MOST_MB, "de opdracht", "MB")
