"""How sure a score is: resampled trajectories, ranks with their range, weights on trial.

The one module of quality that uses numpy; callers import it when they draw. Every draw is seeded,
so that a second run gives the same figures, whatever the order of the rows.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

# Before numpy is imported: its products here are small, so that threads would mostly wait for
# each other, and keep the other cores from the pages.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from quality.method.basis_2026.criteria import CRITERIA, HourSums, Ratio, RouteInputs, waiting_norm
from quality.method.basis_2026.scoring import CriterionResult, Judgement
from quality.method.basis_2026.scoring_model import ScoringModel
from quality.method.basis_2026.waiting import Stay

DRAWS = 1000
CELLS_AT_ONCE = 100_000
"""Draws x trajectories held at once: what fits the cache of a core goes several times as fast."""
FLIP_SHARE = 0.10
NO_HOURS = HourSums()
NO_STAY = Stay(entry=0, exit=-1, started=False)
Matrix = NDArray[np.float64]


def seed(*parts: str) -> int:
    """A seed from words: the same words, the same draws."""
    return int.from_bytes(hashlib.sha256("|".join(parts).encode()).digest()[:16])


def score_draws(judgement: Judgement, draws: int = DRAWS) -> Matrix | None:
    """Scores of resampled trajectories; None without a score.

    Each draw takes as many trajectories as there are, with replacement, and recomputes criteria
    1-4, points and score. The quality mark is what it is in every draw.
    """
    if judgement.score is None:
        return None
    inputs, model = judgement.inputs, judgement.model
    measured = [r for r in judgement.judged if r.criterion.statuses is None]
    columns = [_columns(r, inputs) for r in measured]
    keys = sorted(set(inputs.stays).union(*inputs.hours.values()))
    if not columns or not keys:
        return np.full(draws, judgement.score)
    table = np.hstack([column.table(keys) for column in columns])
    # Sorted by content, since keys depend on the order in which files came in.
    table = table[np.lexsort(table.T[::-1])]
    sums = _resampled_sums(table, _seed_of(inputs, model), draws)
    points, weights, at = [], [], 0
    for result, get in zip(measured, columns, strict=True):
        part = sums[:, at : at + get.width]
        at += get.width
        knots = np.array(result.criterion.knots_for(inputs.route))
        points.append(np.interp(get.values(part), knots[:, 0], knots[:, 1]))
        weights.append(result.criterion.weight)
    for result in judgement.judged:
        if result.criterion.statuses is not None:
            points.append(np.full(draws, result.points))
            weights.append(result.criterion.weight)
    return aggregate(np.array(points).T, np.array(weights), model.aggregation)


def _seed_of(inputs: RouteInputs, model: ScoringModel) -> int:
    return seed(model.code, inputs.provider, inputs.route, f"{inputs.month:%Y-%m}")


def _resampled_sums(table: Matrix, seed_value: int, draws: int) -> Matrix:
    size = len(table)
    random = np.random.default_rng(seed_value)
    at_once = max(1, CELLS_AT_ONCE // size)
    parts = []
    for start in range(0, draws, at_once):
        rows = min(at_once, draws - start)
        # The generator gives pick after pick, so that how many are held at once plays no part.
        picks = random.integers(0, size, size=(rows, size))
        picks += np.arange(rows)[:, None] * size
        counts = np.bincount(picks.ravel(), minlength=rows * size).reshape(rows, size)
        parts.append(counts.astype(np.float64) @ table)
    return np.concatenate(parts)


@dataclass(frozen=True, slots=True)
class _RatioColumns:
    """Numerator and denominator of one trajectory; their ratio for a draw."""

    measure: Ratio
    sums: Mapping[int, HourSums]
    width: int = 2

    def table(self, keys: Sequence[int]) -> Matrix:
        """A row per trajectory; nothing where it has no hours."""
        pair = attrgetter(self.measure.numerator, self.measure.denominator)
        rows = [pair(self.sums.get(key, NO_HOURS)) for key in keys]
        return np.array(rows, dtype=np.float64)

    def values(self, part: Matrix) -> Matrix:
        top, bottom = part[:, 0], part[:, 1]
        empty = bottom == 0
        values = self.measure.value(1.0, 1.0) * top / np.where(empty, 1.0, bottom)
        return np.where(empty, np.nan, values)


@dataclass(frozen=True, slots=True)
class _WaitingColumns:
    """Per day with a start up to the norm: did this one start then, was this one at risk."""

    stays: Mapping[int, Stay]
    days: tuple[int, ...]

    @property
    def width(self) -> int:
        return 2 * len(self.days)

    def table(self, keys: Sequence[int]) -> Matrix:
        """A row per trajectory; who takes no part is never at risk."""
        found = [self.stays.get(key, NO_STAY) for key in keys]
        entry = np.array([one.entry for one in found])[:, None]
        leave = np.array([one.exit for one in found])[:, None]
        started = np.array([one.started for one in found])[:, None]
        days = np.array(self.days, dtype=np.int64)
        at_risk = (entry <= days) & (days <= leave)
        return np.hstack([started & (leave == days), at_risk]).astype(np.float64)

    def values(self, part: Matrix) -> Matrix:
        events, at_risk = part[:, : len(self.days)], part[:, len(self.days) :]
        survival: Matrix = np.prod(1 - events / np.maximum(at_risk, 1.0), axis=1)
        return 100 * (1 - survival)


def _columns(result: CriterionResult, inputs: RouteInputs) -> _RatioColumns | _WaitingColumns:
    measure = CRITERIA[result.criterion.code]
    if isinstance(measure, Ratio):
        return _RatioColumns(measure, inputs.hours.get(result.criterion.window_months, {}))
    norm = waiting_norm(inputs, result.criterion)
    days = {s.exit for s in inputs.stays.values() if s.started and s.exit <= norm}
    return _WaitingColumns(inputs.stays, tuple(sorted(days)))


def aggregate(points: Matrix, weights: Matrix, aggregation: str) -> Matrix:
    """Score per row of points; a point that is not there (NaN) takes its weight away."""
    known = ~np.isnan(points)
    shares = np.where(known, weights, 0.0)
    shares = shares / shares.sum(axis=-1, keepdims=True)
    filled = np.where(known, points, 1.0)
    if aggregation == "geometric":
        return np.exp((shares * np.log(np.maximum(filled, 1.0))).sum(axis=-1))
    return (shares * filled).sum(axis=-1)


def interval(draws: Matrix) -> tuple[float, float]:
    """5th and 95th percentile."""
    low, high = np.percentile(draws, [5, 95])
    return float(low), float(high)


def rank_ranges(draws: Sequence[Matrix]) -> list[tuple[int, int, int]]:
    """Position of each provider in every draw (1 is the highest score): median, 5 %, 95 %."""
    if not draws:
        return []
    places = _places(np.array(draws, dtype=np.float32).T)
    found = np.percentile(places, [50, 5, 95], axis=0, method="inverted_cdf")
    return [(int(m), int(low), int(high)) for m, low, high in found.T]


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
    scores: Sequence[float], draws: Sequence[Matrix]
) -> list[tuple[int, int]]:
    """Pairs (by place in the list) whose order flips in more than 10 % of the draws."""
    table = np.array(draws, dtype=np.float32)
    pairs = []
    for i in range(len(scores)):
        for j in range(i + 1, len(scores)):
            ahead, behind = (i, j) if scores[i] >= scores[j] else (j, i)
            flips = np.mean(table[ahead] < table[behind])
            if scores[i] == scores[j] or flips > FLIP_SHARE:
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
    weights = np.array([c.weight for c in model.criteria if c.weight > 0], dtype=np.float64)
    shares = weights / weights.sum()
    concentration = (len(weights) - 1) / 0.25**2 - 1
    varied = np.random.default_rng(seed_value).dirichlet(concentration * shares, size=draws)
    table = np.array([[np.nan if p is None else p for p in row] for row in points])
    today = aggregate(table, shares, model.aggregation)
    tried = np.array([aggregate(table, row, model.aggregation) for row in varied])
    borders = np.array([model.sufficient_from, model.good_from]) - 1e-9
    changed = np.digitize(tried, borders) != np.digitize(today, borders)
    places = 1 + (tried[:, None, :] > tried[:, :, None]).sum(axis=2)
    moved = places != 1 + (today[None, :] > today[:, None]).sum(axis=1)
    return WeightSensitivity(
        tuple(float(x) for x in changed.mean(axis=0)),
        tuple(float(x) for x in moved.mean(axis=0)),
        float(moved.any(axis=1).mean()),
    )


def pack(draws: Matrix) -> bytes:
    """Draws as bytes, to be kept."""
    return draws.astype("<f4").tobytes()


def unpack(data: Any) -> Matrix:
    """Kept draws."""
    return np.frombuffer(bytes(data), dtype="<f4").astype(np.float64)
