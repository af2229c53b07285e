"""What follows from a kept judgement: its working, what is needed for good, totals. Pure."""

from collections.abc import Mapping, Sequence
from math import exp, inf, log
from typing import Any

from core.formats import number_text
from quality.method.model import TOLERANCE, ScoringModel, points_for, value_for
from quality.method.words import score_text

Tree = Mapping[str, Any]


def total_over_routes(scores: Sequence[tuple[float | None, int | None]]) -> float | None:
    """Mean of the route scores, weighted by active trajectories; None when there is none.

    Also None when one of those numbers is hidden (None): the total would tell it.
    """
    weighed = [(score, active) for score, active in scores if score is not None and active != 0]
    counts = [active for _, active in weighed if active is not None]
    if not counts or len(counts) < len(weighed):
        return None
    pairs = zip(weighed, counts, strict=True)
    return sum(score * active for (score, _), active in pairs) / sum(counts)


def sentence(tree: Tree) -> str:
    """The score with its working: ``58,2 = (30 × 40,7 + 25 × 84,0) / 55``."""
    if tree["score"] is None:
        return ""
    borders = tree["borders"]
    judged = [c for c in tree["criteria"].values() if c["judged"]]
    total = number_text(sum(c["weight"] for c in judged), 0)
    pairs = [(number_text(c["weight"], 0), score_text(c["points"], borders)) for c in judged]
    score = score_text(tree["score"], borders)
    if tree["aggregation"] == "geometric":
        return f"{score} = ({' × '.join(f'{p}^{w}' for w, p in pairs)})^(1/{total})"
    return f"{score} = ({' + '.join(f'{w} × {p}' for w, p in pairs)}) / {total}"


def least_sure(tree: Tree) -> tuple[str, float] | None:
    """The criterion that leaves most open, and how many points of the score that may be.

    The score over the 90 % interval of that criterion, the others as they are; by straight
    aggregation. None without a judged criterion that has an interval.
    """
    judged = {code: item for code, item in tree["criteria"].items() if item["judged"]}
    total = sum(item["weight"] for item in judged.values())
    spreads = {}
    for code, item in judged.items():
        if item.get("interval") and item["knots"]:
            knots = tuple((value, points) for value, points in item["knots"])
            low, high = (points_for(end, knots) for end in item["interval"])
            spreads[code] = item["weight"] * (high - low) / total
    if not spreads or tree["aggregation"] != "linear":
        return None
    widest = max(spreads, key=lambda code: spreads[code])
    return widest, spreads[widest]


def needed_for_good(tree: Tree, model: ScoringModel) -> dict[str, dict[str, Any]]:
    """Per criterion the smallest value that lifts the score to good, the others unchanged.

    ``value`` is None with ``possible`` false when this criterion alone cannot do it.
    """
    if tree["score"] is None:
        return {}
    judged = {code: c for code, c in tree["criteria"].items() if c["judged"]}
    needed = {}
    for code, item in judged.items():
        others = [(c["weight"], c["points"]) for k, c in judged.items() if k != code]
        points = _points_needed(item["weight"], others, model)
        criterion = model.criterion(code)
        value: Any
        if criterion.statuses is not None:
            fits = sorted((p, s) for s, p in criterion.statuses.items() if p >= points - TOLERANCE)
            value = fits[0][1] if fits else None
        else:
            knots = criterion.knots_for(tree["route"])
            reachable = min(points, knots[-1][1]) if points <= knots[-1][1] + TOLERANCE else points
            value = value_for(reachable, knots)
        needed[code] = {
            "value": value,
            "points": max(points, 0.0),
            "possible": value is not None,
            "met": tree["score"] >= model.good_from - TOLERANCE,
        }
    return needed


def _points_needed(
    weight: float, others: Sequence[tuple[float, float]], model: ScoringModel
) -> float:
    total = weight + sum(w for w, _ in others)
    if model.aggregation == "geometric":
        rest = sum(w * log(max(p, 1.0)) for w, p in others)
        return exp(min((log(model.good_from) * total - rest) / weight, 50.0))
    return (model.good_from * total - sum(w * p for w, p in others)) / weight


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
