"""The agenda of an inkooptraject: milestones on their day, and planned meetings.

What stands in it, how it is kept as it changes, its secret addresses, and the calendar file: RFC
5545, all-day events with a stable UID and a rising SEQUENCE.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from core import audit, municipalities
from core.db import transaction
from core.errors import DomainError
from procurement.models import AgendaEvent, CalendarLink, ContractingProcess
from procurement.plan.documents import PlanStep
from procurement.plan.health import Health
from procurement.plan.outlook import Outlook
from procurement.plan.queries import THING
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


TOLD_FOR = timedelta(days=365)
"""So long a cancelled item is still sent, so that every agenda takes it out."""


def keep_agenda(process: ContractingProcess, items: Iterable[AgendaItem], *, at: datetime) -> None:
    """Bring the items of one inkooptraject up to date, inside the transaction of the change.

    The sequence rises when the day, the title or whether it goes on differs; other words follow.
    """
    events = {e.key: e for e in AgendaEvent.select().where(AgendaEvent.process == process)}
    for item in items:
        event = events.pop(item.key, None)
        if event is None:
            AgendaEvent.create(
                process=process, key=item.key, day=item.day, owner=item.owner,
                summary=item.summary, description=item.description, confirmed=item.confirmed,
                changed_at=at,
            )  # fmt: skip
            continue
        moved = (event.day, event.summary, event.confirmed) != (
            item.day, item.summary, item.confirmed,
        ) or event.cancelled_at is not None  # fmt: skip
        if moved:
            event.sequence += 1
        elif (event.owner, event.description) == (item.owner, item.description):
            continue
        event.day, event.owner, event.summary = item.day, item.owner, item.summary
        event.description, event.confirmed = item.description, item.confirmed
        event.changed_at, event.cancelled_at = at, None
        event.save()
    for event in events.values():
        if event.cancelled_at is None:
            event.sequence += 1
            event.changed_at = event.cancelled_at = at
            event.save()
        elif event.cancelled_at < at - TOLD_FOR:
            event.delete_instance()


def make_calendar_link(
    *, process: ContractingProcess | None, owner: str = "", by: str, at: datetime
) -> str:
    """Make a secret address for a calendar; the token is shown once and kept as a hash."""
    token = secrets.token_urlsafe(24)
    with transaction():
        CalendarLink.create(
            token_hash=token_hash(token), process=process, owner=owner, made_by=by, made_at=at
        )
        audit.record(
            at=at, actor=by, action="agendalink", thing=THING,
            thing_id=process.code if process else owner,
        )  # fmt: skip
    return token


def revoke_calendar_link(link_id: int, *, by: str, at: datetime) -> None:
    """Make a calendar address useless from now on."""
    with transaction():
        link = CalendarLink.get_or_none(CalendarLink.id == link_id)
        if link is None or link.revoked_at is not None:
            raise DomainError("no_link", "Deze agendalink is er niet meer.")
        link.revoked_at = at
        link.save()
        audit.record(
            at=at, actor=by, action="agendalink ingetrokken", thing=THING,
            thing_id=link.process.code if link.process else link.owner,
        )  # fmt: skip


def calendar_link(token: str) -> CalendarLink | None:
    """The calendar of a secret address, when it was not revoked."""
    return CalendarLink.get_or_none(
        (CalendarLink.token_hash == token_hash(token)) & CalendarLink.revoked_at.is_null()
    )


def token_hash(token: str) -> str:
    """How a token is kept; it is random, so a plain hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


MIME = "text/calendar; charset=utf-8"


def write_calendar(events: Iterable[AgendaEvent], *, name: str) -> bytes:
    """The calendar of these events; the same events give the same bytes."""
    # Brings time zones along, which no other page or command needs.
    from icalendar import Calendar, Event  # noqa: PLC0415

    calendar = Calendar()
    for field, value in (
        ("PRODID", "-//Taalinkoop//Planning//NL"),
        ("VERSION", "2.0"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", name),
    ):
        calendar.add(field, value)
    for event in events:
        status = "CANCELLED" if event.cancelled_at else "TENTATIVE"
        changed = event.changed_at.astimezone(UTC)
        item = Event()
        item.add("UID", f"{event.process.code}.{event.key}@taalinkoop")
        item.add("SEQUENCE", event.sequence)
        item.add("DTSTAMP", changed)
        item.add("LAST-MODIFIED", changed)
        item.add("DTSTART", event.day)
        # The end of an all-day event is the first day after it.
        item.add("DTEND", event.day + timedelta(days=1))
        item.add("SUMMARY", event.summary)
        item.add("DESCRIPTION", event.description)
        item.add("STATUS", "CONFIRMED" if event.confirmed and not event.cancelled_at else status)
        item.add("TRANSP", "TRANSPARENT")
        calendar.add_component(item)
    content: bytes = calendar.to_ical()
    return content
