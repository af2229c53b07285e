"""What a plan may not say, whatever door it comes through; never an error of the database."""

from dataclasses import replace
from datetime import date

import pytest

from core.dates import Recess
from core.errors import DomainError
from procurement.plan.documents import (
    Header,
    PlanAction,
    PlanDecision,
    PlanDocument,
    PlanMeeting,
    PlanParticipation,
    PlanRisk,
    PlanStep,
)
from procurement.plan.steps import Link, Outcome
from procurement.plan.validity import require_valid

TODAY = date(2026, 11, 23)
GOOD = PlanDocument(
    Header("T-1", "Traject"),
    (PlanStep("1", "Een"), PlanStep("2", "Twee")),
    (Link("1", "2"),),
    (PlanDecision("2", "0193"),),
    (PlanParticipation("0193", "B"),),
    (Recess(date(2026, 12, 19), date(2027, 1, 3)),),
    (PlanMeeting("0193", "college", date(2026, 12, 8)),),
    (),
    (PlanAction("Bel"),),
    (PlanRisk("Duur", step="1"),),
)


def test_a_good_plan_passes():
    require_valid(GOOD, TODAY)


def header(**values):
    return replace(GOOD, header=replace(GOOD.header, **values))


def step(**values):
    return replace(GOOD, steps=(replace(GOOD.steps[0], **values), GOOD.steps[1]))


def decision(**values):
    return replace(GOOD, decisions=(replace(GOOD.decisions[0], **values),))


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (header(code=""), "code"),
        (header(code="a b"), "code"),
        (header(code="Nieuw"), "code"),
        (header(name=" "), "name"),
        (header(name="x" * 121), "too_long"),
        (header(region="x" * 81), "too_long"),
        (header(status="raar"), "choice"),
        (header(tracks=-1), "amount"),
        (header(price_cents=10**12), "amount"),
        (header(lead_municipality="9999"), "municipality"),
        (header(go_live=date(1900, 1, 1)), "year"),
        (step(code="te lang voor een code"), "step_code"),
        (step(code="2"), "twice"),
        (step(title=""), "title"),
        (step(title="x" * 161), "too_long"),
        (step(phase="x" * 81), "too_long"),
        (step(owner="x" * 81), "too_long"),
        (step(body="raar"), "choice"),
        (step(duration=-1), "duration"),
        (step(progress=101), "progress"),
        (step(deadline=date(2200, 1, 1)), "year"),
        (step(actual_end=date(2026, 11, 24)), "not_yet"),
        (step(actual_start=date(2026, 11, 2), actual_end=date(2026, 11, 1)), "end_before_start"),
        (replace(GOOD, links=(Link("1", "9"),)), "unknown_step"),
        (replace(GOOD, links=(Link("1", "2", lag=9999),)), "lag"),
        (replace(GOOD, links=(Link("1", "2"), Link("1", "2", lag=3))), "twice"),
        (replace(GOOD, links=(Link("1", "2"), Link("2", "1"))), "circle"),
        (replace(GOOD, links=(Link("1", "1"),)), "circle"),
        (decision(step="9"), "unknown_step"),
        (decision(municipality="9999"), "municipality"),
        (decision(body="raar"), "choice"),
        (decision(outcome=Outcome.REJECTED), "decided_on"),
        (decision(meeting_on=date(1900, 1, 1)), "year"),
        (replace(GOOD, decisions=GOOD.decisions * 2), "twice"),
        (replace(GOOD, participations=(PlanParticipation("0193", "X"),)), "route"),
        (replace(GOOD, participations=(PlanParticipation("0193", "B", "groot"),)), "scale"),
        (replace(GOOD, participations=GOOD.participations * 2), "twice"),
        (replace(GOOD, recesses=(Recess(date(2026, 2, 2), date(2026, 2, 1)),)), "recess"),
        (replace(GOOD, recesses=(Recess(date(2026, 2, 1), date(2026, 2, 2), "x" * 61),)),
         "too_long"),
        (replace(GOOD, recesses=(Recess(date(26, 2, 1), date(2026, 2, 2)),)), "year"),
        (replace(GOOD, meetings=(PlanMeeting("0193", "raar", TODAY),)), "choice"),
        (replace(GOOD, meetings=GOOD.meetings * 2), "twice"),
        (replace(GOOD, actions=(PlanAction("Bel", "raar"),)), "choice"),
        (replace(GOOD, actions=GOOD.actions * 2), "twice"),
        (replace(GOOD, risks=(PlanRisk("Duur", 6, 1),)), "risk"),
        (replace(GOOD, risks=(PlanRisk("Duur", step="9"),)), "unknown_step"),
    ],
)  # fmt: skip
def test_what_is_refused(document, code):
    with pytest.raises(DomainError) as error:
        require_valid(document, TODAY)
    assert error.value.code == code
    assert error.value.message[0].isupper() or error.value.message[0] == "'"
    assert error.value.message.endswith(".")
