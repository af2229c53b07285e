"""Ranks with their uncertainty, in closed form."""

from collections.abc import Sequence
from math import inf, sqrt
from statistics import NormalDist, median


def expected_ranks(values: Sequence[float], errors: Sequence[float]) -> list[float]:
    """Expected rank of each, from estimates and standard errors; the highest value ranks last."""
    normal = NormalDist()
    return [
        1
        + sum(
            normal.cdf((value - other) / sqrt(error**2 + other_error**2))
            for k, (other, other_error) in enumerate(zip(values, errors, strict=True))
            if k != i
        )
        for i, (value, error) in enumerate(zip(values, errors, strict=True))
    ]


def percentiles(ranks: Sequence[float]) -> list[float]:
    """Expected ranks as percentiles."""
    return [100 * (rank - 0.5) / len(ranks) for rank in ranks]


def rankability(between_variance: float, errors: Sequence[float]) -> float:
    """Share of the spread that is real difference rather than noise."""
    return between_variance / (between_variance + median(error**2 for error in errors))


def crossing_weight(first: tuple[float, float], second: tuple[float, float]) -> float | None:
    """Weight of one criterion at which two providers change places; None when they never do.

    Each is (points on the criterion, score without the criterion); the other weights keep their
    proportions.
    """
    (a1, b1), (a2, b2) = first, second
    slope = (a1 - b1) - (a2 - b2)
    if slope == 0:
        return None
    weight = (b2 - b1) / slope
    return weight if 0 < weight < 1 else None


def stability_interval(
    providers: Sequence[tuple[float, float]], weight: float
) -> tuple[float, float]:
    """Range of one weight around today's within which no two providers change places."""
    low, high = -inf, inf
    for i, first in enumerate(providers):
        for second in providers[i + 1 :]:
            crossing = crossing_weight(first, second)
            if crossing is None:
                continue
            if crossing <= weight:
                low = max(low, crossing)
            if crossing >= weight:
                high = min(high, crossing)
    return max(low, 0.0), min(high, 1.0)
