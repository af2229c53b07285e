"""From figures to a judgement that explains itself and says how sure it is: method 2.

``judge`` is the one place where a judgement is made; page, chart, CLI, API and report read the
tree that it returns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, log
from typing import cast

from quality.method import uncertainty
from quality.method.case import Case, gate
from quality.method.draws import Drawn, draw
from quality.method.model import TOLERANCE, ScoringError, ScoringModel
from quality.method.rating import Result, rate
from quality.method.tree import CriterionTree, RankTree, ScoreTree
from quality.method.uncertainty import Rank, Vector
from quality.method.words import Standing, standing_of_points


@dataclass(frozen=True)
class Judgement:
    """The judgement of one provider on one route in one month."""

    case: Case
    model: ScoringModel
    results: tuple[Result, ...]
    beside: tuple[Result, ...]
    coverage: float
    score: float | None
    standing: Standing
    gate_open: bool
    gate_reason: str

    @cached_property
    def judged(self) -> tuple[Result, ...]:
        """The criteria that make up the score."""
        return tuple(r for r in self.results if r.judged)

    @property
    def seed(self) -> int:
        """What it is drawn with: the same figures on a second run."""
        case = self.case
        words = (self.model.code, case.provider, case.route, f"{case.month:%Y-%m}")
        return uncertainty.seed(*words)

    @cached_property
    def drawn(self) -> Drawn | None:
        """Scores that could lie behind this one; None without a score or an interval."""
        draw([self])
        return cast("Drawn | None", self.__dict__["drawn"])

    @property
    def draws(self) -> Vector | None:
        """The scores that were drawn."""
        return None if self.drawn is None else self.drawn.scores

    @property
    def interval(self) -> tuple[float, float] | None:
        """90 % interval of the score."""
        return None if self.drawn is None else self.drawn.interval

    @property
    def chances(self) -> dict[str, float] | None:
        """Chance of each standing; a closed gate leaves one."""
        return None if self.drawn is None else self.drawn.chances

    @property
    def border(self) -> bool:
        """Whether the standing given is not sure enough to be said without its border."""
        chances = self.chances
        return chances is not None and chances[self.standing] < self.model.sure_from

    @cached_property
    def few_groups(self) -> bool:
        """Whether there are too few groups to be sure of anything."""
        if any(r.varies and (r.groups or 0) < self.model.minimum_groups for r in self.judged):
            return True
        return self.interval is not None and (
            self.interval[1] - self.interval[0] > self.model.wide_from
        )

    @property
    def smallest(self) -> tuple[str, int] | None:
        """The judged criterion with the smallest n, and that n: what every flag is about."""
        counts = [(r.n, r.criterion.code) for r in self.judged if r.n is not None]
        return min(counts)[::-1] if counts else None

    @property
    def indicative(self) -> bool:
        """Whether it rests on so few that it is never ranked."""
        return self.smallest is not None and self.smallest[1] < self.model.ranked_from_n

    @property
    def ranked(self) -> bool:
        """Whether this score may be given a place among others."""
        return self.draws is not None and not self.few_groups and not self.indicative

    def tree(self) -> ScoreTree:
        """Everything as data; the rank follows once all providers are judged."""
        total = sum(r.criterion.weight for r in self.judged)
        smallest = self.smallest
        return {
            "aanbieder": self.case.provider,
            "route": self.case.route,
            "standing": str(self.standing),
            "score": self.score,
            "interval": None if self.interval is None else list(self.interval),
            "chances": self.chances,
            "border": self.border,
            "few_groups": self.few_groups,
            "borders": list(self.model.borders),
            "coverage": self.coverage,
            "gate": {"open": self.gate_open, "reason": self.gate_reason},
            "small": smallest is not None and smallest[1] < self.model.small_below_n,
            "indicative": self.indicative,
            "smallest": None if smallest is None else list(smallest),
            "active": self.case.figures.active
            if self.case.figures is not None and self.case.delivered
            else 0,
            "aggregation": self.model.aggregation,
            "criteria": {r.criterion.code: self._tree_of(r, total) for r in self.results},
            "beside": {r.criterion.code: self._tree_of(r, None) for r in self.beside},
        }

    def _tree_of(self, result: Result, total: float | None) -> CriterionTree:
        contribution = None
        if total and result.points is not None:
            contribution = result.criterion.weight * result.points / total
        tree = result.tree(contribution)
        if self.few_groups:
            tree["change"] = None
        return tree


def rank_tree(rank: Rank) -> RankTree:
    """A rank as data."""
    return {
        "median": rank.median,
        "lo": rank.low,
        "hi": rank.high,
        "best_quarter": rank.best_quarter,
        "worst_quarter": rank.worst_quarter,
    }


def judge(case: Case, model: ScoringModel) -> Judgement | None:
    """Judge one provider on one route in one month; None when nothing could be expected of it."""
    return judge_all([case], model)[0] if case.is_expected else None


def judge_all(cases: Sequence[Case], model: ScoringModel) -> list[Judgement]:
    """Judge cases of which something is expected, and look for all their intervals together."""
    judgements = [_judged(case, model) for case in cases]
    every = [result for one in judgements for result in (*one.results, *one.beside)]
    sure = [(result, result.estimate) for result in every if result.estimate is not None]
    intervals = uncertainty.intervals([estimate for _, estimate in sure])
    for (result, _), (low, high) in zip(sure, intervals, strict=True):
        scale = 1 if result.measure.per_week else 100
        result.interval = scale * low, scale * high
    return judgements


def _judged(case: Case, model: ScoringModel) -> Judgement:
    """A judgement whose criteria have no interval yet."""
    absence = None if case.delivered else case.absence
    rated = [rate(criterion, case, model, absence) for criterion in model.criteria]
    counted = [r for r in rated if r.criterion.weight > 0]
    judged = [r for r in counted if r.points is not None]
    applying = sum(r.criterion.weight for r in counted if r.applies)
    weight = sum(r.criterion.weight for r in judged)
    coverage = weight / applying if applying else 0.0
    score = None
    if absence is None and judged and coverage >= model.minimum_coverage - TOLERANCE:
        parts = [(r.criterion.weight, r.points) for r in judged if r.points is not None]
        score = weighted_score(parts, model.aggregation)
    gate_open, gate_reason = gate(case.route, case.facts, model)
    return Judgement(
        case=case,
        model=model,
        results=tuple(counted),
        beside=tuple(r for r in rated if r.criterion.weight == 0),
        coverage=coverage,
        score=score,
        standing=absence or _standing(score, gate_open=gate_open, model=model),
        gate_open=gate_open,
        gate_reason=gate_reason,
    )


def _standing(score: float | None, *, gate_open: bool, model: ScoringModel) -> Standing:
    if score is None:
        return Standing.NO_JUDGEMENT
    return standing_of_points(score, model.borders) if gate_open else Standing.INSUFFICIENT


def weighted_score(parts: Sequence[tuple[float, float]], aggregation: str = "linear") -> float:
    """Weighted mean of (weight, points); geometric takes the logarithm of at least one point."""
    total = sum(weight for weight, _ in parts)
    if total <= 0:
        raise ScoringError("no_criteria", "Er is geen criterium met een oordeel.")
    if aggregation == "geometric":
        return exp(sum(weight * log(max(points, 1.0)) for weight, points in parts) / total)
    return sum(weight * points for weight, points in parts) / total
