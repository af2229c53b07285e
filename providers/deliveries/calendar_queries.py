"""The calendar of deliveries: which months are owed, and how each came in.

``providers`` is always which providers may be counted: keys, or a query of keys, as
``core.accounts.visible`` narrows it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import peewee

from core.dates import (
    AMSTERDAM,
    add_months,
    month_end,
    month_number,
    months_between,
    nth_working_day,
)
from core.db import database
from providers.deliveries.queries import as_month, rows_to_mend
from providers.models import CURRENT, Contract, Delivery, DeliveryMonth, ProgressRecord, Provider

Providers = Any
"""Keys of providers: a list, or a query that selects them."""


def _tuples(query: Any) -> Iterable[Any]:
    return query.tuples()


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

    ``rows`` counts the rows that hold now, and only where asked for; ``to_mend`` the rows that
    were sent back and have not come again. ``newest`` are the last two deliveries with rows of the
    month, the last one first.
    """

    provider_id: int
    month: date
    state: DeliveryState
    due: date | None = None
    received_on: date | None = None
    delivery_id: int | None = None
    rows: int = 0
    to_mend: int = 0
    newest: tuple[int, ...] = ()

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
    providers: Providers, first: date, last: date, today: date, *, count_rows: bool = False
) -> list[CalendarCell]:
    """Every provider in every month from ``first`` to ``last``, by provider and month.

    Owed is a month in which some contract of the provider is in force, until it went up in another;
    with several the earliest due date counts. *Met fouten* means that rows were sent back and have
    not come again. *Nihil* means that the provider said that there was nothing to report.

    Counting the rows that hold reads them all, which only pages of one provider can afford.
    """
    owed: dict[int, list[_Owed]] = defaultdict(list)
    contracts: Any = (
        Contract.select(Contract, Provider).join(Provider).where(Contract.provider.in_(providers))
    )
    for contract in contracts:
        ends = [
            month_number(end)
            for end in (contract.valid_until, contract.provider.last_month)
            if end is not None
        ]
        owed[contract.provider_id].append(
            _Owed(month_number(contract.valid_from), min(ends, default=None), contract.due_workday)
        )
    received = _received(providers, first, last)
    rows = _rows_held(providers, first, last) if count_rows else {}
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
        _cell(
            key,
            month,
            _due(owed[key], month, due_days),
            received.get((key, month)),
            rows=rows.get((key, month), 0),
            today=today,
        )
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
    delivery_id: int
    largest: int = 0
    to_mend: int = 0
    newest: tuple[int, ...] = ()

    def followed_by(self, key: int, rows: int) -> "_Received":
        """How the month stands after one more file."""
        newest = (key, *self.newest[:1]) if rows else self.newest
        return replace(self, delivery_id=key, largest=max(rows, self.largest), newest=newest)

    def waiting_for(self, key: int, rows: int) -> "_Received":
        """How the month stands when rows of a file are to be mended: that file is shown."""
        return replace(self, delivery_id=key, to_mend=self.to_mend + rows)


def _received(providers: Providers, first: date, last: date) -> dict[tuple[int, date], _Received]:
    """Per provider and month when the first held file came, and what is still to be mended."""
    query = (
        DeliveryMonth.select(
            Delivery.provider,
            DeliveryMonth.month,
            DeliveryMonth.rows,
            Delivery.id,
            Delivery.received_at,
        )
        .join(Delivery)
        .where(
            Delivery.provider.in_(providers),
            Delivery.state == "held",
            DeliveryMonth.month.between(first, last),
        )
        .order_by(Delivery.received_at, Delivery.id)
    )
    received: dict[tuple[int, date], _Received] = {}
    days = {month_number(month): month for month in months_between(first, last)}
    read_moment: Any = Delivery.received_at.python_value
    # Thousands of rows: read as the driver gives them.
    for provider, number, rows, key, at in database.execute(query).fetchall():
        place = (provider, days[number])
        before = received.get(place) or _Received(_dutch_day(read_moment(at)), key)
        received[place] = before.followed_by(key, rows)
    for provider, month, key, at, rows in rows_to_mend(providers, first, last):
        before = received.get((provider, month)) or _Received(_dutch_day(at), key)
        received[provider, month] = before.waiting_for(key, rows)
    return received


def _rows_held(providers: Providers, first: date, last: date) -> dict[tuple[int, date], int]:
    """Per provider and month how many rows hold now."""
    query = (
        ProgressRecord.select(
            ProgressRecord.provider, ProgressRecord.month, peewee.fn.COUNT(ProgressRecord.track)
        )
        .where(
            CURRENT,
            ProgressRecord.provider.in_(providers),
            ProgressRecord.month.between(first, last),
        )
        .group_by(ProgressRecord.provider, ProgressRecord.month)
    )
    return {(provider, as_month(month)): rows for provider, month, rows in _tuples(query)}


def _dutch_day(at: datetime) -> date:
    return at.astimezone(AMSTERDAM).date()


def _cell(
    key: int, month: date, due: date | None, came: _Received | None, *, rows: int, today: date
) -> CalendarCell:
    if came is None:
        if due is None:
            state = DeliveryState.NOT_OWED
        else:
            waits = today <= due
            state = DeliveryState.EXPECTED if waits else DeliveryState.MISSING
        return CalendarCell(key, month, state, due)
    if came.to_mend:
        state = DeliveryState.FAULTS
    elif came.largest == 0:
        state = DeliveryState.NIL
    elif due is not None and came.first_on > due:
        state = DeliveryState.LATE
    else:
        state = DeliveryState.ON_TIME
    return CalendarCell(
        key, month, state, due, came.first_on, came.delivery_id, rows, came.to_mend, came.newest
    )


def last_closed_month(today: date) -> date:
    """The newest month that is over."""
    return add_months(month_end(today).replace(day=1), -1)
