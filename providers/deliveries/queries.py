"""What the held rows and deliveries say, each question answered by one query over all providers.

``providers`` is always which providers may be counted: keys, or a query of keys, as
``core.accounts.visible`` narrows it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import peewee

from core.dates import add_months, month_from_number, months_between
from providers.codes import TrackStatus
from providers.models import (
    CURRENT,
    CourseTrack,
    Delivery,
    DeliveryMonth,
    ProgressRecord,
    Provider,
)
from providers.open_tracks.queries import Learners, month_later, open_tracks

Providers = Any
"""Keys of providers: a list, or a query that selects them."""


def _tuples(query: Any) -> Iterable[Any]:
    return query.tuples()


def newest_months(providers: Providers) -> dict[int, date]:
    """Per provider the newest month of which rows are held."""
    rows = (
        DeliveryMonth.select(Delivery.provider, peewee.fn.MAX(DeliveryMonth.month))
        .join(Delivery)
        .where(Delivery.provider.in_(providers), Delivery.state == "held", DeliveryMonth.rows > 0)
        .group_by(Delivery.provider)
    )
    return {provider: as_month(month) for provider, month in _tuples(rows)}


def as_month(value: date | int) -> date:
    """A month as the model gives it, from a query that gives its number."""
    return value if isinstance(value, date) else month_from_number(value)


def learners_now(providers: Providers) -> dict[int, list[Learners]]:
    """Per provider and route who was waiting, active or paused in its newest month.

    Trajecten that ended in that month are left out.
    """
    found = open_tracks(newest_months(providers).items())
    open_now = {place: [one for one in listed if one.total] for place, listed in found.items()}
    return {provider: listed for (provider, _), listed in sorted(open_now.items()) if listed}


def last_deliveries(providers: Providers) -> dict[int, Delivery]:
    """Per provider the held delivery that came in last."""
    newest = (
        Delivery.select(peewee.fn.MAX(Delivery.id))
        .where(Delivery.provider.in_(providers), Delivery.state == "held")
        .group_by(Delivery.provider)
    )
    query: Any = Delivery.select().where(Delivery.id.in_(newest))
    return {delivery.provider_id: delivery for delivery in query}


@dataclass(frozen=True)
class Completeness:
    """How many of the trajecten that were open a month ago are in this month's rows."""

    expected: int
    found: int

    @property
    def missing(self) -> int:
        """Who is not there, without an end."""
        return self.expected - self.found


def completeness(
    providers: Providers, first: date, last: date
) -> dict[tuple[int, date], Completeness]:
    """Per provider and month: trajecten open at the end of the month before, and those found now.

    A month before of which nothing is held expects nobody, and is left out.
    """
    before = months_between(add_months(first, -1), add_months(last, -1))
    keys = [
        key for (key,) in _tuples(Provider.select(Provider.id).where(Provider.id.in_(providers)))
    ]
    found = open_tracks([(key, month) for key in keys for month in before])
    return {
        (provider, add_months(month, 1)): Completeness(
            sum(one.total for one in listed), sum(one.followed for one in listed)
        )
        for (provider, month), listed in sorted(found.items())
        if any(one.total for one in listed)
    }


def missing_rows(provider: int, month: date, narrow: Any) -> Any:
    """Rows of the month before of trajecten that were open then and have no row in a month.

    ``narrow`` leaves of a query of rows what the account may see.
    """
    now = ProgressRecord.alias()
    rows = (
        ProgressRecord.select(ProgressRecord, CourseTrack)
        .join(CourseTrack)
        .join_from(ProgressRecord, now, peewee.JOIN.LEFT_OUTER, on=month_later(now))
        .where(
            CURRENT,
            ProgressRecord.provider == provider,
            ProgressRecord.month == add_months(month, -1),
            ProgressRecord.status < TrackStatus.COMPLETED,
            now.id.is_null(),
        )
        .order_by(CourseTrack.number)
    )
    return narrow(ProgressRecord, rows)
