"""A gemeente makes the evaluation of its own plan: a workbook, what it changes, and then that."""

import io
import re

import openpyxl
import pytest

from core.audit import AuditLine
from quality.evaluation.models import EVERYTHING, BudgetLine, HeardPoint, PlanAction
from quality.evaluation.operations import load_reference_evaluation
from tests.builders import AT

URL = "/indicatoren/evaluatie/inlezen/"
SHEETS = {
    "acties": [
        ["volgnr", "thema_nr", "thema", "actie", "stand", "toelichting", "eigenaar", "bron"],
        [1, 1, "Taal", "Taalmaatjes werven", "deels", "", "team Inburgering", "Evaluatie 2026"],
        [2, 1, "Taal", "Folder maken", "nee", "te duur", "", "Evaluatie 2026"],
    ],
    "taakstelling": [
        ["jaar", "taakstelling", "achterstand_t_1", "realisatie", "peildatum", "bron"],
        [2025, 30, 4, 20, "", "par. 2"],
        [2026, 25, 14, 30, "01-10-2026", "par. 2"],
    ],
    "cohorten": [
        ["peildatum", "stand", "jaar", "aantal", "bron"],
        ["01-01-2026", "Voldaan", 2023, "*", "DUO"],
        ["01-01-2026", "Voldaan", 2024, 12, "DUO"],
        ["01-01-2026", "Ontheven", 2024, 0, "DUO"],
    ],
    "begroting": [
        ["jaar", "soort", "post", "bedrag", "bron"],
        [2027, "inkomsten", "Rijk", "35.500,50", "par. 4"],
        [2027, "uitgaven", "Taalhuis", "35500,50", "par. 4"],
        [2027, "totaal", "Uitgaven", "35500,50", "par. 4"],
    ],
    "gehoord": [
        ["partij", "punt", "soort", "wat_ermee_gebeurde", "bron"],
        ["statushouders", "meer avondles", "wens", "in de eisen gezet", "par. 5"],
    ],
}  # fmt: skip


def workbook(**changed) -> dict:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in (SHEETS | changed).items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    return {"municipality": "0193", "file": (content, "evaluatie.xlsx")}


def consent(page) -> dict:
    return {"file": re.search(r'name="file" value="([^"]+)"', page.html)[1]}


@pytest.fixture
def zwolle(client, db):
    client.sign_in("gemeente", municipalities=["0193"])
    return client


def test_a_gemeente_makes_its_evaluation_from_the_workbook(zwolle):
    page = zwolle.post(URL, workbook(), status=200)
    assert page.rows() == [
        ["acties", "2", "0", "0", "0"], ["taakstelling", "2", "0", "0", "0"],
        ["cohorten", "3", "0", "0", "0"], ["begroting", "2", "0", "0", "0"],
        ["gehoord", "1", "0", "0", "0"],
    ]  # fmt: skip
    assert not PlanAction.select().exists(), "nothing is kept before consent"
    done = zwolle.post(f"{URL}opnemen/", consent(page), follow=True)
    assert "Van de 2 acties: 1 deels, 1 nee." in done.text
    address = "/indicatoren/evaluatie/0193/"
    numbers = zwolle.get(f"{address}aantallen/")
    assert [row[:5] for row in numbers.rows(0)] == [
        ["2025", "30", "4", "20", "14"], ["2026", "25", "14", "30", "9"],
    ]  # fmt: skip
    # A count that is not in the file is not one that DUO hides, and leaves its totals unknown.
    assert numbers.rows(1) == [
        ["Voldaan", "< 5", "12", "13 tot 16"], ["Ontheven", "–", "0", "–"],
        ["Totaal", "–", "12", "–"],
    ]  # fmt: skip
    cohorts = zwolle.get("/indicatoren/").rows()
    assert cohorts == [["Voldaan", "< 5", "12"], ["Ontheven", "–", "0"]]
    assert "inkomsten en uitgaven zijn gelijk" in zwolle.get(f"{address}begroting/").text
    assert "in de eisen gezet" in zwolle.get(f"{address}gehoord/").text
    assert AuditLine.select().where(AuditLine.action == "create").count() == 10


def test_the_workbook_of_what_is_held_changes_nothing_and_an_edit_changes_one_row(zwolle):
    zwolle.post(f"{URL}opnemen/", consent(zwolle.post(URL, workbook())))
    filled = zwolle.get(f"{URL}werkboek.xlsx?gemeente=0193").data
    again = zwolle.post(
        URL, {"municipality": "0193", "file": (io.BytesIO(filled), "evaluatie.xlsx")}
    )
    assert "Er verandert niets" in again.text
    # Without the column, what was done with a point stays; a row that is left out goes.
    gehoord = [["partij", "punt", "soort", "bron"], ["statushouders", "meer avondles", "wens", "x"]]
    acties = [SHEETS["acties"][0], [*SHEETS["acties"][1][:4], "ja", "", "", "Evaluatie 2026"]]
    page = zwolle.post(URL, workbook(acties=acties, gehoord=gehoord))
    assert "acties 1: stand deels → ja" in page.text
    assert "acties 2: verdwijnt" in page.text
    zwolle.post(f"{URL}opnemen/", consent(page))
    assert [(one.number, one.state) for one in PlanAction.select()] == [(1, "ja")]
    assert HeardPoint.get().follow_up == "in de eisen gezet"
    changed = AuditLine.select().order_by(AuditLine.id.desc()).limit(3)
    assert {(one.thing, one.action) for one in changed} == {
        ("plan_action", "change"), ("plan_action", "remove"), ("heard_point", "change"),
    }  # fmt: skip


def test_a_csv_of_one_part_tells_of_that_part_alone(zwolle):
    part = {"municipality": "0193"}
    good = b"jaar;taakstelling;realisatie;bron\n2026;20;11;x\n"
    page = zwolle.post(URL, part | {"file": (io.BytesIO(good), "taakstelling.csv")}, status=200)
    assert page.rows() == [["taakstelling", "1", "0", "0", "0"]]
    without = b"jaar;taakstelling;realisatie\n2026;20;11\n"
    page = zwolle.post(URL, part | {"file": (io.BytesIO(without), "taakstelling.csv")}, status=422)
    assert "Voeg toe aan de eerste rij: bron" in page.text
    assert "Rijen per onderdeel" not in page.text


FAULTS = [
    ("acties", [3, 1, "Taal", "Folder", "nee", "", "", "x"], "waarom de actie niet is"),
    ("acties", [4, 1, "Taal", "Folder", "later", "", "", "x"], 'Er staat "later"'),
    ("acties", [5, 1, "Taal", "Bel mevrouw Jansen", "ja", "", "", "x"], "staat een naam"),
    ("taakstelling", [2027, 30, 99, 20, "", "x"], "volgt een achterstand van 9; er staat 99"),
    ("begroting", [2027, "totaal", "Inkomsten", 1, "x"], "zijn samen 35500,50 euro"),
    ("cohorten", ["01-01-2026", "Voldaan", 2025, "weinig", "x"], 'Er staat "weinig"'),
]


def test_a_fault_says_where_and_what_to_do_and_nothing_is_taken_in(zwolle):
    wrong = {name: [*rows, *(row for at, row, _ in FAULTS if at == name)]
             for name, rows in SHEETS.items()}  # fmt: skip
    page = zwolle.post(URL, workbook(**wrong), status=422)
    for name, row, sentence in FAULTS:
        assert f"blad {name}, rij {wrong[name].index(row) + 1}, kolom" in page.text
        assert sentence in page.text
    assert 'name="file"' not in page.html, "there is nothing to consent to"
    assert not any(model.select().exists() for model in EVERYTHING)


def test_a_gemeente_makes_only_its_own_and_others_make_none(client, db):
    load_reference_evaluation(by="opdrachtregel", at=AT)
    client.sign_in("gemeente", municipalities=["0193"])
    client.post(URL, workbook() | {"municipality": "0148"}, status=422)
    client.get(f"{URL}werkboek.xlsx?gemeente=0148", status=404)
    token = consent(client.post(URL, workbook()))
    client.sign_in("regio")
    client.post(f"{URL}opnemen/", token)  # of somebody else
    client.sign_in("contractmanager")
    client.get(URL, status=403)
    client.post(f"{URL}opnemen/", token, status=403)
    assert not BudgetLine.select().where(BudgetLine.municipality == "0193").exists()
    client.sign_in("regio")
    page = client.post(URL, workbook() | {"municipality": "0193"})
    assert client.post(f"{URL}opnemen/", consent(page), follow=True).status == 200
    assert BudgetLine.select().where(BudgetLine.municipality == "0193").count() == 2
