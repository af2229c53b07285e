"""Intervals for a share, a count and a mean, without a statistics package."""

from collections.abc import Callable, Sequence
from math import exp, inf, lgamma, log, sqrt
from statistics import NormalDist, fmean, stdev

Interval = tuple[float, float]


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


def wilson(
    numerator: float | None, denominator: float | None, confidence: float = 0.95
) -> Interval | None:
    """Wilson score interval of a share; no result without a numerator or a denominator."""
    if numerator is None or not denominator:
        return None
    n, p, z = denominator, numerator / denominator, z_value(confidence)
    middle = p + z * z / (2 * n)
    spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


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
    if count < 10:
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


def student_at_most(t: float, freedom: int) -> float:
    """P(T <= t) for t >= 0, by Simpson's rule over the density."""
    scale = exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2)) / sqrt(freedom * 3.141592653589793)
    steps = 2000
    width = t / steps
    total = 0.0
    for i in range(steps + 1):
        factor = 1 if i in (0, steps) else 4 if i % 2 else 2
        total += factor * (1 + (i * width) ** 2 / freedom) ** (-(freedom + 1) / 2)
    return 0.5 + scale * total * width / 3


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> Interval | None:
    """Student's interval of a mean; no result from fewer than two values."""
    if len(values) < 2:
        return None
    freedom = len(values) - 1
    aim = 0.5 + confidence / 2
    low, high = 0.0, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if student_at_most(middle, freedom) < aim else (low, middle)
    spread = high * stdev(values) / sqrt(len(values))
    return fmean(values) - spread, fmean(values) + spread


def chi_square_above(statistic: float) -> float:
    """P(X > statistic) for a chi-square with one degree of freedom."""
    return inf if statistic < 0 else 2 * (1 - NormalDist().cdf(sqrt(statistic)))
