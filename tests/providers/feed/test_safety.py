"""Killed half-way, and several at once: the database is as before or as after, nothing is lost."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.providers.feed.lines import row, text

PYTHON = [sys.executable, "-m", "app.cli"]
WITH_A_LOW_LIMIT = (
    "from providers.feed.hold import intake; intake.LARGE_FILE = 1000; "
    "from app.cli import main; raise SystemExit(main())"
)
AS_IF_LARGE = [sys.executable, "-c", WITH_A_LOW_LIMIT]
KILLS = 20 if os.environ.get("REQUIRE_ALL") else 2
"""For each way of taking in; all of them where everything must hold."""
TABLES = {
    "course_track": "number",
    "delivery": "id, sha256, state, rows, accepted, unchanged, rejected, skipped, warnings",
    "delivery_month": "delivery_id, month, rows",
    "problem": 'row, "column", code',
    "progress_record": "delivery_id, superseded_by_id, month, row, minutes_attended, group_name",
}


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """A data directory with a register of two providers."""
    folder = tmp_path_factory.mktemp("installation")
    run(folder, "db", "migrate")
    register = folder / "aanbieders.csv"
    register.write_text("aanbiedercode;naam\nTA001;Een\nTA002;Twee\n", encoding="utf-8")
    run(folder, "provider", "import", str(register), "--kind", "aanbieders")
    return folder


@pytest.fixture
def folder(installation, tmp_path):
    """A copy of the installation."""
    shutil.copytree(installation, tmp_path, dirs_exist_ok=True)
    return tmp_path


def command(folder: Path, *arguments: str, large: bool = False) -> subprocess.Popen:
    environment = os.environ | {"TAALINKOOP_DATA_DIR": str(folder), "DATABASE_URL": ""}
    return subprocess.Popen(
        [*(AS_IF_LARGE if large else PYTHON), *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run(folder: Path, *arguments: str, large: bool = False) -> tuple[int, str]:
    child = command(folder, *arguments, large=large)
    out, error = child.communicate()
    assert child.returncode in (0, 1), error.decode()
    return child.returncode, out.decode()


def database_contents(folder: Path) -> dict[str, list]:
    with closing(sqlite3.connect(folder / "taalinkoop.sqlite")) as db:
        return {
            table: sorted(db.execute(f"SELECT {columns} FROM {table}"), key=repr)
            for table, columns in TABLES.items()
        }


def rows(count: int, **values: str) -> str:
    made = [row(trajectnummer=f"T-{n}", **values) for n in range(count)]
    made[count // 2]["uren_gevolgd"] = "nvt"
    return text(made)


@pytest.mark.parametrize("large", [False, True])
def test_killed_at_random_moments_then_once_more_equals_one_clean_run(
    folder, installation, tmp_path_factory, large
):
    feed = folder / "feed.csv"
    feed.write_text(rows(1500), encoding="utf-8")
    clean = tmp_path_factory.mktemp("clean")
    shutil.copytree(installation, clean, dirs_exist_ok=True)
    started = time.monotonic()
    run(clean, "feed", "import", str(feed), "--aanbieder", "TA001", large=large)
    took = time.monotonic() - started
    chance = random.Random(5)
    for _ in range(KILLS):
        child = command(folder, "feed", "import", str(feed), "--aanbieder", "TA001", large=large)
        moment = chance.uniform(0.2, 1.1) * took
        timer = threading.Timer(moment, child.send_signal, [signal.SIGKILL])
        timer.start()
        child.communicate()
        timer.cancel()
        assert len(database_contents(folder)["progress_record"]) in (0, 1499)
    run(folder, "feed", "import", str(feed), "--aanbieder", "TA001", large=large)
    assert database_contents(folder) == database_contents(clean)
    assert run(folder, "db", "check")[0] == 0
    leftover = [p for p in (folder / "originals").iterdir() if p.is_dir()]
    assert sum(len(list(p.iterdir())) for p in leftover) == 1


def test_four_deliveries_at_once_lose_nothing(folder):
    files = []
    for provider in ("TA001", "TA002"):
        for group in ("A", "B"):
            path = folder / f"{provider}-{group}.csv"
            path.write_text(rows(1500, groep=group), encoding="utf-8")
            files.append((provider, path))
    children = [
        command(folder, "feed", "import", str(path), "--aanbieder", provider, "--json")
        for provider, path in files
    ]
    outcomes = []
    for child in children:
        out, error = child.communicate()
        assert child.returncode == 1, error.decode()
        outcomes += json.loads(out)["deliveries"]
    assert all(o["accepted"] + o["unchanged"] == 1499 and o["rejected"] == 1 for o in outcomes)
    with closing(sqlite3.connect(folder / "taalinkoop.sqlite")) as db:
        query = "SELECT COUNT(*), COUNT(superseded_by_id) FROM progress_record"
        assert db.execute(query).fetchone() == (4 * 1499, 2 * 1499)


def test_the_commands_say_what_they_did_twice(folder):
    feed = folder / "feed.csv"
    feed.write_text(rows(3), encoding="utf-8")
    status, out = run(folder, "feed", "import", str(feed), "--aanbieder", "TA001")
    assert status == 1
    assert "3 rijen gelezen: 2 aangenomen, 0 ongewijzigd, 1 terug te sturen." in out
    assert "kolom uren_gevolgd. Vul het aantal uren in, bijvoorbeeld 12,5." in out
    status, out = run(folder, "feed", "import", str(feed), "--aanbieder", "TA001", "--json")
    assert (status, json.loads(out)["deliveries"][0]["status"]) == (0, "already_delivered")
    status, out = run(folder, "feed", "withdraw", "1", "--reason", "proef")
    assert (status, out) == (
        0,
        "Levering 1 is ingetrokken. Het gaat om 2 rijen. Er verdwijnen 2.\n",
    )
    template = folder / "leeg.xlsx"
    run(folder, "feed", "template", str(template))
    assert template.stat().st_size > 5_000


def test_watched_folder_takes_in_and_moves_aside(folder):
    inbox = folder / "inbox" / "TA001"
    inbox.mkdir(parents=True)
    feed = inbox / "oktober.csv"
    feed.write_text(rows(3), encoding="utf-8")
    os.utime(feed, (1_700_000_000, 1_700_000_000))
    _, out = run(folder, "feed", "watch", str(folder / "inbox"), "--once")
    assert out == "TA001/oktober.csv: deels aangenomen\n"
    receipt = json.loads((inbox / "verwerkt" / "oktober.csv.ontvangstbewijs.json").read_text())
    assert (receipt["accepted"], receipt["rejected"]) == (2, 1)
    assert not feed.exists()
