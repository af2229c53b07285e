"""Promised, offered and attended hours, from the contract to page, download and pack."""

from datetime import date

import pytest

from core.accounts import Role
from providers.codes import LearningRoute, TrackStatus
from providers.models import ContractScope, Provider
from providers.register.rules import Promise, promise_for
from quality.lessons.intensity import LessonMonth, Lessons, Shortfall, toward
from quality.lessons.queries import attended_so_far, lessons_by_month
from quality.lessons.words import NO_PROMISE, shortfall_words
from tests.builders import make_contract, make_provider, make_record, make_track

AUG, SEP, OCT = (date(2026, month, 1) for month in (8, 9, 10))
B = LearningRoute.B1
AUGUST_WEEKS = 31 / 7


def contract(provider: Provider, *, place: str | None = None, **more) -> None:
    made = make_contract(provider, **more)
    ContractScope.create(contract=made, route=B, municipality=place)


def learners(provider: Provider, month: date, count: int, hours: int = 40, **more) -> None:
    values = {"minutes_offered": 60 * hours, "minutes_attended": 45 * hours} | more
    for number in range(count):
        track = make_track(provider, f"{provider.code}-{number}")
        make_record(month=month, provider=provider, track=track, **values)


def promised(lessons: Lessons, month: date) -> float | None:
    minutes = lessons.months[month].promised
    return None if minutes is None else minutes / 60


def test_promised_are_the_weeks_of_every_learner_times_the_hours_of_the_contract(db) -> None:
    here = make_provider()
    contract(here, weekly_minutes_b1=720)
    learners(here, AUG, 5)
    make_record(month=AUG, provider=here, first_lesson_on=date(2026, 8, 18))  # two weeks
    make_record(month=AUG, provider=here, status=TrackStatus.WAITING)
    make_record(month=AUG, provider=here, status=TrackStatus.PAUSED)
    result = lessons_by_month(here, OCT)["B"].months[AUG]
    assert result.tracks == 6
    assert result.promised == pytest.approx(60 * 12 * (5 * AUGUST_WEEKS + 2))
    assert result.offered == result.compared == 60 * (5 * 40 + 48)


def test_without_a_promise_nothing_is_promised_instead_of_zero(db) -> None:
    here = make_provider()
    contract(here)
    learners(here, AUG, 5)
    lessons = lessons_by_month(here, OCT)["B"]
    assert promised(lessons, AUG) is None
    assert lessons.shortfall() is None
    assert shortfall_words(lessons) == NO_PROMISE


@pytest.mark.parametrize(
    ("terms", "weekly"),
    [
        ({}, 12),
        ({"valid_from": date(2026, 8, 2)}, None),  # not the whole month
        ({"valid_until": date(2026, 8, 30)}, None),
        ({"valid_until": date(2026, 8, 31)}, 12),
        ({"place": "0148"}, 12),
        ({"place": "0193"}, None),  # the learners live in Dalfsen
    ],
)
def test_a_promise_holds_where_and_while_the_contract_does(db, terms, weekly) -> None:
    here = make_provider()
    contract(here, weekly_minutes_b1=720, **terms)
    learners(here, AUG, 5)
    expected = None if weekly is None else pytest.approx(5 * weekly * AUGUST_WEEKS)
    assert promised(lessons_by_month(here, OCT)["B"], AUG) == expected


def test_the_named_contract_goes_first_and_then_the_lowest_promise() -> None:
    def one(number: int, weekly: int | None) -> Promise:
        return Promise(number, B, None, date(2022, 1, 1), None, weekly, 1450)

    def chosen(promises: list[Promise], named: int | None) -> int | None:
        promise = promise_for(promises, route=B, month=AUG, municipality=148, contract=named)
        return promise.contract if promise else None

    assert chosen([one(1, 900), one(2, 600)], None) == 2
    assert chosen([one(1, 900), one(2, 600)], 1) == 1
    assert chosen([one(1, 900), one(2, 600)], 3) == 2  # names one that does not cover them
    assert chosen([one(1, None), one(2, 600)], 1) is None
    assert chosen([], None) is None


def test_a_month_with_more_makes_up_for_one_with_less_but_not_below_none() -> None:
    def month(promised: float, offered: int) -> LessonMonth:
        return LessonMonth(10, offered, offered, promised=promised, compared=offered)

    over = Lessons({AUG: month(6000, 5000), SEP: month(6000, 6400)}, (1450,))
    assert over.shortfall() == Shortfall(12_000, 11_400, 1450)
    assert over.shortfall().minutes == 600
    assert over.shortfall().cents == 10 * 1450
    assert Lessons({AUG: month(600, 700)}, (1450,)).shortfall().minutes == 0


@pytest.mark.parametrize(
    ("prices", "said"),
    [
        ((1450,), "Dat is € 145,00 bij € 14,50 per lesuur van een deelnemer."),
        ((None,), "Het contract noemt geen prijs per lesuur, daarom staat er geen bedrag bij."),
        ((1450, 1500), "De contracten verschillen in de prijs per lesuur, daarom staat er geen"),
    ],
)
def test_an_amount_is_told_only_when_one_price_holds(prices, said) -> None:
    lessons = Lessons({AUG: LessonMonth(10, 5400, 5000, promised=6000, compared=5400)}, prices)
    text = shortfall_words(lessons).replace("\N{NO-BREAK SPACE}", " ")
    assert text.startswith("Er zijn 100 lesuren toegezegd en 90 aangeboden: een tekort van 10 uur.")
    assert said in text


def test_hours_of_learners_without_a_promise_are_told_apart() -> None:
    month = LessonMonth(10, 9000, 9000, promised=6000, compared=6000)
    said = shortfall_words(Lessons({AUG: month}, (1450,)))
    assert "er is geen tekort. Nog 50 uur ging naar" in said


@pytest.mark.parametrize(("people", "counts"), [(4, False), (5, True)])
def test_months_of_fewer_than_five_learners_count_nowhere(db, people, counts) -> None:
    here = make_provider()
    contract(here, weekly_minutes_b1=720)
    learners(here, AUG, people)
    lessons = lessons_by_month(here, OCT)["B"]
    assert (AUG in lessons.visible_months) is counts
    assert (lessons.shortfall() is not None) is counts


def test_attended_hours_count_on_from_an_earlier_route(db) -> None:
    here = make_provider()
    track = make_track(here)
    make_record(month=AUG, track=track, minutes_attended=600, route=LearningRoute.SELF_RELIANCE)
    make_record(month=SEP, track=track, minutes_attended=900)
    make_record(month=OCT, track=track, minutes_attended=900)
    assert attended_so_far(here.id, SEP) == {"B": [1500]}


def test_the_milestone_is_reached_at_its_hours() -> None:
    minutes = [0, 60 * 300 - 15, 60 * 300, 60 * 600 - 15, 60 * 600, 60 * 2000]
    assert list(toward("B", minutes).values()) == [2, 2, 2]
    assert list(toward("Z", [60 * 799, 60 * 800]).values()) == [0, 1, 1]


@pytest.fixture
def judged(db) -> Provider:
    here = make_provider("TA001", name="Aardig")
    contract(here, weekly_minutes_b1=720, hour_price_cents=1450)
    learners(here, AUG, 6)
    learners(here, SEP, 4)
    return here


def test_the_tab_tells_the_shortfall_in_hours_and_euros(judged, client) -> None:
    client.sign_in(Role.CONTRACT_MANAGER)
    page = client.get("/aanbieders/TA001/intensiteit/")
    short = round(6 * (12 * AUGUST_WEEKS - 40))
    assert "minder les aangeboden dan het contract toezegt: B1-route." in page.text
    assert f"een tekort van {short} uur. Dat is € 1.143,00 bij € 14,50" in page.text
    months = page.rows(1)
    assert months[0] == ["september 2026"] + ["< 5"] * 6
    assert months[1] == ["augustus 2026", "6", "319", "240", "180", "0", "0"]


def test_the_download_hides_what_the_page_hides(judged, client) -> None:
    client.sign_in(Role.REGION)
    text = client.get("/aanbieders/TA001/intensiteit/uren.csv").data.decode("utf-8-sig")
    _, first, second = text.splitlines()
    assert first.startswith("B1-route;31-08-2026;6;318,86;240,0;180,0")
    assert second == "B1-route;30-09-2026;< 5;< 5;< 5;< 5;< 5;< 5"
    client.get("/aanbieders/TA001/intensiteit/uren.xlsx")


def test_without_a_delivery_the_tab_says_so(db, client) -> None:
    make_provider("TA009")
    client.sign_in(Role.CONTRACT_MANAGER)
    assert "nog geen lesuren geleverd" in client.get("/aanbieders/TA009/intensiteit/").text


def test_a_provider_sees_its_own_hours_only(judged, client) -> None:
    client.sign_in(Role.PROVIDER, provider_code="TA001")
    client.get("/aanbieders/TA001/intensiteit/")
    make_provider("TA002")
    client.get("/aanbieders/TA002/intensiteit/", status=404)
    client.get("/aanbieders/TA002/intensiteit/uren.csv", status=404)
