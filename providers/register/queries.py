"""What the register says on a day, each question answered by one query over all providers.

``providers`` is always which providers may be counted: keys, or a query of keys, as
``core.accounts.visible`` narrows it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import peewee

import providers.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, visible
from core.dates import month_end
from providers.codes import LearningRoute, MarkStatus, TeacherRegistration
from providers.models import (
    Contract,
    ContractScope,
    DossierVersion,
    Provider,
    QualityMark,
    Teacher,
    TravelTime,
)
from providers.register.rules import (
    MARK_CHECK_DAYS,
    ContractPeriod,
    Dossier,
    MarkPeriod,
    Promise,
)

Providers = Any
"""Keys of providers: a list, or a query that selects them."""


def _tuples(query: Any) -> Iterable[Any]:
    return query.tuples()


def _in_force(start: Any, end: Any, day: date) -> Any:
    return (start.is_null() | (start <= day)) & (end.is_null() | (end >= day))


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


PROMISED = {
    LearningRoute.B1: Contract.weekly_minutes_b1,
    LearningRoute.EDUCATION: Contract.weekly_minutes_education,
    LearningRoute.SELF_RELIANCE: Contract.weekly_minutes_self_reliance,
}
"""Per route the column with the lesson minutes a week that a contract promises."""


def promised_by(contract: Contract) -> dict[int, int]:
    """Per route the lesson minutes a week that a contract promises, where it says so."""
    said = {int(route): getattr(contract, column.name) for route, column in PROMISED.items()}
    return {route: minutes for route, minutes in said.items() if minutes is not None}


def promises(provider_id: int) -> list[Promise]:
    """What every contract of a provider says, per route and gemeente that it covers."""
    query = (
        ContractScope.select(
            Contract.id,
            ContractScope.route,
            ContractScope.municipality,
            Contract.valid_from,
            Contract.valid_until,
            peewee.Case(ContractScope.route, [(int(r), c) for r, c in PROMISED.items()]),
            Contract.hour_price_cents,
        )
        .join(Contract)
        .where(Contract.provider == provider_id)
        .order_by(Contract.id)
    )
    return [
        Promise(number, route, None if place is None else int(place), *rest)
        for number, route, place, *rest in _tuples(query)
    ]


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
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for provider, registration in _tuples(best):
        place = max(0, registration - TeacherRegistration.BLIK_OP_WERK)
        counts[provider][place] += 1
    return {provider: TeacherCount(*counts) for provider, counts in counts.items()}


def certified_in(months: Sequence[date], providers: Providers) -> dict[int, dict[date, int]]:
    """Per provider that has any docent: how many were certified on some day of each month."""
    rows = Teacher.select(
        Teacher.provider,
        Teacher.teacher_ref,
        Teacher.registration,
        Teacher.valid_from,
        Teacher.valid_until,
    ).where(Teacher.provider.in_(providers))
    codes_by_month: dict[int, dict[date, set[str]]] = {}
    for provider, code, registration, start, end in _tuples(rows):
        by_month = codes_by_month.setdefault(provider, {month: set() for month in months})
        if registration <= TeacherRegistration.BLIK_OP_WERK:
            for month, codes in by_month.items():
                if (start or month) <= month_end(month) and (end or month) >= month:
                    codes.add(code)
    return {
        provider: {month: len(codes) for month, codes in by_month.items()}
        for provider, by_month in codes_by_month.items()
    }


def is_stale(mark: QualityMark, day: date) -> bool:
    """Whether the last check of a mark is too long before ``day``, or there was none."""
    return mark.checked_on is None or (day - mark.checked_on).days > MARK_CHECK_DAYS


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


def travel_times(provider: Provider, account: Account) -> list[tuple[str, str, str, int]]:
    """Gemeente, kern, location and minutes of every journey to a school."""
    query: Any = (
        visible(
            TravelTime,
            account,
            TravelTime.select(
                TravelTime.municipality, TravelTime.place, TravelTime.location, TravelTime.minutes
            ),
        )
        .where(TravelTime.provider == provider)
        .order_by(TravelTime.municipality, TravelTime.place, TravelTime.location)
    )
    return list(query.tuples())


def dossier(provider: Provider, known_on: datetime | None = None) -> Dossier:
    """What the register says of an aanbieder, now or as known at a moment.

    Before the first version that was kept, that first version is the nearest there is.
    """
    if known_on is not None:
        kept = _kept(provider)
        by_then = kept.where(DossierVersion.recorded_at <= known_on)
        newest = DossierVersion.recorded_at.desc(), DossierVersion.id.desc()
        version = by_then.order_by(*newest).first() or _oldest(kept)
        if version is not None:
            return Dossier.from_data(version.dossier)
    return dossiers([provider])[provider.id]


def dossiers(providers: Collection[Provider]) -> dict[int, Dossier]:
    """What the register says of these aanbieders now, in two queries; by number."""
    ids = [provider.id for provider in providers]
    marks: dict[int, list[MarkPeriod]] = defaultdict(list)
    query: Any = QualityMark.select().where(QualityMark.provider.in_(ids))
    for one in query.order_by(QualityMark.provider, QualityMark.valid_from):
        marks[one.provider_id].append(
            MarkPeriod(one.status, one.valid_from, one.valid_until, one.checked_on, one.source)
        )
    contracts = _contracts(ids)
    return {
        provider.id: Dossier(
            tst_from=provider.tst_from,
            tst_until=provider.tst_until,
            marks=tuple(marks[provider.id]),
            contracts=contracts.get(provider.id, ()),
        )
        for provider in providers
    }


def known_since(provider: Provider) -> datetime | None:
    """From when on the register of an aanbieder was kept; ``None`` when it never was."""
    first = _oldest(_kept(provider))
    return None if first is None else first.recorded_at


def _kept(provider: Provider) -> Any:
    return DossierVersion.select().where(DossierVersion.provider == provider)


def _oldest(kept: Any) -> DossierVersion | None:
    oldest: DossierVersion | None = kept.order_by(
        DossierVersion.recorded_at, DossierVersion.id
    ).first()
    return oldest


def _contracts(ids: Collection[int]) -> dict[int, tuple[ContractPeriod, ...]]:
    query: Any = (
        ContractScope.select(ContractScope, Contract)
        .join(Contract)
        .where(Contract.provider.in_(ids))
        .order_by(Contract.number, ContractScope.route)
    )
    scopes: dict[Any, list[int]] = {}
    for scope in query:
        scopes.setdefault(scope.contract, []).append(scope.route)
    by_provider: dict[int, tuple[ContractPeriod, ...]] = {}
    for contract, routes in scopes.items():
        provider = contract.provider_id
        by_provider[provider] = (*by_provider.get(provider, ()), _contract(contract, routes))
    return by_provider


def _contract(contract: Contract, routes: Iterable[int]) -> ContractPeriod:
    return ContractPeriod(
        number=contract.number,
        routes=tuple(dict.fromkeys(routes)),
        valid_from=contract.valid_from,
        valid_until=contract.valid_until,
        waiting_norm_days=contract.waiting_norm_days,
        teacher_exception_until=contract.teacher_exception_until,
    )
