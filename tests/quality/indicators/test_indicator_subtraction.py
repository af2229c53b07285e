"""A figure of the region never gives a gemeente the figure of one other."""

from datetime import date

import pytest

from quality.indicators.models import Indicator
from quality.indicators.operations import compute_value, enter_value
from quality.learners.models import LearnerFacts
from tests.builders import AT

ZWOLLE, DALFSEN, KAMPEN = 193, 148, 166
HIDDEN = "niet getoond"


@pytest.fixture
def region(db) -> Indicator:
    return Indicator.create(
        number="R", name="PIP op tijd", unit="%", better="higher",
        computation="plan_in_time/plan_due",
    )  # fmt: skip


def fill(place: int, people: int, in_time: int) -> None:
    for number in range(people):
        plan = date(2026, 3, 16 if number < in_time else 17)
        LearnerFacts.create(
            municipality=place, number=f"T-{number}", notified_on=date(2026, 1, 5), plan_on=plan,
            changed_at=AT,
        )  # fmt: skip


def compute(indicator: Indicator) -> None:
    compute_value(indicator=indicator, year=2026, last_month=date(2026, 10, 1), by="x", at=AT)


def seen_by(client, indicator: Indicator, role: str, *places: int) -> set[bool]:
    """Whether the figure (60 %) or its people stand on the list, the page or in a file."""
    codes = [f"{place:04d}" for place in places]
    client.sign_in(role, municipalities=codes, email=f"{'-'.join(codes)}@{role}.example.org")
    answers = [
        client.get("/indicatoren/").text,
        client.get("/indicatoren/indicatoren.csv").data.decode(),
        client.get(f"/indicatoren/{indicator.id}/").text,
        client.get(f"/indicatoren/{indicator.id}/indicator.csv").data.decode(),
    ]
    assert all("PIP op tijd" in answer for answer in answers)
    return {"60 %" in answer or ";60,0;" in answer for answer in answers}


@pytest.mark.parametrize(
    ("others", "is_seen"),
    [
        ([(DALFSEN, 10, 6)], False),  # what is left is one other gemeente
        ([(DALFSEN, 3, 1), (KAMPEN, 1, 1)], False),  # two others, fewer than five people
        ([(DALFSEN, 6, 3), (KAMPEN, 4, 3)], True),
        ([], False),  # that the others have nobody is theirs to tell
    ],
)
def test_what_is_left_of_a_computed_figure_is_of_two_others_and_five_people(
    client, region, others, is_seen
):
    people = sum(people for _, people, _ in others)
    in_time = sum(n for _, _, n in others)
    fill(ZWOLLE, 20 - people, 12 - in_time)
    for other in others:
        fill(*other)
    compute(region)
    assert seen_by(client, region, "gemeente", ZWOLLE) == {is_seen}
    if not is_seen:
        assert HIDDEN in client.get(f"/indicatoren/{region.id}/").text
    assert seen_by(client, region, "regio") == {True}


def test_an_account_of_two_gemeenten_takes_both_away(client, region):
    for place, people in ((ZWOLLE, 10), (DALFSEN, 5), (KAMPEN, 5)):
        fill(place, people, people * 6 // 10)
    compute(region)
    assert seen_by(client, region, "gemeente", ZWOLLE) == {True}
    assert seen_by(client, region, "gemeente", ZWOLLE, DALFSEN) == {False}


def test_a_figure_by_hand_counts_the_gemeenten_that_have_one_under_its_number(client, region):
    def enter(indicator: Indicator) -> None:
        enter_value(
            indicator=indicator, year=2026, kind="realised", value=60.0, people=30,
            source="telling", by="x", at=AT,
        )  # fmt: skip

    enter(region)
    assert seen_by(client, region, "gemeente", ZWOLLE) == {True}, "there is nothing to compare with"
    for place in (ZWOLLE, DALFSEN):
        own = Indicator.create(
            number="R", name="Eigen", unit="%", better="higher", municipality=f"{place:04d}"
        )
        enter_value(
            indicator=own, year=2026, kind="realised", value=45.0, people=15, source="telling",
            by="x", at=AT,
        )  # fmt: skip
    assert seen_by(client, region, "gemeente", ZWOLLE) == {False}
    assert seen_by(client, region, "gemeente", KAMPEN) == {True}
