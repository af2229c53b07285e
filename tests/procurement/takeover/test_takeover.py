"""Who can take over whom: no rule is broken, nobody is lost, and the most find a place."""

import random
import re
from datetime import date
from itertools import product

import pytest

from procurement.plan import queries as plan_queries
from procurement.takeover.rules import (
    MOST_WITHOUT_APPROVAL,
    People,
    School,
    Teaching,
    Why,
    take_over,
    why_not,
)
from providers.codes import MarkStatus, SkillLevel, TrackStatus
from providers.models import ContractScope, ProgressRecord, Provider, QualityMark
from tests.builders import make_contract, make_provider, make_record

DAY = date(2026, 11, 23)
MONTH = date(2026, 10, 1)
B_IN_DALFSEN = People("B", "0148", 2, evening=False)


def school(code: str = "A", **changes) -> School:
    teaching = {
        "municipalities": frozenset({None}),
        "levels": frozenset({2}),
        "evening": True,
        "places": 10,
    }
    values = {"minutes": {"0148": 20}, "may_teach": {"B": True}, "approved": False}
    teaching |= {name: value for name, value in changes.items() if name in teaching}
    values |= {name: value for name, value in changes.items() if name in values}
    return School(code, f"School {code}", teaching={"B": Teaching(**teaching)}, **values)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"municipalities": frozenset({"0193"})}, Why.NO_CONTRACT),
        ({"may_teach": {"B": False}}, Why.NO_MARK),
        ({"levels": frozenset({4})}, Why.NO_LEVEL),
        ({"levels": frozenset({3})}, None),
        ({"minutes": {"0148": 46}}, Why.TOO_FAR),
        ({"minutes": {"0148": 45}}, None),
        ({"minutes": {}}, None),
    ],
)
def test_each_rule_says_why_not(changes, why):
    assert why_not(B_IN_DALFSEN, [school(**changes)]) == why


def test_evening_lessons_only_for_who_asked():
    asked = People("B", "0148", 2, evening=True)
    assert why_not(asked, [school(evening=False)]) == Why.NO_EVENING
    assert why_not(B_IN_DALFSEN, [school(evening=False)]) is None


def test_at_most_fifteen_without_approval_and_the_rest_is_left_over():
    placement = take_over({B_IN_DALFSEN: 20}, [school(places=40)])
    assert (placement.count_placed, [one.why for one in placement.left_over]) == (
        15,
        [Why.NO_PLACE],
    )
    approved = take_over({B_IN_DALFSEN: 20}, [school(places=40, approved=True)])
    assert approved.count_placed == 20
    assert approved.needs_approval() == ["School A"]


def test_the_nearest_school_is_first():
    near, far = school("A", places=3), school("B", places=9, minutes={"0148": 40})
    placement = take_over({B_IN_DALFSEN: 8}, [far, near])
    assert {one.school.code: one.count for one in placement.placed} == {"A": 3, "B": 5}


def test_no_rule_is_broken_in_200_random_regions():
    chance = random.Random(7)
    for _ in range(200):
        schools = [
            school(
                code,
                places=chance.randrange(12),
                levels=frozenset(chance.sample(range(6), 2)),
                evening=chance.random() < 0.5,
                minutes={"0148": chance.randrange(70), "0193": chance.randrange(70)},
                may_teach={"B": chance.random() < 0.8},
                approved=chance.random() < 0.3,
            )
            for code in "ABCD"
        ]
        people = {
            People("B", place, level, evening): chance.randrange(1, 9)
            for place, level, evening in product(("0148", "0193"), range(0, 6, 2), (True, False))
        }
        placement = take_over(people, schools)
        assert placement.total == sum(people.values())
        per_school = {one.code: 0 for one in schools}
        for one in placement.placed:
            assert why_not(one.people, [one.school]) is None
            per_school[one.school.code] += one.count
        for one in schools:
            most = one.teaching["B"].places
            assert per_school[one.code] <= (most if one.approved else min(most, 15))
        # Whoever is left over for want of a place could go to no school that has one left.
        for left in placement.left_over:
            if left.why is Why.NO_PLACE:
                for one in schools:
                    has_place = per_school[one.code] < one.teaching["B"].places and (
                        one.approved or per_school[one.code] < MOST_WITHOUT_APPROVAL
                    )
                    assert not has_place or why_not(left.people, [one]) is not None


@pytest.fixture
def failing(db):
    """Two schools in Dalfsen; six people at the one that fails, places at the other."""
    first, other = make_provider("TA005"), make_provider("TA001")
    for provider in (first, other):
        contract = make_contract(provider)
        ContractScope.create(contract=contract, route=1, municipality=None)
    QualityMark.create(provider=other, status=MarkStatus.INDEFINITE, valid_from=date(2025, 1, 1))
    levels = dict.fromkeys(
        ("level_reading", "level_listening", "level_writing", "level_speaking"), SkillLevel.A1
    )
    for number in range(6):
        status = TrackStatus.WAITING if number == 0 else TrackStatus.ACTIVE
        make_record(month=MONTH, provider=first, status=status, **levels)
    make_record(month=MONTH, provider=first, status=TrackStatus.COMPLETED, **levels)
    for _ in range(17):
        make_record(month=MONTH, provider=other, group_name="G1", **levels)


ASKED = "/planning/overname/?aanbieder=TA005&dag=23-11-2026"


def test_the_page_answers_and_makes_a_plan(client, failing):
    client.sign_in("regio")
    client.get("/planning/overname/")
    page = client.get(ASKED)
    assert "is er voor < 5 van de 6 cursisten plaats" in page.text
    assert page.rows(0)[0][:4] == ["Taalschool TA001", "B1-route", "Dalfsen", "niet getoond"]
    assert "hoogstens 15 cursisten over zonder akkoord" in page.text
    assert "akkoord is niet nodig" in client.get(f"{ASKED}&akkoord=y").text
    address = "/planning/overname/traject/?aanbieder=TA005&dag=23-11-2026"
    client.post(address, {"code": "OVERNAME-1"}, follow=True)
    plan = plan_queries.load(plan_queries.find("OVERNAME-1"))
    assert [step.title for step in plan.steps][-1] == "Iedereen heeft weer les"
    assert "Cursisten zonder plaats: < 5." in [step.note for step in plan.steps]


def test_contract_management_reads_exact_numbers_and_others_nothing(client, failing):
    client.sign_in("contractmanager")
    page = client.get(ASKED)
    assert page.rows(0)[0][3] == "3"
    assert page.rows(1)[0][2:4] == ["3", "geen plaats meer"]
    client.post(ASKED.replace("?", "traject/?"), {"code": "X-1"}, status=403)
    for role in ("gemeente", "aanbieder", "beheerder"):
        client.sign_in(role, municipalities=["0148"], provider_code="TA001")
        client.get("/planning/overname/", status=403)


@pytest.mark.both_engines
def test_it_says_how_long_newcomers_wait_at_who_takes_over(client, failing):
    registered = date(2026, 9, 1).toordinal()
    taker = Provider.get(Provider.code == "TA001")
    ways = [{"first_lesson_on": registered + days} for days in (10, 20, 30)]
    ways += [{"first_lesson_on": None, "status": TrackStatus.WAITING}] * 2
    # not counted: registered longer than a year ago, another route
    ways += [{"registered_on": registered - 500}, {"route": 3}]
    for way in ways:
        make_record(month=MONTH, provider=taker, **{"registered_on": registered} | way)
    client.sign_in("contractmanager")
    # Two wait for the places that are left, and only three began in a year: that is no pace.
    assert client.get(ASKED).rows(0)[0][5:] == ["30", "–"]
    for days in range(23):
        make_record(
            month=MONTH, provider=taker, registered_on=registered - 500,
            first_lesson_on=registered - 300 + days,
        )  # fmt: skip
    # 26 in 52 weeks, and no place is left: who comes after the two who wait is the third.
    page = client.get(ASKED)
    assert page.rows(0)[0][5:] == ["30", "42"]
    later = client.get(ASKED.replace("23-11-2026", "02-06-2039"))
    assert re.findall(r"uiterlijk op (\S+)\.", later.text) == ["04-08-2039"], "45 working days"
    client.sign_in("regio")
    assert client.get(ASKED).rows(0)[0][5:] == ["30", "–"], "42 days tell how many places went"
    client.sign_in("contractmanager")
    ProgressRecord.update(first_lesson_on=None).where(
        ProgressRecord.registered_on == registered
    ).execute()
    assert client.get(ASKED).rows(0)[0][5] == "–", "less than half have begun"


@pytest.mark.parametrize("asked", ["aanbieder=NIETS&dag=23-11-2026", "aanbieder=TA005&dag=morgen"])
def test_an_odd_question_is_answered_with_a_sentence(client, failing, asked):
    client.sign_in("regio")
    assert client.get(f"/planning/overname/?{asked}").errors
