"""After a decision no byte in the data folder is of a person: files, database, all of it."""

import hashlib
import io
import shutil
import tarfile
import zipfile
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

import pytest
import xlsxwriter

from app.checks import logs_hold_no_number_of_a_person
from app.settings import read_settings
from app.tasks import retention
from core import audit
from core.dates import now
from core.db import database, open_database
from core.storage import Storage
from procurement.promises.models import Invoice
from providers.deliveries.operations import find_provider, receive
from providers.models import Delivery
from tests.app.test_cli import run  # noqa: F401
from tests.builders import AT, make_contract, make_provider, make_track
from tests.providers.feed.lines import row, text

BSN = "123456782"
SECRETS = (
    BSN, "123-456-782", "123 456 782", "Yilmaz", "y.fatima@voorbeeld.nl", "0612345678",
    "12-03-1991",
)  # fmt: skip
ABOUT = {
    "Geb.dat": "12-03-1991",
    "Burgerservicenr": BSN,
    "persoon": "Yilmaz",
    "email": "y.fatima@voorbeeld.nl",
}


def rows_with(**more: str) -> list[dict[str, str]]:
    return [row(trajectnummer=f"T-{n}") | more for n in range(3)]


def workbook(rows: list[dict[str, str]]) -> bytes:
    """A workbook with a title, a second sheet, a comment and an author that name somebody."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    book.set_properties({"author": "Fatima Yilmaz", "comments": BSN})
    page = book.add_worksheet("Oktober")
    page.write_row(0, 0, [f"Overzicht van Fatima Yilmaz, {BSN}"])
    page.write_row(1, 0, list(rows[0]))
    for number, one in enumerate(rows, start=2):
        page.write_row(number, 0, list(one.values()))
    page.write_comment(2, 0, f"dit is {BSN}")
    book.add_worksheet("Adressen").write_row(0, 0, ["Yilmaz", "0612345678"])
    book.close()
    return file.getvalue()


FILES = {
    "unknown headings": ("lijst.csv", text(rows_with(**ABOUT)).encode()),
    "UTF-16": (f"{BSN}.csv", text(rows_with(**ABOUT)).encode("utf-16")),
    "workbook": ("Fatima Yilmaz.xlsx", workbook(rows_with(**ABOUT))),
    "keys": ("a.csv", text([
        row(trajectnummer=key) for key in ("Fatima Yilmaz", "y.fatima@voorbeeld.nl", BSN,
                                           "123-456-782", f"BSN {BSN}", "123 456 782", "T-7")
    ]).encode()),
    "groups": ("b.csv", text(rows_with(groep="Klas van Fatima Yilmaz")).encode()),
    "wrong cells": ("c.csv", text(rows_with(uren_gevolgd=f"zie {BSN}", status="bel 0612345678"))
                    .encode()),
    "title and total": ("d.csv", f"Lijst van Fatima Yilmaz {BSN}\r\n".encode()
                        + text(rows_with()).encode() + f"Totaal Yilmaz {BSN};;\r\n".encode()),
    "no header": ("e.csv", f"Fatima Yilmaz;{BSN};0612345678\r\n".encode() * 4),
    "missing columns": ("f.csv", f"trajectnummer;naam;bsn\r\nT-1;Yilmaz;{BSN}\r\n".encode()),
    "damaged": ("g.xlsx", workbook(rows_with())[:3000] + BSN.encode()),
    "json": ("h.json", b'{"leveringen": [{"trajectnummer": "T-1", "naam": "Yilmaz", "bsn": "'
             + BSN.encode() + b'"}]}'),
}  # fmt: skip


def secrets_in(folder: Path, secrets: Collection[str] = SECRETS) -> list[str]:
    """Which secrets stand in which file, as UTF-8 or UTF-16, in zipped parts too."""
    results = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        parts = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                parts += [archive.read(name) for name in archive.namelist()]
        results += [
            f"{path.name}: {secret}"
            for secret in secrets
            for part in parts
            if any(secret.encode(code) in part for code in ("utf-8", "utf-16-le", "utf-16-be"))
        ]
    return results


@pytest.fixture
def folder(run, tmp_path, empty_database) -> Path:  # noqa: F811
    """An installation with one school."""
    register = tmp_path / "aanbieders.csv"
    register.write_text("aanbiedercode;naam\nTA001;Een\n", encoding="utf-8")
    (tmp_path / "instance").mkdir()
    shutil.copy(empty_database, tmp_path / "instance")
    run("provider", "import", str(register), "--kind", "aanbieders")
    return tmp_path / "instance"


@pytest.mark.parametrize("what", FILES)
def test_nothing_of_a_person_stays(run, folder, tmp_path, what):  # noqa: F811
    name, content = FILES[what]
    file = tmp_path / name
    file.write_bytes(content)

    run("feed", "import", str(file), "--aanbieder", "TA001")

    assert secrets_in(folder) == []
    assert run("db", "check")[0] == 0


def test_what_nobody_accepts_is_gone_after_a_day(run, folder, tmp_path):  # noqa: F811
    settings = read_settings()
    database.initialize(open_database(settings["DATABASE_URL"]))
    with database.connection_context():
        for name, content in FILES.values():
            receive(
                io.BytesIO(content), file_name=name, provider=find_provider("TA001"),
                storage=Storage(folder), by="school@example.nl", at=now(),
            )  # fmt: skip
    database.initialize(None)
    assert {result.rpartition(": ")[2] for result in secrets_in(folder)} > {BSN, "Yilmaz"}
    copy = tmp_path / "kopie"
    copy.mkdir()
    run("backup", str(copy / "kopie.tar.gz"))
    with tarfile.open(copy / "kopie.tar.gz") as archive:
        archive.extractall(copy / "uit", filter="data")
    assert secrets_in(copy) == []

    database.initialize(open_database(settings["DATABASE_URL"]))
    with database.connection_context():
        retention.expire_arrivals(settings, by="server", at=now() + timedelta(hours=24, minutes=1))
    database.initialize(None)

    assert secrets_in(folder) == []


def test_what_an_older_release_kept_in_full_is_cleaned_at_the_upgrade(
    run, folder, tmp_path  # noqa: F811
):  # fmt: skip
    for name, content in FILES.values():
        (tmp_path / name).write_bytes(content)
        run("feed", "import", str(tmp_path / name), "--aanbieder", "TA001")
    before = run("db", "check", "--json")
    _as_release_0_1_0_kept_it(folder)
    assert {result.rpartition(": ")[2] for result in secrets_in(folder)} > {BSN, "Yilmaz"}
    assert "taalinkoop retention --apply" in run("db", "check")[1]

    run("db", "migrate")

    assert secrets_in(folder) == []
    assert run("db", "check", "--json") == before


def _as_release_0_1_0_kept_it(folder: Path) -> None:
    """The bytes of every file that came in, and no word about whether they may stay."""
    storage = Storage(folder)
    database.initialize(open_database(read_settings()["DATABASE_URL"]))
    with database.connection_context():
        for delivery in Delivery.select():
            delivery.findings.pop("cleaned", None)
            delivery.save()
    database.initialize(None)
    for path in storage.directory.glob("??/*"):
        path.unlink()
    for _, content in FILES.values():
        path = storage.path(hashlib.sha256(content).hexdigest())
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def test_a_number_that_a_log_holds_is_found(db):
    make_track(make_provider("TA001"), "TR-2026-17")
    audit.record(
        at=AT, actor="bas@b.nl", action="erase", thing="learners", thing_id="0193",
        after={"number": "TR-2026-17"}, reason="zaak 2026-123",
    )  # fmt: skip
    # Not a number of somebody: cents, and an invoice that happens to pass the eleven-test.
    invoice = Invoice.create(
        contract=make_contract(number="C1"), number="001202601", invoiced_on=AT.date(),
        sha256="", entered_by="bas@b.nl", entered_at=AT,
    )  # fmt: skip
    audit.record(
        at=AT, actor="bas@b.nl", action="load", thing="invoice", thing_id="C1",
        after={"invoices": [invoice.number], "cents": 123456782},
    )  # fmt: skip
    assert logs_hold_no_number_of_a_person() == []
    for reason in ("over TR-2026-17", "nog eens TR-2026-17", "123456782 belde"):
        audit.record(
            at=AT, actor="bas@b.nl", action="withdraw", thing="delivery", thing_id="7",
            reason=reason,
        )  # fmt: skip
    lines = audit.AuditLine.select().where(audit.AuditLine.action == "withdraw")
    first, _, last = lines.order_by(audit.AuditLine.id)
    track, citizen = logs_hold_no_number_of_a_person()
    assert f"staat een trajectnummer zoals het is: regel {first.id}, en 1 andere." in track
    assert f"burgerservicenummer zoals het is: regel {last.id}." in citizen
