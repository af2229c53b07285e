"""The rights of one learner: everything that is held, and nothing of it afterwards."""

import json
import os
import tarfile
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from app.checks import all_findings
from app.settings import read_settings
from core.dates import now, today
from core.db import database, open_database
from core.jobs.follow_up_operations import settle
from providers.models import DeliveryMonth, ProgressRecord, RejectedRow
from quality.learners.person_operations import erase, everything_about
from tests.app.test_cli import run  # noqa: F401
from tests.builders import AT, make_provider
from tests.providers.feed.door import deliver
from tests.providers.feed.lines import csv, row

WHO = ("T-777X", "--gemeente", "0193")


@pytest.fixture
def folder(run, tmp_path) -> Path:  # noqa: F811
    """An installation with two months of three learners, one of whom asks."""
    files = {"aanbieders.csv": b"aanbiedercode;naam\nTA001;Een\n"}
    for month in ("2026-09", "2026-10"):
        rows = [
            row(trajectnummer=number, rapportagemaand=month, datum_aanmelding="01-08-2026",
                datum_eerste_les="15-08-2026", **more)
            for number, more in (("T-1", {}), ("T-777X", {}), ("T-2", {"leerroute": "Q"}))
        ]  # fmt: skip
        files[f"{month}.csv"] = csv(*rows, row(trajectnummer="T-777X", rapportagemaand=month,
                                               uren_gevolgd="veel"))  # fmt: skip
    files["again.csv"] = csv(row(trajectnummer="T-777X", datum_aanmelding="01-08-2026",
                                 datum_eerste_les="15-08-2026"))  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    run("db", "migrate")
    run("provider", "import", str(tmp_path / "aanbieders.csv"), "--kind", "aanbieders")
    for name in ("2026-09.csv", "2026-10.csv", "again.csv"):
        run("feed", "import", str(tmp_path / name), "--aanbieder", "TA001")
    facts = tmp_path / "cursisten.csv"
    facts.write_text("trajectnummer;doelgroep\nT-1;asiel\nT-777X;zomaar\n", encoding="utf-8")
    receipt = tmp_path / "verbeteren.xlsx"
    run("learner", "import", str(facts), *WHO[1:], "--receipt", str(receipt))
    assert openpyxl.load_workbook(receipt)["Te verbeteren"]["A2"].value == "T-777X"
    return tmp_path / "instance"


def with_number(folder: Path) -> list[str]:
    return [p.name for p in folder.rglob("*") if p.is_file() and b"T-777X" in p.read_bytes()]


def test_export_gives_all_and_erase_leaves_nothing(run, folder, tmp_path):  # noqa: F811
    book = tmp_path / "inzage.xlsx"
    status, out, _ = run("learner", "export", *WHO, "--out", str(book))
    document = json.loads(out)
    assert status == 0
    assert [one["maand"] for one in document["rijen"]] == ["2026-09", "2026-10"]
    assert document["bestanden"] == [1, 2]
    assert document["te_verbeteren"] == [
        {"bestand": 1, "rij": 3, "trajectnummer": "T-777X", "doelgroep": "zomaar"}
    ]
    assert openpyxl.load_workbook(book).sheetnames[:2] == ["rijen", "teruggestuurd"]
    assert len(with_number(folder)) > 1

    status, out, _ = run("learner", "erase", *WHO, "--reason", "verzoek van T-777X", "--json")
    done = json.loads(out)

    assert (status, done["removed"]["rijen"]) == (0, 2)
    assert any("scores" in sentence for sentence in done["remains"])
    assert with_number(folder) == []
    assert run("db", "check")[:2] == (0, "Alles klopt.\n")
    database.initialize(open_database(read_settings()["DATABASE_URL"]))
    with database.connection_context():
        assert ProgressRecord.select().count() == 2
        assert sum(one.removed for one in DeliveryMonth.select()) == 2
    database.initialize(None)
    assert run("learner", "erase", *WHO, "--reason", "nog eens")[0] == 2
    copy = tmp_path / "kopie.tar.gz"
    run("backup", str(copy))
    with tarfile.open(copy) as archive:
        archive.extractall(tmp_path / "uit", filter="data")
    assert with_number(tmp_path / "uit") == []


def test_backups_that_hold_an_erased_person_are_named_with_their_day(
    run, folder, tmp_path, monkeypatch  # noqa: F811
):  # fmt: skip
    copies = tmp_path / "kopieen"
    copies.mkdir()
    monkeypatch.setenv("TAALINKOOP_BACKUP_DIR", str(copies))
    monkeypatch.setenv("TAALINKOOP_BACKUP_KEEP", "14")
    for age, name in ((3, "taalinkoop-1.tar.gz"), (2, "taalinkoop-2.tar.gz"), (9, "eigen.tar.gz")):
        run("backup", str(copies / name))
        made = (now() - timedelta(days=age)).timestamp()
        os.utime(copies / name, (made, made))
    last = today() - timedelta(days=2)

    out = run("learner", "erase", *WHO, "--reason", "verzoek van t-777x", "--json")[1]

    assert json.loads(out)["backups"] == [
        {"file": "eigen.tar.gz", "expires": None},
        {"file": "taalinkoop-1.tar.gz", "expires": (last + timedelta(days=13)).isoformat()},
        {"file": "taalinkoop-2.tar.gz", "expires": (last + timedelta(days=14)).isoformat()},
    ]
    assert f"weg op {last + timedelta(days=13):%d-%m-%Y}" in run("doctor")[1]
    assert not any(b"t-777x" in path.read_bytes().lower() for path in folder.rglob("*.sqlite*"))


def test_a_reason_is_needed_and_another_gemeente_has_nobody(run, folder):  # noqa: F811
    assert "waarom" in run("learner", "erase", *WHO, "--reason", " ")[2]
    other = ("learner", "erase", "T-777X", "--gemeente", "0166", "--reason", "x")
    assert "niets bekend" in run(*other)[2]
    assert len(with_number(folder)) > 1


def test_the_gemeente_gives_and_removes_on_a_page(client, app):
    outcome = deliver(app.config["TAALINKOOP_DATA_DIR"], make_provider("TA001"), csv(row()))
    settle(app.config["TAALINKOOP_DATA_DIR"], at=AT)
    assert outcome.counts.accepted == 1
    client.sign_in("gemeente", municipalities=["0193"])
    url = "/cursisten/rechten/0193/T-1/"
    assert "T-1" in client.get(url).title
    document = json.loads(client.get(f"{url}alles.json").data)
    assert document["rijen"][0]["maand"] == "2026-10"
    assert client.post(url, {"reason": "bel 06-12345678"}, status=None).errors
    client.post(url, {"reason": "verzoek, zaak 2026-123"}, status=302)
    client.get(url, status=404)
    assert not ProgressRecord.select().exists()
    client.sign_in("gemeente", email="ander@x.example", municipalities=["0166"])
    client.get(url, status=404)
    client.sign_in("contractmanager")
    client.get(url, status=403)


def test_erasing_is_the_same_on_every_engine(db, tmp_path):
    provider = make_provider("TA001")
    wrong = row(trajectnummer="T-777X", rapportagemaand="2026-09", leerroute="Q")
    first = deliver(tmp_path, provider, csv(row(), row(trajectnummer="T-777X"), wrong))
    settle(tmp_path, at=AT)
    assert (first.counts.accepted, first.counts.rejected) == (2, 1)

    counts = erase(193, "T-777X", reason="verzoek", data=tmp_path, by="test", at=AT)

    assert counts["rijen"] == 1
    assert ProgressRecord.select().count() == 1
    assert not RejectedRow.select().where(RejectedRow.number == "T-777X").exists()
    assert everything_about(193, "T-777X")["rijen"] == []
    assert with_number(tmp_path / "originals") == []
    assert all_findings() == []
