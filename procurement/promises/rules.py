"""From promises and figures to euros, by the clauses of a contract. Pure.

Hours are minutes and amounts cents, in fractions until a line is rounded, once, to a whole cent
(half a cent goes away from zero). The rows behind a line get its cents in proportion, by largest
remainders, so that they add up to it exactly.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

from core.errors import DomainError
from providers.register.rules import whole_cents

HOURS, EVENING, CERTIFIED, START = "uren", "avond", "bevoegd", "start"
MEASURES = {
    HOURS: "lesuren per week",
    EVENING: "les in avond en weekend",
    CERTIFIED: "les door bevoegde docenten",
    START: "begin van de lessen",
}
UNITS = {HOURS: "uur", EVENING: "%", CERTIFIED: "%", START: "dagen"}
PRICE, MALUS, BONUS = "prijs", "malus", "bonus"
KINDS = (PRICE, MALUS, BONUS)
PER_HOUR, PER_LEARNER, PER_CENT, FIXED = "uur", "cursist", "procent", "vast"
BASES = {
    PER_HOUR: "uur les van een cursist",
    PER_LEARNER: "cursist",
    PER_CENT: "procent van de waarde van de uren",
    FIXED: "vast bedrag",
}
MONTH, YEAR = "maand", "jaar"
PERIODS = (MONTH, YEAR)
ALLOWED = {
    HOURS: (PER_HOUR, PER_CENT, FIXED),
    EVENING: (PER_CENT, FIXED),
    CERTIFIED: (PER_CENT, FIXED),
    START: (PER_LEARNER,),
}
"""In what an amount about a measure can be."""


@dataclass(frozen=True, slots=True)
class Step:
    """From ``threshold`` on the amount (euros or per cents) holds."""

    threshold: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Clause:
    """One article of a contract; its steps in order are the staffel.

    A price and an amount per hour count each hour by the step in which it falls. Of every other
    amount the highest step that is reached holds for the whole: thresholds are points below (malus)
    or above (bonus) the promise, per cents of the promised hours, or days beyond the norm.
    """

    article: str
    kind: str
    measure: str
    basis: str
    period: str
    route: int | None
    steps: tuple[Step, ...]


def check_clause(kind: str, measure: str, basis: str, period: str) -> None:
    """Refuse a clause that cannot be computed, and say why."""
    if kind == PRICE and (measure, basis) != (HOURS, PER_HOUR):
        raise DomainError(
            "price", "Een prijs gaat over lesuren: kies uren, en een bedrag per uur.", field="basis"
        )
    if basis not in ALLOWED[measure]:
        choices = ", ".join(BASES[one] for one in ALLOWED[measure])
        raise DomainError(
            "basis", f"Bij {MEASURES[measure]} kan het bedrag zijn: {choices}.", field="basis"
        )
    if measure == START and period == YEAR:
        raise DomainError(
            "period", "Het begin van de lessen wordt per maand afgerekend.", field="period"
        )


@dataclass(frozen=True, slots=True)
class Hours:
    """Lessons in minutes; ``owed`` is what was promised, None without a promise."""

    days: int = 0
    offered: int = 0
    evening: int = 0
    certified: int = 0
    owed: Fraction | None = None

    def plus(self, other: "Hours") -> "Hours":
        """Both together."""
        amounts = [part.owed for part in (self, other) if part.owed is not None]
        return Hours(
            self.days + other.days,
            self.offered + other.offered,
            self.evening + other.evening,
            self.certified + other.certified,
            sum(amounts, Fraction(0)) if amounts else None,
        )

    def share(self, measure: str) -> Fraction | None:
        """Per cent of the lessons; None without lessons."""
        part = self.evening if measure == EVENING else self.certified
        return Fraction(100 * part, self.offered) if self.offered else None

    def per_week(self) -> Fraction | None:
        """Hours a week of a learner; None when nobody could have lessons."""
        return Fraction(7 * self.offered, 60 * self.days) if self.days else None


@dataclass(frozen=True, slots=True)
class Start:
    """Somebody who should have begun, in the month in which that was decided.

    That is the month of the first lesson, or of the day after the norm passed without one
    (``quality.method.waiting.decisions``). ``days`` were waited until the first lesson or so far.
    """

    track: int
    route: int
    month: date
    days: int
    norm: int

    @property
    def late(self) -> bool:
        """Whether the norm had passed."""
        return self.days > self.norm


@dataclass(frozen=True, slots=True)
class Line:
    """One amount of the ledger; ``month`` is None for the whole year, ``cents`` below 0 a malus.

    ``quantity`` are hours, learners, or 1; ``given`` and ``promised`` are in the unit of the
    measure, and ``of_cents`` is what a percentage is of.
    """

    clause: Clause
    route: int
    month: date | None
    cents: int
    quantity: Fraction
    rate: Decimal | None = None
    given: Fraction | None = None
    promised: Fraction | None = None
    of_cents: int | None = None


Key = tuple[int, date]
"""A route and a month."""


@dataclass(frozen=True)
class Case:
    """What there is to settle: a contract year, its figures, and what was promised.

    ``promised`` holds per measure and route what the contract says, in the unit of the measure.
    """

    hours: Mapping[Key, Hours]
    starts: Sequence[Start]
    promised: Mapping[tuple[str, int], Decimal] = field(default_factory=dict)

    @property
    def routes(self) -> list[int]:
        """Routes with lessons or people who should have begun."""
        return sorted({route for route, _ in self.hours} | {one.route for one in self.starts})

    def months(self, route: int) -> list[date]:
        """Months of a route, oldest first."""
        return sorted(
            {month for r, month in self.hours if r == route}
            | {one.month for one in self.starts if one.route == route}
        )

    def total(self, route: int) -> Hours:
        """The hours of the whole year on a route."""
        total = Hours()
        for key, hours in self.hours.items():
            total = total.plus(hours) if key[0] == route else total
        return total


def settle(case: Case, clauses: Sequence[Clause]) -> tuple[Line, ...]:
    """Every amount that the clauses give: first the prices, then what comes off or on."""
    prices = [
        line
        for clause in clauses
        if clause.kind == PRICE
        for route in _routes(case, clause)
        for line in _price_lines(case, clause, route)
    ]
    other = [
        line
        for clause in clauses
        if clause.kind != PRICE
        for route in _routes(case, clause)
        for line in _other_lines(case, clause, route, prices)
    ]
    return (*prices, *other)


def _routes(case: Case, clause: Clause) -> list[int]:
    return [route for route in case.routes if clause.route in (None, route)]


def _price_lines(case: Case, clause: Clause, route: int) -> Iterator[Line]:
    so_far = Fraction(0)
    for month in case.months(route):
        hours = Fraction(case.hours.get((route, month), Hours()).offered, 60)
        if not hours:
            continue
        start = so_far if clause.period == YEAR else Fraction(0)
        so_far += hours
        amount = _by_step(clause.steps, start, start + hours)
        rate = clause.steps[0].amount if len(clause.steps) == 1 else None
        yield Line(clause, route, month, whole_cents(amount), hours, rate)


def _by_step(steps: Sequence[Step], start: Fraction, end: Fraction) -> Fraction:
    """Cents of the hours from one place up to another, each at the amount of its step."""
    total = Fraction(0)
    for place, step in enumerate(steps):
        low = Fraction(step.threshold)
        high = Fraction(steps[place + 1].threshold) if place + 1 < len(steps) else end
        total += max(Fraction(0), min(end, high) - max(start, low)) * Fraction(step.amount) * 100
    return total


def _reached(steps: Sequence[Step], distance: Fraction) -> Step | None:
    return next((s for s in reversed(steps) if Fraction(s.threshold) <= distance), None)


def _other_lines(case: Case, clause: Clause, route: int, prices: Sequence[Line]) -> Iterator[Line]:
    periods = case.months(route) if clause.period == MONTH else [None]
    for month in periods:
        if clause.measure == START:
            line = _start_line(clause, route, month, case.starts)
        else:
            hours = case.total(route) if month is None else case.hours.get((route, month), Hours())
            value = sum(
                p.cents for p in prices if p.route == route and month in (None, p.month)
            )  # fmt: skip
            promised = case.promised.get((clause.measure, route))
            line = _hours_line(clause, (route, month), hours, promised, value)
        if line is not None and line.cents:
            yield line


def _start_line(
    clause: Clause, route: int, month: date | None, starts: Iterable[Start]
) -> Line | None:
    amounts = [
        cents
        for one in starts
        if (one.route, one.month) == (route, month) and (cents := start_cents(clause, one))
    ]
    rate = clause.steps[0].amount if len(clause.steps) == 1 else None
    return Line(clause, route, month, sum(amounts), Fraction(len(amounts)), rate)


def start_cents(clause: Clause, one: Start) -> int:
    """What somebody's start costs or earns, by the days beyond or within the norm."""
    if one.late != (clause.kind == MALUS):
        return 0
    step = _reached(clause.steps, Fraction(abs(one.days - one.norm)))
    return 0 if step is None else _sign(clause) * whole_cents(Fraction(step.amount) * 100)


def _sign(clause: Clause) -> int:
    return -1 if clause.kind == MALUS else 1


def _hours_line(
    clause: Clause,
    place: tuple[int, date | None],
    hours: Hours,
    promised: Decimal | None,
    value: int,
) -> Line | None:
    """A line about hours or shares of them; ``value`` is what those hours come to in cents."""
    given, wanted = _given_and_wanted(clause.measure, hours, promised)
    if given is None or wanted is None:
        return None
    distance = (given - wanted) * _sign(clause)
    if distance <= 0:
        return None
    rate = clause.steps[0].amount if len(clause.steps) == 1 else None
    if clause.basis == PER_HOUR:
        cents = _sign(clause) * whole_cents(_by_step(clause.steps, Fraction(0), distance))
        return Line(clause, *place, cents, distance, rate, given, wanted)
    step = _reached(clause.steps, 100 * distance / wanted if clause.measure == HOURS else distance)
    if step is None:
        return None
    share = clause.basis == PER_CENT
    amount = Fraction(step.amount) * (Fraction(value, 100) if share else 100)
    cents = _sign(clause) * whole_cents(amount)
    of_cents = value if share else None
    return Line(clause, *place, cents, Fraction(1), step.amount, given, wanted, of_cents)


def _given_and_wanted(
    measure: str, hours: Hours, promised: Decimal | None
) -> tuple[Fraction | None, Fraction | None]:
    """Hours, or per cents of the hours; None where there is no promise or nothing to measure."""
    if measure == HOURS:
        return Fraction(hours.offered, 60), hours.owed / 60 if hours.owed else None
    return hours.share(measure), None if promised is None else Fraction(promised)


@dataclass(frozen=True, slots=True)
class Row:
    """One learner behind a line: the month (None: the year), hours or days, and the share of it."""

    track: int
    month: date | None
    hours: Hours
    days: int | None
    cents: int


def rows_of(
    line: Line, lessons: Mapping[tuple[int, int, date], Hours], starts: Sequence[Start]
) -> list[Row]:
    """The learners behind a line; their cents add up to it. ``lessons``: by track, route, month.

    A line of the year has a row per learner, one of a month a row per learner of that month.
    """
    if line.clause.measure == START:
        return [
            Row(one.track, one.month, Hours(), one.days, cents)
            for one in starts
            if (one.route, one.month) == (line.route, line.month)
            and (cents := start_cents(line.clause, one))
        ]
    learners: dict[int, Hours] = {}
    for (track, route, month), hours in lessons.items():
        if route == line.route and line.month in (None, month):
            learners[track] = learners.get(track, Hours()).plus(hours)
    weights = [_weight(line, hours) for hours in learners.values()]
    parts = apportioned(line.cents, weights)
    return [
        Row(track, line.month, hours, None, cents)
        for (track, hours), cents in zip(learners.items(), parts, strict=True)
    ]


def _weight(line: Line, hours: Hours) -> Fraction:
    """What a learner adds to a line: missing or extra hours, or else the hours themselves."""
    about_missing = line.clause.kind != PRICE and line.clause.measure == HOURS
    if about_missing and line.clause.basis == PER_HOUR:
        return Fraction(hours.offered) - (hours.owed if hours.owed is not None else hours.offered)
    return Fraction(hours.offered)


def apportioned(cents: int, weights: Sequence[Fraction]) -> list[int]:
    """Divide an amount in proportion; the cents left go to the largest remainders, then in order.

    >>> apportioned(100, [Fraction(1), Fraction(1), Fraction(1)])
    [34, 33, 33]
    """
    whole = sum(weights, Fraction(0))
    if not whole:
        return [0] * len(weights)
    exact = [cents * weight / whole for weight in weights]
    parts = [floor(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_remainder[: cents - sum(parts)]:
        parts[at] += 1
    return parts
