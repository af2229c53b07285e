"""Questions about the register and the deliveries, each answered by one query over all providers.

``providers`` is always which providers may be counted: keys, or a query of keys, as
``core.accounts.visible`` narrows it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any

import peewee

from core.dates import (
    AMSTERDAM,
    add_months,
    month_end,
    month_from_number,
    month_number,
    months_between,
    nth_working_day,
)
from providers.codes import MarkStatus, TeacherRegistration, TrackStatus
from providers.models import (
    CURRENT,
    Contract,
    ContractScope,
    Delivery,
    DeliveryMonth,
    ProgressRecord,
    Provider,
    QualityMark,
    Teacher,
)

Providers = Any
"""Keys of providers: a list, or a query that selects them."""


def _tuples(query: Any) -> Iterable[Any]:
    return query.tuples()


def _in_force(start: Any, end: Any, day: date) -> Any:
    return (start.is_null() | (start <= day)) & (end.is_null() | (end >= day))


# --- the register on a day -----------------------------------------------------------------


def marks_on(day: date, providers: Providers) -> dict[int, QualityMark]:
    """Per provider the mark whose period holds ``day``; absent when none does."""
    query: Any = QualityMark.select().where(
        QualityMark.provider.in_(providers),
        _in_force(QualityMark.valid_from, QualityMark.valid_until, day),
    )
    return {mark.provider_id: mark for mark in query}


def contracts_on(day: date, providers: Providers) -> Any:
    """Contracts in force on ``day``, with their provider."""
    return (
        Contract.select(Contract, Provider)
        .join(Provider)
        .where(
            Contract.provider.in_(providers),
            _in_force(Contract.valid_from, Contract.valid_until, day),
        )
        .order_by(Contract.number)
    )


@dataclass(frozen=True)
class Coverage:
    """What the contracts in force of one provider cover."""

    routes: tuple[int, ...]
    municipalities: tuple[str, ...]
    whole_region: bool


def coverage_on(day: date, providers: Providers) -> dict[int, Coverage]:
    """Per provider the routes and gemeenten of its contracts in force."""
    rows = (
        ContractScope.select(Contract.provider, ContractScope.route, ContractScope.municipality)
        .join(Contract)
        .where(
            Contract.provider.in_(providers),
            _in_force(Contract.valid_from, Contract.valid_until, day),
        )
        .distinct()
    )
    routes: dict[int, set[int]] = defaultdict(set)
    places: dict[int, set[str | None]] = defaultdict(set)
    for provider, route, place in _tuples(rows):
        routes[provider].add(route)
        places[provider].add(place)
    return {
        provider: Coverage(
            tuple(sorted(routes[provider])),
            tuple(sorted(place for place in places[provider] if place)),
            None in places[provider],
        )
        for provider in routes
    }


@dataclass(frozen=True)
class TeacherCount:
    """Docenten of one provider on a day, each counted once by the best registration."""

    certified: int
    in_training: int
    unregistered: int

    @property
    def total(self) -> int:
        """All docenten."""
        return self.certified + self.in_training + self.unregistered


def teachers_on(day: date, providers: Providers) -> dict[int, TeacherCount]:
    """Per provider how many docenten are certified, in training, or neither."""
    best = (
        Teacher.select(Teacher.provider, peewee.fn.MIN(Teacher.registration).alias("registration"))
        .where(
            Teacher.provider.in_(providers),
            _in_force(Teacher.valid_from, Teacher.valid_until, day),
        )
        .group_by(Teacher.provider, Teacher.teacher_ref)
    )
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for provider, registration in _tuples(best):
        place = max(0, registration - TeacherRegistration.BLIK_OP_WERK)
        found[provider][place] += 1
    return {provider: TeacherCount(*counts) for provider, counts in found.items()}


# --- what was delivered ----------------------------------------------------------------------


def newest_months(providers: Providers) -> dict[int, date]:
    """Per provider the newest month of which rows are held."""
    rows = (
        DeliveryMonth.select(Delivery.provider, peewee.fn.MAX(DeliveryMonth.month))
        .join(Delivery)
        .where(Delivery.provider.in_(providers), Delivery.state == "held", DeliveryMonth.rows > 0)
        .group_by(Delivery.provider)
    )
    return {provider: _month(month) for provider, month in _tuples(rows)}


def _month(value: date | int) -> date:
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


# --- which months are owed, and how each came in -----------------------------------------------


class DeliveryState(StrEnum):
    """How a month of a provider stands in the calendar."""

    ON_TIME = "op tijd"
    LATE = "te laat"
    FAULTS = "met fouten"
    NIL = "nihil"
    MISSING = "geen"
    EXPECTED = "nog niet nodig"
    NOT_OWED = "niet verschuldigd"


@dataclass(frozen=True)
class CalendarCell:
    """One provider in one month: what is owed, by when, and what came.

    ``rows`` counts the rows of all files for the month, also those that a later file replaced;
    ``rejected`` is of the newest file only.
    """

    provider_id: int
    month: date
    state: DeliveryState
    due: date | None = None
    received_on: date | None = None
    delivery_id: int | None = None
    rows: int = 0
    rejected: int = 0

    @property
    def late(self) -> bool:
        """Whether the first file came after the due date."""
        return bool(self.due and self.received_on and self.received_on > self.due)


@dataclass(frozen=True)
class _Owed:
    first: int
    last: int | None
    workday: int


def due_date(month: date, workday: int) -> date:
    """The ``workday``-th working day after the month."""
    return nth_working_day(month, workday)


def delivery_calendar(
    providers: Providers, first: date, last: date, today: date
) -> list[CalendarCell]:
    """Every provider in every month from ``first`` to ``last``, by provider and month.

    Owed is a month in which some contract of the provider is in force; with several the earliest
    due date counts. *Met fouten* means that the file that came in last for the month still has
    rows to mend; a later file with only the mended rows takes that away. *Nihil* means that the
    provider said that there was nothing to report.
    """
    owed: dict[int, list[_Owed]] = defaultdict(list)
    contracts = Contract.select(
        Contract.provider, Contract.valid_from, Contract.valid_until, Contract.due_workday
    ).where(Contract.provider.in_(providers))
    for provider, start, end, workday in _tuples(contracts):
        until = None if end is None else month_number(end)
        owed[provider].append(_Owed(month_number(start), until, workday))
    received = _received(providers, first, last)
    every = Provider.select(Provider.id).where(Provider.id.in_(providers))
    keys = [key for (key,) in _tuples(every)]
    months = [
        (
            month,
            {n: due_date(month, n) for n in {o.workday for mine in owed.values() for o in mine}},
        )
        for month in months_between(first, last)
    ]
    return [
        _cell(key, month, _due(owed[key], month, due_days), received.get((key, month)), today)
        for key in sorted(keys)
        for month, due_days in months
    ]


def _due(owed: Iterable[_Owed], month: date, due_days: dict[int, date]) -> date | None:
    number = month_number(month)
    return min(
        (
            due_days[one.workday]
            for one in owed
            if one.first <= number and (one.last is None or number <= one.last)
        ),
        default=None,
    )


@dataclass(frozen=True)
class _Received:
    first_on: date
    newest_id: int
    rows: int
    rejected: int


def _received(providers: Providers, first: date, last: date) -> dict[tuple[int, date], _Received]:
    """Per provider and month when the first held file came, and how the newest one ended."""
    query = (
        DeliveryMonth.select(
            Delivery.provider,
            DeliveryMonth.month,
            DeliveryMonth.rows,
            Delivery.id,
            Delivery.received_at,
            Delivery.rejected,
        )
        .join(Delivery)
        .where(
            Delivery.provider.in_(providers),
            Delivery.state == "held",
            DeliveryMonth.month.between(first, last),
        )
        .order_by(Delivery.received_at, Delivery.id)
    )
    found: dict[tuple[int, date], _Received] = {}
    for provider, month, rows, key, at, rejected in _tuples(query):
        place = (provider, _month(month))
        before = found.get(place)
        day = before.first_on if before else _dutch_day(at)
        found[place] = _Received(day, key, rows + (before.rows if before else 0), rejected)
    return found


def _dutch_day(at: datetime) -> date:
    return at.astimezone(AMSTERDAM).date()


def _cell(
    key: int, month: date, due: date | None, came: _Received | None, today: date
) -> CalendarCell:
    if came is None:
        if due is None:
            state = DeliveryState.NOT_OWED
        else:
            waits = today <= due
            state = DeliveryState.EXPECTED if waits else DeliveryState.MISSING
        return CalendarCell(key, month, state, due)
    if came.rejected:
        state = DeliveryState.FAULTS
    elif came.rows == 0:
        state = DeliveryState.NIL
    elif due is not None and came.first_on > due:
        state = DeliveryState.LATE
    else:
        state = DeliveryState.ON_TIME
    return CalendarCell(
        key, month, state, due, came.first_on, came.newest_id, came.rows, came.rejected
    )


@dataclass(frozen=True)
class Completeness:
    """How many of the trajecten that were open a month ago are in this month's rows."""

    expected: int
    found: int


def completeness(providers: Providers, month: date) -> dict[int, Completeness]:
    """Per provider: trajecten open at the end of the month before, and those of them found now."""
    now = ProgressRecord.alias()
    rows = (
        ProgressRecord.select(
            ProgressRecord.provider,
            peewee.fn.COUNT(ProgressRecord.id),
            peewee.fn.COUNT(now.id),
        )
        .join(
            now,
            peewee.JOIN.LEFT_OUTER,
            on=(
                (now.provider == ProgressRecord.provider)
                & (now.month == month)
                & (now.track == ProgressRecord.track)
                & now.superseded_by.is_null()
            ),
        )
        .where(
            CURRENT,
            ProgressRecord.provider.in_(providers),
            ProgressRecord.month == add_months(month, -1),
            ProgressRecord.status < TrackStatus.COMPLETED,
        )
        .group_by(ProgressRecord.provider)
    )
    return {provider: Completeness(expected, found) for provider, expected, found in _tuples(rows)}


# --- what asks for attention ---------------------------------------------------------------------

CHECK_DAYS = 90
"""A mark that was checked longer ago than this is *verouderd*."""


def is_stale(mark: QualityMark, day: date) -> bool:
    """Whether a mark was checked more than ninety days before ``day``, or never."""
    return mark.checked_on is None or (day - mark.checked_on).days > CHECK_DAYS


def troubled_marks(day: date, providers: Providers) -> list[QualityMark]:
    """Marks on ``day`` that are not valid, or valid but checked too long ago; by provider name."""
    query = (
        QualityMark.select(QualityMark, Provider)
        .join(Provider)
        .where(
            Provider.id.in_(providers),
            _in_force(QualityMark.valid_from, QualityMark.valid_until, day),
        )
        .order_by(Provider.name)
    )
    return [mark for mark in query if not MarkStatus(mark.status).valid or is_stale(mark, day)]


def last_closed_month(today: date) -> date:
    """The newest month that is over."""
    return add_months(month_end(today).replace(day=1), -1)
