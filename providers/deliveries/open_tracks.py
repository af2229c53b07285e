"""How many trajecten of a provider are open at the end of a month, by route.

Kept in ``OpenTracks``, so that pages of the region need not count rows; counted from the rows where
none is kept.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple

import peewee

from core.dates import add_months, month_from_number
from core.db import database, give_way, transaction
from providers.codes import TrackStatus
from providers.feed.hold.staging import one_at_a_time
from providers.models import CURRENT, OpenTracks, ProgressRecord, Provider

_FIELDS = (
    OpenTracks.provider,
    OpenTracks.month,
    OpenTracks.route,
    OpenTracks.waiting,
    OpenTracks.active,
    OpenTracks.paused,
    OpenTracks.followed,
)

Place = tuple[int, date]
"""Key of a provider, and a month."""


class Learners(NamedTuple):
    """Trajecten of one provider on one route that had not ended at the end of a month.

    ``followed`` counts those of which the month after has a row.
    """

    route: int
    waiting: int
    active: int
    paused: int
    followed: int = 0

    @property
    def total(self) -> int:
        """All that are open."""
        return self.waiting + self.active + self.paused


def open_tracks(places: Collection[Place]) -> dict[Place, list[Learners]]:
    """Per provider and month what was open on each route; nothing where no rows are held."""
    by_place: dict[Place, list[Learners]] = defaultdict(list)
    if not places:
        return by_place
    wanted, months = set(places), [month for _, month in places]
    kept = OpenTracks.select(*_FIELDS).where(
        OpenTracks.provider.in_(sorted({provider for provider, _ in places})),
        OpenTracks.month.between(min(months), max(months)),
    )
    for place, learners in _read(kept):
        if place in wanted:
            by_place[place].append(learners)
    if not_kept := wanted - by_place.keys():
        by_provider: dict[int, list[date]] = defaultdict(list)
        for provider, month in sorted(not_kept):
            by_provider[provider].append(month)
        by_months: dict[tuple[date, ...], list[int]] = defaultdict(list)
        for provider, listed in by_provider.items():
            by_months[tuple(listed)].append(provider)
        for of_months, providers in by_months.items():
            for place, learners in _read(counted(providers, of_months)):
                by_place[place].append(learners)
    return {place: sorted(of_place, key=_route) for place, of_place in by_place.items()}


def counted(providers: Collection[int], months: Collection[date]) -> Any:
    """The same from the rows: the fields of ``OpenTracks``, in one query.

    All months are asked of all providers: with a condition for each month apart, SQLite reads
    the whole index. The month after is looked up for each row: as a join PostgreSQL puts all rows
    beside all others as long as it does not know how many a delivery has just added.
    """
    later = ProgressRecord.alias("later")
    has_next_month = peewee.fn.EXISTS(later.select(peewee.SQL("1")).where(month_later(later)))
    is_open = ProgressRecord.status < TrackStatus.COMPLETED
    sums = [
        peewee.fn.SUM(peewee.Case(None, [(condition, 1)], 0)).alias(name)
        for name, condition in (
            ("waiting", ProgressRecord.status == TrackStatus.WAITING),
            ("active", ProgressRecord.status == TrackStatus.ACTIVE),
            ("paused", ProgressRecord.status == TrackStatus.PAUSED),
            ("followed", is_open & has_next_month),
        )
    ]
    group = (ProgressRecord.provider, ProgressRecord.month, ProgressRecord.route)
    return (
        ProgressRecord.select(*group, *sums)
        .where(
            CURRENT,
            ProgressRecord.provider.in_(list(providers)),
            ProgressRecord.month.in_(list(months)),
        )
        .group_by(*group)
    )


def month_later(later: Any) -> Any:
    """Condition: the current row of the same traject a month later."""
    return (
        (later.provider == ProgressRecord.provider)
        & (later.month == ProgressRecord.month + 1)
        & (later.track == ProgressRecord.track)
        & later.superseded_by.is_null()
    )


def _read(query: Any) -> Iterable[tuple[Place, Learners]]:
    """Thousands of rows: read as the driver gives them."""
    rows = database.execute(query).fetchall()
    days = {number: month_from_number(number) for number in {row[1] for row in rows}}
    for provider, month, *counts in rows:
        yield (provider, days[month]), Learners(*counts)


def _route(learners: Learners) -> int:
    return learners.route


def forget_open_tracks(provider: Provider, months: Collection[date]) -> None:
    """Throw away what rows of these months count in: their own month, and the one before."""
    touched = _touched(months)
    OpenTracks.delete().where(
        OpenTracks.provider == provider, OpenTracks.month.in_(touched)
    ).execute()


def keep_open_tracks(provider: Provider, months: Collection[date]) -> None:
    """Count again what rows of these months count in, a month at a time."""
    for month in _touched(months):
        with transaction():
            # A delivery that comes in meanwhile would leave an old count standing.
            one_at_a_time(provider)
            OpenTracks.delete().where(
                OpenTracks.provider == provider, OpenTracks.month == month
            ).execute()
            OpenTracks.insert_from(counted([provider.id], [month]), _FIELDS).execute()
        give_way()


def _touched(months: Collection[date]) -> list[date]:
    return sorted({one for month in months for one in (add_months(month, -1), month)})
