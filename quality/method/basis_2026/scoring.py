"""From measurements to a score that explains itself: method 1.

``judge`` is the one place where a judgement is made; page, chart, CLI, API and report read the
tree that it returns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, log
from typing import Any

from core.formats import number_text
from quality.method.basis_2026.criteria import CRITERIA, Measurement, RouteInputs
from quality.method.basis_2026.judgement import ScoringError, Standing, State
from quality.method.basis_2026.scoring_model import Criterion, Knots, ScoringModel

TOLERANCE = 1e-9
"""A score that is a border but for its last binary digit is on the border."""


def points_for(value: float, knots: Knots) -> float:
    """Linear between the knots (value, points), flat outside them."""
    if value <= knots[0][0]:
        return knots[0][1]
    for (v1, p1), (v2, p2) in pairwise(knots):
        if value <= v2:
            return p1 + (p2 - p1) * (value - v1) / (v2 - v1)
    return knots[-1][1]


def value_for(points: float, knots: Knots) -> float | None:
    """Smallest value that earns these points; None when no value does."""
    if points <= knots[0][1]:
        return knots[0][0]
    for (v1, p1), (v2, p2) in pairwise(knots):
        if points <= p2:
            return v1 + (v2 - v1) * (points - p1) / (p2 - p1)
    return None


def weighted_score(parts: Sequence[tuple[float, float]], aggregation: str = "linear") -> float:
    """Weighted mean of (weight, points); geometric takes the logarithm of at least one point."""
    total = sum(weight for weight, _ in parts)
    if total <= 0:
        raise ScoringError("no_criteria", "Er is geen criterium met een oordeel.")
    if aggregation == "geometric":
        return exp(sum(weight * log(max(points, 1.0)) for weight, points in parts) / total)
    return sum(weight * points for weight, points in parts) / total


def mean_with_minimum_share(
    values: Sequence[float | None],
    weights: Sequence[float] | None = None,
    *,
    minimum_share: float = 2 / 3,
    kind: str = "arithmetic",
) -> float | None:
    """Mean of what there is; None when too little of the weight is there."""
    shares = list(weights or [1.0] * len(values))
    known = [(w, v) for w, v in zip(shares, values, strict=True) if v is not None]
    total = sum(w for w, _ in known)
    if total / sum(shares) < minimum_share - TOLERANCE:
        return None
    if kind == "geometric":
        return exp(sum(w * log(v) for w, v in known) / total)
    if kind == "harmonic":
        return total / sum(w / v for w, v in known)
    return sum(w * v for w, v in known) / total


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One criterion in a judgement: what was measured, and what it contributes."""

    criterion: Criterion
    measurement: Measurement
    applies: bool
    points: float | None
    contribution: float | None = None

    @property
    def judged(self) -> bool:
        """Whether it has a judgement."""
        return self.points is not None

    def tree(self, route: str) -> dict[str, Any]:
        """As data; ``null`` where there is no judgement, never 0."""
        m = self.measurement
        return {
            "value": m.status if m.status is not None else m.figure.amount,
            "numerator": m.numerator,
            "denominator": m.denominator,
            "n": m.n,
            "points": self.points,
            "weight": self.criterion.weight,
            "judged": self.judged,
            "reason": m.figure.reason,
            **m.beside,
            **({"interval": list(m.interval) if m.interval else None} if _timed(self) else {}),
            "state": str(m.figure.state),
            "contribution": self.contribution,
            "knots": [list(knot) for knot in self.criterion.knots_for(route)],
            "window_months": self.criterion.window_months,
        }


def _timed(result: CriterionResult) -> bool:
    return result.criterion.norm_days is not None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The judgement of one provider on one route in one month."""

    inputs: RouteInputs
    model: ScoringModel
    results: tuple[CriterionResult, ...]
    coverage: float
    score: float | None
    standing: Standing
    gate_open: bool
    gate_reason: str
    smallest_n: int | None
    beside: tuple[CriterionResult, ...] = field(default=())

    @property
    def judged(self) -> tuple[CriterionResult, ...]:
        """The criteria that make up the score."""
        return tuple(r for r in self.results if r.judged)

    @property
    def ranked(self) -> bool:
        """Whether this score may be given a place among others."""
        return (
            self.score is not None
            and self.smallest_n is not None
            and self.smallest_n >= self.model.ranked_from_n
        )

    @property
    def small(self) -> bool:
        """Whether a figure behind it rests on few trajectories."""
        return self.smallest_n is not None and self.smallest_n < self.model.small_below_n

    def tree(self) -> dict[str, Any]:
        """Everything as data: what is stored, and read by every page, file and command."""
        route = self.inputs.route
        few = self.smallest_n is not None and self.smallest_n < self.model.ranked_from_n
        return {
            "aanbieder": self.inputs.provider,
            "route": route,
            "standing": str(self.standing),
            "score": self.score,
            "coverage": self.coverage,
            "gate": {"open": self.gate_open, "reason": self.gate_reason},
            "small": self.small,
            "indicative": few,
            "active": self.inputs.active,
            "aggregation": self.model.aggregation,
            "criteria": {r.criterion.code: r.tree(route) for r in self.results},
            "beside": {r.criterion.code: r.tree(route) for r in self.beside},
        }


def judge(inputs: RouteInputs, model: ScoringModel) -> Judgement:
    """Judge one provider on one route in one month."""
    rated = [_rate(criterion, inputs, model) for criterion in model.criteria]
    counted = [r for r in rated if r.criterion.weight > 0]
    judged = [r for r in counted if r.judged]
    applying = sum(r.criterion.weight for r in counted if r.applies)
    weight = sum(r.criterion.weight for r in judged)
    coverage = weight / applying if applying else 0.0
    score = None
    if inputs.delivered and judged and coverage >= model.minimum_coverage - TOLERANCE:
        parts = [(r.criterion.weight, r.points) for r in judged if r.points is not None]
        score = weighted_score(parts, model.aggregation)
    gate_open, gate_reason = gate(inputs, model)
    return Judgement(
        inputs=inputs,
        model=model,
        results=tuple(_with_contribution(r, weight) for r in counted),
        coverage=coverage,
        score=score,
        standing=_standing(score, delivered=inputs.delivered, gate_open=gate_open, model=model),
        gate_open=gate_open,
        gate_reason=gate_reason,
        smallest_n=min(
            (r.measurement.n for r in judged if r.measurement.n is not None), default=None
        ),
        beside=tuple(r for r in rated if r.criterion.weight == 0),
    )


def _rate(criterion: Criterion, inputs: RouteInputs, model: ScoringModel) -> CriterionResult:
    measurement = CRITERIA[criterion.code].measure(inputs, criterion, model)
    figure = measurement.figure
    points = None
    if figure.amount is not None:
        marked = criterion.statuses is not None
        points = (
            figure.amount
            if marked
            else points_for(figure.amount, criterion.knots_for(inputs.route))
        )
    return CriterionResult(
        criterion, measurement, applies=figure.state is not State.NOT_APPLICABLE, points=points
    )


def _with_contribution(result: CriterionResult, weight: float) -> CriterionResult:
    if result.points is None:
        return result
    return CriterionResult(
        result.criterion,
        result.measurement,
        applies=True,
        points=result.points,
        contribution=result.criterion.weight * result.points / weight,
    )


def gate(inputs: RouteInputs, model: ScoringModel) -> tuple[bool, str]:
    """Whether lessons may be bought here at all: the mark, or TST on the onderwijsroute."""
    mark = next((c for c in model.criteria if c.statuses is not None), None)
    if mark is None or not mark.applies_to(inputs.route):
        if inputs.recognised:
            return True, ""
        return False, "geen TST-erkenning op de peildatum"
    if inputs.mark.status in (mark.statuses or {}):
        return True, ""
    return False, CLOSED[inputs.mark.status]


CLOSED = {
    "geschorst": "het keurmerk is geschorst",
    "ingetrokken": "het keurmerk is ingetrokken",
    "beeindigd": "het keurmerk is beëindigd",
    "geen": "geen keurmerk op de peildatum",
}


def _standing(
    score: float | None, *, delivered: bool, gate_open: bool, model: ScoringModel
) -> Standing:
    if not delivered:
        return Standing.NO_DELIVERY
    if score is None:
        return Standing.NO_JUDGEMENT
    if not gate_open:
        return Standing.INSUFFICIENT
    return standing_of(score, model)


def standing_of(score: float, model: ScoringModel) -> Standing:
    """The word for a score, with the gate open; a lower bound belongs to its class."""
    if score >= model.good_from - TOLERANCE:
        return Standing.GOOD
    if score >= model.sufficient_from - TOLERANCE:
        return Standing.SUFFICIENT
    return Standing.INSUFFICIENT


def judged_otherwise(tree: Mapping[str, Any], model: ScoringModel) -> tuple[float | None, Standing]:
    """Score and standing that another model gives to the values of a judgement.

    Holds for other weights, knots, thresholds and aggregation; another norm or window measures
    other values, and needs the rows.
    """
    if tree["standing"] == Standing.NO_DELIVERY:
        return None, Standing.NO_DELIVERY
    known = {**tree["beside"], **tree["criteria"]}
    parts, applying = [], 0.0
    for criterion in model.criteria:
        item = known.get(criterion.code)
        if item is None or criterion.weight == 0 or item["state"] == State.NOT_APPLICABLE:
            continue
        applying += criterion.weight
        if item["value"] is not None and (item["n"] is None or item["n"] >= model.minimum_n):
            parts.append((criterion.weight, _points_of(criterion, item["value"], tree["route"])))
    coverage = sum(weight for weight, _ in parts) / applying if applying else 0.0
    score = None
    if parts and coverage >= model.minimum_coverage - TOLERANCE:
        score = weighted_score(parts, model.aggregation)
    return score, _standing(score, delivered=True, gate_open=tree["gate"]["open"], model=model)


def _points_of(criterion: Criterion, value: Any, route: str) -> float:
    if criterion.statuses is not None:
        return criterion.statuses.get(value, 0.0)
    return points_for(float(value), criterion.knots_for(route))


def total_over_routes(scores: Sequence[tuple[float | None, int | None]]) -> float | None:
    """Mean of the route scores, weighted by active trajectories; None when there is none.

    Also None when one of those numbers is hidden (None): the total would tell it.
    """
    known = [(score, active) for score, active in scores if score is not None and active != 0]
    counts = [active for _, active in known if active is not None]
    if not counts or len(counts) < len(known):
        return None
    return sum(score * active for (score, _), active in zip(known, counts, strict=True)) / sum(
        counts
    )


def sentence(tree: Mapping[str, Any]) -> str:
    """The score with its working: ``58,2 = (30 × 40,7 + 25 × 84,0) / 55``."""
    if tree["score"] is None:
        return ""
    judged = [c for c in tree["criteria"].values() if c["judged"]]
    total = number_text(sum(c["weight"] for c in judged), 0)
    pairs = [(number_text(c["weight"], 0), number_text(c["points"])) for c in judged]
    score = number_text(tree["score"])
    if tree["aggregation"] == "geometric":
        return f"{score} = ({' × '.join(f'{p}^{w}' for w, p in pairs)})^(1/{total})"
    return f"{score} = ({' + '.join(f'{w} × {p}' for w, p in pairs)}) / {total}"


def needed_for_good(tree: Mapping[str, Any], model: ScoringModel) -> dict[str, dict[str, Any]]:
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
        if criterion.statuses is not None:
            fits = sorted((p, s) for s, p in criterion.statuses.items() if p >= points - TOLERANCE)
            value: Any = fits[0][1] if fits else None
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
