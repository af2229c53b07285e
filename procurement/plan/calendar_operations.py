"""Agendas: their items as they change, and secret addresses made, looked up, revoked."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from core import audit
from core.db import transaction
from core.errors import DomainError
from procurement.models import AgendaEvent, CalendarLink, ContractingProcess
from procurement.plan.agenda import AgendaItem
from procurement.plan.queries import THING

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
