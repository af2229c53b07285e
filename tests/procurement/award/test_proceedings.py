"""Kort geding: what it stops, until when, and how the plan says so. Dates worked out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.audit import AuditLine
from procurement.award import decision_operations as awards, operations as bid_operations
from procurement.award.decision_operations import Case
from procurement.award.models import AwardDecision, Proceedings
from procurement.award.queries import lot_file
from procurement.models import ContractingProcess
from procurement.plan import queries
from procurement.plan.health import Health
from procurement.plan.operations import put_step
from procurement.plan.outlook import look
from procurement.plan.planning import differences, shifted
from procurement.plan.steps import Verdict
from procurement.plan.terms import Purpose
from tests.procurement.lots import ANNE, AT, BY, both, decided, judged, refused

pytestmark = pytest.mark.sqlite_first

NOVEMBER = datetime(2026, 11, 20, 10, tzinfo=UTC)
LATER = {"by": ANNE, "at": NOVEMBER}
OEVER = Case("Oever", date(2026, 9, 24))


def seen(process, at=AT):
    return look(queries.load(process), at.date())


def award_step(outlook):
    return next(s.code for s in outlook.document.steps if s.purpose is Purpose.AWARD)


@pytest.mark.parametrize(
    ("lodged", "allowed"),
    [
        # The decision went out on Friday 4 September; 20 days later is Thursday 24 September.
        (date(2026, 9, 3), False),
        (date(2026, 9, 4), True),
        (date(2026, 9, 24), True),
        (date(2026, 9, 25), False),
    ],
)
def test_only_within_the_standstill_it_stops_the_award(lot, lodged, allowed):
    decided(lot)
    case = Case("Oever", lodged)
    if allowed:
        awards.put_proceedings(lot, case, **BY)
        refused(
            "proceedings",
            awards.award_finally,
            lot,
            awarded_on=date(2026, 9, 25),
            **BY,
        )
    else:
        refused("lodged_on", awards.put_proceedings, lot, case, **BY)
        awards.award_finally(lot, awarded_on=date(2026, 9, 25), **BY)


def test_the_award_waits_for_the_verdict_and_then_goes_on(lot):
    decided(lot)
    stored = awards.put_proceedings(lot, OEVER, **BY)
    # Ten weeks after 24 September is 3 December.
    assert stored.expected_on == date(2026, 12, 3)
    verdict = Case("Oever", OEVER.lodged_on, "C/08/1", None, Verdict.REJECTED, date(2026, 11, 19))
    refused("decided_on", awards.put_proceedings, lot, verdict, stored, **BY)
    awards.put_proceedings(lot, verdict, stored, **LATER)
    refused("decided", awards.put_proceedings, lot, OEVER, Proceedings.get(), **LATER)
    early = {"awarded_on": date(2026, 11, 18), **LATER}
    refused("before_verdict", awards.award_finally, lot, **early)
    awards.award_finally(lot, awarded_on=date(2026, 11, 19), **LATER)
    refused("decision", awards.put_proceedings, lot, OEVER, **LATER)
    assert "Oever" not in " ".join(str(line.after) for line in AuditLine.select())


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (Case(" ", OEVER.lodged_on), "party"),
        (Case("Oever", OEVER.lodged_on, expected_on=OEVER.lodged_on), "expected_on"),
        (Case("Oever", OEVER.lodged_on, outcome=Verdict.REJECTED), "decided_on"),
        (Case("Oever", OEVER.lodged_on, decided_on=date(2026, 9, 30)), "decided_on"),
        (Case("Oever", OEVER.lodged_on, "", None, Verdict.WITHDRAWN, date(2026, 9, 23)),
         "decided_on"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(lot, case, code):
    decided(lot)
    refused(code, awards.put_proceedings, lot, case, **BY)


def test_the_plan_names_the_kort_geding_as_the_cause(process, lot):
    decided(lot)
    before = seen(process)
    code, goal = award_step(before), before.document.goal
    awards.put_proceedings(lot, OEVER, **BY)
    outlook = seen(process)
    assert outlook.forecasts[code].end == date(2026, 12, 3)
    text = "het kort geding over perceel P1 (uitspraak verwacht 03-12-2026)"
    assert outlook.judgements[code].reason == f"Verwacht 03-12-2026, door {text}."
    assert outlook.judgements[code].health is Health.RISK
    assert (outlook.cause.code, outlook.cause.text) == (code, text)
    assert outlook.forecasts[goal].end > before.forecasts[goal].end
    assert ContractingProcess.get().headline == outlook.sentence
    assert outlook.sentence.endswith(f", door {text}.")
    # What if the verdict comes two weeks later: two weeks are added to the award.
    moved = differences(outlook.plan, outlook.forecasts, shifted(outlook.plan, code, 14))
    assert next(c for c in moved if c.code == code).days == 14


def test_who_signs_all_the_same_breaks_article_2_131(process, lot):
    decided(lot)
    awards.put_proceedings(lot, OEVER, **BY)
    document = queries.load(process)
    step = document.step(award_step(seen(process)))
    put_step(process.code, replace(step, actual_end=date(2026, 9, 30)), **BY)
    results = [f for f in seen(process).findings if f.rule == "proceedings"]
    assert [(f.step, f.source) for f in results] == [
        (step.code, "Aanbestedingswet 2012, artikel 2.131")
    ]
    assert "kort geding is over perceel P1" in results[0].message


def test_a_lost_case_blocks_until_the_decision_is_taken_anew(process, lot):
    first, _ = judged(lot)
    sent = {"sent_on": date(2026, 9, 4), "motivation": "Beste verhouding."}
    awards.decide_award(lot, ["De Brug"], **sent, **BY)
    lost = Case("Oever", OEVER.lodged_on, "", None, Verdict.GRANTED, date(2026, 11, 19))
    awards.put_proceedings(lot, lost, **LATER)
    refused("forbidden", awards.award_finally, lot, awarded_on=date(2026, 11, 20), **LATER)
    outlook = seen(process, NOVEMBER)
    assert outlook.health is Health.BLOCKED
    assert "Trek de gunningsbeslissing in" in outlook.sentence

    awards.withdraw_award(lot, "Uitspraak van 19 november.", **LATER)
    assert AwardDecision.select().count() == 0
    assert seen(process, NOVEMBER).health is not Health.BLOCKED
    assert not Proceedings.get().is_current
    # The judge sent the panel back: quality may be judged again, then decided upon again.
    bid_operations.put_consensus(first, both(3, 2), **LATER)
    awards.decide_award(
        lot, ["Oever"], sent_on=date(2026, 11, 20), motivation="Na de uitspraak.", **LATER
    )
    assert lot_file(process, "P1").halting == []


def test_a_decision_is_not_withdrawn_without_a_reason_or_once_final(process, lot):
    decided(lot)
    refused("reason", awards.withdraw_award, lot, " ", **BY)
    awards.award_finally(lot, awarded_on=date(2026, 9, 25), **BY)
    refused("decision", awards.withdraw_award, lot, "x", **BY)


def test_a_verdict_that_does_not_come_on_its_day_keeps_the_award_waiting(process, lot):
    decided(lot)
    awards.put_proceedings(lot, replace(OEVER, expected_on=date(2026, 10, 20)), **LATER)
    outlook = seen(process, NOVEMBER)
    code = award_step(outlook)
    assert outlook.forecasts[code].end == NOVEMBER.date()
    assert "door het kort geding over perceel P1" in outlook.judgements[code].reason
