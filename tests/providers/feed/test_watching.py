"""The watched folder: whatever is put in it, every file is taken in or left for the next look."""

import os
from datetime import date
from pathlib import Path

import pytest

from app.commands.feed import _judge_again, _take_one
from app.tasks.watching import DONE_FOLDER, QUIET_SECONDS, REFUSED_FOLDER, Watched
from core.storage import Storage
from providers.models import Delivery
from tests.builders import make_provider
from tests.providers.feed.lines import csv, row

pytestmark = pytest.mark.sqlite_first

TODAY = date(2026, 11, 23)
NOW = 2_000_000_000.0


@pytest.fixture
def folder(db, tmp_path) -> Path:
    """The folder of one provider."""
    make_provider("TA001")
    place = tmp_path / "sftp" / "TA001"
    place.mkdir(parents=True)
    return place


def put(folder: Path, name: str, content: bytes = b"", *, changed: float = 60) -> Path:
    """A file that changed so many seconds ago."""
    path = folder / name
    path.write_bytes(content or csv())
    os.utime(path, (NOW - changed, NOW - changed))
    return path


def watched(folder: Path, take_one=_take_one) -> Watched:
    storage = Storage(folder.parent.parent / "data")
    return Watched(folder.parent, storage, take_one=take_one, judge_again=_judge_again)


def look(folder: Path, **more) -> list[str]:
    return list(watched(folder, **more).look(today=TODAY, at=NOW))


@pytest.mark.parametrize(
    "name", ["a\nb.csv", "é" * 125 + ".csv", os.fsdecode(b"oud\xff.csv"), "-rf.csv"]
)
def test_a_strange_name_is_taken_in_and_told_on_one_line(folder, name):
    put(folder, name)
    (line,) = look(folder)
    assert line.endswith((": aangenomen", ": aangenomen met opmerkingen"))
    assert "\n" not in line
    assert line.encode()
    done = sorted((folder / DONE_FOLDER).iterdir())
    assert len(done) == 2
    assert done[1].name == f"{done[0].name}.ontvangstbewijs.json"


@pytest.mark.parametrize(
    "name", [".verborgen.csv", "x.csv.filepart", "X.CSV.PART", "~$levering.xlsx", "x.tmp"]
)
def test_what_is_still_arriving_is_left(folder, name):
    path = put(folder, name)
    assert look(folder) == []
    assert path.exists()


@pytest.mark.parametrize(
    ("changed", "taken"), [(QUIET_SECONDS - 1, 0), (QUIET_SECONDS, 1), (-3_600, 1)]
)
def test_a_file_comes_to_rest_also_by_a_clock_that_is_ahead(folder, changed, taken):
    put(folder, "x.csv", changed=changed)
    assert len(look(folder)) == taken


def test_a_file_that_grew_while_it_was_read_is_read_again(folder):
    path = put(folder, "x.csv", csv(row(trajectnummer="T-1")))

    def take_and_grow(taken, *args, **more):
        outcome = _take_one(taken, *args, **more)
        with path.open("ab") as file:
            file.write(csv(row(trajectnummer="T-2")).splitlines(keepends=True)[1])
        return outcome

    (line,) = look(folder, take_one=take_and_grow)
    assert line.endswith("Het wordt straks opnieuw gelezen.")
    os.utime(path, (NOW - 60, NOW - 60))
    look(folder)
    assert not path.exists()
    assert [d.rows for d in Delivery.select().order_by(Delivery.id)] == [1, 2]


def test_a_file_that_cannot_be_taken_in_holds_up_no_other(folder, caplog):
    put(folder, "a.csv")
    put(folder, "b.csv", csv(row(trajectnummer="T-2")))

    def take_one(path, *args, **more):
        if path.name == "a.csv":
            raise OSError("the disk is gone")
        return _take_one(path, *args, **more)

    first, second = look(folder, take_one=take_one)
    assert "wordt opnieuw geprobeerd" in first
    assert "aangenomen" in second
    assert (folder / "a.csv").exists()
    assert "the disk is gone" in caplog.text


def test_a_refused_file_goes_aside_with_its_reason_and_a_number_when_there_is_one(folder):
    for _ in range(2):
        put(folder, "x.csv", b"%PDF-1.7")
        look(folder)
    names = sorted(path.name for path in (folder / REFUSED_FOLDER).iterdir())
    assert names == [
        "x-2.csv", "x-2.csv.ontvangstbewijs.json", "x.csv", "x.csv.ontvangstbewijs.json",
    ]  # fmt: skip
