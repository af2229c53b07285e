"""The pages of the indicators, as each role sees them."""

import io
from datetime import date

import pytest

from quality.indicators.models import Indicator, IndicatorValue
from quality.indicators.operations import load_reference_figures
from quality.learners.models import LearnerFacts
from tests.builders import AT
from tests.pages import text_of


@pytest.fixture
def loaded(db) -> dict[str, Indicator]:
    load_reference_figures(by="opdrachtregel", at=AT)
    return {indicator.number: indicator for indicator in Indicator.select()}


def test_the_list_answers_and_shows_the_hidden_cells_of_duo(client, loaded):
    client.sign_in("gemeente", municipalities=["0148"])
    page = client.get("/indicatoren/")
    assert "Van geen enkele indicator is er al een cijfer over een jaar met een doel." in page.text
    assert [row[0].split(".")[0] for row in page.rows()] == ["1", "2a", "2b", "3", "4"]
    assert page.rows(1)[0] == ["Voldaan", "< 5", "12", "8", "< 5", "0", "0"]
    assert "*" not in page.text


def test_searching(client, loaded):
    client.sign_in("regio")
    ((name, *_),) = client.get("/indicatoren/?zoek=duur").rows()
    assert name.startswith("4. Gemiddelde duur")
    nothing = client.get("/indicatoren/?zoek=xyz")
    assert "Zoek op een ander woord" in nothing.text


def test_another_gemeente_and_other_roles_do_not_see_it(client, loaded):
    address = f"/indicatoren/{loaded['1'].id}/"
    client.sign_in("gemeente", municipalities=["0193"])
    client.get(address, status=404)
    assert "geen indicatoren" in client.get("/indicatoren/").text
    for role in ("aanbieder", "beheerder"):
        client.sign_in(role, provider_code="TA001")
        client.get("/indicatoren/", status=403)


def test_entering_a_figure_by_hand(client, loaded):
    client.sign_in("regio")
    address = f"/indicatoren/{loaded['1'].id}/"
    client.get(address + "invoer/")
    wrong = client.post(address + "invoer/", {"kind": "realised", "value": "veel"}, status=200)
    assert wrong.errors == [
        "Vul het jaar in, bijvoorbeeld 2026.",
        "Vul een getal in, bijvoorbeeld 12,5.",
        "Vul de bron in: waar komt dit cijfer vandaan?",
    ]
    figure = {
        "year": "2020",
        "kind": "realised",
        "value": "82,5",
        "people": "41",
        "source": "jaarverslag 2020",
    }
    page = client.post(address + "invoer/", figure, follow=True)
    assert "In 2020 was het 82,5 %; het doel was 85 %: rond het doel." in page.text
    too_high = client.post(address + "invoer/", figure | {"value": "101"}, status=200)
    assert too_high.errors == ["Een percentage kan niet hoger zijn dan 100. Controleer de waarde."]


def test_only_the_region_enters_figures(client, loaded):
    address = f"/indicatoren/{loaded['4'].id}/"
    for role in ("contractmanager", "auditor"):
        client.sign_in(role)
        assert "Vul een cijfer in" not in client.get(address).text
        client.get(address + "invoer/", status=403)
        client.post(address + "berekenen/", {"year": "2026"}, status=403)


def test_computing_the_duration(client, loaded):
    for number in range(7):
        passed = date(2026, 2, 1) if number == 0 else None
        what_is_entered = {"term_from": date(2024, 1, 1), "passed_on": passed, "changed_at": AT}
        LearnerFacts.create(municipality=148, number=f"T-{number}", **what_is_entered)
    for number in range(6):
        LearnerFacts.create(municipality=148, number=f"U-{number}", changed_at=AT)
    client.sign_in("regio")
    address = f"/indicatoren/{loaded['4'].id}/"
    assert client.post(address + "berekenen/", {"year": ""}, status=200).errors == [
        "Vul het jaar in dat je wilt berekenen."
    ]
    early = client.post(address + "berekenen/", {"year": "2025"}, status=200)
    assert early.errors[0].startswith("Over 2025 is van niemand met een begin van de termijn")
    page = client.post(address + "berekenen/", {"year": "2026"}, follow=True)
    assert "klein aantal" not in page.text
    assert "indicatief: 5 tot 9 personen" in page.text
    assert "berekend uit wat de gemeente invulde, tot en met" in page.text
    # One passed: not shown, nor what would give it; who has no first day of the term is told.
    facts = [text_of(one) for one in page.all("dd")]
    assert facts[4:8] == ["niet getoond", "niet getoond", "0", "6"]
    assert "Van wie het begin van de termijn niet is ingevuld" in page.text
    assert "Het gewone gemiddelde" not in page.text


def test_a_figure_about_four_persons_stays_hidden_everywhere(client, loaded):
    IndicatorValue.create(
        indicator=loaded["1"],
        year=2021,
        kind="realised",
        value=97.25,
        people=4,
        source="telling",
        entered_by="x",
        entered_at=AT,
    )
    client.sign_in("regio")
    for address in ("/indicatoren/", f"/indicatoren/{loaded['1'].id}/"):
        assert "97,3" not in client.get(address).html
    file = client.get(f"/indicatoren/{loaded['1'].id}/indicator.csv").response.text
    assert ";2021;;95,0;;;< 5;te weinig personen;" in file
    assert "97,25" not in file


def test_the_list_as_a_file(client, loaded):
    client.sign_in("contractmanager")
    file = client.get("/indicatoren/indicatoren.csv?zoek=duur").response.text
    assert len(file.splitlines()) == 5
    workbook = client.get("/indicatoren/indicatoren.xlsx")
    assert workbook.response.data[:2] == b"PK"
    client.get("/indicatoren/indicatoren.exe", status=404)


def test_an_indicator_that_is_not_there(client, loaded):
    client.sign_in("regio")
    client.get("/indicatoren/99999999/", status=404)


def test_a_gemeente_enters_its_own_figures_and_no_others(client, loaded):
    region = Indicator.create(number="R", name="Van de regio", unit="%", better="higher")
    client.sign_in("gemeente", municipalities=["0148"])
    figure = {
        "year": "2020",
        "kind": "realised",
        "value": "90",
        "people": "41",
        "source": "telling",
    }
    page = client.post(f"/indicatoren/{loaded['1'].id}/invoer/", figure, follow=True)
    assert "In 2020 was het 90 %; het doel was 85 %: doel gehaald." in page.text
    assert "Vul een cijfer in" not in client.get(f"/indicatoren/{region.id}/").text
    client.post(f"/indicatoren/{region.id}/invoer/", figure, status=403)
    client.post(f"/indicatoren/{region.id}/vergelijken/", {}, status=403)


def test_defining_an_indicator_that_is_computed_from_what_the_gemeente_knows(client, loaded):
    for number in range(10):
        facts = {
            "notified_on": date(2026, 1, 5),
            "plan_on": date(2026, 3, 16 if number < 6 else 17),
        }
        LearnerFacts.create(municipality=148, number=f"T-{number}", changed_at=AT, **facts)
    client.sign_in("gemeente", municipalities=["0148"])
    asked = {
        "number": "5",
        "name": "PIP op tijd",
        "municipality": "0148",
        "unit": "maanden",
        "better": "higher",
        "computation": "share",
        "outcome": "plan_in_time",
        "group": "plan_due",
        "span": "plan",
        "definition": "",
    }
    wrong = client.post("/indicatoren/nieuw/", asked, status=200)
    assert wrong.errors == ["Deze berekening geeft een percentage."]
    other = client.post("/indicatoren/nieuw/", asked | {"municipality": "0193"}, status=200)
    assert other.errors
    client.post("/indicatoren/nieuw/", asked | {"unit": "%"}, follow=True)
    made = Indicator.get(Indicator.number == "5")
    page = client.post(f"/indicatoren/{made.id}/berekenen/", {"year": "2026"}, follow=True)
    assert "In 2026 was het 60 %." in page.text
    assert page.rows()[0][1:3] == ["60 %", "35 tot 81 %"]
    again = client.post("/indicatoren/nieuw/", asked | {"unit": "%"}, status=200)
    assert again.errors == ["Nummer 5 bestaat hier al. Kies een ander."]


@pytest.mark.parametrize(
    ("chosen", "year", "said", "cells"),
    [
        ({"computation": "count", "unit": "aantal"}, "2026", "was het 6.", ["6", "2,6 tot 11,8"]),
        # Of fewer than five no number is told; nobody at all is a zero.
        ({"computation": "count", "unit": "aantal", "outcome": "did_map"}, "2026", "",
         ["< 5", "–"]),
        ({"computation": "count", "unit": "aantal", "outcome": "signed_pvt"}, "2026", "was het 0.",
         ["0", "0,0 tot 3"]),
        ({"computation": "days", "unit": "dagen"}, "2026", "was het 70,4 dagen.",
         ["70,4", "70,1 tot 70,7"]),
    ],
)  # fmt: skip
def test_a_count_and_a_mean_of_days_are_defined_and_computed(
    client, loaded, chosen, year, said, cells
):
    for number in range(10):
        LearnerFacts.create(
            municipality=148, number=f"T-{number}", changed_at=AT, notified_on=date(2026, 1, 5),
            plan_on=date(2026, 3, 16 if number < 6 else 17),
            map_on=date(2026, 4, 1) if number < 2 else None,
        )  # fmt: skip
    client.sign_in("gemeente", municipalities=["0148"])
    asked = {
        "number": "7", "name": "PIP", "municipality": "0148", "better": "lower",
        "outcome": "plan_in_time", "group": "plan_due", "span": "plan",
        "source": "Plan van aanpak 2027, par. 3",
    }  # fmt: skip
    wrong = client.post("/indicatoren/nieuw/", asked | chosen | {"unit": "%"}, status=200)
    assert wrong.errors[0].startswith("Deze berekening geeft")
    client.post("/indicatoren/nieuw/", asked | chosen, follow=True)
    made = Indicator.get(Indicator.number == "7")
    page = client.post(f"/indicatoren/{made.id}/berekenen/", {"year": year}, follow=True)
    assert "Bron van deze indicator: Plan van aanpak 2027, par. 3" in page.text
    assert said in page.text
    assert page.rows()[0][1:3] == cells


def test_figures_of_others_are_taken_in_from_a_file(client, loaded):
    client.sign_in("regio")
    address = f"/indicatoren/{loaded['4'].id}/"
    client.get(address + "vergelijken/")
    text = b"naam;jaar;waarde;bron;datum\nDivosa;2019;31,5;Benchmark 2019;31-12-2019\n"
    for _ in range(2):
        sent = {"file": (io.BytesIO(text), "divosa.csv")}
        page = client.post(address + "vergelijken/", sent, follow=True)
    assert page.rows(1) == [["Divosa", "2019", "31,5 maanden", "Benchmark 2019"]]
