"""What the held rows and deliveries say, each question answered by one query over all providers.

``providers`` is always which providers may be counted: keys, or a query of keys, as
``core.accounts.visible`` narrows it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import peewee

from core.dates import add_months, days, month_from_number, months_between
from core.formats import count_text, counted
from providers.codes import LearningRoute, TrackStatus
from providers.deliveries.open_tracks import Learners, month_later, open_tracks
from providers.feed.check.rules import ERROR
from providers.feed.hold.staging import rows_of
from providers.feed.table import read_sheets
from providers.feed.tell.outcome import Completed, SentBack
from providers.models import (
    CURRENT,
    CourseTrack,
    Delivery,
    DeliveryMonth,
    Problem,
    ProgressRecord,
    Provider,
    RejectedRow,
)

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
    by_place = open_tracks(newest_months(providers).items())
    open_now = {place: [one for one in listed if one.total] for place, listed in by_place.items()}
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
    present: int

    @property
    def missing(self) -> int:
        """Who is not there, without an end."""
        return self.expected - self.present


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
    by_place = open_tracks([(key, month) for key in keys for month in before])
    return {
        (provider, add_months(month, 1)): Completeness(
            sum(one.total for one in listed), sum(one.followed for one in listed)
        )
        for (provider, month), listed in sorted(by_place.items())
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


YEAR = 12


def last_month_held() -> date | None:
    """The newest month of which anything is held."""
    newest: date | None = (
        ProgressRecord.select(peewee.fn.MAX(ProgressRecord.month)).where(CURRENT).scalar()
    )
    return newest


def registrations(last_month: date) -> dict[tuple[str, str], int]:
    """Trajecten that registered in the twelve months up to ``last_month``, by gemeente and route.

    A traject counts once, in the gemeente and on the route that its rows of those months say last.
    """
    first, after = add_months(last_month, 1 - YEAR), add_months(last_month, 1)
    newest = ProgressRecord.alias()
    last: Any = (
        newest.select(newest.track, peewee.fn.MAX(newest.month).alias("month"))
        .where(
            newest.superseded_by.is_null(),
            newest.month <= last_month,
            newest.registered_on.between(first, after - days(1)),
        )
        .group_by(newest.track)
        .alias("last")
    )
    query: Any = (
        ProgressRecord.select(
            ProgressRecord.municipality, ProgressRecord.route, peewee.fn.COUNT(ProgressRecord.id)
        )
        .join(
            last,
            on=(ProgressRecord.track == last.c.track_id) & (ProgressRecord.month == last.c.month),
        )
        .where(CURRENT)
        .group_by(ProgressRecord.municipality, ProgressRecord.route)
    )
    return {
        (f"{municipality:04d}", LearningRoute(route).code): count
        for municipality, route, count in query.tuples()
    }


def sent_back(delivery: int) -> list[SentBack]:
    """The rejected rows of a delivery, by what became of them: still open last."""
    fates = (
        RejectedRow.select(
            RejectedRow.taken_up_by, RejectedRow.mended, RejectedRow.number, RejectedRow.row
        )
        .where(RejectedRow.delivery == delivery)
        .order_by(RejectedRow.row)
    )
    without_key = _without_key(delivery)
    rows_by_fate: dict[tuple[int | None, bool, bool], list[int]] = defaultdict(list)
    for taken_up_by, mended, number, row in _tuples(fates):
        inferred = bool(mended) and number is None and row in without_key
        rows_by_fate[taken_up_by, bool(mended), inferred].append(row)
    ordered = sorted(
        rows_by_fate.items(), key=lambda item: (item[0][0] is None, not item[0][1], item[0])
    )
    return [SentBack(by, mended, tuple(rows), guess) for (by, mended, guess), rows in ordered]


def _without_key(delivery: int) -> set[int]:
    """Rows of which the number or the month could not be read.

    A row whose number is gone may have had one: it goes when the traject is over.
    """
    faults = Problem.select(Problem.row).where(
        Problem.delivery == delivery,
        Problem.column.in_(("trajectnummer", "rapportagemaand")),
        Problem.severity == ERROR,
        Problem.code < "F500",
    )
    return {row for (row,) in _tuples(faults)}


def completed_by(delivery: int) -> list[Completed]:
    """The rows of earlier deliveries that this one completed."""
    rows = (
        RejectedRow.select(RejectedRow.delivery, RejectedRow.row)
        .where(RejectedRow.taken_up_by == delivery, RejectedRow.mended)
        .order_by(RejectedRow.delivery, RejectedRow.row)
    )
    rows_by_delivery: dict[int, list[int]] = defaultdict(list)
    for earlier, row in _tuples(rows):
        rows_by_delivery[earlier].append(row)
    earlier_deliveries = Delivery.select(Delivery.id, Delivery.findings)
    sheets = {
        earlier.id: tuple(read_sheets(earlier.findings))
        for earlier in earlier_deliveries.where(Delivery.id.in_(list(rows_by_delivery)))
    }
    return [Completed(one, tuple(rows), sheets[one]) for one, rows in rows_by_delivery.items()]


def rows_to_mend(
    providers: Providers, first: date, last: date
) -> list[tuple[int, date, int, Any, int]]:
    """Provider, month, delivery, when it came and how many of its rows nothing took up."""
    rows = (
        RejectedRow.select(
            Delivery.provider,
            RejectedRow.month,
            Delivery.id,
            Delivery.received_at,
            peewee.fn.COUNT(RejectedRow.id),
        )
        .join(Delivery, on=RejectedRow.delivery)
        .where(
            RejectedRow.taken_up_by.is_null(),
            RejectedRow.month.between(first, last),
            Delivery.provider.in_(providers),
            Delivery.state == "held",
        )
        .group_by(Delivery.provider, RejectedRow.month, Delivery.id, Delivery.received_at)
        .order_by(Delivery.id)
    )
    return [(provider, as_month(month), *rest) for provider, month, *rest in _tuples(rows)]


@dataclass(frozen=True)
class Effect:
    """Rows of a delivery that count now, and what would become of each of them."""

    counting: int
    restored: int
    """An earlier row takes their place."""
    kept: int
    """A later delivery has them too."""

    @property
    def gone(self) -> int:
        """Nothing takes their place."""
        return self.counting - self.restored - self.kept

    @property
    def text(self) -> str:
        """What withdrawing does, before it and after it."""
        if not self.counting:
            return (
                "Van deze levering telt geen rij mee: latere leveringen hebben ze vervangen. "
                "Intrekken verandert dus geen rij en geen score."
            )
        parts = [f"Het gaat om {counted(self.counting, 'rij', 'rijen')}."]
        if self.gone:
            verb = "verdwijnt" if self.gone == 1 else "verdwijnen"
            parts.append(f"Er {verb} {count_text(self.gone)}.")
        if self.restored:
            parts.append(f"Bij {count_text(self.restored)} geldt de rij van ervoor weer.")
        if self.kept:
            verb = "blijft" if self.kept == 1 else "blijven"
            parts.append(f"Er {verb} {count_text(self.kept)}: een latere levering heeft ze ook.")
        return " ".join(parts)


def effect_of_withdrawal(delivery: int) -> Effect:
    """The effect of withdrawing a held delivery as things stand."""
    repeated = (
        "EXISTS (SELECT 1 FROM confirmation c JOIN delivery d ON d.id = c.delivery_id "
        "AND d.state = 'held' WHERE c.record_id = r.id)"
    )
    earlier = (
        "EXISTS (SELECT 1 FROM progress_record b WHERE b.superseded_by_id = r.delivery_id "
        "AND b.delivery_id <> r.delivery_id AND b.track_id = r.track_id AND b.month = r.month)"
    )
    counting, kept, restored = rows_of(
        f"SELECT COUNT(*), COALESCE(SUM(CASE WHEN {repeated} THEN 1 ELSE 0 END), 0), "
        f"COALESCE(SUM(CASE WHEN NOT {repeated} AND {earlier} THEN 1 ELSE 0 END), 0) "
        "FROM progress_record r WHERE r.delivery_id = ? AND r.superseded_by_id IS NULL",
        delivery,
    )[0]
    return Effect(int(counting), int(restored), int(kept))


def removed_months(provider_ids: Collection[int]) -> set[tuple[int, date]]:
    """Provider and month of which rows were removed: what rests on them is not whole any more."""
    query: Any = (
        DeliveryMonth.select(DeliveryMonth, Delivery)
        .join(Delivery)
        .where(Delivery.provider.in_(provider_ids), DeliveryMonth.removed > 0)
    )
    return {(one.delivery.provider_id, one.month) for one in query}
