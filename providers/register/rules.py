"""What follows from the register of one provider: the dossier, promises of contracts, travel times.

Pure, so that the register of today and that of an earlier day are read in one way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Self

from core.dates import month_end
from core.municipalities import name as municipality_name

MARK_CHECK_DAYS = 90
"""A mark that was checked longer ago than this is *verouderd*, unless the model says otherwise."""
DAYS = ("_from", "_until", "_on")
"""How the names of days end."""


def _read(data: Mapping[str, Any]) -> dict[str, Any]:
    """Kept values with their days as days again."""
    return {
        name: date.fromisoformat(value) if value and name.endswith(DAYS) else value
        for name, value in data.items()
    }


@dataclass(frozen=True, slots=True)
class MarkPeriod:
    """One status of the quality mark over one period."""

    status: int
    valid_from: date
    valid_until: date | None = None
    checked_on: date | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class ContractPeriod:
    """A contract, as far as judging goes."""

    number: str
    routes: tuple[int, ...]
    valid_from: date
    valid_until: date | None = None
    waiting_norm_days: int | None = None
    teacher_exception_until: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds on a route on a day: the norm for waiting, and until when teachers are excepted.

    Of more than one contract the norm of the newest, of two from one day the longest; and the
    longest exception.
    """

    waiting_norm_days: int | None
    exception_until: date | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything of one aanbieder in the register that a judgement can rest on."""

    tst_from: date | None = None
    tst_until: date | None = None
    marks: tuple[MarkPeriod, ...] = ()
    contracts: tuple[ContractPeriod, ...] = ()

    @property
    def data(self) -> dict[str, Any]:
        """As JSON holds it; ``from_data`` reads it back."""
        return _plain(asdict(self))

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read a kept dossier."""
        listed = data["contracts"]
        contracts = [_read(one) | {"routes": tuple(one["routes"])} for one in listed]
        return cls(
            **_read({name: data[name] for name in ("tst_from", "tst_until")}),
            marks=tuple(MarkPeriod(**_read(one)) for one in data["marks"]),
            contracts=tuple(ContractPeriod(**one) for one in contracts),
        )

    def mark_on(self, day: date) -> MarkPeriod | None:
        """The status of the mark on a day; the period that began last."""
        covering = [mark for mark in self.marks if _holds(mark.valid_from, mark.valid_until, day)]
        return max(covering, key=lambda mark: mark.valid_from, default=None)

    def is_recognised(self, day: date) -> bool:
        """Whether TST recognition holds on a day."""
        has_period = self.tst_from is not None or self.tst_until is not None
        return has_period and _holds(self.tst_from, self.tst_until, day)

    def terms_on(self, day: date) -> dict[int, Terms]:
        """Per route under contract on a day what was agreed."""
        by_route: dict[int, list[ContractPeriod]] = {}
        for contract in self.contracts:
            if _holds(contract.valid_from, contract.valid_until, day):
                for route in contract.routes:
                    by_route.setdefault(route, []).append(contract)
        return {route: _terms(contracts, day) for route, contracts in by_route.items()}


def _terms(contracts: list[ContractPeriod], day: date) -> Terms:
    newest = max(c.valid_from for c in contracts)
    norms = [
        c.waiting_norm_days
        for c in contracts
        if c.valid_from == newest and c.waiting_norm_days is not None
    ]
    until = [c.teacher_exception_until for c in contracts]
    running = [last for last in until if last is not None and last >= day]
    return Terms(max(norms, default=None), max(running, default=None))


def _holds(first: date | None, last: date | None, day: date) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True, slots=True)
class Promise:
    """What a contract says about the lessons on one route; None where it says nothing."""

    contract: int
    route: int
    municipality: int | None
    first: date
    last: date | None
    weekly_minutes: int | None
    hour_price_cents: int | None

    def covers(self, month: date, municipality: int) -> bool:
        """Whether the contract holds the whole month for learners of a gemeente."""
        return (
            self.municipality in (None, municipality)
            and self.first <= month
            and (self.last is None or self.last >= month_end(month))
        )


def owed_minutes(weekly_minutes: int, learner_days: int) -> Fraction:
    """Minutes of lessons that a promise of so many a week comes to, over days of learners."""
    return Fraction(weekly_minutes * learner_days, 7)


def whole_cents(amount: Fraction) -> int:
    """An amount in cents, rounded once: half a cent goes away from zero."""
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def hours_cents(minutes: Fraction | int, hour_price_cents: int) -> int:
    """What so many minutes of lessons cost, in whole cents."""
    return whole_cents(Fraction(minutes) * hour_price_cents / 60)


def _candidates(
    promises: Iterable[Promise], *, route: int, month: date, municipality: int, contract: int | None
) -> list[Promise]:
    """What the contract says that a row names, or else every contract that covers it."""
    covering = [p for p in promises if p.route == route and p.covers(month, municipality)]
    return [p for p in covering if p.contract == contract] or covering


def promise_for(
    promises: Iterable[Promise], *, route: int, month: date, municipality: int, contract: int | None
) -> Promise | None:
    """The promise for learners of a gemeente: of the contract they name, or else that covers them.

    Of more than one the lowest, so that a shortfall is never overstated.
    """
    candidates = _candidates(
        promises, route=route, month=month, municipality=municipality, contract=contract
    )
    made = [p for p in candidates if p.weekly_minutes is not None]
    return min(made, key=lambda p: p.weekly_minutes or 0, default=None)


def contract_for(
    promises: Iterable[Promise], *, route: int, month: date, municipality: int, contract: int | None
) -> Promise | None:
    """By which contract lessons are settled: as the promise, or the newest where none promises."""
    where = {"route": route, "month": month, "municipality": municipality, "contract": contract}
    listed = list(promises)
    made = promise_for(listed, **where)  # type: ignore[arg-type]
    candidates = _candidates(listed, **where)  # type: ignore[arg-type]
    return made or max(candidates, key=lambda p: (p.first, p.contract), default=None)


FAR_MINUTES = 45
"""A lesson further away than this counts as out of reach."""


@dataclass(frozen=True)
class Journey:
    """The shortest journey from one kern: to which location, in how many minutes."""

    municipality: str
    place: str
    location: str
    minutes: int

    @property
    def within(self) -> bool:
        """Whether there is a lesson near enough."""
        return self.minutes <= FAR_MINUTES

    @property
    def cells(self) -> tuple[str, str, str, int]:
        """As a row of a table."""
        return self.place, municipality_name(self.municipality), self.location, self.minutes


def journeys(times: Iterable[tuple[str, str, str, int]]) -> list[Journey]:
    """Shortest journey per kern, furthest first; rows of gemeente, kern, location and minutes."""
    shortest: dict[tuple[str, str], Journey] = {}
    for municipality, place, location, minutes in times:
        kept = shortest.get((municipality, place))
        if kept is None or minutes < kept.minutes:
            shortest[municipality, place] = Journey(municipality, place, location, minutes)
    return sorted(shortest.values(), key=lambda one: (-one.minutes, one.place))
