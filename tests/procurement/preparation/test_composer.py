"""Which groups start soonest: equal to trying everything, within the rules, and as a page."""

import random
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

import pytest

from procurement.admin import groups
from procurement.models import ContractingProcess, Participation
from procurement.preparation import composer, queries
from procurement.preparation.composer import (
    Gain,
    Learner,
    Rules,
    compose,
    expected_learners,
    pool_gains,
)
from procurement.preparation.operations import Grouping, put_estimate
from providers.codes import LearningRoute, TrackStatus
from providers.models import TravelTime
from providers.register.rules import FAR_MINUTES
from tests.builders import make_delivery, make_provider, make_record, make_track
from tests.procurement.lots import BY

ROUTES = {("A", "B"): 20, ("B", "A"): 20, ("C", "B"): 44, ("A", "C"): 46}
RULES = Rules(3, 4, ROUTES)


def random_case(chance: random.Random, count: int) -> tuple[list[Learner], Rules]:
    learners = [
        Learner(
            chance.randint(0, 40), key, chance.choice("ABC"), chance.randint(0, 2),
            chance.choice([True, False, None]),
        )
        for key in range(count)
    ]  # fmt: skip
    minutes = {pair: chance.choice([15, 40, 50]) for pair in ROUTES}
    return learners, Rules(chance.choice([2, 3]), 4, minutes)


def may_share(group: Sequence[Learner], rules: Rules) -> bool:
    levels, wishes = [one.level for one in group], {one.evening for one in group}
    reached = [
        {one.municipality}
        | {
            place
            for (start, place), minutes in rules.minutes.items()
            if start == one.municipality and minutes <= FAR_MINUTES
        }
        for one in group
    ]
    return (
        rules.size <= len(group) <= rules.most
        and max(levels) - min(levels) <= 1
        and not {True, False} <= wishes
        and bool(set.intersection(*reached))
    )


def every_way(learners: Sequence[Learner], rules: Rules) -> Iterator[list[Sequence[Learner]]]:
    """Each way to make groups of some of them, with the others left."""
    if not learners:
        yield []
        return
    first, *others = learners
    yield from every_way(others, rules)
    for count in range(rules.size - 1, rules.most):
        for some in combinations(others, count):
            if may_share([first, *some], rules):
                rest = [one for one in others if one not in some]
                for groups in every_way(rest, rules):
                    yield [[first, *some], *groups]


def fewest_days(learners: Sequence[Learner], rules: Rules, horizon: int) -> int:
    def days(groups: list[Sequence[Learner]]) -> int:
        placed = {one for group in groups for one in group}
        return sum(
            max(one.ready for one in group) - one.ready for group in groups for one in group
        ) + sum(horizon - one.ready for one in learners if one not in placed)

    return min(days(groups) for groups in every_way(learners, rules))


def test_a_small_case_equals_the_best_of_every_way():
    chance = random.Random(7)
    for _ in range(60):
        learners, rules = random_case(chance, chance.randint(1, 7))
        assert compose(learners, rules, 60).days == fewest_days(learners, rules, 60)


def test_a_large_case_is_nearly_as_good_as_the_exact_one(monkeypatch):
    chance = random.Random(8)
    cases = [random_case(chance, 10) for _ in range(15)]
    exact = [compose(learners, rules, 60).days for learners, rules in cases]
    monkeypatch.setattr(composer, "EXACT", 0)
    near = [compose(learners, rules, 60).days for learners, rules in cases]
    assert all(a <= b for a, b in zip(exact, near, strict=True))
    assert sum(near) <= 1.01 * sum(exact)
    assert sum(a == b for a, b in zip(exact, near, strict=True)) >= 14


@pytest.mark.parametrize("quick", [True, False])
def test_no_rule_is_broken_and_everyone_is_somewhere_once(quick):
    learners, _ = random_case(random.Random(9), 150)
    result = compose(learners, RULES, 60, quick=quick)
    assert all(may_share(group.learners, RULES) for group in result.groups)
    everyone = [one for group in result.groups for one in group.learners] + list(result.left)
    assert sorted(everyone) == sorted(learners)
    for group in result.groups:
        for code in group.municipalities:
            assert code == group.place or RULES.minutes[code, group.place] <= FAR_MINUTES
    assert result.days == sum(g.waited for g in result.groups) + sum(
        60 - one.ready for one in result.left
    )


def test_the_order_of_the_learners_makes_no_difference():
    learners, rules = random_case(random.Random(10), 40)
    assert compose(learners[::-1], rules, 60) == compose(learners, rules, 60)


def test_what_two_gemeenten_win_by_sharing_groups():
    # Alone each fills a group of three on day 20; together they fill one on day 10 and on day 20.
    learners = [
        Learner(day, key, place, 1)
        for key, (day, place) in enumerate(
            [(0, "A"), (10, "A"), (20, "A"), (0, "B"), (10, "B"), (20, "B"), (5, "D")]
        )
    ]
    # A: 20 + 10 + 0, and the same for B. Together {0, 0, 10} and {10, 20, 20}: 20 + 10.
    assert pool_gains(learners, RULES, 60) == [Gain(("A", "B"), 6, 30)]


def test_who_is_expected_comes_evenly_spread():
    expected = expected_learners({("A", 1, None): 52, ("B", 2, True): 1}, 100, 91)
    assert [one.ready - 100 for one in expected[:3]] == [3, 10, 17]
    assert {one.municipality for one in expected} == {"A"}
    assert len(expected) == 13
    assert all(one.expected for one in expected)


MONTH = date(2026, 10, 1)
PLACES = ["0148", "0193"]


@pytest.mark.both_engines
def test_who_registered_counts_once_as_in_the_first_month(db):
    provider = make_provider("TAD")
    one = make_track(provider, "EEN")
    day = date(2026, 3, 2)
    start = {"track": one, "registered_on": day, "municipality": 148, "level_reading": 1}
    make_record(month=date(2026, 3, 1), **start, status=TrackStatus.WAITING)
    make_record(
        month=MONTH, **start | {"level_reading": 3, "municipality": 193},
        first_lesson_on=date(2026, 3, 30),
    )  # fmt: skip
    # not counted: before the year, after the month, another route, another gemeente, superseded
    for name, more in (
        ("OUD", {"registered_on": date(2025, 10, 1)}),
        ("NIEUW", {"registered_on": date(2026, 11, 2), "month": date(2026, 11, 1)}),
        ("Z", {"route": LearningRoute.SELF_RELIANCE}),
        ("ELDERS", {"municipality": 363}),
        ("WEG", {"superseded_by": make_delivery(provider)}),
    ):
        values = {"month": MONTH, "registered_on": day, "municipality": 148} | more
        make_record(track=make_track(provider, name), **values)
    (result,) = queries.registered(LearningRoute.B1, PLACES, MONTH)
    assert (result.learner.municipality, result.until - result.learner.ready) == ("0148", 28)


@pytest.mark.both_engines
def test_a_journey_goes_to_where_one_is_soonest(db):
    provider = make_provider("TAD")
    for code, kern, minutes in (
        ("0193", "Zwolle", 12), ("0148", "Dalfsen", 31), ("0148", "Lemelerveld", 58),
    ):  # fmt: skip
        TravelTime.create(
            provider=provider, location="School", municipality=code, place=kern, minutes=minutes
        )
    assert queries.journeys() == {("0193", "0193"): 12, ("0148", "0193"): 31}


def test_the_region_sees_which_groups_start_soonest(client):
    process = ContractingProcess.create(
        code="SAS-9", name="Traject", procedure="SAS", changed_at=BY["at"]
    )
    for code in PLACES:
        Participation.create(process=process, municipality=code, route="B", scale="lokaal")
    put_estimate(process, [], [Grouping("B", 6)], **BY)
    provider = make_provider("TAD")
    TravelTime.create(
        provider=provider, location="School", municipality="0193", place="Zwolle", minutes=5
    )
    TravelTime.create(
        provider=provider, location="School", municipality="0148", place="Dalfsen", minutes=31
    )
    for number in range(9):
        make_record(
            month=MONTH, track=make_track(provider, f"L{number}"), status=TrackStatus.WAITING,
            registered_on=date(2026, 9, 1 + number), municipality=(148, 193, 193)[number % 3],
        )  # fmt: skip
    client.sign_in("regio")
    page = client.get("/planning/SAS-9/groepen/")
    assert "de eerste nu in Zwolle" in page.text
    first = page.rows(0)[0]
    assert first[:3] == ["Zwolle", "nu", "Dalfsen en Zwolle"]
    assert first[5:] == ["9", "9", "31"]
    # Alone Zwolle fills one group of six, and Dalfsen none.
    alone, chosen, together = page.rows(1)
    assert (alone[1], alone[3]) == (chosen[1], chosen[3])
    assert float(together[1].replace(",", ".")) < float(alone[1].replace(",", "."))
    # Three registered in Dalfsen: a pair with it would tell.
    assert "Wat twee gemeenten winnen" not in page.text
    assert "Nagespeeld met wie zich aanmeldde" not in client.get("/planning/SAS-9/schaal/").text
    for role in ("gemeente", "contractmanager", "auditor", "aanbieder"):
        client.sign_in(role, provider_code="TAD", municipalities=["0148"])
        client.get("/planning/SAS-9/groepen/", status=403)


def test_attack_no_pairs_of_gemeenten_and_no_total_tell_of_a_few():
    """From A + B, A + C and B + C each would follow; from the total what no pair shows."""
    learners = [
        Learner(day, key, place, 1)
        for key, (day, place) in enumerate(
            (day, place)
            for place, count in (("0193", 12), ("0148", 3), ("0175", 9), ("0160", 7))
            for day in range(0, 5 * count, 5)
        )
    ]
    places = ("0193", "0148", "0175", "0160")
    rules = Rules(6, 20, {(a, b): 20 for a in places for b in places if a != b})
    registered = tuple(queries.Registered(one, one.ready) for one in learners)
    everyone = compose(learners, rules, 90)
    past = queries.Replay(registered, rules, everyone, everyone, everyone)
    named = {code for gain in groups._gains(past) for code in gain.municipalities}
    # Without 0148 alone hidden, the total less the others would give its three.
    assert named == {"0193", "0175"}
    waiting = groups._waiting(compose(learners, rules, 90, quick=True))
    assert all(text == "niet getoond" or int(text) >= 5 or text == "0" for text in waiting.values())
