"""What the held rows and deliveries say, each question answered by one query over all providers.

``providers`` is always which providers may be counted: keys, or a query of keys, as
``core.accounts.visible`` narrows it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

import peewee

from core.dates import add_months, month_from_number
from providers.codes import TrackStatus
from providers.models import CURRENT, CourseTrack, Delivery, DeliveryMonth, ProgressRecord

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


@dataclass(frozen=True)
class Learners:
    """Trajecten of one provider on one route that had not ended, in its newest month."""

    route: int
    waiting: int
    active: int
    paused: int

    @property
    def total(self) -> int:
        """All that are open."""
        return self.waiting + self.active + self.paused


def learners_now(providers: Providers) -> dict[int, list[Learners]]:
    """Per provider and route who was waiting, active or paused in its newest month.

    Trajecten that ended in that month are left out.
    """
    newest = newest_months(providers)
    if not newest:
        return {}
    by_month: dict[date, list[int]] = defaultdict(list)
    for provider, month in newest.items():
        by_month[month].append(provider)
    where = reduce(
        or_,
        [
            ProgressRecord.provider.in_(keys) & (ProgressRecord.month == month)
            for month, keys in by_month.items()
        ],
    )
    rows = (
        ProgressRecord.select(
            ProgressRecord.provider,
            ProgressRecord.route,
            ProgressRecord.status,
            peewee.fn.COUNT(ProgressRecord.id),
        )
        .where(CURRENT, where, ProgressRecord.status < TrackStatus.COMPLETED)
        .group_by(ProgressRecord.provider, ProgressRecord.route, ProgressRecord.status)
    )
    counts: dict[tuple[int, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for provider, route, status, count in _tuples(rows):
        counts[provider, route][status] = count
    result: dict[int, list[Learners]] = defaultdict(list)
    for (provider, route), by_status in sorted(counts.items()):
        result[provider].append(
            Learners(
                route,
                by_status[TrackStatus.WAITING],
                by_status[TrackStatus.ACTIVE],
                by_status[TrackStatus.PAUSED],
            )
        )
    return dict(result)


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


def completeness(
    providers: Providers, first: date, last: date
) -> dict[tuple[int, date], Completeness]:
    """Per provider and month: trajecten open at the end of the month before, and those found now.

    A month before of which nothing is held expects nobody, and is left out.
    """
    now = ProgressRecord.alias()
    rows = (
        ProgressRecord.select(
            ProgressRecord.provider,
            ProgressRecord.month,
            peewee.fn.COUNT(ProgressRecord.id),
            peewee.fn.COUNT(now.id),
        )
        .join(now, peewee.JOIN.LEFT_OUTER, on=_next_month(now))
        .where(
            CURRENT,
            ProgressRecord.provider.in_(providers),
            ProgressRecord.month.between(add_months(first, -1), add_months(last, -1)),
            ProgressRecord.status < TrackStatus.COMPLETED,
        )
        .group_by(ProgressRecord.provider, ProgressRecord.month)
    )
    return {
        (provider, add_months(as_month(month), 1)): Completeness(expected, found)
        for provider, month, expected, found in _tuples(rows)
    }


def missing_rows(provider: int, month: date, narrow: Any) -> Any:
    """Rows of the month before of trajecten that were open then and have no row in a month.

    ``narrow`` leaves of a query of rows what the account may see.
    """
    now = ProgressRecord.alias()
    rows = (
        ProgressRecord.select(ProgressRecord, CourseTrack)
        .join(CourseTrack)
        .join_from(ProgressRecord, now, peewee.JOIN.LEFT_OUTER, on=_next_month(now))
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


def _next_month(now: Any) -> Any:
    """Condition: the current row of the same traject a month later."""
    return (
        (now.provider == ProgressRecord.provider)
        & (now.month == ProgressRecord.month + 1)
        & (now.track == ProgressRecord.track)
        & now.superseded_by.is_null()
    )
