"""Scores that could lie behind a judgement: its interval, and the chance of each standing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quality.method import uncertainty
from quality.method.model import TOLERANCE, ScoringModel
from quality.method.uncertainty import Vector
from quality.method.words import ORDER, Standing

if TYPE_CHECKING:
    from quality.method.judge import Judgement


@dataclass(frozen=True, slots=True)
class Drawn:
    """Scores that could lie behind one, and what they tell."""

    scores: Vector
    interval: tuple[float, float]
    chances: dict[str, float]


def draw(judgements: "Iterable[Judgement]") -> None:
    """Draw what could lie behind the scores of judgements by one model, many at once.

    Each has a seed of its own, so that it does not depend on those beside it.
    """
    alike: dict[Any, list[Judgement]] = defaultdict(list)
    for one in judgements:
        if one.score is None or any(r.varies and r.interval is None for r in one.judged):
            one.__dict__["drawn"] = None
        else:
            alike[one.case.route, tuple(r.criterion.code for r in one.judged)].append(one)
    for listed in alike.values():
        model = listed[0].model
        scores = _drawn_scores(listed, model)
        borders = [border - TOLERANCE for border in model.borders]
        below = np.array([(scores < border).sum(axis=1) for border in borders])
        counts = np.diff(below, axis=0, prepend=0, append=uncertainty.DRAWS).T / uncertainty.DRAWS
        ends = uncertainty.percentiles(scores).tolist()
        for one, row, (low, high), shares in zip(
            listed, scores, ends, counts.tolist(), strict=True
        ):
            by_standing = dict(zip(ORDER, shares, strict=True))
            if not one.gate_open:
                by_standing = {s: float(s is Standing.INSUFFICIENT) for s in ORDER}
            chances = {str(s): by_standing[s] for s in reversed(ORDER)}
            one.__dict__["drawn"] = Drawn(row, (low, high), chances)


def _drawn_scores(judgements: "Sequence[Judgement]", model: ScoringModel) -> Vector:
    """A row of scores for each judgement; all are judged on the same criteria of one route."""
    first = judgements[0].judged
    values = np.empty((len(first), len(judgements), uncertainty.DRAWS))
    for place, one in enumerate(judgements):
        random = np.random.default_rng(one.seed)
        for number, result in enumerate(one.judged):
            values[number, place] = result.draws(random) if result.varies else result.points
    for number, result in enumerate(first):
        if result.varies:
            knots = np.array(result.more["knots"])
            values[number] = np.interp(values[number], knots[:, 0], knots[:, 1])
    weights = [result.criterion.weight for result in first]
    return uncertainty.aggregate(list(values), weights, model.aggregation)
