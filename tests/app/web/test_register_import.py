"""The register by page: a template, what would change, and then the change."""

import io
import re

import openpyxl

from core.audit import AuditLine
from providers.models import Contract, Provider, Teacher
from tests.builders import make_contract, make_provider

URL = "/beheer/register-inlezen/"
SHEETS = {
    "aanbieders": [["aanbiedercode", "naam"], ["TA001", "Taalhuis"], ["TA002", "De Wachter"]],
    "contracten": [
        ["contractnummer", "aanbiedercode", "leerroutes", "gemeenten", "van",
         "norm_wachttijd_dagen"],
        ["RZ-1", "TA001", "B,Z", "*", "01-01-2026", "42"],
        ["RZ-2", "TA009", "B", "*", "01-01-2026", ""],
    ],
}  # fmt: skip


def workbook(sheets=SHEETS, name="register.xlsx"):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    return content, name


def consent(page) -> str:
    return re.search(r'name="file" value="([^"]+)"', page.html)[1]


def test_shows_what_changes_and_takes_in_only_after_consent(client, db):
    provider = make_provider("TA001", name="Taalhuis")
    make_contract(provider, number="RZ-1", waiting_norm_days=28)
    client.sign_in("regio")
    client.get(URL)
    page = client.post(URL, {"file": workbook()}, status=200)
    assert page.rows() == [["aanbieders", "1", "0", "1", "0"], ["contracten", "0", "1", "0", "1"]]
    assert "norm_wachttijd_dagen 28 → 42" in page.text
    assert 'Aanbieder "TA009" staat niet in het register.' in page.text
    assert Contract.get().waiting_norm_days == 28
    assert not AuditLine.select().exists()

    asked = client.post(f"{URL}opnemen/", {"file": consent(page)}, status=422)
    assert asked.errors == ["Vul in waarom dit verandert."]
    assert Contract.get().waiting_norm_days == 28
    given = {"file": consent(asked), "reason": "Nieuwe norm van de regio"}
    done = client.post(f"{URL}opnemen/", given, follow=True)
    assert {line.reason for line in AuditLine} == {"Nieuwe norm van de regio"}
    assert "Het register is bijgewerkt: 1 nieuw, 1 gewijzigd." in done.text
    assert Contract.get().waiting_norm_days == 42
    assert Provider.select().count() == 2
    page = client.post(URL, {"file": workbook()}, status=200)
    assert "Er verandert niets" in page.text


def test_a_csv_needs_its_part_and_a_forged_or_foreign_consent_takes_nothing_in(client, db):
    make_provider("TA001")
    client.sign_in("contractmanager")
    text = "aanbiedercode;docentcode;registratie\nTA001;D-1;BVNT2\n"

    def send(**more):
        return client.post(URL, {"file": (io.BytesIO(text.encode()), "lijst.csv")} | more)

    assert "welk deel van het register" in send().errors[0]
    page = send(kind="docenten")
    client.sign_in("regio")
    client.post(f"{URL}opnemen/", {"file": consent(page)})
    client.post(f"{URL}opnemen/", {"file": "verzonnen"})
    assert not Teacher.select().exists()


def test_only_who_manages_the_whole_register_reads_it_in(client, db):
    client.sign_in("contractmanager", provider_code="TA001")
    client.get(URL, status=403)
    client.sign_in("gemeente", municipalities=["0193"])
    client.get(URL, status=403)


def test_the_template_is_read_as_an_empty_register(client, db):
    client.sign_in("regio")
    answer = client.get(f"{URL}sjabloon.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert [cell.value for cell in book["keurmerken"][1]][:3] == ["aanbiedercode", "status", "van"]
    page = client.post(URL, {"file": (io.BytesIO(answer.data), "sjabloon.xlsx")})
    assert page.errors or "Er verandert niets" in page.text
