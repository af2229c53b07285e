"""Which versions of the rows count: those that count today, or those that counted at a moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import Value, fn

from providers.models import Delivery, ProgressRecord


@dataclass(frozen=True, slots=True)
class Corrected:
    """The rows that were known at the first moment, with what was known of them at the last."""

    first: datetime
    last: datetime


Moment = datetime | Corrected | None
"""As known when; ``None`` is now."""


def latest_of(known_on: Moment) -> datetime | None:
    """The moment up to which is looked."""
    return known_on.last if isinstance(known_on, Corrected) else known_on


def held(table: Any = ProgressRecord, known_on: Moment = None) -> Any:
    """Condition: the version that counts, as known now or at a moment.

    At a moment the newest version counts of all that were accepted by then and not yet withdrawn.
    What a withdrawal gave back carries the values of the version that was kept, so that it does
    not matter which of the two is found.
    """
    if known_on is None:
        return table.superseded_by.is_null()
    if isinstance(known_on, Corrected):
        before = ProgressRecord.alias()
        known_before = before.select(Value(1)).where(
            before.track == table.track,
            before.month == table.month,
            held(before, known_on.first),
        )
        return held(table, known_on.last) & fn.EXISTS(known_before)
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
