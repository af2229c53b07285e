"""How sure a figure is, counted in groups: what varies by chance is mostly the group.

The modules of ``quality.method`` that use numpy are imported where figures are computed, never by
a page that reads a kept judgement. Every draw is seeded, so that a second run gives the same.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import exp, lgamma, sqrt
from statistics import NormalDist
from typing import NamedTuple

# Before numpy is imported: its products here are small, so that threads would mostly wait for
# each other, and keep the other cores from the pages.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from quality.method.model import TOLERANCE, ScoringModel

DRAWS = 1000
LOW, HIGH = 0.05, 0.95
"""Ends of every printed interval: nine out of ten lie between them."""
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Groups:
    """What the groups of one provider tell, as sums; groups without denominator are out.

    ``size`` groups; of their denominators d and numerators x the sums of d, d2, xd and x2. People
    for waiting, minutes for the shares of hours, learner days and minutes for intensity: whole
    numbers, so that the sums are exact. ``pairs`` are d and x of each group, smallest first, where
    the groups come from the rows; what is kept with a month has the sums only.
    """

    size: int
    total: float
    squares: float
    cross: float
    tops: float
    pairs: tuple[tuple[float, float], ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def of(cls, denominators: Iterable[float], numerators: Iterable[float]) -> "Groups":
        """From the denominator and the numerator of each group."""
        pairs = sorted((d, x) for d, x in zip(denominators, numerators, strict=True) if d)
        return cls(
            len(pairs),
            sum(d for d, _ in pairs),
            sum(d * d for d, _ in pairs),
            sum(d * x for d, x in pairs),
            sum(x * x for _, x in pairs),
            tuple(pairs),
        )

    @property
    def sums(self) -> list[float]:
        """The five numbers, to be kept; ``Groups(*sums)`` reads them back."""
        return [self.size, self.total, self.squares, self.cross, self.tops]

    @property
    def kish(self) -> float:
        """How many groups of equal size tell as much (Kish 1965): (sum d)2 / sum d2."""
        return self.total**2 / self.squares if self.squares else 0.0


class Share(NamedTuple):
    """A provider's own share or mean, as numerator and denominator, with its groups.

    ``unit`` turns the ratio into what is shown: 1 for a share of 0-1, hours a week for intensity.
    """

    numerator: float
    denominator: float
    groups: Groups
    unit: float = 1.0

    @property
    def value(self) -> float:
        """The share, 0-1, or the mean."""
        return self.numerator / self.denominator * self.unit

    @property
    def spread(self) -> float:
        """Sum over the groups of (x - share x d)2: exact, since it is of whole numbers."""
        top, bottom, groups = self.numerator, self.denominator, self.groups
        exact = bottom**2 * groups.tops - 2 * top * bottom * groups.cross + top**2 * groups.squares
        return exact / bottom**2


def phi(shares: Iterable[Share], model: ScoringModel) -> float:
    """How alike members of a group are over the region: 1 is one toss of the coin per group.

    Too few providers with two groups, or no room to differ at all: 1.
    """
    usable = [s for s in shares if s.groups.size >= 2]
    above = sum(s.groups.size / (s.groups.size - 1) * s.spread for s in usable)
    below = sum(s.value * (1 - s.value) * s.groups.squares for s in usable)
    if len(usable) < model.phi_providers or below <= 0:
        return 1.0
    return min(1.0, max(model.lowest_phi, above / below))


def design_effect(shares: Iterable[Share], phi_of_region: float) -> float:
    """How many people count as one: phi times the mean size of a group, as its members see it."""
    listed = list(shares)
    people = sum(s.groups.total for s in listed)
    squares = sum(s.groups.squares for s in listed)
    return max(1.0, phi_of_region * squares / people) if people else 1.0


class Variance(NamedTuple):
    """Variance of a group's mean, and the degrees of freedom it rests on."""

    value: float
    degrees: int


def own_variance(share: Share) -> Variance | None:
    """The variance between the groups of one provider; None with fewer than two."""
    size, squares = share.groups.size, share.groups.squares
    if size < 2 or not squares:
        return None
    between = size * share.spread / squares / (size - 1)
    return Variance(between * share.unit**2, size - 1)


def pooled_variance(shares: Iterable[Share]) -> Variance | None:
    """The variance between groups, pooled over the providers; None when none has two groups."""
    own = [variance for share in shares if (variance := own_variance(share)) is not None]
    degrees = sum(one.degrees for one in own)
    if not degrees:
        return None
    return Variance(sum(one.value * one.degrees for one in own) / degrees, degrees)


def variance_for(share: Share, pooled: Variance | None, model: ScoringModel) -> Variance | None:
    """The pooled variance; a provider with enough groups that differ more has its own."""
    own = own_variance(share)
    if pooled is None or own is None or share.groups.size < model.own_variance_from_groups:
        return pooled
    return own if own.value > pooled.value else pooled


def effective_n(
    groups: Groups, phi_of_region: float, n: int, *, docents: int | None = None
) -> float:
    """How many independent learners a share is worth; never more than there are.

    ``docents`` caps it where one docent teaches several groups; 0 (none registered) halves it.
    """
    worth = groups.kish / phi_of_region
    if docents is not None:
        worth = min(worth, docents) if docents else worth / 2
    return min(worth, n)


class Estimate(NamedTuple):
    """A share (0-1) or, with the variance of a group's mean, a mean; and how many it is worth."""

    value: float
    worth: float
    variance: Variance | None = None


def intervals(estimates: Sequence[Estimate]) -> list[tuple[float, float]]:
    """90 % intervals of many figures, whose quantiles are looked for together.

    Of a share modified Jeffreys (Brown, Cai and DasGupta 2001), of a mean that cannot be below 0
    Student's t.
    """
    asked: list[tuple[float, float, float]] = []
    for value, worth, variance in estimates:
        if variance is not None:
            asked.append(_half_of_student(HIGH, variance.degrees))
            continue
        a, b = _beta_of(value, worth)
        asked += [(LOW, a, b)] * (value > 0) + [(HIGH, a, b)] * (value < 1)
    of = _quantiles(asked)
    return [_interval(one, of) for one in estimates]


def _beta_of(share: float, worth: float) -> tuple[float, float]:
    """Parameters of the Beta distribution behind a share; hours above the line may be too many."""
    within = min(share, 1.0)
    return within * worth + 0.5, (1 - within) * worth + 0.5


def _interval(one: Estimate, of: Mapping[tuple[float, float, float], float]) -> tuple[float, float]:
    value, worth, variance = one
    if variance is None:
        a, b = _beta_of(value, worth)
        return of[LOW, a, b] if value > 0 else 0.0, of[HIGH, a, b] if value < 1 else 1.0
    x = of[_half_of_student(HIGH, variance.degrees)]
    spread = sqrt(variance.degrees * (1 - x) / x) * sqrt(variance.value / worth)
    return max(0.0, value - spread), value + spread


@lru_cache(maxsize=2048)
def share_interval(share: float, worth: float) -> tuple[float, float]:
    """90 % interval of one share (0-1)."""
    return intervals([Estimate(share, worth)])[0]


def seed(*parts: str) -> int:
    """A seed from words: the same words, the same draws."""
    return int.from_bytes(hashlib.sha256("|".join(parts).encode()).digest()[:16])


def share_draws(random: np.random.Generator, share: float, worth: float) -> Vector:
    """Shares (0-1) that could lie behind the one that was seen."""
    return random.beta(*_beta_of(share, worth), DRAWS)


def mean_draws(
    random: np.random.Generator, mean: float, variance: Variance, worth: float
) -> Vector:
    """Means that could lie behind the one that was seen; never below 0."""
    spread = sqrt(variance.value / worth)
    return np.maximum(0.0, mean + random.standard_t(variance.degrees, DRAWS) * spread)


def aggregate(
    points: Sequence[Vector] | Vector, weights: Sequence[float] | Vector, aggregation: str
) -> Vector:
    """Score from the points of each criterion; where there are none (NaN) its weight is away."""
    filled, counting = list(points), list(weights)
    present = [~np.isnan(one) for one in points]
    if not all(there.all() for there in present):
        filled = [np.where(there, one, 1.0) for there, one in zip(present, points, strict=True)]
        counting = [np.where(there, w, 0.0) for there, w in zip(present, weights, strict=True)]
    if aggregation == "geometric":
        filled = [np.log(np.maximum(one, 1.0)) for one in filled]
    total = sum(counting)
    score = sum(weight / total * one for one, weight in zip(filled, counting, strict=True))
    return np.exp(score) if aggregation == "geometric" else np.asarray(score)


def percentiles(draws: Vector) -> Vector:
    """5th and 95th percentile of each row of draws."""
    ends: Vector = np.percentile(draws, [100 * LOW, 100 * HIGH], axis=-1).T
    return ends


class Rank(NamedTuple):
    """Position among the providers of a route: the highest score has 1."""

    median: int
    low: int
    high: int
    best_quarter: float
    worst_quarter: float


def ranks(draws: Sequence[Vector]) -> list[Rank]:
    """Position of each provider in every draw: median, 5-95 % range, chances of the quarters."""
    if not draws:
        return []
    places = _places(np.array(draws, dtype=np.float32).T)
    middle, low, high = np.percentile(
        places, [50, 100 * LOW, 100 * HIGH], axis=0, method="inverted_cdf"
    )
    quarter = max(1, len(draws) // 4)
    best = (places <= quarter).mean(axis=0)
    worst = (places > len(draws) - quarter).mean(axis=0)
    rows = zip(middle, low, high, best, worst, strict=True)
    return [Rank(int(m), int(lo), int(hi), float(b), float(w)) for m, lo, hi, b, w in rows]


def _places(scores: NDArray[np.float32]) -> NDArray[np.int_]:
    """Place of each score in its row: the highest has 1, equals share the best of their places."""
    order = np.argsort(-scores, axis=1)
    by_place = np.take_along_axis(scores, order, axis=1)
    place = np.tile(np.arange(1, scores.shape[1] + 1), (len(scores), 1))
    place[:, 1:][by_place[:, 1:] == by_place[:, :-1]] = 0
    places = np.empty_like(place)
    np.put_along_axis(places, order, np.maximum.accumulate(place, axis=1), axis=1)
    return places


def indistinguishable_pairs(
    scores: Sequence[float], draws: Sequence[Vector], flip_share: float
) -> list[tuple[int, int]]:
    """Pairs (by place in the list) whose order flips in more than so many of the draws."""
    table = np.array(draws, dtype=np.float32)
    pairs = []
    for i in range(len(scores)):
        for j in range(i + 1, len(scores)):
            ahead, behind = (i, j) if scores[i] >= scores[j] else (j, i)
            flips = np.mean(table[ahead] < table[behind])
            if scores[i] == scores[j] or flips > flip_share:
                pairs.append((i, j))
    return pairs


@dataclass(frozen=True, slots=True)
class WeightSensitivity:
    """What other weights would do: per provider, and to the order as a whole."""

    standing_changes: tuple[float, ...]
    place_changes: tuple[float, ...]
    order_changes: float


def weight_sensitivity(
    points: Sequence[Sequence[float | None]],
    model: ScoringModel,
    *,
    seed_value: int,
    draws: int = DRAWS,
) -> WeightSensitivity:
    """Vary the weights by about a quarter (Dirichlet draws around the model's).

    The concentration is such that a criterion of average weight has a standard deviation of 25 %
    of its weight. ``points`` has a row per provider, in the model's order of weighted criteria.
    """
    weights = np.array([c.weight for c in model.weighted], dtype=np.float64)
    shares = weights / weights.sum()
    concentration = (len(weights) - 1) / 0.25**2 - 1
    varied = np.random.default_rng(seed_value).dirichlet(concentration * shares, size=draws)
    table = np.array([[np.nan if p is None else p for p in row] for row in points])
    today = aggregate(table.T, shares, model.aggregation)
    tried = aggregate(table.T[:, None, :], varied.T[:, :, None], model.aggregation)
    borders = np.array([model.sufficient_from, model.good_from]) - TOLERANCE
    changed = np.digitize(tried, borders) != np.digitize(today, borders)
    places = 1 + (tried[:, None, :] > tried[:, :, None]).sum(axis=2)
    moved = places != 1 + (today[None, :] > today[:, None]).sum(axis=1)
    return WeightSensitivity(
        tuple(float(x) for x in changed.mean(axis=0)),
        tuple(float(x) for x in moved.mean(axis=0)),
        float(moved.any(axis=1).mean()),
    )


def pack(draws: Vector) -> bytes:
    """Draws as bytes, to be kept."""
    return draws.astype("<f4").tobytes()


def unpack(data: bytes | memoryview) -> Vector:
    """Kept draws."""
    return np.frombuffer(bytes(data), dtype="<f4").astype(np.float64)


def beta_quantile(chance: float, a: float, b: float) -> float:
    """Value below which a Beta(a, b) variable lies with this chance."""
    return float(beta_quantiles(np.array([chance]), np.array([a]), np.array([b]))[0])


def student_quantile(chance: float, degrees: int) -> float:
    """Value below which Student's t lies with this chance (above one half)."""
    x = beta_quantile(*_half_of_student(chance, degrees))
    return sqrt(degrees * (1 - x) / x)


def _half_of_student(chance: float, degrees: int) -> tuple[float, float, float]:
    """The quantile of Beta that gives one of Student's t."""
    return 2 * (1 - chance), degrees / 2, 0.5


def _quantiles(
    asked: Sequence[tuple[float, float, float]],
) -> dict[tuple[float, float, float], float]:
    """Quantiles by chance, a and b, each looked for once."""
    once = list(dict.fromkeys(asked))
    if not once:
        return {}
    return dict(zip(once, beta_quantiles(*np.array(once).T).tolist(), strict=True))


def beta_quantiles(chance: Vector, a: Vector, b: Vector) -> Vector:
    """Values below which Beta(a, b) variables lie with these chances.

    Halley steps on the regularised incomplete beta function, kept between bounds (Press et al.
    6.4), from the normal approximation (Abramowitz and Stegun 26.5.22). Each is left as it is once
    it is settled, so that it does not depend on those beside it.
    """
    x = np.array([_near(*one) for one in zip(chance.tolist(), a.tolist(), b.tolist(), strict=True)])
    front = _log_gammas(a, b)
    low, high = np.zeros_like(x), np.ones_like(x)
    live = np.arange(len(x))
    for _ in range(200):
        p, q, here = a[live], b[live], x[live]
        gap = _beta_at_most(here, p, q, front[live]) - chance[live]
        above = gap > 0
        low[live] = np.where(above, low[live], here)
        high[live] = np.where(above, here, high[live])
        with np.errstate(all="ignore"):
            density = np.exp(front[live] + (p - 1) * np.log(here) + (q - 1) * np.log1p(-here))
            newton = gap / density
            curve = np.minimum(1.0, newton * ((p - 1) / here - (q - 1) / (1 - here)))
            step = here - newton / (1 - curve / 2)
        # The error falls with the third power of a step: the next would change nothing. Asked
        # before the bounds, for where a step is too small to be made, it ends on one of them.
        settled = np.abs(step - here) < 1e-8 * here * (1 - here)
        # Halfway where a step cannot be made or leaves the bounds.
        inside = settled | ((low[live] < step) & (step < high[live]))
        new = np.where(inside, step, (low[live] + high[live]) / 2)
        done = (gap == 0) | (high[live] - low[live] < 1e-15)
        x[live] = np.where(done, here, new)
        live = live[~(settled | done)]
        if not len(live):
            break
    return x


def _near(chance: float, a: float, b: float) -> float:
    """Where to begin looking for a quantile of Beta(a, b)."""
    if a < 1 or b < 1:
        return a / (a + b)
    y = NormalDist().inv_cdf(chance)
    below, above = 1 / (2 * a - 1), 1 / (2 * b - 1)
    curved, size = (y * y - 3) / 6, 2 / (below + above)
    if size + curved <= 0:
        return a / (a + b)
    skew = (above - below) * (curved + 5 / 6 - 2 / (3 * size))
    return a / (a + b * exp(-2 * (y * sqrt(size + curved) / size - skew)))


def _log_gammas(a: Vector, b: Vector) -> Vector:
    """Logarithm of 1 / B(a, b)."""
    pairs = zip(a.tolist(), b.tolist(), strict=True)
    return np.array([lgamma(p + q) - lgamma(p) - lgamma(q) for p, q in pairs])


def _beta_at_most(x: Vector, a: Vector, b: Vector, log_gammas: Vector) -> Vector:
    """P(X <= x) for Beta(a, b) and x between 0 and 1, by the continued fraction of Lentz."""
    front = np.exp(log_gammas + a * np.log(x) + b * np.log1p(-x))
    small = x < (a + 1) / (a + b + 2)
    p, q, y = np.where(small, a, b), np.where(small, b, a), np.where(small, x, 1 - x)
    tail = front * _fraction(y, p, q) / p
    return np.where(small, tail, 1 - tail)


def _fraction(x: Vector, a: Vector, b: Vector) -> Vector:
    """The continued fraction of the incomplete beta function (Press et al. 6.4)."""
    total = np.empty_like(x)
    live, going = np.arange(len(x)), np.ones(len(x), dtype=bool)
    c, d = np.ones_like(x), 1 / _not_zero(1 - (a + b) * x / (a + 1))
    product = d.copy()
    for m in range(1, 10_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / _not_zero(1 + term * d), _not_zero(1 + term / c)
            product = product * d * c
        settled = going & (np.abs(d * c - 1) < 1e-15)
        total[live[settled]] = product[settled]
        going &= ~settled
        left = np.count_nonzero(going)
        if not left:
            return total
        # Those that are settled are left out once they are the most.
        if 2 * left < len(live):
            live = live[going]
            x, a, b, c, d, product = (one[going] for one in (x, a, b, c, d, product))
            going = going[going]
    total[live[going]] = product[going]
    return total


def _not_zero(values: Vector) -> Vector:
    return values if values.all() else np.where(values == 0, 1e-300, values)
