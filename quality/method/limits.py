"""Limits of chance around one value: funnel plots on effective n (Spiegelhalter 2005)."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import asin, exp, lgamma, log, sin, sqrt
from statistics import NormalDist

Limits = tuple[float, float]
WARNING, ALARM = 0.95, 0.998
"""The two pairs of funnel limits: 2.5/97.5 and 0.1/99.9 per cent."""
WINSORISED = 0.1
"""Share of the providers at each end that is drawn in before the spread is estimated."""


def funnel_limits(target: float, n: float, confidence: float) -> Limits:
    """Mid-P binomial limits of a share; at a fractional n linear between the whole ones."""
    below = max(1, int(n))
    low, high = exact_limits(target, below, confidence)
    part = n - below
    if part <= 0:
        return low, high
    next_low, next_high = exact_limits(target, below + 1, confidence)
    return low + part * (next_low - low), high + part * (next_high - high)


@lru_cache(maxsize=4096)
def exact_limits(target: float, n: int, confidence: float, *, mid_p: bool = True) -> Limits:
    """Exact binomial funnel limits, interpolated between whole learners.

    With the plain distribution function both limits sit half a learner too low, which matters at
    small n; mid-P (half the chance of the value itself) repairs it.
    """
    if target in (0.0, 1.0):
        return target, target
    tail = (1 - confidence) / 2
    first, cumulative = _cumulative(n, target, mid_p=mid_p)
    low, high = (_interpolated(cumulative, chance, first) for chance in (tail, 1 - tail))
    return max(0.0, low / n), min(1.0, high / n)


def _cumulative(n: int, p: float, *, mid_p: bool) -> tuple[int, tuple[float, ...]]:
    """The binomial distribution function, from the first number that has a chance worth adding.

    Each chance follows from the one before it. What lies eight deviations away, and twenty more
    for who is skewed, is less than a millionth of a millionth.
    """
    room = 8 * sqrt(n * p * (1 - p)) + 20
    first, last = max(0, int(n * p - room)), min(n, int(n * p + room))
    ways = lgamma(n + 1) - lgamma(first + 1) - lgamma(n - first + 1)
    chance = exp(ways + first * log(p) + (n - first) * log(1 - p))
    odds, total, sums = p / (1 - p), 0.0, []
    for k in range(first, last + 1):
        total += chance
        sums.append(total - chance / 2 if mid_p else total)
        chance *= (n - k) / (k + 1) * odds
    return first, tuple(sums)


def _interpolated(cumulative: Sequence[float], chance: float, first: int) -> float:
    place = bisect_right(cumulative, chance)
    if place == len(cumulative):
        return float(first + place - 1)
    if place == 0:
        return float(first)
    before, value = cumulative[place - 1], cumulative[place]
    return max(0.0, first + place - (value - chance) / (value - before))


@dataclass(frozen=True, slots=True)
class Spread:
    """How much more the providers differ than chance alone allows, on the arcsine scale."""

    centre: float
    z_scores: tuple[float, ...]
    phi: float
    tau_squared: float


def spread_between(
    shares: Sequence[tuple[float, float]], centre: float, *, winsorised: float = WINSORISED
) -> Spread:
    """The spread between providers, from (share, effective n) pairs around the region's value.

    z scores beyond the outer ``winsorised`` part at each end are drawn in to it.
    """
    errors = [1 / (2 * sqrt(n)) for _, n in shares]
    middle = asin(sqrt(centre))
    plain = tuple(
        (asin(sqrt(share)) - middle) / error
        for (share, _), error in zip(shares, errors, strict=True)
    )
    size = len(plain)
    out = int(winsorised * size)
    ordered = sorted(plain)
    low, high = ordered[out], ordered[size - 1 - out]
    phi = sum(min(high, max(low, z)) ** 2 for z in plain) / size
    weights = [1 / error**2 for error in errors]
    tau_squared = 0.0
    if phi > (size - 1) / size:
        scale = sum(weights) - sum(w * w for w in weights) / sum(weights)
        tau_squared = (size * phi - (size - 1)) / scale
    return Spread(centre, plain, phi, tau_squared)


def spread_limits(target: float, n: float, confidence: float, tau_squared: float) -> Limits:
    """Limits of a share on the arcsine scale, widened by what providers truly differ."""
    reach = z_value(confidence) * sqrt(1 / (4 * n) + tau_squared)
    centre, quarter = asin(sqrt(target)), asin(1.0)
    return sin(max(0.0, centre - reach)) ** 2, sin(min(quarter, centre + reach)) ** 2


def beyond_chance(share: float, n: float, target: float, tau_squared: float | None) -> str | None:
    """``lager`` or ``hoger`` when a share lies outside both pairs of 95 % limits.

    Without an estimate of the spread (too few providers) nothing is said.
    """
    if tau_squared is None:
        return None
    both = (
        funnel_limits(target, n, WARNING),
        spread_limits(target, n, WARNING, tau_squared),
    )
    if all(share < low for low, _ in both):
        return "lager"
    return "hoger" if all(share > high for _, high in both) else None


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
