"""Backups through the command: every flipped bit found, encrypted, mended, and made at night."""

import hashlib
import io
import subprocess
import sys
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.tasks.backups import (
    BACKUP_JOB,
    _seal,
    backup_is_due,
    last_backup,
    scheduled_backup,
    unpacked,
)
from app.tasks.jobs import drain
from app.web.jobs import attention
from core.db import database, open_database
from core.errors import DomainError
from core.jobs.models import FAILED, Job
from core.jobs.operations import enqueue
from core.migrations import migrate
from tests.app.test_cli import run  # noqa: F401  a fixture
from tests.providers.feed.lines import csv, row

NIGHT = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


@pytest.fixture
def installation(run, tmp_path) -> Path:  # noqa: F811
    """One delivery; returns the file as received."""
    run("db", "migrate")
    register, file = tmp_path / "aanbieders.csv", tmp_path / "levering.csv"
    register.write_text("aanbiedercode;naam\nTA001;Een\n", encoding="utf-8")
    file.write_bytes(csv(row()))
    run("provider", "import", str(register), "--kind", "aanbieders")
    run("feed", "import", str(file), "--aanbieder", "TA001")
    (kept,) = (tmp_path / "instance" / "originals").glob("??/*")
    return kept


def test_every_flipped_bit_of_a_backup_is_found(run, installation, tmp_path):  # noqa: F811
    copy = tmp_path / "kopie.tar.gz"
    run("backup", str(copy))
    status, out, _ = run("backup", "--verify", str(copy))
    assert (status, "is heel. (1 ontvangen bestanden)" in out) == (0, True)
    content = copy.read_bytes()
    # The wrapping of gzip at both ends byte for byte, and a sample of what lies between.
    step = len(content) // 150
    for place in {
        *range(20),
        *range(0, len(content), step),
        *range(len(content) - 110, len(content)),
    }:
        copy.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(DomainError, match="beschadigd of niet van Taalinkoop"):
            unpacked(copy, tmp_path / "uit")
    copy.write_bytes(content[:-1])
    assert run("backup", "--verify", str(copy))[0] == 2
    copy.write_bytes(content)
    # It is a plain tar.gz for whoever has no Taalinkoop.
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        assert "taalinkoop.json" in archive.getnames()
    assert subprocess.run(["gzip", "--test", copy], check=False).returncode == 0


@pytest.mark.parametrize("name", ["../kwaad", "/tmp/kwaad"])
def test_an_archive_writes_nothing_outside_its_folder(tmp_path, name):
    source, packed = tmp_path / "kopie.tar.gz", io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo(name))
    content = packed.getvalue()
    source.write_bytes(content + _seal(hashlib.sha256(content).hexdigest()))
    with pytest.raises(DomainError, match="beschadigd of niet van Taalinkoop"):
        unpacked(source, tmp_path / "uit")
    assert not Path(tmp_path / "kwaad").exists()
    assert not Path("/tmp/kwaad").exists()


def test_an_encrypted_backup_opens_with_its_key_only(run, installation, tmp_path):  # noqa: F811
    key, other, copy = (
        tmp_path / name for name in ("sleutel.txt", "andere.txt", "kopie.tar.gz.age")
    )
    _, out, _ = run("backup", "--new-key", str(key))
    run("backup", "--new-key", str(other))
    assert key.stat().st_mode & 0o077 == 0
    public = out.splitlines()[0].split()[-1]
    assert run("backup", str(copy), "--recipient", public)[0] == 0
    content = copy.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert b"TA001" not in content
    # Without the key: the same as what was made here, or not.
    assert run("backup", "--verify", str(copy))[0] == 0
    assert "is heel" in run("backup", "--verify", str(copy), "--identity", str(key))[1]
    assert "met deze sleutel niet open" in run("restore", str(copy), "--identity", str(other))[2]
    assert "--identity" in run("restore", str(copy))[2]
    for place in range(0, len(content), len(content) // 25):
        copy.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert run("backup", "--verify", str(copy))[0] == 2
    copy.write_bytes(content)
    installation.unlink()
    assert run("restore", str(copy), "--identity", str(key))[0] == 0
    assert installation.exists()


def test_files_that_went_or_changed_are_named_and_mended(run, installation, tmp_path):  # noqa: F811
    copy, whole = tmp_path / "kopie.tar.gz", installation.read_bytes()
    run("backup", str(copy))
    installation.write_bytes(whole[:-1] + b"x")
    status, out, _ = run("db", "check")
    assert (status, "Het ontvangen bestand van levering 1 is veranderd." in out) == (1, True)
    assert "is veranderd" in run("doctor")[1]
    late = tmp_path / "laat.tar.gz"
    status, _, err = run("backup", str(late))
    assert (status, "was al beschadigd" in err) == (1, True)
    installation.unlink()
    assert "Het ontvangen bestand van levering 1 ontbreekt." in run("db", "check")[1]
    assert run("restore", str(copy))[0] == 0
    assert installation.read_bytes() == whole
    assert run("db", "check") == (0, "Alles klopt.\n", "")


def test_a_database_that_cannot_be_read_makes_way_for_the_backup(run, installation, tmp_path):  # noqa: F811
    copy, file = tmp_path / "kopie.tar.gz", tmp_path / "instance" / "taalinkoop.sqlite"
    run("backup", str(copy))
    file.write_bytes(b"geen database" * 1000)
    assert "Het databasebestand is beschadigd. Stop de server" in run("provider", "list")[2]
    assert run("restore", str(copy))[0] == 0
    assert "TA001" in run("provider", "list")[1]
    assert len(list(file.parent.glob("voor-terugzetten-*.beschadigd.sqlite"))) == 1


KILLED = """
import os, signal
from pathlib import Path
from app.tasks import backups
from app.opening import opened_database
from app.settings import read_settings
from core.storage import working_folder

settings = read_settings()
with opened_database(), working_folder(settings["TAALINKOOP_DATA_DIR"]) as folder:
    with backups._written_aside(Path("kopie.tar.gz").absolute()) as file:
        (folder / "database.sqlite").write_bytes(b"x")
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_backup_left_is_swept(run, installation, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    subprocess.run([sys.executable, "-c", KILLED], check=False)
    work = tmp_path / "instance" / "tmp"
    assert len(list(work.iterdir())) == 2
    assert len(list(tmp_path.glob(".kopie*"))) == 1
    run("backup", "kopie.tar.gz")
    assert list(work.iterdir()) == []
    assert list(tmp_path.glob(".kopie*")) == []


@pytest.fixture
def own_database(tmp_path):
    """A database that can be copied: one with a transaction open cannot."""
    before, path = database.obj, tmp_path / "instance" / "taalinkoop.sqlite"
    path.parent.mkdir()
    database.initialize(open_database(f"sqlite:///{path}"))
    database.connect()
    migrate(database.obj)
    yield
    database.close()
    database.initialize(before)


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "kopieen").mkdir()
    return {
        "DATABASE_URL": "sqlite:///",
        "TAALINKOOP_DATA_DIR": tmp_path / "instance",
        "TAALINKOOP_BACKUP_DIR": tmp_path / "kopieen",
        "TAALINKOOP_BACKUP_RECIPIENT": "",
        "TAALINKOOP_BACKUP_KEEP": 2,
    }


def test_a_backup_is_due_once_a_night_and_the_oldest_go(own_database, settings):
    made = []
    for days in range(3):
        at = NIGHT + timedelta(days=days)
        assert backup_is_due(at=at)
        made.append(scheduled_backup(settings, by="server", at=at))
        assert not backup_is_due(at=at + timedelta(hours=20))
    assert [path.exists() for path in made] == [False, True, True]
    assert last_backup() == NIGHT + timedelta(days=2)


def test_a_backup_that_fails_is_told_and_tried_again_later(own_database, settings):
    settings["TAALINKOOP_BACKUP_DIR"] = settings["TAALINKOOP_DATA_DIR"] / "weg"
    enqueue(kind=BACKUP_JOB, title="Reservekopie", arguments={}, by="server", at=NIGHT)
    drain(settings)
    job = Job.get()
    assert (job.state, "TAALINKOOP_BACKUP_DIR" in job.message) == (FAILED, True)
    assert not backup_is_due(at=NIGHT + timedelta(hours=5))
    assert backup_is_due(at=NIGHT + timedelta(hours=7))


def test_a_beheerder_is_told_that_the_backup_is_late(client):
    account = client.sign_in("beheerder")
    today = NIGHT.date()
    (message,) = attention(account, today)
    assert message.text == "Er is nog geen reservekopie."
    assert "Laatste reservekopie: nog geen." in client.get("/beheer/").text
    assert attention(client.sign_in("regio"), today) == []
