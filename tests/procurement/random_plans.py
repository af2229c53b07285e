"""Plans of every shape, the same ones each time."""

import random
from datetime import date, timedelta

from core.dates import Recess
from procurement.plan.documents import (
    Header,
    PlanDecision,
    PlanDocument,
    PlanMeeting,
    PlanParticipation,
    PlanStep,
)
from procurement.plan.steps import Kind, Link, LinkType, Outcome, Unit
from procurement.plan.terms import Purpose

TODAY = date(2026, 11, 23)
GEMEENTEN = ("0148", "0166", "0193")


def random_plan(seed: int) -> PlanDocument:
    """A plan with links of all types, both units, recesses, facts and decisions."""
    dice = random.Random(seed)
    steps, links, decisions = [], [], []
    for n in range(1, dice.randint(4, 14)):
        kind = dice.choice(list(Kind))
        local = kind is Kind.DECISION and dice.random() < 0.7
        step = PlanStep(
            str(n), f"Stap {n}", f"Fase {n // 4}", kind, Purpose.GO_LIVE if n == 4 else None,
            duration=0 if kind is Kind.MILESTONE else dice.randint(0, 60),
            unit=dice.choice(list(Unit)), body="college" if local else "", per_municipality=local,
            earliest_start=_day(dice) if dice.random() < 0.3 else None,
            actual_start=TODAY - timedelta(days=dice.randint(1, 90)) if dice.random() < 0.15
            else None,
            progress=dice.choice((0, 0, 25, 100)), cancelled=dice.random() < 0.07,
        )  # fmt: skip
        steps.append(step)
        if local:
            decisions.extend(_decision(dice, step.code, g) for g in GEMEENTEN)
        links.extend(
            Link(
                str(before), str(n), dice.choice((LinkType.FINISH_START, *LinkType)),
                dice.choice((0, 0, 3, 10, -4)), dice.choice(list(Unit)),
            )
            for before in dice.sample(range(1, n), min(n - 1, dice.randint(0, 3)))
        )  # fmt: skip
    return PlanDocument(
        Header("P-1", "Proef", starts_on=date(2026, 8, 3), go_live=date(2027, 7, 1)),
        tuple(steps),
        tuple({(k.before, k.after, k.type): k for k in links}.values()),
        tuple(decisions),
        tuple(PlanParticipation(g, "B") for g in GEMEENTEN),
        (
            Recess(date(2026, 12, 19), date(2027, 1, 3), "kerst"),
            Recess(date(2027, 2, 20), date(2027, 2, 28), "voorjaar"),
        ),
        (PlanMeeting("0148", "college", date(2027, 1, 12)),),
    )


def _day(dice: random.Random) -> date:
    return date(2026, 8, 1) + timedelta(days=dice.randint(0, 300))


def _decision(dice: random.Random, step: str, municipality: str) -> PlanDecision:
    outcome = dice.choice(
        (Outcome.PREPARED, Outcome.SCHEDULED, Outcome.DECIDED, Outcome.NOT_NEEDED,
         Outcome.DEFERRED)
    )  # fmt: skip
    decided = TODAY - timedelta(days=dice.randint(0, 60))
    return PlanDecision(
        step, municipality, "college", outcome,
        _day(dice) if outcome is Outcome.SCHEDULED or dice.random() < 0.3 else None,
        decided if outcome is Outcome.DECIDED else None,
    )  # fmt: skip
