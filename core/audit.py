"""Who changed what, when, from what to what, and why. Lines are added, never changed."""

from datetime import datetime
from typing import Any

import peewee

from core.db import BaseModel, MomentField


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
    AuditLine.create(
        at=at,
        actor=actor,
        action=action,
        thing=thing,
        thing_id=str(thing_id),
        before=before,
        after=after,
        reason=reason,
    )
