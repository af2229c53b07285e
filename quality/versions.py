"""Which versions of the rows count: those that count today, or those that counted at a moment."""

from datetime import datetime
from typing import Any

from peewee import Value, fn

from providers.models import Delivery, ProgressRecord


def held(table: Any = ProgressRecord, known_on: datetime | None = None) -> Any:
    """Condition: the version that counts, as known now or at a moment.

    At a moment the newest version counts of all that were accepted by then and not yet withdrawn.
    What a withdrawal gave back carries the values of the version that was kept, so that it does
    not matter which of the two is found.
    """
    if known_on is None:
        return table.superseded_by.is_null()
    own, newer, theirs = Delivery.alias(), ProgressRecord.alias(), Delivery.alias()
    replaced = (
        newer.select(Value(1))
        .join(theirs, on=(newer.delivery == theirs.id))
        .join(own, on=(own.id == table.delivery))
        .where(
            newer.track == table.track,
            newer.month == table.month,
            _counted(theirs, known_on),
            (theirs.decided_at > own.decided_at)
            | ((theirs.decided_at == own.decided_at) & (newer.id > table.id)),
        )
    )
    counted = Delivery.alias()
    listed = counted.select(counted.id).where(_counted(counted, known_on))
    return table.delivery.in_(listed) & ~fn.EXISTS(replaced)


def _counted(delivery: Any, known_on: datetime) -> Any:
    return (delivery.decided_at <= known_on) & (
        delivery.withdrawn_at.is_null() | (delivery.withdrawn_at > known_on)
    )
