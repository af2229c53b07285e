"""The ledger of a contract year, from the rows that providers delivered."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any

from peewee import fn

import procurement.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, Role, may, visible
from core.dates import add_months, month_end, month_from_number, month_of, months_between
from core.db import database
from core.municipalities import with_merged
from core.small_numbers import is_small
from procurement.promises.models import ContractClause, ContractPromise, Invoice, InvoiceLine
from procurement.promises.rules import (
    HOURS,
    MONTH,
    PER_HOUR,
    PRICE,
    START,
    Case,
    Clause,
    Hours,
    Line,
    Row,
    Start,
    Step,
    rows_of,
    settle,
)
from providers.deliveries.queries import removed_months
from providers.models import CURRENT, Contract, ContractScope, CourseTrack, ProgressRecord as R
from providers.register.queries import promised_by, promises
from providers.register.rules import Promise, contract_for, owed_minutes
from providers.scopes import counted_rows, restricted_tracks
from quality.cards.inputs import IDLE, learner_days, queue

YEAR_MONTHS = 12
FROM_REGISTER = "prijs"
"""Article of a price that stands in the register and in no clause."""


def contracts_of(provider_id: int, account: Account) -> list[Contract]:
    """Contracts of a provider that the account may see, the newest first."""
    query = visible(Contract, account).where(Contract.provider == provider_id)
    return list(query.order_by(Contract.valid_from.desc(), Contract.number))


def _provider(contract: Any) -> int:
    key: int = contract.provider_id
    return key


def sees_persons(account: Account) -> bool:
    """Whether somebody may see the learners behind an amount."""
    return may(account, "read", "progress") and account.role != Role.MUNICIPALITY


def sees_whole_contract(account: Account) -> bool:
    """Whether amounts are of the whole contract: not for a contract manager of some gemeenten."""
    return not (account.role == Role.CONTRACT_MANAGER and account.municipalities)


@dataclass(frozen=True)
class ContractYear:
    """Twelve months from the first whole month of a contract on, as far as there are figures."""

    number: int
    first: date
    last: date
    complete: bool

    @property
    def months(self) -> list[date]:
        """Its months, oldest first."""
        return months_between(self.first, self.last)


def years_of(contract: Contract, newest: date | None) -> list[ContractYear]:
    """The years of a contract that have begun by the newest month with figures, newest first."""
    first = month_of(contract.valid_from)
    if first != contract.valid_from:
        first = add_months(first, 1)
    end = contract.valid_until
    years: list[ContractYear] = []
    while newest is not None and first <= newest and (end is None or month_end(first) <= end):
        last = add_months(first, YEAR_MONTHS - 1)
        if end is not None and month_end(last) > end:
            last = month_of(end) if month_end(end) == end else add_months(month_of(end), -1)
        years.append(ContractYear(len(years) + 1, first, min(last, newest), last <= newest))
        first = add_months(first, YEAR_MONTHS)
    return years[::-1]


def settled_year(years: Sequence[ContractYear], number: int | None) -> ContractYear | None:
    """The year that is asked for, or else the newest that is complete, or that runs."""
    if number is not None:
        return next((year for year in years if year.number == number), None)
    return next((year for year in years if year.complete), years[0] if years else None)


@dataclass(frozen=True)
class Invoiced:
    """Lines of invoices of one month together, in cents without VAT; minutes None if unknown."""

    cents: int
    minutes: int | None


@dataclass(frozen=True)
class Ledger:
    """What a contract promised in a year, what was given, and what that comes to."""

    contract: Contract
    year: ContractYear
    case: Case
    clauses: Sequence[Clause]
    promises: Sequence[ContractPromise]
    invoices: Sequence[tuple[Invoice, int]]
    """Each with the cents of its lines in the year."""
    invoiced: dict[date, Invoiced]
    learners: dict[int, int]
    """Per route the learners of whom there are rows."""
    exact: bool
    """Whether who asked may see learners; others get no amount that tells of a few."""

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every amount, prices first."""
        return settle(self.case, self.clauses)

    def cents(self, month: date | None = None, kind: str | None = None) -> int:
        """Sum of the lines, of a month or of a kind."""
        return sum(
            line.cents
            for line in self.lines
            if (month is None or line.month == month) and kind in (None, line.clause.kind)
        )

    @property
    def year_cents(self) -> int:
        """Sum of what is settled by the year."""
        return sum(line.cents for line in self.lines if line.month is None)

    @property
    def invoiced_cents(self) -> int:
        """Everything that was invoiced over the months of the year."""
        return sum(one.cents for one in self.invoiced.values())

    @property
    def has_price(self) -> bool:
        """Whether the hours have a price at all."""
        return any(clause.kind == PRICE for clause in self.clauses)

    @property
    def missing_months(self) -> list[date]:
        """Months of the year of which nothing was delivered for this contract."""
        present = {month for _, month in self.case.hours}
        return [month for month in self.year.months if month not in present]

    @property
    def hides_amounts(self) -> bool:
        """Whether an amount would tell of fewer than five learners to who may see none."""
        if self.exact:
            return False
        counts: dict[tuple[str, int], int] = {}
        for line in self.lines:
            if line.clause.measure == START:
                key = line.clause.article, line.route
                counts[key] = counts.get(key, 0) + int(line.quantity)
        return any(map(is_small, self.learners.values())) or any(map(is_small, counts.values()))

    def hides(self, route: int, people: int) -> bool:
        """Whether a figure about so many people on a route is kept from who asked."""
        return not self.exact and (is_small(self.learners.get(route)) or is_small(people))


def rows_removed(contract: Contract, year: ContractYear) -> bool:
    """Whether the retention rules removed rows of the year: what is left would not add up."""
    removed = removed_months([_provider(contract)])
    return any(month in year.months for _, month in removed)


def ledger(contract: Contract, year: ContractYear, account: Account) -> Ledger:
    """Put the ledger of a year together, for the learners that the account may know of."""
    made = promises(_provider(contract))
    listed = list(
        ContractPromise.select()
        .where(ContractPromise.contract == contract)
        .order_by(ContractPromise.route, ContractPromise.measure)
    )
    routes = sorted(
        {s.route for s in ContractScope.select().where(ContractScope.contract == contract)}
    )
    starts = _starts(contract, year, account, made)
    hours = {
        (route, month): one
        for (route, month), one in lessons(contract, year, account, made, by_track=False).items()
    }
    invoices, invoiced = _invoiced(contract, year, account)
    return Ledger(
        contract,
        year,
        Case(hours, starts, promised_values(contract, listed, routes)),
        clauses_of(contract),
        listed,
        invoices,
        invoiced,
        _learners(contract, year, account),
        sees_persons(account),
    )


def promised_values(
    contract: Contract, listed: Iterable[ContractPromise], routes: Sequence[int]
) -> dict[tuple[str, int], Decimal]:
    """Per measure and route what the contract says, in the unit of the measure."""
    values: dict[tuple[str, int], Decimal] = {}
    for one in sorted(listed, key=lambda p: p.route is not None):
        for route in routes if one.route is None else [one.route]:
            if one.value is not None:
                values[one.measure, route] = one.value
    for route, minutes in promised_by(contract).items():
        if route in routes:
            values[HOURS, route] = Decimal(minutes) / 60
    if contract.waiting_norm_days is not None:
        values |= {(START, route): Decimal(contract.waiting_norm_days) for route in routes}
    return values


def clauses_of(contract: Contract) -> list[Clause]:
    """The clauses with their steps; the price of the register where no clause gives one."""
    query = (
        ContractClause.select()
        .where(ContractClause.contract == contract)
        .order_by(ContractClause.article, ContractClause.route, ContractClause.threshold)
    )
    clauses = []
    for _, rows in groupby(query, key=lambda row: (row.article, row.route)):
        steps = list(rows)
        head = steps[0]
        clauses.append(
            Clause(
                head.article, head.kind, head.measure, head.basis, head.period, head.route,
                tuple(Step(one.threshold, one.amount) for one in steps),
            )
        )  # fmt: skip
    price = contract.hour_price_cents
    if price is not None and all(clause.kind != PRICE for clause in clauses):
        step = Step(Decimal(0), Decimal(price) / 100)
        clauses.insert(0, Clause(FROM_REGISTER, PRICE, HOURS, PER_HOUR, MONTH, None, (step,)))
    return clauses


def lessons(
    contract: Contract,
    year: ContractYear,
    account: Account,
    made: Sequence[Promise] | None = None,
    *,
    by_track: bool,
) -> dict[Any, Hours]:
    """Lessons of a contract year by route and month, or by track, route and month.

    Not counted: rows that a later delivery replaced, rows that are wachtend or gepauzeerd, and
    rows that fall under another contract of the provider.
    """
    made = promises(_provider(contract)) if made is None else made
    weekly = promised_by(contract)
    per = (R.track,) if by_track else ()
    keys = (*per, R.route, R.month, R.municipality, R.contract)
    days = learner_days(year.first, len(year.months))
    query = _mine(
        R.select(
            *keys,
            fn.SUM(days),
            fn.SUM(R.minutes_offered),
            fn.SUM(R.minutes_evening_weekend),
            fn.SUM(R.minutes_certified),
        ),
        account,
    ).where(
        CURRENT, R.provider == _provider(contract), R.month.between(year.first, year.last), ~IDLE
    )  # fmt: skip
    hours: dict[Any, Hours] = {}
    for row in database.execute(query.group_by(*keys).order_by(*keys)).fetchall():
        *track, route, number, place, named, learner, offered, evening, certified = row
        month = month_from_number(number)
        by = contract_for(made, route=route, month=month, municipality=place, contract=named)
        if by is None or by.contract != contract.id:
            continue
        owed = owed_minutes(weekly[route], int(learner)) if route in weekly else None
        part = Hours(int(learner), int(offered), int(evening), int(certified), owed)
        key = (*track, route, month)
        hours[key] = hours.get(key, Hours()).plus(part)
    return hours


def _mine(query: Any, account: Account) -> Any:
    """Rows of the learners of this account; of all for who sees sums only."""
    return counted_rows(query, account) if sees_persons(account) else query


def _learners(contract: Contract, year: ContractYear, account: Account) -> dict[int, int]:
    query = _mine(R.select(R.route, fn.COUNT(R.track.distinct())), account).where(
        CURRENT, R.provider == _provider(contract), R.month.between(year.first, year.last)
    )  # fmt: skip
    return dict(database.execute(query.group_by(R.route)).fetchall())


def _starts(
    contract: Contract, year: ContractYear, account: Account, made: Sequence[Promise]
) -> list[Start]:
    """Who should have begun in the months of the year, in the month in which that was decided."""
    from quality.method.figures import months_of_days  # noqa: PLC0415  numpy, once it is needed
    from quality.method.waiting import decisions  # noqa: PLC0415

    norm = contract.waiting_norm_days
    if norm is None:
        return []
    rows, people = queue(_provider(contract), year.last, more=(R.municipality, R.contract))
    if not rows:
        return []
    reference = month_end(year.last).toordinal()
    decided, _ = decisions(people, reference=reference, norm=norm)
    first = year.first.toordinal()
    inside = ((decided >= first) & (decided <= reference)).nonzero()[0]
    months, waited = months_of_days(decided), people.days(reference)
    places = None if sees_whole_contract(account) else set(with_merged(account.municipalities))
    starts = []
    for at in inside.tolist():
        route, track, *_dates, place, named, _month = rows[at]
        month = month_from_number(int(months[at]))
        by = contract_for(made, route=route, month=month, municipality=place, contract=named)
        if by is None or by.contract != contract.id or (places and place not in places):
            continue
        starts.append(Start(track, route, month, int(waited[at]), norm))
    return sorted(starts, key=lambda one: (one.month, one.track))


def _invoiced(
    contract: Contract, year: ContractYear, account: Account
) -> tuple[list[tuple[Invoice, int]], dict[date, Invoiced]]:
    """Invoices with lines over the months of the year, and their sums by month."""
    lines: Any = (
        InvoiceLine.select(InvoiceLine, Invoice)
        .join(Invoice)
        .where(Invoice.contract == contract, InvoiceLine.month.between(year.first, year.last))
        .order_by(Invoice.invoiced_on, Invoice.number, InvoiceLine.id)
    )
    if not sees_whole_contract(account):
        lines = lines.where(InvoiceLine.municipality.in_(account.municipalities))
    invoices: dict[int, Invoice] = {}
    cents: Counter[int] = Counter()
    months: dict[date, list[InvoiceLine]] = {}
    for line in lines:
        invoices[line.invoice_id] = line.invoice
        cents[line.invoice_id] += line.cents
        months.setdefault(line.month, []).append(line)
    sums = {
        month: Invoiced(
            sum(one.cents for one in parts),
            _all_minutes(parts),
        )
        for month, parts in months.items()
    }
    return [(one, cents[key]) for key, one in invoices.items()], sums


def _all_minutes(lines: Sequence[InvoiceLine]) -> int | None:
    minutes = [line.minutes for line in lines if line.minutes is not None]
    return sum(minutes) if len(minutes) == len(lines) else None


RESTRICTED = "(verwerking beperkt)"


def numbers_of(tracks: Iterable[int]) -> dict[int, str]:
    """Trajectnummers by key; of whom a gemeente restricted what is held, that is said instead."""
    wanted: Any = CourseTrack.select(
        CourseTrack.id, CourseTrack.number, CourseTrack.provider
    ).where(CourseTrack.id.in_(list(tracks)))
    listed = list(wanted.tuples())
    schools = {provider for _, _, provider in listed}
    hidden = frozenset(track for school in schools for track in restricted_tracks(school))
    return {track: RESTRICTED if track in hidden else number for track, number, _ in listed}


def rows_behind(year_ledger: Ledger, account: Account, lines: Sequence[Line]) -> list[list[Row]]:
    """Per line the learners behind it; only for who may see learners."""
    by_track = lessons(year_ledger.contract, year_ledger.year, account, by_track=True)
    return [rows_of(line, by_track, year_ledger.case.starts) for line in lines]
