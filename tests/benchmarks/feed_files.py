"""Files for the benchmarks of taking in, and one installation to take them in."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tests.benchmarks import timing

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


def make_rows(
    count: int, *, months: int, faulty: float = 0.01, first: int = 0, school: int = 1
) -> Iterator[list[str]]:
    """Rows of a feed with 23 columns, month by month; one in a hundred is faulty.

    ``first`` is the first month, counted from January 2022; every school has its own learners.
    """
    chance = random.Random(1)
    learners = count // months + 1
    people = [
        (
            f"TR{school}{number:07d}", chance.choice(("0193", "0148", "0160", "0166")),
            chance.choice("BBBZO"), FIRST_DAY + chance.randrange(200), chance.randrange(80),
            f"G{chance.randrange(400)}", chance.choice(("A0", "A1", "A2")),
        )
        for number in range(learners)
    ]  # fmt: skip
    for at in range(count):
        month, person = divmod(at, learners)
        month += first
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


def write_csv(path: Path, count: int, *, months: int, first: int = 0, school: int = 1) -> None:
    """The rows as most providers send them."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(";".join(HEADER) + "\r\n")
        file.writelines(
            ";".join(cells) + "\r\n"
            for cells in make_rows(count, months=months, first=first, school=school)
        )


def write_xlsx(path: Path, count: int, *, months: int) -> None:
    """The same rows as a workbook."""
    import xlsxwriter  # noqa: PLC0415  only this benchmark makes workbooks

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    page = book.add_worksheet()
    for at, cells in enumerate([list(HEADER), *make_rows(count, months=months)]):
        page.write_row(at, 0, cells)
    book.close()


DELIVER = (
    """
import sys
from datetime import date, datetime, UTC
from pathlib import Path
from core import log_chain
from core.db import database, open_database
from core.storage import Storage
from providers.deliveries import operations
from providers.models import Provider
log_chain.use_key(lambda: "x" * 40)
folder, path, url, code = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
database.initialize(open_database(url))
database.connect()
provider = Provider.get(Provider.code == code)
storage, at = Storage(folder), datetime.now(UTC)
"""
    + timing.STOPWATCH
    + """
with path.open("rb") as source:
    delivery, known = operations.receive(source, file_name="x", provider=provider,
        storage=storage, by="bench", at=at)
if not known:
    outcome = operations.accept(delivery, storage=storage, by="bench", at=at,
        request=operations.Request(today=date(2026, 11, 23)))
    assert outcome.counts.accepted + outcome.counts.unchanged, outcome
tell()
"""
)
PREPARE = """
import sys
from core.db import database, open_database
from core.migrations import migrate
from providers.models import Provider
database.initialize(open_database(sys.argv[1]))
database.connect()
migrate(database.obj)
for number in range(1, 61):
    Provider.create(code=f"TA{number:03d}", name=f"School {number}")
"""


class Installation:
    """A fresh database, on SQLite unless another address is given."""

    def __init__(self, folder: Path, url: str = "") -> None:
        folder.mkdir()
        self.folder = folder
        self.url = url or f"sqlite:///{folder}/taalinkoop.sqlite"
        environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
        subprocess.run([sys.executable, "-c", PREPARE, self.url], check=True, env=environment)

    def deliver(self, path: Path, school: int = 1) -> timing.Spent:
        """What taking one file in takes; neither starting up nor scores are counted."""
        command = [sys.executable, "-c", DELIVER, self.folder, path, self.url, f"TA{school:03d}"]
        return timing.spend_inside(command, PYTHONPATH=str(Path.cwd()))


def sqlite_import(path: Path, folder: Path) -> timing.Spent:
    """What the command line of SQLite takes for a file, as text and without a rule."""
    raw = folder / "raw.sqlite"
    raw.unlink(missing_ok=True)
    commands = (".mode csv", ".separator ;", f".import {path} raw")
    return timing.spend(["sqlite3", str(raw), *commands])
