"""What an award teaches: right by hand, and nothing in it that tells of a bid."""

import io
import random
import re
from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from itertools import combinations, permutations

import pikepdf
import pytest

from core.access_log import AccessLine
from core.dates import add_months, month_of, now, today
from procurement import demo as demo_region
from procurement.award import lessons
from procurement.award.demo import CRITERIA, LOTS, running_contracts
from procurement.award.lessons import (
    FACTORS,
    PRICE,
    Association,
    AwardedLot,
    Entry,
    association,
    awards_others,
)
from procurement.award.models import AwardDecision
from providers.codes import LearningRoute
from quality.models import ScoreCard
from tests.builders import make_contract, make_provider

HOME = f"/planning/{demo_region.RUNNING_CODE}/lessen"


def lot(*marks):
    """Suppliers from the worst to the best, with the mark that each got."""
    return [(Fraction(mark, 10), float(place)) for place, mark in enumerate(marks)]


@pytest.mark.parametrize("marks", [(1, 2, 3, 4), (1, 1, 2, 3, 3), (5, 5, 5), (1, 2, 2, 2, 3)])
def test_inversions_are_those_of_every_order(marks):
    counted = defaultdict(int)
    for order in permutations(marks):
        counted[sum(a > b for a, b in combinations(order, 2))] += 1
    total = sum(counted.values())
    result = lessons.inversions([marks.count(mark) for mark in set(marks)])
    assert [Fraction(n, sum(result)) for n in result] == [
        Fraction(counted[at], total) for at in range(len(result))
    ]


def test_the_worked_example_of_the_docs():
    """Nine suppliers: 8 of 36 pairs against it is 2.2 % by chance, 9 of 36 is 3.8 %."""
    assert association([lot(1, 2, 3, 4, 5, 6, 7, 8, 9)]) is Association.BETTER
    assert association([lot(9, 1, 2, 3, 4, 5, 6, 7, 8)]) is Association.BETTER
    assert association([lot(9, 1, 2, 3, 4, 5, 6, 8, 7)]) is Association.NOTHING
    assert association([lot(9, 8, 7, 6, 5, 4, 3, 2, 1)]) is Association.WORSE
    assert association([lot(7, 7, 7, 7, 7, 7, 7, 7, 7)]) is Association.NOTHING


def test_by_chance_the_word_is_said_at_most_once_in_twenty_times():
    chance = random.Random(2026)
    words = defaultdict(int)
    for _ in range(2000):
        words[association([lot(*(chance.choice((6, 7, 8, 9)) for _ in range(10)))])] += 1
    assert words[Association.TOO_FEW] == 0
    assert words[Association.BETTER] + words[Association.WORSE] < 0.06 * 2000


@pytest.mark.parametrize("sizes", [(), (2,), (3,), (8,), (3, 3, 3), (4, 4), (2, 2, 2, 2, 2, 2)])
def test_nothing_is_said_of_few_suppliers_whatever_their_marks(sizes):
    for marks in (range(1, 9), [7] * 8, range(9, 1, -1)):
        assert association([lot(*list(marks)[:size]) for size in sizes]) is Association.TOO_FEW


@pytest.mark.parametrize("sizes", [(9,), (11,), (6, 6), (5, 5, 4), (4, 4, 4, 3)])
def test_attack_the_word_leaves_the_order_of_every_two_suppliers_open(sizes):
    """Whoever hears "ja" cannot exclude that of any two suppliers the worse had the higher mark."""
    every = [list(range(size)) for size in sizes]
    assert association([lot(*marks) for marks in every]) is Association.BETTER
    for at, size in enumerate(sizes):
        for low, high in combinations(range(size), 2):
            turned = list(range(size))
            turned.insert(low, turned.pop(high))
            assert turned[low] > turned[high]
            lots = [lot(*(turned if place == at else m)) for place, m in enumerate(every)]
            assert association(lots) is Association.BETTER


WEIGHTS = {"a": Fraction(20), "b": Fraction(30), "c": Fraction(20), PRICE: Fraction(30)}
PRICES = (100, 95, 92, 98, 90)
"""Known to the attacker; of who won first."""
OWN = {"a": 6, "b": 7, "c": 7}
"""What the attacker itself got: it lost."""
WON = 2


def _tender(chance):
    """A lot with two winners and three that lost, the last of whom is the attacker."""
    while True:
        marks = [{key: chance.randrange(11) for key in "abc"} for _ in PRICES[1:]] + [OWN]
        totals = [
            sum(float(WEIGHTS[key]) * given[key] / 10 for key in "abc") + 30 * min(PRICES) / price
            for given, price in zip(marks, PRICES, strict=True)
        ]
        if min(totals[:WON]) > max(totals[WON:]):
            shares = [
                {key: Fraction(mark, 10) for key, mark in given.items()}
                | {PRICE: Fraction(min(PRICES), price)}
                for given, price in zip(marks, PRICES, strict=True)
            ]
            return marks, [Entry(one, at < WON) for at, one in enumerate(shares)]


def test_attack_other_weights_fix_no_mark_and_no_order():
    """A tenderer that lost, and knows every price: each order stays open, and no mark is known."""
    chance = random.Random(2027)
    alike = defaultdict(list)
    for _ in range(1500):
        marks, entries = _tender(chance)
        result = AwardedLot("P1", WEIGHTS, entries)
        alike[tuple(awards_others([result], key, f) for key in WEIGHTS for f in FACTORS)].append(
            marks
        )
    common = [tenders for tenders in alike.values() if len(tenders) >= 60]
    assert len(common) >= 4
    for tenders in common:
        for key in "abc":
            for first, second in combinations(range(len(PRICES) - 1), 2):
                assert {marks[first][key] > marks[second][key] for marks in tenders} == {
                    True, False,
                }  # fmt: skip
            for bid in range(len(PRICES) - 1):
                assert len({marks[bid][key] for marks in tenders}) >= 4


def test_other_weights_are_not_told_where_they_would_tell():
    _, entries = _tender(random.Random(1))
    few = AwardedLot("P1", WEIGHTS, entries[:4])
    heavy = AwardedLot("P1", WEIGHTS | {"a": Fraction(51)}, entries)
    for one in (few, heavy):
        assert awards_others([one], "a", Fraction(2)) is None


@pytest.fixture(scope="module")
def awarded(file_db):
    """The tender of the running contracts, and a year of scores since."""
    last = add_months(month_of(today()), -2)
    for number in range(1, 9):
        provider = make_provider(f"TA00{number}", name=f"School {number}", chamber_number=None)
        make_contract(
            provider, number=f"RZ-{number}", valid_from=add_months(last, -14), valid_until=None
        )
        for back in range(12):
            for route in LearningRoute:
                result = {
                    "route": route.code, "gate": {"open": True, "reason": ""},
                    "criteria": {
                        code: {"judged": code != "bevoegd", "points": 50 + 6 * number}
                        for code in ("wachttijd", "avond_weekend", "bevoegd")
                    },
                }  # fmt: skip
                ScoreCard.create(
                    provider=provider, route=route, month=add_months(last, -back),
                    model="basis-2027", standing="goed", score=60 + number, result=result,
                    computed_at=now(),
                )  # fmt: skip
    places = list(demo_region._joining(("0193", "0148")))
    running_contracts(demo_region.RUNNING_CODE, demo_region.PAST_TRACE, places, by="demo")


@pytest.fixture
def tender(awarded, db):
    """Forgets what a test does to it."""


def test_the_page_teaches_without_telling_of_a_bid(tender, client):
    client.sign_in("regio")
    page = client.get(f"{HOME}/")
    text = page.text
    assert "Met 8 aanbieders is niet te zeggen welk criterium de betere vond." in text
    assert "Een andere weging van Korte wachttijd, Passend aanbod voor werkenden," in text
    assert "een korting af. Onderbouw de weging: twee keer zo zwaar had anders gegund." in text
    assert "Hier hoort geen kolom, KPI of criterium van het scoremodel bij" in text
    assert "E5 Docenten kennen de wijk" in text
    assert "E3 Elke docent is bevoegd of in opleiding: een oordeel bij 0 van de 17" in text
    assert AccessLine.select().where(AccessLine.what == "bids").exists()

    with pikepdf.open(io.BytesIO(client.get(f"{HOME}.pdf").data)) as made:
        assert len(made.pages) >= 1
    table = client.get(f"{HOME}.csv").data.decode("utf-8-sig")
    assert table.splitlines()[1].split(";")[0] == "Korte wachttijd"
    for said in (text, table):
        for _, _, _, rows in LOTS:
            for name, price, _ in rows:
                assert name not in said
                assert f"{price:,}".replace(",", ".") not in said
        assert not re.search(r"School \d|TA00\d|\d,\d", said)
    assert len(table.splitlines()) == 2 + len(CRITERIA)


def test_only_the_region_reads_it(tender, client):
    for role, more in (
        ("contractmanager", {}), ("auditor", {}), ("beheerder", {}),
        ("gemeente", {"municipalities": ["0148"]}), ("aanbieder", {"provider_code": "TA001"}),
    ):  # fmt: skip
        client.sign_in(role, **more)
        for address in (f"{HOME}/", f"{HOME}.pdf", f"{HOME}.xlsx"):
            client.get(address, status=403)


def test_there_is_nothing_before_the_award_is_final_and_after_the_term(tender, client):
    client.sign_in("regio")
    last = AwardDecision.select().order_by(AwardDecision.id.desc()).get()
    long_ago = today() - timedelta(days=8 * 366)
    for change, words in (
        ({"awarded_on": None}, "De lessen komen als alle percelen definitief zijn gegund"),
        (
            {
                "awarded_on": long_ago, "standstill_until": long_ago - timedelta(days=2),
                "sent_on": long_ago - timedelta(days=30),
            },
            "De bewaartermijn van de inschrijvingen is voorbij",
        ),
    ):  # fmt: skip
        AwardDecision.update(**change).where(AwardDecision.id == last.id).execute()
        assert words in client.get(f"{HOME}/").text
        client.get(f"{HOME}.pdf", status=404)
