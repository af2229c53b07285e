"""The list of aanbieders and the pages of one, as each role meets them."""

from datetime import date

import pytest

from core.accounts import Role
from providers.codes import LearningRoute, MarkStatus, TeacherRegistration
from providers.models import (
    ContractScope,
    DeliveryMonth,
    Location,
    Provider,
    QualityMark,
    Teacher,
)
from quality.cards.operations import compute
from tests.builders import AT, make_contract, make_delivery, make_provider, make_record

AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)
TABS = ("", "tijdlijn/", "leveringen/", "contracten/", "docenten/", "locaties/", "keurmerk/")


@pytest.fixture
def region(db) -> list[Provider]:
    here, there = make_provider("TA001", name="Aardig", city="Ommen"), make_provider("TA002")
    for provider, status, routes, place in (
        (here, MarkStatus.WITHDRAWN, (LearningRoute.B1, LearningRoute.SELF_RELIANCE), "0148"),
        (there, MarkStatus.INDEFINITE, (LearningRoute.EDUCATION,), None),
    ):
        QualityMark.create(provider=provider, status=status, valid_from=date(2024, 1, 1))
        contract = make_contract(provider, price_cents=985_000)
        for route in routes:
            ContractScope.create(contract=contract, route=route, municipality=place)
    delivery = make_delivery(here)
    DeliveryMonth.create(delivery=delivery, month=SEPTEMBER, rows=3)
    for _ in range(3):
        make_record(month=SEPTEMBER, provider=here, delivery=delivery)
    Teacher.create(provider=here, teacher_ref="D-01", registration=TeacherRegistration.BVNT2)
    Location.create(provider=here, name="De Brink", evening_weekend=True)
    return [here, there]


def names(page) -> list[str]:
    return [row[0].split("TA00")[0] if "Aardig" in row[0] else row[0][:16] for row in page.rows()]


def test_the_list_says_what_each_aanbieder_does(region, client) -> None:
    client.sign_in(Role.CONTRACT_MANAGER)
    page = client.get("/aanbieders/")
    assert page.title == "Aanbieders"
    assert "Het keurmerk van Aardig is ingetrokken." in page.text
    assert page.rows()[0] == [
        "AardigTA001, Ommen",
        "B1-route, Z-route",
        "Dalfsen",
        "ingetrokken lang niet gecontroleerd",
        "september 2026, op 23-11-2026",
        "< 5",
        "nog niet berekend",
    ]
    assert page.rows()[1][1:3] == ["onderwijsroute", "hele regio"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("zoek=ommen", ["Aardig"]),
        ("leerroute=O", ["Taalschool TA002"]),
        ("gemeente=0148", ["Aardig", "Taalschool TA002"]),
        ("gemeente=0193", ["Taalschool TA002"]),
        ("keurmerk=ongeldig", ["Aardig"]),
        ("sorteer=-naam", ["Taalschool TA002", "Aardig"]),
        ("sorteer=cursisten", ["Taalschool TA002", "Aardig"]),
        ("sorteer=onzin&keurmerk=onzin", ["Aardig", "Taalschool TA002"]),
    ],
)
def test_search_filter_and_sort_stand_in_the_address(region, client, query, expected) -> None:
    client.sign_in(Role.CONTRACT_MANAGER)
    page = client.get(f"/aanbieders/?{query}")
    assert names(page) == expected


def test_a_search_without_result_says_what_to_do(region, client) -> None:
    client.sign_in(Role.CONTRACT_MANAGER)
    assert "Maak het filter ruimer." in client.get("/aanbieders/?zoek=niets").text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_can_be_downloaded_as_filtered(region, client, kind) -> None:
    client.sign_in(Role.CONTRACT_MANAGER)
    response = client.get(f"/aanbieders/aanbieders.{kind}?zoek=ommen").response
    assert response.headers["Content-Disposition"] == f"attachment; filename=aanbieders.{kind}"
    if kind == "csv":
        lines = response.get_data(as_text=True).splitlines()
        assert len(lines) == 2
        assert lines[1].startswith(
            'TA001;Aardig;Ommen;"B1-route, Z-route";Dalfsen;ingetrokken;'
        ) or (lines[1].startswith("TA001;Aardig;Ommen;B1-route, Z-route;Dalfsen;ingetrokken;"))


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("code", ["TA001", "TA002"])
def test_every_tab_opens_with_and_without_data(region, client, code, tab) -> None:
    client.sign_in(Role.CONTRACT_MANAGER)
    page = client.get(f"/aanbieders/{code}/{tab}")
    assert Provider.get(code=code).name in page.title


def test_the_tabs_answer_in_a_sentence(region, client) -> None:
    client.sign_in(Role.CONTRACT_MANAGER)
    for tab, sentence in {
        "": "Het keurmerk is ingetrokken sinds 01-01-2024.",
        "leveringen/": "is er geen levering",
        "contracten/": "1 contract is vandaag van kracht.",
        "docenten/": "1 van 1 docenten is vandaag bevoegd",
        "locaties/": "Op 1 van 1 locaties is er les in de avond of het weekend.",
        "keurmerk/": "Het is langer dan 90 dagen geleden gecontroleerd.",
    }.items():
        assert sentence in client.get(f"/aanbieders/TA001/{tab}").text


def test_an_aanbieder_sees_only_itself(region, client) -> None:
    client.sign_in(Role.PROVIDER, provider_code="TA002")
    assert names(client.get("/aanbieders/")) == ["Taalschool TA002"]
    for tab in TABS:
        client.get(f"/aanbieders/TA001/{tab}", status=404)
        client.get(f"/aanbieders/TA002/{tab}")


def test_a_gemeente_reads_the_register_but_no_deliveries(region, client) -> None:
    client.sign_in(Role.MUNICIPALITY, municipalities=["0148"])
    page = client.get("/aanbieders/TA001/")
    assert "/aanbieders/TA001/leveringen/" not in page.links
    client.get("/aanbieders/TA001/leveringen/", status=403)


def test_a_beheerder_sees_no_aanbieders(region, client) -> None:
    client.sign_in(Role.ADMINISTRATOR)
    client.get("/aanbieders/", status=403)
    client.get("/aanbieders/TA001/", status=403)


@pytest.fixture
def judged(region) -> Provider:
    (here, _) = region
    QualityMark.update(status=MarkStatus.INDEFINITE).execute()
    delivery = make_delivery(here)
    DeliveryMonth.create(delivery=delivery, month=AUGUST, rows=12)
    for route in (LearningRoute.B1, LearningRoute.SELF_RELIANCE):
        for _ in range(6):
            make_record(month=AUGUST, provider=here, delivery=delivery, route=route)
    for month in (AUGUST, SEPTEMBER):
        compute(month, by="test", at=AT)
    return here


def test_the_overview_shows_what_a_score_is_made_of_and_how_it_went(judged, client) -> None:
    client.sign_in(Role.CONTRACT_MANAGER)
    page = client.get("/aanbieders/TA001/")
    judgements, months = page.rows(0), page.rows(1)
    assert [row[0] for row in judgements] == ["B1-route", "Z-route"]
    assert "/kwaliteit/2026-09/TA001/B/" in page.links
    assert [row[0] for row in months] == ["september 2026", "augustus 2026"]
    assert judgements[0][4].startswith(judgements[0][2] + " = (")
    assert judgements[1][1] == "geen levering"
    assert len(page.with_class("chart")) == 5
    other = client.get("/aanbieders/TA001/?leerroute=Z")
    assert "De laatste twaalf maanden, Z-route" in other.text
    assert (
        "De laatste twaalf maanden, B1-route"
        in client.get("/aanbieders/TA001/?leerroute=onzin").text
    )


def test_the_list_shows_the_judgement_of_the_newest_month(judged, client) -> None:
    client.sign_in(Role.MUNICIPALITY, municipalities=["0148"])
    page = client.get("/aanbieders/")
    assert "oordeel over september 2026" in page.text
    assert page.rows()[0][6].startswith("B1-route ")
