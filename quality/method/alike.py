"""Learners alike: what the region's rate would give for the learners that a provider has.

Indirect standardisation: how much of a difference comes from who is taught there.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import NamedTuple

from quality.method.limits import ratio_interval


class Cell(NamedTuple):
    """Learners of one provider that are alike: how many, and of how many it was a success."""

    provider: str
    kind: Hashable
    people: int
    successes: int


class AlikeRatio(NamedTuple):
    """Observed and expected number, their ratio with Byar's 95 % interval, and the shares (%).

    ``due_to_learners`` is how many per cent points the provider's expected share lies from the
    region's: that part of the difference comes from who is taught there.
    """

    observed: int
    expected: float
    ratio: float
    low: float
    high: float
    share: float
    expected_share: float
    region_share: float

    @property
    def due_to_learners(self) -> float:
        """Per cent points of the difference with the region that come from who is there."""
        return self.expected_share - self.region_share


def compared_alike(cells: Iterable[Cell], expected_from: float) -> dict[str, AlikeRatio]:
    """Per provider its observed against its expected number; none where less is expected."""
    people: dict[Hashable, int] = defaultdict(int)
    successes: dict[Hashable, int] = defaultdict(int)
    own: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        people[cell.kind] += cell.people
        successes[cell.kind] += cell.successes
        own[cell.provider].append(cell)
    total = sum(people.values())
    ratios = {}
    for provider, listed in own.items():
        size = sum(cell.people for cell in listed)
        observed = sum(cell.successes for cell in listed)
        expected = sum(
            cell.people * successes[cell.kind] / people[cell.kind] for cell in listed if cell.people
        )
        if expected < expected_from or not size:
            continue
        low, high = ratio_interval(observed, expected)
        ratios[provider] = AlikeRatio(
            observed,
            expected,
            observed / expected,
            low,
            high,
            100 * observed / size,
            100 * expected / size,
            100 * sum(successes.values()) / total,
        )
    return ratios
