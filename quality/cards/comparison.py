"""Providers beside each other: who cannot be told apart, what weights and agreements did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.dates import add_months
from quality.cards import queries as cards
from quality.method.explain import stability_interval
from quality.method.model import ScoringModel
from quality.models import ScoreCard

MONTHS_BESIDE = 6
"""Months before a moment, and as many after it."""


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """The mean of a figure over the months before a moment and over those after it."""

    before: float | None
    after: float | None

    @property
    def change(self) -> float | None:
        """How much it rose; None while one of the two is missing."""
        return None if None in (self.before, self.after) else self.after - self.before  # type: ignore[operator]


def before_and_after(values: Sequence[tuple[date, float | None]], moment: date) -> BeforeAfter:
    """Compare the months before a month with those after it; the month itself is neither."""
    first, last = add_months(moment, -MONTHS_BESIDE), add_months(moment, MONTHS_BESIDE)
    earlier = [value for month, value in values if first <= month < moment]
    later = [value for month, value in values if moment < month <= last]
    return BeforeAfter(_mean(earlier), _mean(later))


def _mean(values: Sequence[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pairs of names, share of changed standings per name, and per criterion its safe weights."""

    pairs: tuple[tuple[str, str], ...]
    standing_changes: tuple[tuple[str, float], ...]
    order_changes: float
    stable: tuple[tuple[str, float, float, float], ...]


def compare(listed: Sequence[ScoreCard], model: ScoringModel) -> Comparison | None:
    """Compare the providers of one route in one month that may have a rank; None below two."""
    ranked = [card for card in listed if card.ranked]
    kept = cards.draws_of(ranked)
    ranked = [card for card in ranked if card.id in kept]
    if len(ranked) < 2:
        return None
    # numpy is imported where it is used, since most pages do without.
    from quality.method.uncertainty import (  # noqa: PLC0415
        indistinguishable_pairs,
        seed,
        unpack,
        weight_sensitivity,
    )

    names = [card.provider.name for card in ranked]
    trees = [card.result for card in ranked]
    scores = [card.score for card in ranked if card.score is not None]
    draws = [unpack(kept[card.id]) for card in ranked]
    pairs = indistinguishable_pairs(scores, draws, model.flip_share)
    points = [[_points(tree, c.code) for c in model.weighted] for tree in trees]
    sensitivity = weight_sensitivity(
        points,
        model,
        seed_value=seed(model.code, trees[0]["route"], f"{ranked[0].month:%Y-%m}"),
    )
    return Comparison(
        pairs=tuple((names[i], names[j]) for i, j in pairs),
        standing_changes=tuple(
            (name, share)
            for name, share, tree in zip(names, sensitivity.standing_changes, trees, strict=True)
            if share > 0 and tree["gate"]["open"]
        ),
        order_changes=sensitivity.order_changes,
        stable=tuple(_stable(trees, model)) if model.aggregation == "linear" else (),
    )


def _points(tree: dict[str, Any], code: str) -> float | None:
    item = tree["criteria"].get(code)
    return None if item is None else item["points"]


def _stable(
    trees: Sequence[dict[str, Any]], model: ScoringModel
) -> list[tuple[str, float, float, float]]:
    """Per criterion that all have: code, lowest weight, today's, highest without a new order."""
    stretches = []
    for criterion in model.criteria:
        sides = [_sides(tree, criterion.code) for tree in trees]
        judged_sides = [side for side in sides if side is not None]
        if criterion.weight == 0 or len(judged_sides) < len(trees):
            continue
        low, high = stability_interval(judged_sides, criterion.weight / 100)
        stretches.append((criterion.code, 100 * low, criterion.weight, 100 * high))
    return stretches


def _sides(tree: dict[str, Any], code: str) -> tuple[float, float] | None:
    """Points on one criterion, and the score without it; None when either is not there."""
    judged = {c: item for c, item in tree["criteria"].items() if item["judged"]}
    others = [(item["weight"], item["points"]) for c, item in judged.items() if c != code]
    if code not in judged or not others:
        return None
    weight = sum(w for w, _ in others)
    return judged[code]["points"], sum(w * points for w, points in others) / weight
