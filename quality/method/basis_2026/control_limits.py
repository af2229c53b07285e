"""Limits of chance: funnel plots around one value, XmR charts over time."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import asin, exp, lgamma, log, sin, sqrt
from statistics import NormalDist, fmean

Limits = tuple[float, float]
WARNING, ALARM = 0.95, 0.998
"""The two pairs of funnel limits: 2.5/97.5 and 0.1/99.9 per cent."""


def normal_limits(target: float, n: int, confidence: float) -> Limits:
    """Normal funnel limits of a share around the target, clipped to 0-1."""
    spread = _z(confidence) * sqrt(target * (1 - target) / n)
    return max(0.0, target - spread), min(1.0, target + spread)


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
    return low / n, high / n


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def _cumulative(n: int, p: float, *, mid_p: bool) -> tuple[int, tuple[float, ...]]:
    """The binomial distribution function, from the first number that has a chance worth adding.

    Each chance follows from the one before it. What lies eight deviations away, and twenty more
    for who is skewed, is less than a millionth of a millionth.
    """
    room = 8 * sqrt(n * p * (1 - p)) + 20
    first, last = max(0, int(n * p - room)), min(n, int(n * p + room))
    ways = lgamma(n + 1) - lgamma(first + 1) - lgamma(n - first + 1)
    chance = exp(ways + first * log(p) + (n - first) * log(1 - p))
    odds, total, found = p / (1 - p), 0.0, []
    for k in range(first, last + 1):
        total += chance
        found.append(total - chance / 2 if mid_p else total)
        chance *= (n - k) / (k + 1) * odds
    return first, tuple(found)


def _interpolated(cumulative: Sequence[float], chance: float, first: int) -> float:
    place = bisect_right(cumulative, chance)
    if place == len(cumulative):
        return float(first + place - 1)
    if place == 0:
        return float(first)
    before, value = cumulative[place - 1], cumulative[place]
    return max(0.0, first + place - (value - chance) / (value - before))


def share_flag(numerator: float, denominator: float, target: float) -> str:
    """``low`` or ``high`` with the tail passed (``0.001`` or ``0.025``); empty within limits."""
    z = (numerator / denominator - target) / sqrt(target * (1 - target) / denominator)
    return _flag(z)


def ratio_flag(observed: float, expected: float) -> str:
    """The same for observed against expected counts, on the square-root scale."""
    return _flag(2 * (sqrt(observed) - sqrt(expected)))


def _flag(z: float) -> str:
    for tail in (0.001, 0.025):
        if abs(z) > NormalDist().inv_cdf(1 - tail):
            return f"{'low' if z < 0 else 'high'} {tail}"
    return ""


@dataclass(frozen=True, slots=True)
class Overdispersion:
    """How much more the providers differ than chance alone allows."""

    centre: float
    z_scores: tuple[float, ...]
    phi: float
    tau_squared: float
    corrected: tuple[float, ...]


def overdispersion(
    counts: Sequence[tuple[float, float]], *, arcsine: bool = False
) -> Overdispersion:
    """Spread between providers beyond chance, from (numerator, denominator) pairs."""
    centre = sum(r for r, _ in counts) / sum(n for _, n in counts)
    transform: Callable[[float], float] = (lambda p: asin(sqrt(p))) if arcsine else (lambda p: p)
    errors = [1 / (2 * sqrt(n)) if arcsine else sqrt(centre * (1 - centre) / n) for _, n in counts]
    gaps = [transform(r / n) - transform(centre) for r, n in counts]
    z_scores = tuple(gap / error for gap, error in zip(gaps, errors, strict=True))
    size = len(counts)
    phi = sum(z * z for z in z_scores) / size
    weights = [1 / error**2 for error in errors]
    tau_squared = 0.0
    if phi > (size - 1) / size:
        scale = sum(weights) - sum(w * w for w in weights) / sum(weights)
        tau_squared = (size * phi - (size - 1)) / scale
    corrected = tuple(
        gap / sqrt(error**2 + tau_squared) for gap, error in zip(gaps, errors, strict=True)
    )
    return Overdispersion(centre, z_scores, phi, tau_squared, corrected)


def arcsine_limits(target: float, n: int, confidence: float, tau_squared: float = 0.0) -> Limits:
    """Funnel limits of a share on the arcsine scale, widened by what providers truly differ."""
    spread = _z(confidence) * sqrt(1 / (4 * n) + tau_squared)
    centre, quarter = asin(sqrt(target)), asin(1.0)
    return sin(max(0.0, centre - spread)) ** 2, sin(min(quarter, centre + spread)) ** 2


@dataclass(frozen=True, slots=True)
class ControlChart:
    """XmR limits of a series, the signal of each point (empty when none), and whether trial."""

    mean: float
    lower: float
    upper: float
    moving_range: float
    signals: tuple[str, ...]
    trial: bool


OUTSIDE, RUN, TREND, OUTER_THIRD = "buiten_grens", "reeks", "stijgt_of_daalt", "buitenste_derde"


def control_chart(values: Sequence[float], *, screened: bool = True) -> ControlChart:
    """XmR chart: mean +- 2.66 mean moving range; ranges of 3.267 times that mean are left out.

    Under twelve points the limits are on trial.
    """
    mean = fmean(values)
    ranges = [abs(b - a) for a, b in pairwise(values)]
    moving_range = fmean(ranges) if ranges else 0.0
    if screened and ranges:
        kept = [r for r in ranges if r < 3.267 * moving_range]
        moving_range = fmean(kept) if kept else moving_range
    spread = 2.66 * moving_range
    return ControlChart(
        mean=mean,
        lower=mean - spread,
        upper=mean + spread,
        moving_range=moving_range,
        signals=tuple(_signals(values, mean, spread)),
        trial=len(values) < 12,
    )


def _signals(values: Sequence[float], mean: float, spread: float) -> list[str]:
    signals = [""] * len(values)
    third = 2 * spread / 3
    for start in range(len(values) - 2):
        span = range(start, start + 3)
        for sign in (1, -1):
            outer = [i for i in span if sign * (values[i] - mean) > third]
            if spread > 0 and len(outer) >= 2:
                _mark(signals, outer, OUTER_THIRD)
    for start in range(len(values) - 6):
        part = values[start : start + 7]
        if _one_way(part):
            _mark(signals, range(start, start + 7), TREND)
        if min(part) > mean or max(part) < mean:
            _mark(signals, range(start, start + 7), RUN)
    _mark(signals, [i for i, v in enumerate(values) if abs(v - mean) > spread], OUTSIDE)
    return signals


def _mark(signals: list[str], places: Iterable[int], name: str) -> None:
    for i in places:
        signals[i] = name


def _one_way(part: Sequence[float]) -> bool:
    pairs = list(pairwise(part))
    return all(b > a for a, b in pairs) or all(b < a for a, b in pairs)


def assurance(chart: ControlChart, target: float, *, higher_is_better: bool = True) -> str:
    """Whether the target is always met, never met, or met by chance."""
    low, high = (chart.lower, chart.upper) if higher_is_better else (-chart.upper, -chart.lower)
    aim = target if higher_is_better else -target
    if low >= aim:
        return "altijd"
    return "nooit" if high < aim else "wisselend"
