"""Intervals for counts: what lies behind so many cases."""

from collections.abc import Callable
from math import exp, lgamma, log, sqrt
from statistics import NormalDist

Interval = tuple[float, float]
BYAR_FROM = 10
"""Below this the exact Poisson interval holds."""


def z_value(confidence: float) -> float:
    """Two-sided standard normal quantile: 1.96 for 0.95."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def bisect(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function passes zero."""
    for _ in range(200):
        middle = (low + high) / 2
        if function(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def poisson_at_most(count: int, mean: float) -> float:
    """P(X <= count) for a Poisson mean."""
    if count < 0:
        return 0.0
    if mean <= 0:
        return 1.0
    return sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(count + 1))


def count_interval(count: int, confidence: float = 0.95) -> Interval:
    """Interval of a count: exact Poisson below 10, Byar from there."""
    tail = (1 - confidence) / 2
    if count < BYAR_FROM:
        high = bisect(lambda mean: tail - poisson_at_most(count, mean), 0, 100)
        if count == 0:
            return 0.0, high
        low = bisect(lambda mean: 1 - poisson_at_most(count - 1, mean) - tail, 0, 100)
        return low, high
    z, above = z_value(confidence), count + 1
    return (
        count * (1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3,
        above * (1 - 1 / (9 * above) + z / (3 * sqrt(above))) ** 3,
    )


def ratio_interval(observed: int, expected: float, confidence: float = 0.95) -> Interval:
    """Interval of observed over expected (O/E), the expected number taken as known."""
    low, high = count_interval(observed, confidence)
    return low / expected, high / expected
