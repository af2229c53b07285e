"""Taking deliveries in: CSV, XLSX and the same bytes again, whole commands against yardsticks."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tests.benchmarks import Ratio, timing

COMMAND = [sys.executable, "-m", "app.cli"]
FIRST_DAY = date(2021, 6, 1).toordinal()
HEADER = (
    "rapportagemaand", "trajectnummer", "gemeentecode", "leerroute", "datum_aanmelding",
    "datum_eerste_les", "groep", "uren_aangeboden", "uren_gevolgd", "uren_geoorloofd_verzuim",
    "uren_ongeoorloofd_verzuim", "uren_avond_weekend", "uren_bevoegd_docent", "niveau_lezen",
    "niveau_luisteren", "niveau_schrijven", "niveau_spreken", "examen_lezen", "examen_knm",
    "status", "datum_einde", "reden_einde", "wens_avond_weekend",
)  # fmt: skip
FAULTS = (("nvt", 8), ("31-12-2099", 5), ("9999", 2), ("300", 11), ("onbekend", 19), ("", 1))


def _hours(minutes: int) -> str:
    return f"{minutes // 60},{minutes % 60 * 100 // 60:02d}"


def _day(ordinal: int) -> str:
    return f"{date.fromordinal(ordinal):%d-%m-%Y}"


def make_rows(count: int, *, months: int, faulty: float = 0.01) -> Iterator[list[str]]:
    """Rows of a feed with 23 columns, month by month; one in a hundred is faulty."""
    chance = random.Random(1)
    learners = count // months + 1
    people = [
        (
            f"TR{number:07d}", chance.choice(("0193", "0148", "0160", "0166")),
            chance.choice("BBBZO"), FIRST_DAY + chance.randrange(200), chance.randrange(80),
            f"G{chance.randrange(400)}", chance.choice(("A0", "A1", "A2")),
        )
        for number in range(learners)
    ]  # fmt: skip
    for at in range(count):
        month, person = divmod(at, learners)
        track, municipality, route, registered, wait, group, level = people[person]
        offered, excused, absent = (
            chance.randrange(80, 320) * 15, chance.randrange(5) * 15, chance.randrange(3) * 15,
        )  # fmt: skip
        cells = [
            f"{2022 + month // 12}-{month % 12 + 1:02d}", track, municipality, route,
            _day(registered), _day(registered + wait), group, _hours(offered),
            _hours(offered - excused - absent), _hours(excused), _hours(absent),
            _hours(offered // 4 // 15 * 15), _hours(offered - offered % 60), level, level, level,
            level, "", "", "actief", "", "", "ja" if at % 3 else "nee",
        ]  # fmt: skip
        if chance.random() < faulty:
            value, column = chance.choice(FAULTS)
            cells[column] = value
        yield cells


def write_csv(path: Path, count: int, *, months: int) -> None:
    """The rows as most providers send them."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(";".join(HEADER) + "\r\n")
        file.writelines(";".join(cells) + "\r\n" for cells in make_rows(count, months=months))


def write_xlsx(path: Path, count: int, *, months: int) -> None:
    """The same rows as a workbook."""
    import xlsxwriter  # noqa: PLC0415  only this benchmark makes workbooks

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    page = book.add_worksheet()
    for at, cells in enumerate([list(HEADER), *make_rows(count, months=months)]):
        page.write_row(at, 0, cells)
    book.close()


def _installation(folder: Path) -> None:
    register = folder / "aanbieders.csv"
    register.write_text("aanbiedercode;naam\nTA001;Een\n", encoding="utf-8")
    run = {"env": os.environ | {"TAALINKOOP_DATA_DIR": str(folder), "DATABASE_URL": ""}}
    for arguments in (["db", "migrate"], ["provider", "import", register, "--kind", "aanbieders"]):
        subprocess.run([*COMMAND, *arguments], check=True, stdout=subprocess.DEVNULL, **run)


DELIVER = """
import sys
from datetime import date, datetime, UTC
from pathlib import Path
from core.db import database, open_database
from core.storage import Storage
from providers import operations
from providers.models import Provider
folder, path = map(Path, sys.argv[1:])
database.initialize(open_database(f"sqlite:///{folder}/taalinkoop.sqlite"))
database.connect()
storage, at = Storage(folder), datetime.now(UTC)
with path.open("rb") as source:
    delivery, known = operations.receive(source, file_name="x", provider=Provider.get(),
        storage=storage, by="bench", at=at)
if not known:
    operations.accept(delivery, storage=storage, by="bench", at=at,
        request=operations.Request(today=date(2026, 11, 23)))
"""


def _deliver(folder: Path, path: Path) -> tuple[float, float]:
    """Seconds and megabytes of taking one file in, scores not counted."""
    return timing.peak_megabytes([sys.executable, "-c", DELIVER, folder, path])


def _import(path: Path, folder: Path) -> float:
    commands = (".mode csv", ".separator ;", f".import {path} raw")
    seconds, _ = timing.peak_megabytes(["sqlite3", str(folder / "raw.sqlite"), *commands])
    return seconds


def measure() -> Iterator[Ratio]:
    """One million rows of CSV, the same bytes again, one hundred thousand rows of XLSX."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if shutil.which("sqlite3"):
            yield from _measure_csv(folder)
        else:
            print("  overgeslagen: sqlite3 (de opdrachtregel) is er niet")
        yield from _measure_xlsx(folder)


def _measure_csv(folder: Path) -> Iterator[Ratio]:
    feed = folder / "feed.csv"
    write_csv(feed, 1_000_000, months=47)
    yardstick = _import(feed, folder)
    data = folder / "data"
    data.mkdir()
    _installation(data)
    first, peak = _deliver(data, feed)
    yardstick = min(yardstick, _import(feed, folder / "data"))
    note = f"{first:.1f} s tegen {yardstick:.1f} s"
    yield Ratio("CSV, 1.000.000 rijen", first / yardstick, 2.0, "sqlite3 .import", note=note)
    yield Ratio("CSV, geheugen", peak, 150, "niets", "MB")
    again, _ = _deliver(data, feed)
    yield Ratio("dezelfde bytes", again / first, 0.05, "de eerste keer", note=f"{again:.2f} s")


READ = """
import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1], read_only=True)
print(sum(1 for _ in book.active.iter_rows(values_only=True)))
"""


def _measure_xlsx(folder: Path) -> Iterator[Ratio]:
    feed, data = folder / "feed.xlsx", folder / "xlsx"
    write_xlsx(feed, 100_000, months=12)
    data.mkdir()
    _installation(data)
    yardstick, _ = timing.peak_megabytes([sys.executable, "-c", READ, feed])
    seconds, peak = _deliver(data, feed)
    note = f"{seconds:.1f} s tegen {yardstick:.1f} s"
    yield Ratio("XLSX, 100.000 rijen", seconds / yardstick, 0.2, "lezen met openpyxl", note=note)
    yield Ratio("XLSX, geheugen", peak, 250, "niets", "MB")
