"""Taking deliveries in on PostgreSQL, against COPY of the raw file; needs TEST_DATABASE_URL."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import Ratio, timing
from tests.benchmarks.feed_files import HEADER, Installation, write_csv

ROWS = 1_000_000
NAME = "taalinkoop_bench"
COPY = (
    """
import sys, psycopg
"""
    + timing.STOPWATCH
    + """
with psycopg.connect(sys.argv[1]) as connection, connection.cursor() as cursor:
    cursor.execute("DROP TABLE IF EXISTS raw")
    cursor.execute("CREATE TABLE raw (" + ", ".join(f"{n} text" for n in sys.argv[3:]) + ")")
    words = "COPY raw FROM STDIN WITH (FORMAT csv, DELIMITER ';', HEADER)"
    with open(sys.argv[2], "rb") as file, cursor.copy(words) as copy:
        while chunk := file.read(1 << 20):
            copy.write(chunk)
tell()
"""
)
RECREATE = """
import sys, psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    connection.execute(f"DROP DATABASE IF EXISTS {sys.argv[2]}")
    if sys.argv[3:]:
        connection.execute(f"CREATE DATABASE {sys.argv[2]}")
"""


def measure() -> Iterator[Ratio]:
    """A first delivery, then the same months again from another file."""
    server = os.environ.get("TEST_DATABASE_URL", "")
    if not server:
        print("  overgeslagen: TEST_DATABASE_URL is niet gezet")
        return
    timing.peak_megabytes([sys.executable, "-c", RECREATE, server, NAME, "new"])
    try:
        yield from _measure(server.rpartition("/")[0] + f"/{NAME}")
    finally:
        timing.peak_megabytes([sys.executable, "-c", RECREATE, server, NAME])


def _measure(url: str) -> Iterator[Ratio]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        feed = folder / "feed.csv"
        write_csv(feed, ROWS, months=47)
        copy = [sys.executable, "-c", COPY, url, feed, *HEADER]
        yardstick = timing.spend_inside(copy)
        installation = Installation(folder / "data", url)
        first = installation.deliver(feed)
        note = first.compared_with(yardstick)
        ratio = first.clock / yardstick.clock
        yield Ratio("nieuwe maanden, 1.000.000 rijen", ratio, 4, "COPY", note=note)
        yield Ratio("geheugen", first.megabytes, 150, "niets", "MB")
        with feed.open("a", encoding="utf-8") as file:
            file.write("\r\n")
        merged = installation.deliver(feed)
        note = f"{merged.compared_with(yardstick)}; alle rijen ongewijzigd"
        ratio = merged.clock / yardstick.clock
        yield Ratio("dezelfde maanden, samengevoegd", ratio, 6, "COPY", note=note)
