"""What an interrupted change owes: the check names it, and the next command does it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.checks import all_findings
from app.tasks.jobs import drain
from core.jobs.follow_up_operations import owe
from core.jobs.models import FollowUp
from core.storage import Storage
from providers.deliveries import operations
from providers.models import Delivery
from quality.models import ScoreCard
from tests.builders import make_provider
from tests.databases import held_elsewhere
from tests.providers.feed.door import AT, deliver
from tests.providers.feed.lines import csv, row, text

pytestmark = pytest.mark.sqlite_first


@pytest.fixture
def settings(tmp_path):
    return {"TAALINKOOP_DATA_DIR": tmp_path}


def interrupted_withdrawal(number: int | None) -> None:
    """Withdraw as a process does that is killed before it judges again."""
    operations.withdraw(Delivery.get_by_id(number), reason="proef", by="test", at=AT)


def test_the_check_names_scores_that_are_owed_and_the_worker_computes_them(db, settings, tmp_path):
    provider = make_provider("TA001")
    deliver(tmp_path, provider, csv(row(trajectnummer="T-1")))
    second = deliver(tmp_path, provider, csv(row(trajectnummer="T-2")), name="y.csv")
    owe("judge", "TA001", {"months": [24321]}, by="test", at=AT)
    drain(settings)
    assert ScoreCard.get().active == 2
    interrupted_withdrawal(second.delivery)
    (finding,) = all_findings()
    assert finding == (
        "De scores van aanbieder TA001 moeten opnieuw worden berekend sinds 23-11-2026 10:00. "
        "Dat gebeurt bij de volgende opdracht, of met: taalinkoop jobs"
    )
    with held_elsewhere("follow-up-judge-TA001", db):
        assert all_findings() == []  # somebody is computing them
        assert drain(settings) == 0
    assert drain(settings) == 1
    assert ScoreCard.get().active == 1
    assert all_findings() == []


def test_a_file_with_names_goes_after_the_rows_are_held_and_not_by_halves(db, settings, tmp_path):
    storage = Storage(tmp_path)
    with_names = text([row() | {"achternaam": "Jansen"}]).encode()
    outcome = deliver(tmp_path, make_provider(), with_names)
    assert not storage.arrived(outcome.sha256).exists()
    # killed before the file went
    storage.arrived(outcome.sha256).write_bytes(with_names)
    owe(
        "remove_files",
        outcome.sha256,
        {"paths": [storage.name(storage.arrived(outcome.sha256))]},
        by="x",
        at=AT,
    )
    assert "Bestanden die weg moeten, staan er nog" in all_findings()[0]
    drain(settings)
    assert not storage.arrived(outcome.sha256).exists()
    assert all_findings() == []


def test_a_file_that_is_received_again_meanwhile_stays(db, settings, tmp_path):
    file = tmp_path / "oud.csv"
    file.write_bytes(b"x")
    later = file.stat().st_mtime
    owe("remove_files", "originals", {"paths": ["oud.csv"], "before": later - 1}, by="x", at=AT)
    drain(settings)
    assert file.exists()
    owe("remove_files", "originals", {"paths": ["oud.csv"], "before": later + 1}, by="x", at=AT)
    drain(settings)
    assert not file.exists()
    assert not FollowUp.select().exists()


OWE = """
from app.opening import opened_database
from core.dates import now
from core.jobs.follow_up_operations import owe

with opened_database():
    owe("remove_files", "x", {"paths": ["oud.csv"]}, by="x", at=now())
"""


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "TAALINKOOP_DATA_DIR": str(folder), "DATABASE_URL": ""}


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    child = subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        env=environment(folder), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return child.returncode, child.stdout + child.stderr


def test_the_next_command_does_what_is_owed_before_its_own_work(tmp_path):
    run(tmp_path, "db", "migrate")
    file = tmp_path / "oud.csv"
    file.write_bytes(b"x")
    interrupted = [sys.executable, "-c", OWE]
    subprocess.run(interrupted, env=environment(tmp_path), check=True)
    status, said = run(tmp_path, "db", "check")
    assert (status, file.exists()) == (1, True)
    assert "Bestanden die weg moeten, staan er nog" in said
    assert run(tmp_path, "provider", "list")[0] == 0
    assert not file.exists()
    assert run(tmp_path, "db", "check") == (0, "Alles klopt.\n")
