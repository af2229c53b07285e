"""Bids that did not win go when the file of the tender may go; the contract stays."""

from datetime import UTC, date, datetime

import pytest

from app.settings import read_settings
from app.tasks import retention
from core.audit import AuditLine
from procurement.award import decision_operations as awards
from procurement.award.decision_operations import Case, Signed
from procurement.award.models import Award, Bid, BidPrice, ConsensusScore, Proceedings
from procurement.award.queries import lot_file, price_of
from procurement.plan.steps import Verdict
from tests.procurement.lots import BY, bid, decided

CASE = Case("Oever", date(2026, 9, 24), "", None, Verdict.WITHDRAWN, date(2026, 9, 25))


@pytest.fixture
def settings(tmp_path):
    return read_settings({"TAALINKOOP_DATA_DIR": str(tmp_path)})


def removed(settings, year, month):
    at = datetime(year, month, 2, 9, tzinfo=UTC)
    done = {one.code: one.counts for one in retention.apply(settings, by="test", at=at)}
    return done["bids"]


def test_seven_years_after_the_final_award_who_lost_is_forgotten(settings, process, lot):
    decided(lot)
    awards.put_proceedings(lot, CASE, **BY)
    awards.award_finally(lot, awarded_on=date(2026, 9, 25), **BY)
    signed = Signed("C1", (), date(2026, 9, 28), date(2027, 7, 1), None)
    awards.sign_contract(Award.get(), signed, **BY)

    # Awarded on 25 September 2026: the term ends with that month, seven years later.
    assert removed(settings, 2033, 9) == {"inschrijvingen": 0, "korte gedingen": 0}
    assert removed(settings, 2033, 10) == {"inschrijvingen": 1, "korte gedingen": 1}

    assert [b.tenderer for b in Bid.select()] == ["De Brug"]
    assert (BidPrice.select().count(), ConsensusScore.select().count()) == (1, 2)
    assert Proceedings.select().count() == 0
    file = lot_file(process, "P1")
    assert [row["name"] for row in file.decision.ranking] == ["De Brug"]
    assert (Award.get().contract_number, price_of(Award.get())) == ("C1", 1_000_000)
    line = AuditLine.select().where(AuditLine.thing_id == "bids").get()
    assert line.after == {"inschrijvingen": 1, "korte gedingen": 1}
    assert removed(settings, 2033, 10) == {"inschrijvingen": 0, "korte gedingen": 0}


def test_without_an_award_the_term_runs_from_the_closing(settings, lot):
    bid(lot)
    assert removed(settings, 2033, 9)["inschrijvingen"] == 0
    assert removed(settings, 2033, 10)["inschrijvingen"] == 1
