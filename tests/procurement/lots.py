"""A lot with two bids, judged as far as a test wants it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.errors import DomainError
from procurement.award import (
    decision_operations as awards,
    operations as bid_operations,
    queries as bid_queries,
)
from procurement.award.operations import BidDraft, Judgement, LotDraft
from procurement.award.rules import Criterion
from procurement.plan.documents import Header, PlanParticipation
from procurement.plan.operations import start_plan

CLOSES = datetime(2026, 9, 1, 10, tzinfo=UTC)
AT = datetime(2026, 10, 1, 10, tzinfo=UTC)
ANNE, BO = "anne@example.nl", "bo@example.nl"
BY = {"by": ANNE, "at": AT}
CRITERIA = (Criterion("G1", "Wachttijd", 40), Criterion("G2", "Begeleiding", 30))
DRAFT = LotDraft("P1", "B1-route", "B", CLOSES, CRITERIA, price_weight=30, suppliers=1)


def bid(lot, name="De Brug", price=1_000_000, minutes=-60):
    received = CLOSES + timedelta(minutes=minutes)
    return bid_operations.receive_bid(lot, BidDraft(name, received, price, "12345678"), **BY)


def checked(it, passed=True):
    rules = bid_queries.FOR_ROUTE[it.lot.route]
    bid_operations.put_checks(it, dict.fromkeys(rules, (passed, "register geraadpleegd")), **BY)
    return it


def both(first, second, why="besproken"):
    return {"G1": Judgement(first, why), "G2": Judgement(second, why)}


def assessed(lot):
    """Two bids with consensus: De Brug 28,50 + 32 + 21, Oever 30 + 24 + 0 (no answer)."""
    bids = [checked(bid(lot)), checked(bid(lot, "Oever", 950_000))]
    for who in (ANNE, BO):
        for it in bids:
            bid_operations.put_scores(it, both(7, None), by=who, at=AT)
    bid_operations.open_consensus(lot, **BY)
    bid_operations.put_consensus(bids[0], both(8, 7), **BY)
    bid_operations.put_consensus(bids[1], both(6, None), **BY)
    return bids


def judged(lot):
    """The same with the prices opened."""
    bids = assessed(lot)
    bid_operations.open_prices(lot, **BY)
    return bids


def decided(lot, at=AT):
    """Awarded to De Brug on Friday 4 September 2026: standstill until Thursday the 24th."""
    judged(lot)
    return awards.decide_award(
        lot, ["De Brug"], sent_on=date(2026, 9, 4), motivation="Beste verhouding.", by=ANNE, at=at
    )


def refused(code, call, *arguments, **more):
    with pytest.raises(DomainError) as error:
        call(*arguments, **more)
    assert error.value.code == code


def make_plan(*joining):
    """The regional template; ``joining`` are gemeenten for the B1-route."""
    header = Header("T-9", "Traject", starts_on=date(2026, 1, 5), go_live=date(2027, 7, 1))
    places = tuple(PlanParticipation(code, "B") for code in joining)
    return start_plan(header, template="SAS regionaal", participations=places, by=ANNE, at=AT)
