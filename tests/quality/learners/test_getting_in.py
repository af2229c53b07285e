"""Getting in at an aanbieder: the tab of the wait, and who asked for the evening or the weekend."""

from datetime import date

import pytest

from core.accounts import Role
from providers.codes import LearningRoute, TrackStatus, YesNo
from providers.models import ContractScope, Provider
from quality.cards.operations import compute
from quality.lessons.access import Access, access_rows
from quality.lessons.queries import evening_access
from tests.builders import AT, make_contract, make_provider, make_record, make_track

AUG, SEP, OCT = (date(2026, month, 1) for month in (8, 9, 10))


def lesson(provider: Provider, month: date = OCT, **more) -> None:
    values = {"registered_on": date(2026, 5, 1), "first_lesson_on": date(2026, 5, 11)}
    make_record(month=month, provider=provider, **{**values, **more})


def waiter(provider: Provider, since: date, **more) -> None:
    make_record(
        month=OCT, provider=provider, status=TrackStatus.WAITING, registered_on=since, **more
    )


ASKED = {"evening_weekend_wish": YesNo.YES}
EVENING = {"minutes_evening_weekend": 600}


def test_a_learner_counts_once_where_the_newest_row_says(db) -> None:
    here = make_provider()
    moved = make_track(here)
    lesson(here, SEP, track=moved, municipality=193, **ASKED, **EVENING)
    lesson(here, OCT, track=moved, municipality=148)
    lesson(here, OCT, **ASKED)
    lesson(here, OCT, **EVENING)
    lesson(here, OCT, minutes_offered=0, **ASKED)  # no lessons at all
    lesson(here, date(2026, 7, 1), **ASKED)  # before the window
    assert evening_access(here.id, OCT) == {
        "B": {148: Access(learners=3, asked=2, met=1, any_lesson=2)}
    }


def test_small_counts_are_hidden_with_what_gives_them() -> None:
    (row,) = access_rows({148: Access(30, 14, 9, 9)})
    assert (row.learners, row.met, row.unmet) == (30, 9, 5)
    rows = access_rows(
        {148: Access(30, 14, 9, 9), 193: Access(20, 9, 8, 8), 160: Access(3, 1, 1, 1)}
    )
    displayed = {row.municipality: row for row in rows}
    assert displayed["Dalfsen"].learners == 30
    assert displayed["Hardenberg"].learners is displayed["Hardenberg"].met is None
    assert displayed["Hardenberg"].offered is None
    assert displayed["Zwolle"].learners is None  # the smallest of the rest: or the total would tell
    assert displayed["Dalfsen"].unmet is None  # or the total of all would tell the one of Zwolle


@pytest.mark.parametrize(("people", "offered"), [(4, None), (5, False)])
def test_no_offer_is_said_of_five_learners_and_more(people, offered) -> None:
    (row,) = access_rows({148: Access(people, 0, 0, 0)})
    assert row.offered is offered


@pytest.fixture
def judged(db) -> Provider:
    here = make_provider("TA001", name="Aardig")
    for number in range(15):
        wish = ASKED if number < 10 else {}
        lesson(here, municipality=148, **wish, **(EVENING if number < 5 else {}))
        lesson(here, municipality=193)
    for _ in range(5):
        lesson(here, route=LearningRoute.SELF_RELIANCE, **ASKED)
    for since in (date(2026, 8, 1), date(2026, 9, 10), date(2026, 10, 20)):
        waiter(here, since)
    compute(OCT, by="test", at=AT)
    return here


def test_the_tab_tells_who_got_the_evening_and_where_nothing_is(judged, client) -> None:
    client.sign_in(Role.CONTRACT_MANAGER)
    page = client.get("/aanbieders/TA001/locaties/")
    assert "10 deelnemers vroegen hierom; 5 kregen die les." in page.text
    assert page.rows(0) == [["Dalfsen", "15", "5", "5", "ja"], ["Zwolle", "15", "0", "0", "geen"]]
    assert "Niemand kreeg zulke les in Zwolle." in page.text
    assert "Op deze leerroute is geen les in de avond of het weekend. 5 deelnemers" in page.text


def test_the_tab_of_the_wait_marks_42_and_70_days(judged, client) -> None:
    client.sign_in(Role.CONTRACT_MANAGER)
    page = client.get("/aanbieders/TA001/wachttijd/")
    first = dict(zip([row[0] for row in page.rows(0)], page.rows(0), strict=True))["B1-route"]
    assert first[6:10] == ["3", "2", "1", "91"]
    queue = page.rows(len(page.all("table")) - 1)
    assert [row[3:] for row in queue] == [
        ["91", "langer dan 70 dagen"], ["51", "langer dan 42 dagen"], ["11", ""],
    ]  # fmt: skip
    assert "Per locatie is de wachttijd niet te geven." in page.text
    assert "Daarom telt het niet mee voor het oordeel." in page.text


def test_outside_the_team_the_queue_is_hidden_and_no_one_is_named(judged, client) -> None:
    client.sign_in(Role.REGION)
    page = client.get("/aanbieders/TA001/wachttijd/")
    row = next(row for row in page.rows(0) if row[0] == "B1-route")
    assert row[6:10] == ["< 5", "niet getoond", "niet getoond", "niet getoond"]
    assert "Wie nu wacht" not in page.text
    assert not page.all("svg")


@pytest.mark.parametrize(
    ("people", "cells"),
    [
        (1, ["< 5", "28"] + ["< 5"] * 8),
        (4, ["< 5", "28"] + ["< 5"] * 8),
        (5, ["5", "28", "100,0 %", "10", "10", "0", "0", "0", "–", "10,0"]),
    ],
)
def test_few_learners_and_everybody_within_the_norm(db, client, people, cells) -> None:
    here = make_provider("TA001")
    for _ in range(people):
        lesson(here)
    compute(OCT, by="test", at=AT)
    client.sign_in(Role.CONTRACT_MANAGER)
    page = client.get("/aanbieders/TA001/wachttijd/")
    assert page.rows(0)[0][1:] == cells
    assert "wacht niemand" in page.text


@pytest.mark.parametrize("tab", ["wachttijd/", "locaties/", "docenten/", "intensiteit/"])
def test_without_a_feed_every_tab_says_so(db, client, tab) -> None:
    make_provider("TA001")
    client.sign_in(Role.CONTRACT_MANAGER)
    assert "Er " in client.get(f"/aanbieders/TA001/{tab}").text


def test_a_month_without_a_delivery_is_not_a_month_without_a_queue(db, client) -> None:
    here = make_provider("TA001")
    contract = make_contract(here)
    ContractScope.create(contract=contract, route=LearningRoute.B1)
    lesson(make_provider("TA002"))
    compute(OCT, by="test", at=AT)
    client.sign_in(Role.CONTRACT_MANAGER)
    page = client.get("/aanbieders/TA001/wachttijd/")
    assert "Over oktober 2026 is nog niets geleverd." in page.text
    assert "Wie nu wacht, is dus niet bekend." in page.text
    assert "Er is geen oordeel: er is geen levering voor deze maand." in page.text
    assert page.rows(0) == [["B1-route", "–", "28", *["–"] * 8]]


def test_another_aanbieder_does_not_see_them(judged, client) -> None:
    make_provider("TA002")
    client.sign_in(Role.PROVIDER, provider_code="TA002")
    client.get("/aanbieders/TA001/wachttijd/", status=404)
