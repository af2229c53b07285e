"""What of an inkooptraject stands in an agenda: milestones on their day, and planned meetings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from core import municipalities
from procurement.plan.documents import PlanStep
from procurement.plan.health import Health
from procurement.plan.outlook import Outlook
from procurement.plan.steps import Kind, Outcome

OPEN = (Outcome.PREPARED, Outcome.SCHEDULED, Outcome.DEFERRED)
DONE = (Health.DONE, Health.DONE_LATE)
SILENT = ("concept", "gestopt")
"""A traject in this state has nothing for an agenda."""


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One whole day; ``key`` stays the same however the day or the words change."""

    key: str
    day: date
    owner: str
    summary: str
    description: str
    confirmed: bool


def agenda_of(outlook: Outlook) -> list[AgendaItem]:
    """Milestones and meetings that have a date.

    A plan without a begin has no dates but of what is done; a meeting that nobody planned is no
    appointment; a step that was cancelled is none any more.
    """
    header = outlook.document.header
    if header.status in SILENT:
        return []
    items: list[AgendaItem] = []
    for step in outlook.document.steps:
        judgement = outlook.judgements[step.code]
        if judgement.health is Health.CANCELLED:
            continue
        done = judgement.health in DONE
        if done or header.starts_on is not None:
            title = step.title if step.kind is not Kind.TASK else f"{step.title}: klaar"
            items.append(
                AgendaItem(
                    step.code, outlook.forecasts[step.code].end, step.owner,
                    f"{header.code}: {title}", judgement.reason, done,
                )
            )  # fmt: skip
        items.extend(_meetings(outlook, step))
    return items


def _meetings(outlook: Outlook, step: PlanStep) -> Iterator[AgendaItem]:
    local_dates = outlook.forecasts[step.code].local_dates
    for decision in outlook.document.decisions:
        planned = decision.outcome in OPEN and decision.meeting_on is not None
        if decision.step == step.code and planned:
            name = municipalities.name(decision.municipality)
            yield AgendaItem(
                f"{step.code}.{decision.municipality}", local_dates[decision.municipality],
                step.owner,
                f"{outlook.document.header.code}: {decision.body} {name} – {step.title}",
                f"Stand: {decision.outcome.replace('_', ' ')}.", False,
            )  # fmt: skip
