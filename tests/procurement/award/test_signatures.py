"""Contracts that gemeenten sign are their decisions at the milestone of the contract."""

from dataclasses import replace
from datetime import date

import pytest

from procurement.award import decision_operations as awards, operations as bid_operations
from procurement.award.decision_operations import Signed
from procurement.award.models import Award
from procurement.plan import queries
from procurement.plan.documents import PlanDecision
from procurement.plan.operations import decide_all
from procurement.plan.steps import Outcome
from procurement.plan.terms import Purpose
from tests.procurement.lots import BY, DRAFT, decided, make_plan

pytestmark = pytest.mark.sqlite_first

DALFSEN, KAMPEN, ZWOLLE = "0148", "0166", "0193"
FRIDAY, MONDAY = date(2026, 9, 25), date(2026, 9, 28)


@pytest.fixture
def process(db):
    return make_plan(DALFSEN, KAMPEN, ZWOLLE)


def signed_by(*places, on):
    return Signed("C1", places, on, date(2027, 7, 1), None)


def decisions(process):
    document = queries.load(process)
    code = next(s.code for s in document.steps if s.purpose is Purpose.CONTRACT)
    return code, {
        d.municipality: (str(d.outcome), d.decided_on, d.document)
        for d in document.decisions
        if d.step == code
    }


def final(lot):
    decided(lot)
    awards.award_finally(lot, awarded_on=FRIDAY, **BY)
    return Award.get()


def test_each_gemeente_has_decided_on_the_day_it_signed(process, lot):
    award = final(lot)
    awards.sign_contract(award, signed_by(DALFSEN, ZWOLLE, on=FRIDAY), **BY)
    result = decisions(process)[1]
    assert result == {
        DALFSEN: ("besloten", FRIDAY, "Contract C1"),
        KAMPEN: ("voorbereid", None, ""),
        ZWOLLE: ("besloten", FRIDAY, "Contract C1"),
    }
    awards.sign_contract(Award.get(), signed_by(KAMPEN, ZWOLLE, on=MONDAY), **BY)
    result = decisions(process)[1]
    # Zwolle had signed: its day stays.
    assert (result[KAMPEN][1], result[ZWOLLE][1]) == (MONDAY, FRIDAY)
    assert (Award.get().signed_on, Award.get().contract_number) == (FRIDAY, "C1")


def test_what_a_gemeente_entered_itself_stays(process, lot):
    award = final(lot)
    code, _ = decisions(process)
    own = PlanDecision(code, KAMPEN, "college", Outcome.NOT_NEEDED)
    decide_all(process.code, [own], **BY)
    awards.sign_contract(award, signed_by(DALFSEN, KAMPEN, ZWOLLE, on=FRIDAY), **BY)
    assert decisions(process)[1][KAMPEN][0] == "niet_nodig"


def test_a_gemeente_waits_for_the_contracts_of_all_its_lots(process, lot):
    bid_operations.put_lot(process, replace(DRAFT, code="P2"), **BY)
    award = final(lot)
    awards.sign_contract(award, signed_by(DALFSEN, on=FRIDAY), **BY)
    assert decisions(process)[1][DALFSEN][0] == "voorbereid"
