"""Who changed what, when, from what to what, and why. Lines are added, never changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import peewee

from core.db import BaseModel, MomentField, transaction
from core.log_chain import LOGS, link_line, pseudonym


class AuditLine(BaseModel):
    """One change, written in the transaction that makes it."""

    at = MomentField(index=True)
    actor = peewee.CharField(help_text="e-mailadres, of 'opdrachtregel'")
    action = peewee.CharField(max_length=40)
    thing = peewee.CharField(max_length=40)
    thing_id = peewee.CharField(max_length=80)
    before = peewee.JSONField(null=True)
    after = peewee.JSONField(null=True)
    reason = peewee.TextField(default="")

    class Meta:
        """What happened to one row is asked whenever two change it at once."""

        indexes = ((("thing", "thing_id"), False),)


def last_actor(thing: str, thing_id: object, action: str | None = None) -> str:
    """Who changed one row last, or did this to it last."""
    lines = AuditLine.select().where(AuditLine.thing == thing, AuditLine.thing_id == str(thing_id))
    if action is not None:
        lines = lines.where(AuditLine.action == action)
    line: AuditLine | None = lines.order_by(AuditLine.id.desc()).first()
    return "iemand anders" if line is None else str(line.actor)


def record(
    *,
    at: datetime,
    actor: str,
    action: str,
    thing: str,
    thing_id: object,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write one audit line; call it inside the transaction of the change itself.

    A trajectnummer stands in it as its pseudonym: ``core.log_chain.pseudonym``.
    """
    with transaction():
        line = AuditLine.create(
            at=at,
            actor=actor,
            action=action,
            thing=thing,
            thing_id=str(thing_id),
            before=_without_numbers(thing, before),
            after=_without_numbers(thing, after),
            reason=reason,
        )
        link_line("audit", line.id)


OF_LEARNERS = frozenset(("learners", "signals"))
"""Things of which ``number`` is a trajectnummer."""


def _without_numbers(thing: str, values: dict[str, Any] | None) -> dict[str, Any] | None:
    if values is None or thing not in OF_LEARNERS or not isinstance(values.get("number"), str):
        return values
    return values | {"number": pseudonym(values["number"])}


def _contents(rows: list[AuditLine]) -> Iterator[tuple[AuditLine, Any]]:
    for row in rows:
        yield row, [
            f"{row.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}", row.actor, row.action, row.thing,
            row.thing_id, row.before, row.after, row.reason,
        ]  # fmt: skip


LOGS["audit"] = (AuditLine, _contents)
