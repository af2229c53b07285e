"""The evaluation of a plan van aanpak: every figure of the source, and who may see it."""

import csv
import io
import re

import openpyxl
import pikepdf
import pytest

from core.audit import AuditLine
from quality.evaluation.files import DATA
from quality.evaluation.models import PlanAction
from quality.evaluation.operations import load_reference_evaluation
from quality.evaluation.rules import Housing, budget_sentence, total_text, with_backlog
from quality.indicators.operations import load_reference_figures
from quality.indicators.rules import COHORT_FILE, INDICATOR_FILE
from tests.app.web.test_two_at_once import typed
from tests.builders import AT

DALFSEN = "/indicatoren/evaluatie/0148/"


@pytest.fixture
def loaded(db):
    load_reference_figures(by="opdrachtregel", at=AT)
    assert load_reference_evaluation(by="opdrachtregel", at=AT)
    assert not load_reference_evaluation(by="opdrachtregel", at=AT), "a second time changes nothing"


def read_rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def euro(amount: str) -> str:
    return f"€ {int(amount):,}".replace(",", ".") + ",00"


def test_the_backlog_follows_from_the_first_year():
    years = [(2016, 71, 0, 44), (2017, 39, None, 46), (2018, 40, None, 45), (2019, 20, None, 20)]
    carried = with_backlog([Housing(*year) for year in years])
    assert [one.backlog_before for one in carried] == [0, 27, 20, 15]
    assert carried[-1].backlog_after == 15


def test_a_year_that_is_missing_breaks_the_chain():
    carried = with_backlog([Housing(2016, 71, 0, 44), Housing(2018, 40, None, 45)])
    assert carried[1].backlog_before is None
    assert carried[1].backlog_after is None


@pytest.mark.parametrize(
    ("counts", "text"),
    [([12, 8, 0], "20"), ([None, 12], "13 tot 16"), ([None, None, None], "3 tot 12"), ([], "0")],
)
def test_a_total_with_hidden_counts_is_a_range(counts, text):
    assert total_text(counts) == text


def test_a_budget_that_does_not_close_is_said():
    assert budget_sentence(100, 100).startswith("De begroting sluit:")
    assert "meer uitgaven" in budget_sentence(100, 101)


NUMBERED = re.compile(r"\d+[ab]?\. ")


def of_source(name: str, *columns: str) -> list[list[str]]:
    """Cells of a file of the source as a page has them, a number apart from what it numbers."""
    rows = [[" ".join(row[column].split()) for column in columns] for row in read_rows(name)]
    return [[cell or "–" for cell in row] for row in rows]


def tables_of(client, part: str = "") -> list[list[list[str]]]:
    page = client.get(DALFSEN + part)
    tables = [page.rows(table) for table in range(page.html.count("<table"))]
    return [
        [[*row[0].split(". ", 1), *row[1:]] if NUMBERED.match(row[0]) else row for row in rows]
        for rows in tables
    ]


def test_the_pages_have_every_figure_of_the_source(client, loaded):
    client.sign_in("gemeente", municipalities=["0148"])
    assert "Van de 26 acties: 18 ja, 3 deels, 3 nee, 1 wordt opgepakt, 1 geen verzoek gehad" in (
        client.get(DALFSEN).text
    )
    themes = tables_of(client)
    assert [len(theme) for theme in themes] == [7, 10, 2, 2, 5]
    assert [row[:4] for theme in themes for row in theme] == of_source(
        "acties", "volgnr", "actie", "stand", "toelichting"
    )
    housing, cohorts, counts = tables_of(client, "aantallen/")
    assert [row[:4] for row in housing] == of_source(
        "taakstelling", "jaar", "taakstelling", "achterstand_t_1", "realisatie"
    )
    assert [row[5] for row in housing] == [*["heel het jaar"] * 3, "01-08-2019"]
    with COHORT_FILE.open(encoding="utf-8", newline="") as file:
        published = [line.rstrip().replace("*", "< 5").split(",") for line in file][1:]
    assert [row[:-1] for row in cohorts[:-1]] == published
    assert [row[-1] for row in cohorts] == ["22 tot 28", "3 tot 12", "90 tot 96", "115 tot 136"]
    assert cohorts[-1][1:-1] == ["3 tot 12", "14 tot 20", "20 tot 23", "33 tot 36", "35", "10"]
    assert [row[1:] for row in counts] == of_source("aantallen", "jaar", "aantal")
    goals, indicators = tables_of(client, "doelen/")
    assert goals == of_source("indicatoren", "nr", "indicator", "doel", "realisatie", "noot")
    years = ("2017", "2019", "2020", "2021", "2022")
    with INDICATOR_FILE.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            (row,) = [
                one for one in indicators if (one[0], one[2].lower()) == (line["nr"], line["soort"])
            ]
            assert row[3 + years.index(line["jaar"])].removesuffix(" %") == line["waarde"], line
    (budget,) = tables_of(client, "begroting/")
    amounts = [euro(row["bedrag"]) for row in read_rows("begroting")]
    income, expense, totals = amounts[:4], amounts[4:11], amounts[11:]
    assert [row[2] for row in budget] == [*income, totals[0], *expense, totals[1]]
    posts = [row["post"] for row in read_rows("begroting")]
    assert [row[1] for row in budget if row[1] != "Totaal"] == posts[:11]
    assert "inkomsten en uitgaven zijn gelijk" in client.get(DALFSEN + "begroting/").text
    (heard,) = tables_of(client, "gehoord/")
    assert [row[1:4] for row in heard] == of_source("gehoord", "partij", "punt", "soort")


def test_the_downloads_say_the_same(client, loaded):
    client.sign_in("gemeente", municipalities=["0148"])
    book = openpyxl.load_workbook(io.BytesIO(client.get(DALFSEN + "evaluatie.xlsx").data))
    cells = list(book.active.iter_rows(values_only=True))[1:]
    text = client.get(DALFSEN + "evaluatie.csv").data.decode("utf-8-sig")
    as_text = list(csv.reader(io.StringIO(text), delimiter=";"))[1:]
    values = [" ".join(str(cell[3]).split()) for cell in cells]
    # An apostrophe keeps a spreadsheet from reading "+- 50%" as a formula.
    assert values == [" ".join(cell[3].split()).removeprefix("'") for cell in as_text]
    # Every cell of every page is there, in its order.
    rest = iter(values)
    parts = ("", "aantallen/", "doelen/", "begroting/", "gehoord/")
    for table in (table for part in parts for table in tables_of(client, part)):
        displayed = [[cell for cell in row if not cell.startswith("Werk bij")] for row in table]
        for cell in (cell for row in displayed for cell in row):
            assert cell in rest, cell
    pdf = client.get(DALFSEN + "evaluatie.pdf").data
    with pikepdf.open(io.BytesIO(pdf)) as made:
        assert made.docinfo["/Title"] == "Evaluatie plan van aanpak, Dalfsen"
        assert len(made.pages) >= 3


def test_an_action_is_brought_up_to_date_with_a_reason(client, loaded):
    client.sign_in("gemeente", municipalities=["0148"])
    address = DALFSEN + "acties/4/"
    refused = client.post(address, {"state": "nee", "explanation": " ", "owner": ""}, status=200)
    assert refused.errors == ["Vul in waarom de actie niet is uitgevoerd."]
    changed = {"state": "ja", "explanation": "vanaf 2027 samen", "owner": "team Inburgering"}
    page = client.post(address, changed, follow=True)
    row = page.rows(0)[3]
    assert row[1:4] == ["ja", "vanaf 2027 samen", "team Inburgering"]
    line = AuditLine.select().order_by(AuditLine.id.desc()).get()
    assert (line.thing, line.thing_id, line.before["state"], line.after["state"]) == (
        "plan_action", "0148/4", "deels", "ja",
    )  # fmt: skip
    client.post(DALFSEN + "gehoord/1/", {"follow_up": "opgenomen in de eisen"}, follow=True)
    assert "opgenomen in de eisen" in client.get(DALFSEN + "gehoord/").text


@pytest.mark.parametrize(
    ("address", "field"), [("acties/4/", "owner"), ("gehoord/1/", "follow_up")]
)
def test_the_second_of_two_sees_what_the_first_wrote(client, loaded, address, field):
    client.sign_in("gemeente", municipalities=["0148"])
    opened = client.get(DALFSEN + address)
    client.sign_in("gemeente", municipalities=["0148"], email="kim@example.org")
    client.post(DALFSEN + address, typed(opened, **{field: "van Kim"}), status=302)
    client.sign_in("gemeente", municipalities=["0148"])
    page = client.post(DALFSEN + address, typed(opened, **{field: "van mij"}), status=None)
    assert "Intussen gewijzigd door kim@example.org in: van Kim." in page.text
    assert typed(page)[field] == "van mij"


def test_others_do_not_see_or_change_it(client, loaded):
    client.sign_in("gemeente", municipalities=["0193"])
    for address in ("", "gehoord/", "evaluatie.pdf", "evaluatie.csv", "acties/1/", "gehoord/1/"):
        client.get(DALFSEN + address, status=404)
    client.sign_in("contractmanager")
    assert "Werk bij" not in client.get(DALFSEN).text
    client.post(DALFSEN + "acties/1/", {"state": "nee"}, status=403)
    client.sign_in("aanbieder", provider_code="TA001")
    client.get(DALFSEN, status=403)
    assert PlanAction.get(PlanAction.number == 1).state == "deels"
