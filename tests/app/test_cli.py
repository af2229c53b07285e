"""The command line: output, exit status, twice; and what it costs to ask for help."""

import hashlib
import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

from app import cli
from core.accounts import Account
from core.db import database

LEVERING = hashlib.sha256(b"levering").hexdigest()
PASSWORD = "lantaarn kruiwagen zeester"


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run a command on an installation of its own, as a person would."""
    monkeypatch.setenv("TAALINKOOP_DATA_DIR", str(tmp_path / "instance"))
    monkeypatch.setenv("DATABASE_URL", "")
    was = database.obj
    database.initialize(None)

    def call(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        try:
            status = cli.main(list(arguments))
        except SystemExit as leaving:
            status = leaving.code
        finally:
            if database.obj is not None:
                database.close()
                database.initialize(None)
        said = capsys.readouterr()
        return status, said.out, said.err

    yield call
    database.initialize(was)


def test_help_lists_every_group_and_every_group_is_there(run):
    status, out, _ = run("--help")
    assert status == 0
    for name, (module, text) in cli.GROUPS.items():
        assert f"  {name} " in out
        assert text in out
        assert callable(import_module(f"app.commands.{module}").register)
        status, said, _ = run(name, "--help")
        assert status == 0
        assert said.startswith(f"gebruik: taalinkoop {name}")


def test_help_imports_neither_flask_nor_peewee(root):
    code = (
        "import sys; from app import cli; cli.main(['--help']);"
        "print([m for m in ('flask', 'peewee', 'argparse', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("onzin",), "taalinkoop: De opdracht 'onzin' bestaat niet."),
        (("user", "add"), "taalinkoop user add: vul nog in: EMAIL, --role"),
        (("user", "add", "a@b.nl", "--role", "baas"), "--role: 'baas' bestaat niet; kies uit"),
        (("db", "status", "--hoi"), "onbekend: --hoi"),
        (("user", "list"), "taalinkoop: De database is nog niet bij."),
    ],
)
def test_wrong_usage_is_one_dutch_sentence(run, arguments, sentence):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err


def test_nothing_at_all_shows_how_it_is_used(run):
    status, out, _ = run()
    assert status == 2
    assert out.startswith("gebruik: taalinkoop")


def test_migrates_once_and_says_so_twice(run):
    assert run("db", "status", "--json")[0] == 1
    status, out, _ = run("db", "migrate")
    assert status == 0
    assert out.startswith("Gedaan: 0001_accounts_and_audit\n")
    assert run("db", "migrate")[:2] == (0, "De database was al bij.\n")
    status, out, _ = run("db", "status", "--json")
    assert (status, json.loads(out)["pending"]) == (0, [])
    assert run("db", "check")[:2] == (0, "Alles klopt.\n")


def test_makes_lists_and_closes_accounts(run):
    run("db", "migrate")
    add = ("user", "add", "Kim@b.nl", "--role", "gemeente", "--gemeente", "0193", "0166")
    status, out, _ = run(*add, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert (status, out) == (0, "Account kim@b.nl is gemaakt, met de rol gemeente.\n")
    status, _, err = run(*add, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert (status, err) == (2, "taalinkoop: Er is al een account met het e-mailadres kim@b.nl.\n")
    status, out, _ = run("user", "add", "bas@b.nl", "--role", "beheerder")
    assert "Eenmalig wachtwoord: " in out
    listed = json.loads(run("user", "list", "--json")[1])["accounts"]
    assert [(a["email"], a["gemeenten"]) for a in listed] == [
        ("bas@b.nl", []), ("kim@b.nl", ["0193", "0166"]),
    ]  # fmt: skip
    assert run("user", "deactivate", "kim@b.nl")[:2] == (0, "Account kim@b.nl is gesloten.\n")
    assert "gesloten" in run("user", "list")[1]
    assert run("user", "activate", "kim@b.nl")[0] == 0
    assert run("user", "password", "kim@b.nl")[0] == 0
    assert run("user", "deactivate", "bas@b.nl")[0] == 2
    assert run("user", "password", "niemand@b.nl")[0] == 2


def test_check_names_logs_of_which_the_end_was_cut_off(run, tmp_path):
    run("db", "migrate")
    copy = str(tmp_path / "kopie.tar.gz")
    run("backup", copy)
    for name in ("bas", "kim"):
        run("user", "add", f"{name}@b.nl", "--role", "regio")
    assert run("db", "check")[0] == 0
    path = tmp_path / "instance" / "taalinkoop.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM audit_line WHERE id = (SELECT MAX(id) FROM audit_line)")
        db.execute("DELETE FROM log_link WHERE id = (SELECT MAX(id) FROM log_link)")

    cut_off = run("db", "check")
    run("user", "add", "jo@b.nl", "--role", "regio")  # takes the number of the line that is gone
    run("user", "add", "al@b.nl", "--role", "regio")
    later = run("db", "check")

    assert (cut_off[0], later[0]) == (1, 1)
    assert "Het einde van de keten van de logboeken ontbreekt" in cut_off[1]
    assert later[1] == cut_off[1]
    assert run("restore", copy)[0] == 0
    assert run("db", "check")[:2] == (0, "Alles klopt.\n")


def test_backs_up_and_restores_what_was_there(run, tmp_path):
    run("db", "migrate")
    run("user", "add", "bas@b.nl", "--role", "beheerder")
    kept = tmp_path / "instance" / "originals" / LEVERING[:2] / LEVERING
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"levering")
    copy = str(tmp_path / "kopie.tar.gz")
    assert run("backup", copy)[:2] == (0, f"Reservekopie gemaakt: {copy} (1 ontvangen bestanden)\n")
    kept.unlink()
    run("user", "add", "kim@b.nl", "--role", "regio")

    status, out, _ = run("restore", copy)

    assert status == 0
    assert "is teruggezet. (1 ontvangen bestanden)" in out
    assert kept.read_bytes() == b"levering"
    assert "kim@b.nl" not in run("user", "list")[1]
    assert len(list((tmp_path / "instance").glob("voor-terugzetten-*"))) == 1


@pytest.mark.parametrize("damage", ["cut", "changed", "other", "missing"])
def test_a_damaged_copy_changes_nothing(run, tmp_path, damage):
    run("db", "migrate")
    run("user", "add", "bas@b.nl", "--role", "beheerder")
    copy = tmp_path / "kopie.tar.gz"
    run("backup", str(copy))
    content = copy.read_bytes()
    if damage == "cut":
        copy.write_bytes(content[: len(content) // 2])
    elif damage == "changed":
        copy.write_bytes(content[:900] + bytes([content[900] ^ 1]) + content[901:])
    elif damage == "other":
        copy.write_text("geen reservekopie")
    else:
        copy.unlink()
    status, _, err = run("restore", str(copy))
    assert status == 2
    assert "beschadigd" in err or "het bestaat niet" in err
    assert "bas@b.nl" in run("user", "list")[1]


def test_doctor_tells_what_is_wrong(run, tmp_path, monkeypatch):
    status, out, _ = run("doctor")
    assert status == 1
    assert "werk bij met: taalinkoop db migrate" in out
    run("db", "migrate")
    assert "taalinkoop user add EMAIL --role beheerder" in run("doctor")[1]
    run("user", "add", "bas@b.nl", "--role", "beheerder")
    (tmp_path / "instance").chmod(0o755)
    status, out, _ = run("doctor", "--json")
    wrong = [f["name"] for f in json.loads(out)["findings"] if not f["good"]]
    assert (status, wrong) == (1, ["gegevensmap", "laatste reservekopie"])
    (tmp_path / "instance").chmod(0o700)
    run("backup", str(tmp_path / "kopie.tar.gz"))
    assert run("doctor")[0] == 0
    monkeypatch.setenv("TAALINKOOP_HTTPS", "misschien")
    assert "De instelling TAALINKOOP_HTTPS klopt niet." in run("doctor")[1]


def test_unexpected_errors_are_one_sentence_and_debug_shows_them(run, monkeypatch):
    run("db", "migrate")

    def broken(*_: object) -> None:
        raise RuntimeError("zomaar")

    monkeypatch.setattr(Account, "select", broken)
    status, _, err = run("user", "list")
    assert (status, err.count("\n")) == (2, 1)
    assert "RuntimeError: zomaar" in err
    with pytest.raises(RuntimeError):
        run("--debug", "user", "list")


def test_a_file_that_sqlite_cannot_write_beside_is_no_server_that_is_down(run, monkeypatch):
    # As on a disk that is read-only, or has no place for one more file.
    monkeypatch.setenv("DATABASE_URL", "sqlite:////proc/taalinkoop.sqlite")
    for command in (("user", "list"), ("provider", "list")):
        status, _, err = run(*command)
        assert status == 2
        assert "Op de schijf van Taalinkoop kan niet worden geschreven. Wat eerder is" in err
        assert "databaseserver" not in err
    text = run("doctor")[1]
    assert text.count("kan niet worden geschreven. Wat eerder is bewaard, is veilig.") == 1


def test_a_database_that_does_not_answer_is_explained(run, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://niemand@127.0.0.1:1/niets")
    status, _, err = run("user", "list")
    assert status == 2
    assert "De database is niet te openen" in err
