"""Learners alike: what the region's rate would give for the learners that a provider has.

Indirect standardisation: how much of a difference comes from who is taught there.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import NamedTuple

from quality.method.limits import ratio_interval


class Cell(NamedTuple):
    """Learners of one provider that are alike: what is divided, and by what.

    ``bottom`` counts people for the waiting time (``top`` of them in time), minutes or days for
    the criteria of hours.
    """

    provider: str
    kind: Hashable
    bottom: float
    top: float


class Alike(NamedTuple):
    """What a provider has, and what the region's rates give for the learners that it has."""

    bottom: float
    observed: float
    expected: float
    region_rate: float

    @property
    def ratio(self) -> float:
        """Observed over expected (O/E)."""
        return self.observed / self.expected

    @property
    def rate(self) -> float:
        """The provider's own rate."""
        return self.observed / self.bottom

    @property
    def expected_rate(self) -> float:
        """The rate that the region would have with these learners."""
        return self.expected / self.bottom

    @property
    def due_to_learners(self) -> float:
        """The part of the difference with the region that comes from who is there."""
        return self.expected_rate - self.region_rate

    @property
    def ratio_interval(self) -> tuple[float, float]:
        """95 % interval of O/E when these are numbers of people (Byar)."""
        return ratio_interval(round(self.observed), self.expected)


def compared_alike(cells: Iterable[Cell]) -> dict[str, Alike]:
    """Per provider its observed against its expected sum; none where nothing is expected."""
    bottoms: dict[Hashable, float] = defaultdict(float)
    tops: dict[Hashable, float] = defaultdict(float)
    own: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        bottoms[cell.kind] += cell.bottom
        tops[cell.kind] += cell.top
        own[cell.provider].append(cell)
    total = sum(bottoms.values())
    compared = {}
    for provider, listed in own.items():
        expected = sum(
            cell.bottom * tops[cell.kind] / bottoms[cell.kind] for cell in listed if cell.bottom
        )
        if expected > 0:
            compared[provider] = Alike(
                sum(cell.bottom for cell in listed),
                sum(cell.top for cell in listed),
                expected,
                sum(tops.values()) / total,
            )
    return compared
