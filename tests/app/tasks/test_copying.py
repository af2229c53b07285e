"""Moving an installation from SQLite to PostgreSQL and back: the same rows, files and findings."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from core.db import database
from tests.app.tasks.test_backup_postgresql import url  # noqa: F401  a fixture
from tests.app.test_cli import run  # noqa: F401  a fixture
from tests.providers.feed.lines import csv, row


def plain(value: object) -> object:
    """The same for JSON in another order, and for numbers that PostgreSQL holds in four bytes."""
    if isinstance(value, float):
        return round(value, 4)
    is_json = isinstance(value, str) and value[:1] in ("{", "[")
    return json.dumps(json.loads(value), sort_keys=True) if is_json else value


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of an SQLite file, but for the trail of the copying itself."""
    connection = sqlite3.connect(path)
    names = [name for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    )]  # fmt: skip
    rows = {
        name: [tuple(map(plain, row)) for row in connection.execute(f"SELECT * FROM {name}")]
        for name in names
    }
    connection.close()
    rows["audit_line"] = [row for row in rows["audit_line"] if "copy" not in row]
    kept = {row[0] for row in rows["audit_line"]}
    rows["log_link"] = [row for row in rows["log_link"] if row[1] != "audit" or row[2] in kept]
    del rows["schema_migration"]
    return rows


@pytest.fixture
def installation(run, tmp_path) -> Path:  # noqa: F811
    """Deliveries, scores, a token and an account; returns the database file."""
    run("db", "migrate")
    register, file = tmp_path / "aanbieders.csv", tmp_path / "levering.csv"
    register.write_text('aanbiedercode;naam\nTA001;Eén "school"\n', encoding="utf-8")
    rows = [row(trajectnummer=f"T-{n}", vestiging="é; 'x' \\ \t") for n in range(4)]
    file.write_bytes(csv(*rows, row(uren_gevolgd="nvt", trajectnummer="T-9")))
    run("provider", "import", str(register), "--kind", "aanbieders")
    run("feed", "import", str(file), "--aanbieder", "TA001")
    run("user", "add", "bas@b.nl", "--role", "gemeente", "--gemeente", "0193")
    path = tmp_path / "instance" / "taalinkoop.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ANALYZE")  # leaves tables of statistics
    return path


@pytest.mark.postgresql
def test_all_goes_to_postgresql_and_back_unchanged(url, run, installation, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("TAALINKOOP_DATA_DIR", str(installation.parent))
    before = contents(installation)
    status, out, err = run("db", "copy", "--to", url)
    assert (status, err) == (0, "")
    assert "zijn gelijk aan wat hier staat" in out
    assert "niet leeg" in run("db", "copy", "--to", url)[2]

    monkeypatch.setenv("DATABASE_URL", url)
    assert run("db", "check")[:2] == (0, "Alles klopt.\n")
    # What comes next gets the numbers after those that came along.
    assert run("user", "add", "kim@b.nl", "--role", "regio")[0] == 0
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM account WHERE email = 'kim@b.nl'")
        connection.execute("DELETE FROM audit_line WHERE thing_id = 'kim@b.nl'")
        connection.execute(
            "DELETE FROM log_link WHERE log = 'audit' AND line NOT IN (SELECT id FROM audit_line)"
        )
    back, data = tmp_path / "terug.sqlite", tmp_path / "gegevens"
    status, out, _ = run("db", "copy", "--to", f"sqlite:///{back}", "--data", str(data))
    assert "1 ontvangen bestanden staan in" in out
    after = contents(back)
    assert set(after) == set(before)
    assert {name for name in before if after[name] != before[name]} <= {"log_link"}
    assert len(list((data / "originals").glob("??/*"))) == 1
    assert database.obj is None


def test_it_refuses_the_same_and_a_filled_database(run, installation, tmp_path):  # noqa: F811
    assert (
        "waarin de gegevens al staan" in run("db", "copy", "--to", f"sqlite:///{installation}")[2]
    )
    other = tmp_path / "ander.sqlite"
    assert run("db", "copy", "--to", f"sqlite:///{other}")[0] == 0
    assert "niet leeg" in run("db", "copy", "--to", f"sqlite:///{other}")[2]
    nowhere = "postgresql://niemand@127.0.0.1:1/niets"
    assert "De andere database is niet te openen" in run("db", "copy", "--to", nowhere)[2]
