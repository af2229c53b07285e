"""The evaluation of a plan van aanpak: every figure of the source, and who may see it."""

import io

import openpyxl
import pikepdf
import pytest

from core.audit import AuditLine
from quality.evaluation.models import PlanAction
from quality.evaluation.operations import load_reference_evaluation
from quality.evaluation.rules import Housing, budget_sentence, read_rows, total_text, with_backlog
from quality.indicators.operations import load_reference_figures
from tests.builders import AT

DALFSEN = "/indicatoren/evaluatie/0148/"


@pytest.fixture
def loaded(db):
    load_reference_figures(by="opdrachtregel", at=AT)
    assert load_reference_evaluation(by="opdrachtregel", at=AT)
    assert not load_reference_evaluation(by="opdrachtregel", at=AT), "a second time changes nothing"


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


def test_the_page_has_every_figure_of_the_source(client, loaded):
    client.sign_in("gemeente", municipalities=["0148"])
    page = client.get(DALFSEN)
    assert "Van de 26 acties: 18 ja, 3 deels, 3 nee, 1 wordt opgepakt, 1 geen verzoek gehad" in (
        page.text
    )
    themes = [page.rows(table) for table in range(5)]
    assert [len(theme) for theme in themes] == [7, 10, 2, 2, 5]
    actions = [row for theme in themes for row in theme]
    housing, goals, _, counts, cohorts, budget, heard = map(page.rows, range(5, 12))
    assert [tuple(row[:3]) for row in actions] == [
        (row["volgnr"], " ".join(row["actie"].split()), row["stand"]) for row in read_rows("acties")
    ]
    assert [row[:4] for row in housing] == [
        [row["jaar"], row["taakstelling"], row["achterstand_t_1"], row["realisatie"]]
        for row in read_rows("taakstelling")
    ]
    assert [row[2:4] for row in goals] == [
        [row["doel"], row["realisatie"]] for row in read_rows("indicatoren_pva")
    ]
    assert [row[1:3] for row in counts] == [
        [row["jaar"], row["opgestart"]] for row in read_rows("taalstages")
    ]
    assert cohorts[0] == ["Voldaan", "< 5", "12", "8", "< 5", "0", "0", "22 tot 28"]
    totals = ["3 tot 12", "14 tot 20", "20 tot 23", "33 tot 36", "35", "10", "115 tot 136"]
    assert cohorts[-1] == ["Totaal", *totals]
    amounts = [euro(row["bedrag"]) for row in read_rows("begroting_2020")]
    income, expense, totals = amounts[:4], amounts[4:11], amounts[11:]
    assert [row[2] for row in budget] == [*income, totals[0], *expense, totals[1]]
    assert "inkomsten en uitgaven zijn gelijk" in page.text
    assert [row[1:4] for row in heard] == [
        [row["partij"], row["punt"], row["soort"]] for row in read_rows("gehoord")
    ]


def test_the_downloads_say_the_same(client, loaded):
    client.sign_in("regio")
    book = openpyxl.load_workbook(io.BytesIO(client.get(DALFSEN + "evaluatie.xlsx").data))
    cells = [row for row in book.active.iter_rows(values_only=True) if row[0] == "Begroting"]
    assert ("Begroting", "Bedrag", "5", euro("243500").replace(" ", "\N{NO-BREAK SPACE}")) in cells
    with pikepdf.open(io.BytesIO(client.get(DALFSEN + "evaluatie.pdf").data)) as made:
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
    assert row[2:5] == ["ja", "vanaf 2027 samen", "team Inburgering"]
    line = AuditLine.select().order_by(AuditLine.id.desc()).get()
    assert (line.thing, line.thing_id, line.before["state"], line.after["state"]) == (
        "plan_action", "0148/4", "deels", "ja",
    )  # fmt: skip
    client.post(DALFSEN + "gehoord/1/", {"follow_up": "opgenomen in de eisen"}, follow=True)
    assert "opgenomen in de eisen" in client.get(DALFSEN).text


def test_others_do_not_see_or_change_it(client, loaded):
    client.sign_in("gemeente", municipalities=["0193"])
    for address in ("", "evaluatie.pdf", "evaluatie.csv", "acties/1/", "gehoord/1/"):
        client.get(DALFSEN + address, status=404)
    client.sign_in("contractmanager")
    assert "Werk bij" not in client.get(DALFSEN).text
    client.post(DALFSEN + "acties/1/", {"state": "nee"}, status=403)
    client.sign_in("aanbieder", provider_code="TA001")
    client.get(DALFSEN, status=403)
    assert PlanAction.get(PlanAction.number == 1).state == "deels"
