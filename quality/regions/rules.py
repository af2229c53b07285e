"""A region as a table in which no small number stands, and regions together. Pure.

The table counts people by how long they waited: who began and who did not (still waiting, or left),
and who was first followed later because the registration was before the window. Running totals are
rounded to multiples of five, and a count is the difference of two of them: a file holds no 1 to 4,
whatever is subtracted from whatever differs from the truth by up to four, and yet no share of the
region is more than a few people off. There are no totals beside the counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, NamedTuple, Self

from core.errors import DomainError
from quality.method.criteria import CRITERIA

EDGES = (7, 14, 21, 28, 42, 56, 70, 98, 10_000)
"""Last day of each period, the last without an end; the same in every region, so that they add."""
YARDSTICK = 28
"""The norm of the model, asked of every region whatever its contracts say."""
STEP = 5
"""Running totals are rounded to a multiple of this."""
FEWEST_PEOPLE = 25
"""Fewer people tell too much of each, however they are rounded."""
HOURS_STEP = 10
"""Hours and weeks are rounded to a multiple of this."""
FEWEST_PROVIDERS = 3
"""With two, each could subtract itself and know the other."""
LARGEST = 10**7


class Period(NamedTuple):
    """A period of waiting: how many were first followed in it, began, and did not begin."""

    entered: int
    started: int
    not_started: int

    def plus(self, other: "Period") -> "Period":
        """Both together."""
        return Period(*(a + b for a, b in zip(self, other, strict=True)))


@dataclass(frozen=True)
class Curve:
    """Who was followed from the day of registration on, and what happened by period of waiting."""

    begin: int
    periods: tuple[Period, ...]

    @classmethod
    def of(cls, stays: Iterable[tuple[int, int, int]]) -> Self:
        """Count people: day of entry, day of exit, and whether the exit was a first lesson."""
        begin, counts = 0, [[0, 0, 0] for _ in EDGES]
        for entry, exit_day, started in stays:
            if entry:
                counts[_place(entry)][0] += 1
            else:
                begin += 1
            counts[_place(exit_day)][1 if started else 2] += 1
        return cls(begin, tuple(Period(*row) for row in counts))

    def plus(self, other: "Curve") -> "Curve":
        """Both regions together."""
        periods = [a.plus(b) for a, b in zip(self.periods, other.periods, strict=True)]
        return Curve(self.begin + other.begin, tuple(periods))

    def rounded(self) -> "Curve":
        """As it may leave its region: every running total a multiple of five."""
        entered, *ends = zip(*self.periods, strict=True)
        begin, *later = _by_totals([self.begin, *entered])
        kinds = (later, *map(_by_totals, ends))
        return Curve(begin, tuple(Period(*row) for row in zip(*kinds, strict=True)))

    @property
    def people(self) -> int:
        """Everyone who was followed."""
        return self.begin + sum(period.entered for period in self.periods)

    def share_started(self) -> dict[int, float]:
        """Per cent that has begun by the end of each period: the actuarial estimate.

        Who is first followed, or not followed any more, in a period is at risk for half of it
        (Cutler and Ederer 1958). The same from counts of one region and of regions together.
        """
        at_risk, waiting, shares = float(self.begin), 1.0, {}
        for edge, period in zip(EDGES, self.periods, strict=False):
            exposed = at_risk + period.entered / 2 - period.not_started / 2
            if exposed > 0:
                waiting *= 1 - min(1.0, period.started / exposed)
            at_risk += period.entered - period.started - period.not_started
            shares[edge] = 100 * (1 - waiting)
        return shares


def _place(day: int) -> int:
    return next(place for place, edge in enumerate(EDGES) if day <= edge)


def _by_totals(counts: Iterable[int]) -> list[int]:
    """Counts whose running totals are those of ``counts``, rounded."""
    totals = [STEP * round(total / STEP) for total in accumulate(counts)]
    return [totals[0], *(b - a for a, b in pairwise(totals))]


@dataclass(frozen=True)
class RouteTable:
    """One route of one region: how many aanbieders, the curve, and sums of hours by criterion."""

    providers: int
    curve: Curve
    hours: Mapping[str, tuple[int, int]]

    @property
    def data(self) -> dict[str, Any]:
        """As the file holds it."""
        return {
            "providers": self.providers,
            "begin": self.curve.begin,
            "periods": [list(period) for period in self.curve.periods],
            "hours": {code: list(pair) for code, pair in self.hours.items()},
        }

    def plus(self, other: "RouteTable") -> "RouteTable":
        """Two regions together; a criterion that one of them lacks is left out."""
        hours = {
            code: (pair[0] + other.hours[code][0], pair[1] + other.hours[code][1])
            for code, pair in self.hours.items()
            if code in other.hours
        }
        return RouteTable(self.providers + other.providers, self.curve.plus(other.curve), hours)

    def value(self, code: str) -> float | None:
        """The value of a criterion over all hours; of the waiting time what began by 28 days."""
        if CRITERIA[code].counts_people:
            return self.curve.share_started().get(YARDSTICK)
        top, bottom = self.hours.get(code, (0, 0))
        if not bottom:
            return None
        return (100 if CRITERIA[code].is_share else 1) * top / bottom


def read_table(data: object) -> RouteTable:
    """Check and read one route of a file; ``DomainError`` when it is not as this product writes it.

    A count that is not rounded is refused: it should not have left its region.
    """
    try:
        if not isinstance(data, dict):
            raise TypeError
        periods = tuple(Period(*map(_count, period)) for period in data["periods"])
        hours = {
            str(code): (_whole(top), _whole(bottom))
            for code, (top, bottom) in data["hours"].items()
            if code in CRITERIA and not CRITERIA[code].is_status
        }
        table = RouteTable(_whole(data["providers"]), Curve(_count(data["begin"]), periods), hours)
        if len(periods) != len(EDGES) or table.providers < FEWEST_PROVIDERS:
            raise ValueError
        return table
    except (AttributeError, KeyError, TypeError, ValueError):
        raise DomainError(
            "not_a_table",
            "Het bestand heeft een tabel die Taalinkoop niet zo schrijft: een telling is niet "
            "op een vijftal afgerond, of er ontbreekt iets. Vraag de regio om een nieuw bestand.",
            field="file",
        ) from None


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise ValueError
    return value


def _count(value: object) -> int:
    count = _whole(value)
    if count % STEP:
        raise ValueError
    return count
