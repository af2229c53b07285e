"""What the planning asks attention for: trajecten that slip, decisions that are due."""

from datetime import date, timedelta
from typing import Any

import procurement.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, Role, may, visible
from core.attention import MOST_UPCOMING, Attention, Figure, Upcoming, Urgency
from core.formats import counted, day_text
from core.municipalities import name as municipality_name
from procurement.models import ContractingProcess, Decision, Milestone
from procurement.plan import queries
from procurement.plan.health import Health, the_body
from procurement.plan.outlook import look
from procurement.plan.steps import Outcome

SOON = timedelta(days=14)
UNDECIDED = (Outcome.PREPARED, Outcome.SCHEDULED, Outcome.DEFERRED)
URGENCY = {
    Health.BLOCKED: Urgency.NOW,
    Health.LATE: Urgency.NOW,
    Health.RISK: Urgency.SOON,
}


def attention(account: Account, today: date) -> list[Attention]:
    """Trajecten that are late or at risk and why, and decisions that are due."""
    if not may(account, "read", "planning"):
        return []
    running = visible(
        ContractingProcess,
        account,
        ContractingProcess.select().where(ContractingProcess.status == "lopend"),
    )
    processes = list(running)
    items = [item for process in processes if (item := _process(process, today))]
    if may(account, "decide", "planning"):
        items += _decisions(account, [p.id for p in processes], today)
        if account.role == Role.MUNICIPALITY:
            items += [_to_schedule(one, today) for one in queries.to_schedule(account, today)]
    return items


def upcoming(account: Account, today: date) -> list[Upcoming]:
    """The first steps of running trajecten that are still to be done, by their expected end."""
    if not may(account, "read", "planning"):
        return []
    steps = (
        visible(Milestone, account, Milestone.select(Milestone, ContractingProcess))
        .join_from(Milestone, ContractingProcess)
        .where(
            ContractingProcess.status == "lopend",
            Milestone.actual_end.is_null(),
            Milestone.cancelled == False,  # noqa: E712  peewee makes SQL of it
            Milestone.expected_end >= today,
        )
        .order_by(Milestone.expected_end, Milestone.id)
        .limit(MOST_UPCOMING)
    )
    return [
        Upcoming(
            step.expected_end,
            f"{step.title} ({step.process.name})",
            f"/planning/{step.process.code}/",
        )
        for step in steps
    ]


def figures(account: Account, today: date) -> list[Figure]:
    """How many milestones of running trajecten are late, as computed today or last."""
    del today
    if not may(account, "read", "planning"):
        return []
    late = (
        visible(Milestone, account, Milestone.select(Milestone.id))
        .join_from(Milestone, ContractingProcess)
        .where(ContractingProcess.status == "lopend", Milestone.health == Health.LATE)
        .count()
    )
    return [Figure("mijlpalen te laat", str(late), "/planning/mijlpalen/?gezondheid=te+laat")]


def _process(process: ContractingProcess, today: date) -> Attention | None:
    health, sentence = process.health, process.headline
    if process.computed_on != today:
        outlook = look(queries.load(process), today)
        health, sentence = outlook.health, outlook.sentence
    urgency = URGENCY.get(Health(health)) if health else None
    if urgency is None:
        return None
    hit: Any = Decision.select(Decision.municipality).where(Decision.process == process).distinct()
    places = hit.count()
    whom = "" if not places else f"Dit raakt {_gemeenten(places)}."
    return Attention(
        f"{process.code}: {sentence}",
        f"/planning/{process.code}/",
        urgency,
        process.go_live,
        more=whom,
        needs=("change", "planning"),
    )


def _gemeenten(count: int) -> str:
    return counted(count, "gemeente", "gemeenten")


def _decisions(account: Account, processes: list[int], today: date) -> list[Attention]:
    query = (
        visible(Decision, account, Decision.select(Decision, Milestone, ContractingProcess))
        .join_from(Decision, Milestone)
        .join_from(Decision, ContractingProcess)
        .where(
            Decision.process.in_(processes),
            Decision.outcome.in_(UNDECIDED),
            Decision.meeting_on <= today + SOON,
        )
        .order_by(Decision.meeting_on, Decision.id)
    )
    if account.role == Role.MUNICIPALITY:
        query = query.where(Decision.municipality.in_(account.municipalities))
    else:
        # The region has the calendar of everyone; only what was to be decided asks for it.
        query = query.where(Decision.meeting_on < today)
    return [_decision(decision, today) for decision in query]


def _to_schedule(decision: Decision, today: date) -> Attention:
    milestone, place = decision.milestone, municipality_name(decision.municipality)
    latest = milestone.latest_end
    return Attention(
        f"Zet '{milestone.title}' op de agenda van {the_body(decision.body)} van {place}.",
        f"/planning/{decision.process.code}/besluiten/{milestone.code}/#g{decision.municipality}",
        Urgency.NOW if latest is not None and latest <= today + SOON else Urgency.SOON,
        latest,
        more="Kies daarna de vergadering.",
        needs=("decide", "planning"),
        together="{n} besluiten moeten op een agenda",
    )


def _decision(decision: Decision, today: date) -> Attention:
    place, step = municipality_name(decision.municipality), decision.milestone.title
    address = (
        f"/planning/{decision.process.code}/besluiten/{decision.milestone.code}/"
        f"#g{decision.municipality}"
    )
    if decision.meeting_on is not None and decision.meeting_on < today:
        return Attention(
            f"{place} vergaderde op {day_text(decision.meeting_on)} over '{step}'.",
            address,
            Urgency.NOW,
            decision.meeting_on,
            more="Vul de uitkomst in.",
            needs=("decide", "planning"),
            together=f"{{n}} vergaderingen over '{step}' zijn geweest: vul de uitkomst in",
        )
    return Attention(
        f"{place} besluit op {day_text(decision.meeting_on)} over '{step}'.",
        address,
        Urgency.SOON,
        decision.meeting_on,
        needs=("decide", "planning"),
        together=f"{{n}} gemeenten besluiten binnenkort over '{step}'",
    )
