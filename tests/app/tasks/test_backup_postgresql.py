"""Reserve copies of PostgreSQL, with the real pg_dump and pg_restore on a database of its own."""

import os
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app import cli
from core.accounts import Account
from core.db import database, open_database
from providers.models import Delivery, ProgressRecord
from tests.builders import make_contract, make_provider
from tests.databases import own_database
from tests.postgresql import find_binaries
from tests.providers.feed.lines import csv, row

pytestmark = pytest.mark.postgresql


@pytest.fixture
def url(monkeypatch, tmp_path) -> Iterator[str]:
    """A database of the test alone: restoring replaces whatever is in it."""
    binaries = find_binaries()
    if binaries is not None:
        monkeypatch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
    with own_database("backup") as address:
        monkeypatch.setenv("DATABASE_URL", address)
        monkeypatch.setenv("TAALINKOOP_DATA_DIR", str(tmp_path / "instance"))
        was = database.obj
        database.initialize(None)
        yield address
        database.initialize(was)


@pytest.fixture
def run(url, capsys):
    """Run a command, each on a connection of its own."""

    def call(*arguments: object) -> tuple[int, str, str]:
        status = cli.main([str(argument) for argument in arguments])
        database.close()
        database.initialize(None)
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


def contents(url: str) -> tuple[int, int, list[str]]:
    """What is in the database: deliveries, rows, accounts."""
    database.initialize(open_database(url))
    with database.connection_context():
        accounts = [account.email for account in Account.select().order_by(Account.email)]
        result = Delivery.select().count(), ProgressRecord.select().count(), accounts
    database.initialize(None)
    return result


@pytest.fixture
def installation(url, run, tmp_path, monkeypatch) -> None:
    """One delivery of two rows, and one account."""
    assert run("db", "migrate")[0] == 0
    database.initialize(open_database(url))
    with database.connection_context():
        make_contract(make_provider("TA001"))
    database.initialize(None)
    file = tmp_path / "levering.csv"
    file.write_bytes(csv(row(), row(trajectnummer="T-2")))
    run("feed", "import", file, "--aanbieder", "TA001")
    assert contents(url) == (1, 2, [])


def test_what_was_copied_comes_back_and_adds_up(installation, url, run, tmp_path):
    copy = tmp_path / "kopie.tar"
    status, out, err = run("backup", copy)
    assert (status, err) == (0, "")
    assert out == f"Reservekopie gemaakt: {copy} (1 ontvangen bestanden)\n"
    with tarfile.open(copy) as archive:
        assert "database.dump" in archive.getnames()

    later = tmp_path / "later.csv"
    later.write_bytes(csv(row(rapportagemaand="2026-09")))
    run("feed", "import", later, "--aanbieder", "TA001")
    assert contents(url)[:2] == (2, 3)

    status, out, err = run("restore", copy)
    assert (status, err) == (0, "")
    assert "is teruggezet. (1 ontvangen bestanden)" in out
    assert contents(url)[:2] == (1, 2)
    assert run("db", "check")[:2] == (0, "Alles klopt.\n")
    # The numbers go on after those that came back.
    assert run("feed", "import", later, "--aanbieder", "TA001")[0] in (0, 1)
    assert contents(url)[:2] == (2, 3)
    assert len(list((tmp_path / "instance").glob("voor-terugzetten-*.dump"))) == 1


def test_a_copy_from_before_an_upgrade_takes_its_tables_away(installation, url, run, tmp_path):
    copy = tmp_path / "kopie.tar"
    run("backup", copy)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE later (id serial PRIMARY KEY)")
        connection.execute("ALTER TABLE progress_record ADD COLUMN later_id int REFERENCES later")
    assert run("restore", copy)[0] == 0
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('later')").fetchone() == (None,)
    assert contents(url)[:2] == (1, 2)


def test_a_restore_that_fails_leaves_all_as_it_was(installation, url, run, tmp_path):
    copy = tmp_path / "kopie.tar"
    run("backup", copy)
    with psycopg.connect(url) as connection:
        # Something of another program that a table of the copy runs into.
        connection.execute("ALTER TABLE problem RENAME TO problem_of_others")
        connection.execute("CREATE VIEW problem AS SELECT 1 AS id")
    status, _, err = run("restore", copy)
    assert status == 2
    assert "psql meldt" in err
    assert contents(url)[:2] == (1, 2)


def test_a_damaged_copy_changes_nothing(installation, url, run, tmp_path):
    copy = tmp_path / "kopie.tar"
    run("backup", copy)
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 0xFF
    copy.write_bytes(content)
    status, _, err = run("restore", copy)
    assert status == 2
    assert "beschadigd" in err
    assert contents(url)[:2] == (1, 2)


def test_a_copy_of_sqlite_is_refused_here(installation, url, run, tmp_path, monkeypatch):
    copy = tmp_path / "kopie.tar"
    with monkeypatch.context() as other:
        other.setenv("DATABASE_URL", "")
        other.setenv("TAALINKOOP_DATA_DIR", str(tmp_path / "sqlite"))
        run("db", "migrate")
        assert run("backup", copy)[0] == 0
    status, _, err = run("restore", copy)
    assert status == 2
    assert "van een andere soort database" in err
    assert contents(url)[:2] == (1, 2)


def test_without_the_programs_it_says_what_to_install(installation, run, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    status, _, err = run("backup", tmp_path / "kopie.tar")
    assert status == 2
    assert "postgresql-client" in err
    assert not (tmp_path / "kopie.tar").exists()
