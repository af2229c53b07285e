"""Secret addresses of calendars: made, looked up, revoked."""

import hashlib
import secrets
from datetime import datetime

from core import audit
from core.db import transaction
from core.errors import DomainError
from procurement.models import CalendarLink, ContractingProcess
from procurement.plan.operations import THING


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
