"""Who changed what, when, from what to what, and why. Lines are added, never changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import peewee

from core.db import BaseModel, MomentField, transaction
from core.log_chain import LOGS, link_line


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


def last_change(thing: str, thing_id: object) -> AuditLine | None:
    """The newest line about one row."""
    lines = AuditLine.select().where(AuditLine.thing == thing, AuditLine.thing_id == str(thing_id))
    line: AuditLine | None = lines.order_by(AuditLine.id.desc()).first()
    return line


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
    """Write one audit line; call it inside the transaction of the change itself."""
    with transaction():
        line = AuditLine.create(
            at=at,
            actor=actor,
            action=action,
            thing=thing,
            thing_id=str(thing_id),
            before=before,
            after=after,
            reason=reason,
        )
        link_line("audit", line.id)


def _contents(rows: list[AuditLine]) -> Iterator[tuple[AuditLine, Any]]:
    for row in rows:
        yield row, [
            f"{row.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}", row.actor, row.action, row.thing,
            row.thing_id, row.before, row.after, row.reason,
        ]  # fmt: skip


LOGS["audit"] = (AuditLine, _contents)
