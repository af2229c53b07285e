"""From figures to a judgement that explains itself and says how sure it is: method 2.

``judge`` is the one place where a judgement is made; page, chart, CLI, API and report read the
tree that it returns.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from math import exp, log
from typing import Any, cast

import numpy as np

from core.dates import add_months, month_from_number, month_number
from quality.method import change, uncertainty
from quality.method.change import OWN_BEGIN, Cusum, Decided, Seasonal
from quality.method.criteria import CRITERIA, Measure
from quality.method.figures import DAYS_A_WEEK, MINUTES_AN_HOUR, Figures
from quality.method.model import TOLERANCE, Criterion, ScoringError, ScoringModel, points_for
from quality.method.tree import AloneTree, ChangeTree, CriterionTree, RankTree, ScoreTree, State
from quality.method.uncertainty import Estimate, Rank, Share, Variance, Vector
from quality.method.waiting import Outcome
from quality.method.words import ORDER, Standing, standing_of_points


@dataclass(frozen=True, slots=True)
class MarkStatus:
    """Status of the quality mark on the reference day, with when it was last checked."""

    status: str = "geen"
    checked_on: date | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """Answers of the newest survey of a school: yes, all of them, and of how many people."""

    yes: int
    answers: int
    people: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a judgement takes from elsewhere than the rows, on the reference day.

    ``docents`` are those registered on a day of the window of the docent hours. ``owed`` tells
    whether a contract covers the route, ``answered`` whether a delivery or a nil return of the
    month came.
    """

    mark: MarkStatus = MarkStatus()
    recognised: bool = False
    exception_until: date | None = None
    contract_norm_days: int | None = None
    docents: int = 0
    owed: bool = False
    answered: bool = False
    survey: Survey | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """What all providers of a route together tell of chance, in one month."""

    phi: Mapping[str, float]
    variance: Mapping[str, Variance | None]
    effect: float
    decided: Mapping[int, Decided]


def region_of(figures: Iterable[Figures], model: ScoringModel) -> Region:
    """How alike groups are over the providers of a route, each with its own share."""
    listed = list(figures)
    phi, variance = {}, {}
    for criterion in model.criteria:
        measure = CRITERIA[criterion.code]
        shares = [s for one in listed if (s := share_of(one, measure)) is not None]
        if measure.per_week:
            variance[criterion.code] = uncertainty.pooled_variance(shares)
        elif measure.is_share:
            phi[criterion.code] = uncertainty.phi(shares, model)
    waiting = CRITERIA[model.waiting.code]
    queues = [s for one in listed if (s := share_of(one, waiting)) is not None]
    people: Counter[int] = Counter()
    in_time: Counter[int] = Counter()
    for one in listed:
        for month, of_month in enumerate(one.decided, start=one.first_month):
            people[month] += of_month.people
            in_time[month] += of_month.in_time
    decided = {month: Decided(people[month], in_time[month]) for month in people}
    effect = uncertainty.design_effect(queues, phi[model.waiting.code])
    return Region(phi, variance, effect, decided)


def share_of(figures: Figures, measure: Measure) -> Share | None:
    """The provider's own share (0-1) or hours a week, with its groups; None without any."""
    if measure.numerator:
        hours = figures.hours.get(measure.code)
        if hours is None or not hours.denominator:
            return None
        unit = HOURS_A_WEEK if measure.per_week else 1.0
        return Share(hours.numerator, hours.denominator, hours.groups, unit)
    queue = figures.queue
    if not measure.counts_people or not figures.in_window or not queue.n:
        return None
    return Share(queue.count(Outcome.ON_TIME), queue.n, figures.waiting_groups)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The same provider and route a year ago: its figures, and what the region told of chance."""

    figures: Figures
    region: Region
    docents: int


@dataclass(frozen=True, slots=True)
class Case:
    """One provider on one route in one month, with all that it is judged on."""

    provider: str
    route: str
    month: date
    figures: Figures | None
    facts: Facts
    region: Region
    earlier: Earlier | None = None

    @property
    def delivered(self) -> bool:
        """Whether rows of this very month were accepted."""
        return self.figures is not None and self.figures.delivered

    @property
    def absence(self) -> Standing | None:
        """Why there is nothing to judge; None when there is no reason to expect anything."""
        is_open = self.figures is not None and self.figures.open_before > 0
        if self.facts.answered and not is_open:
            return Standing.NO_TRACKS
        return Standing.NO_DELIVERY if self.facts.owed or is_open else None

    @property
    def is_expected(self) -> bool:
        """Whether there is anything to judge, or something should have come."""
        return self.delivered or self.absence is not None


HOURS_A_WEEK = DAYS_A_WEEK / MINUTES_AN_HOUR
"""Minutes a day as hours a week."""
ABSENT = {
    Standing.NO_DELIVERY: "er is geen levering voor deze maand",
    Standing.NO_TRACKS: "er waren geen trajecten in deze maand",
}
CLOSED = {
    "geschorst": "het keurmerk is geschorst",
    "ingetrokken": "het keurmerk is ingetrokken",
    "beeindigd": "het keurmerk is beëindigd",
    "geen": "geen keurmerk op de peildatum",
}


@dataclass(slots=True)
class Result:
    """One criterion in a judgement: what was measured, how sure that is, and its points.

    ``value`` is a percentage, hours a week, or the status of the mark; ``estimate`` what its
    interval is made of, as a share of 0-1 or as hours a week.
    """

    criterion: Criterion
    measure: Measure
    state: State
    reason: str | None = None
    value: float | str | None = None
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    groups: int | None = None
    groups_inferred: bool = False
    worth: float | None = None
    estimate: Estimate | None = None
    points: float | None = None
    interval: tuple[float, float] | None = None
    change: ChangeTree | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def judged(self) -> bool:
        """Whether it has a judgement."""
        return self.points is not None

    @property
    def applies(self) -> bool:
        """Whether the route is judged on it."""
        return self.state is not State.NOT_APPLICABLE

    @property
    def varies(self) -> bool:
        """Whether chance plays a part in it."""
        return self.criterion.statuses is None

    def draws(self, random: np.random.Generator) -> Vector:
        """Values that could lie behind the one that was measured."""
        if self.estimate is None or not isinstance(self.value, float):
            raise TypeError("nothing is drawn of what does not vary")
        worth, variance = self.estimate.worth, self.estimate.variance
        if variance is not None:
            return uncertainty.mean_draws(random, self.value, variance, worth)
        return 100 * uncertainty.share_draws(random, self.value / 100, worth)

    def tree(self, contribution: float | None) -> CriterionTree:
        """As data."""
        tree: dict[str, Any] = {
            "value": self.value,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "n": self.n,
            "groups": self.groups,
            "groups_inferred": self.groups_inferred,
            "effective_n": self.worth,
            "points": self.points,
            "weight": self.criterion.weight,
            "judged": self.judged,
            "reason": self.reason,
            "interval": None if self.interval is None else list(self.interval),
            "change": self.change,
            "state": str(self.state),
            "contribution": contribution,
            "window_months": self.criterion.window_months,
            **self.more,
        }
        return cast("CriterionTree", tree)


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
    def drawn(self) -> "Drawn | None":
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


@dataclass(frozen=True, slots=True)
class Drawn:
    """Scores that could lie behind one, and what they tell."""

    scores: Vector
    interval: tuple[float, float]
    chances: dict[str, float]


def draw(judgements: Iterable[Judgement]) -> None:
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


def _drawn_scores(judgements: Sequence[Judgement], model: ScoringModel) -> Vector:
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
    rated = [_rate(criterion, case, model, absence) for criterion in model.criteria]
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


def register_part(case: Case, model: ScoringModel) -> tuple[Any, ...]:
    """All that a judgement takes from the register, and nothing else that stands there."""
    facts, mark = case.facts, mark_criterion(model)
    return (
        None if case.delivered else case.absence,
        gate(case.route, facts, model),
        facts.mark if mark is not None and mark.applies_to(case.route) else None,
        facts.exception_until,
        facts.contract_norm_days,
        facts.docents,
        facts.survey,
        case.earlier and case.earlier.docents,
    )


def mark_criterion(model: ScoringModel) -> Criterion | None:
    """The criterion of the quality mark, in a model that has it."""
    return next((c for c in model.criteria if c.statuses is not None), None)


def gate(route: str, facts: Facts, model: ScoringModel) -> tuple[bool, str]:
    """Whether lessons may be bought here at all: the mark, or TST on the onderwijsroute."""
    mark = mark_criterion(model)
    if mark is None or not mark.applies_to(route):
        return (True, "") if facts.recognised else (False, "geen TST-erkenning op de peildatum")
    if facts.mark.status in (mark.statuses or {}):
        return True, ""
    return False, CLOSED[facts.mark.status]


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


def _rate(
    criterion: Criterion, case: Case, model: ScoringModel, absence: Standing | None
) -> Result:
    measure = CRITERIA[criterion.code]
    if criterion.statuses is not None:
        return _rate_mark(criterion, measure, case)
    knots = [list(knot) for knot in criterion.knots_for(case.route)]
    if measure.asks_learners and absence is None:
        return _rate_survey(criterion, measure, case, model)
    waits = criterion.norm_days is not None
    more: dict[str, Any] = {"knots": knots}
    if waits:
        more |= _norm(criterion, case.facts)
    figures = case.figures
    if absence is not None or figures is None:
        more |= _empty_more(measure)
        return Result(criterion, measure, State.MISSING, _why(absence), more=more)
    more |= _queue_more(figures) if waits else _hours_more(measure, case, figures)
    if (alone := _alone(measure, figures)) is not None:
        more["alone"] = alone
    n = figures.queue.n if waits else figures.hours[criterion.code].n
    top, bottom = _amounts(measure, figures)
    share = share_of(figures, measure)
    measured: dict[str, Any] = {"n": n, "numerator": top, "denominator": bottom}
    if share is None or not n:
        reason = (
            "niemand had moeten beginnen in deze periode"
            if waits
            else "er zijn geen lesuren in deze periode"
        )
        return Result(criterion, measure, State.MISSING, reason, more=more, **measured)
    measured |= {
        "groups": share.groups.size,
        "groups_inferred": figures.waiting_groups_inferred
        if waits
        else figures.hour_groups_inferred,
    }
    if n < model.minimum_n:
        fewer = f"minder dan {model.minimum_n} trajecten"
        reason = f"er doen {fewer} mee" if waits else f"er zijn {fewer} met lesuren"
        return Result(criterion, measure, State.TOO_FEW, reason, more=more, **measured)
    sure = _sureness(
        criterion, share, n, region=case.region, docents=case.facts.docents, model=model
    )
    value = share.value if measure.per_week else 100 * share.value
    points = points_for(value, criterion.knots_for(case.route))
    if criterion.outside_norm is not None:
        norm_applies = case.route in criterion.outside_norm_on
        more |= {
            "outside_norm": criterion.outside_norm if norm_applies else None,
            "below_outside_norm": norm_applies and value < criterion.outside_norm - TOLERANCE,
        }
    return Result(
        criterion,
        measure,
        State.ZERO if value == 0 else State.VALUE,
        value=value,
        worth=sure.worth,
        estimate=sure.estimate,
        points=points,
        change=_fall_of_waiting(case, model)
        if waits
        else _season(criterion, case, sure, points, model),
        more=more,
        **measured,
    )


def _why(absence: Standing | None) -> str:
    return ABSENT[absence or Standing.NO_DELIVERY]


def _amounts(measure: Measure, figures: Figures) -> tuple[float, float]:
    """Numerator and denominator as they are shown: people, hours, or weeks."""
    if not measure.numerator:
        return figures.queue.count(Outcome.ON_TIME), figures.queue.n
    hours = figures.hours[measure.code]
    per = DAYS_A_WEEK if measure.per_week else MINUTES_AN_HOUR
    return hours.numerator / MINUTES_AN_HOUR, hours.denominator / per


def _alone(measure: Measure, figures: Figures) -> AloneTree | None:
    """The figure of the month by itself; None when it had nobody, or no hours."""
    if measure.counts_people:
        decided = figures.decided[-1] if figures.decided else Decided(0, 0)
        top, bottom, n = decided.in_time, decided.people, decided.people
    else:
        top, bottom, n = figures.alone.get(measure.code, (0, 0, 0))
    if not bottom or not n:
        return None
    return {"value": top / bottom * (HOURS_A_WEEK if measure.per_week else 100), "n": n}


def _rate_mark(criterion: Criterion, measure: Measure, case: Case) -> Result:
    if not criterion.applies_to(case.route):
        reason = "het keurmerk telt niet mee op deze leerroute"
        return Result(criterion, measure, State.NOT_APPLICABLE, reason, more={"knots": []})
    mark = case.facts.mark
    points = float((criterion.statuses or {}).get(mark.status, 0.0))
    checked = mark.checked_on.isoformat() if mark.checked_on else None
    return Result(
        criterion,
        measure,
        State.ZERO if points == 0 else State.VALUE,
        value=mark.status,
        points=points,
        more={"knots": [], "checked_on": checked, "source": mark.source},
    )


def _rate_survey(criterion: Criterion, measure: Measure, case: Case, model: ScoringModel) -> Result:
    """A share of answers; people who answer for themselves are each a group of their own."""
    knots = criterion.knots_for(case.route)
    more = {"knots": [list(knot) for knot in knots]}
    survey = case.facts.survey
    if survey is None or not survey.answers:
        reason = "er is in het afgelopen jaar geen vragenlijst gehouden"
        return Result(criterion, measure, State.MISSING, reason, more=more)
    measured: dict[str, Any] = {
        "n": survey.people, "groups": survey.people,
        "numerator": survey.yes, "denominator": survey.answers,
    }  # fmt: skip
    if survey.people < model.minimum_n:
        reason = f"minder dan {model.minimum_n} cursisten antwoordden"
        return Result(criterion, measure, State.TOO_FEW, reason, more=more, **measured)
    share = survey.yes / survey.answers
    return Result(
        criterion,
        measure,
        State.ZERO if survey.yes == 0 else State.VALUE,
        value=100 * share,
        worth=float(survey.people),
        estimate=Estimate(share, survey.people),
        points=points_for(100 * share, knots),
        more=more,
        **measured,
    )


def _norm(criterion: Criterion, facts: Facts) -> dict[str, Any]:
    agreed = facts.contract_norm_days
    return {
        "norm_days": agreed or criterion.norm_days,
        "norm_source": "model" if agreed is None else "contract",
    }


QUEUE_NAMES = {
    "started_late": Outcome.STARTED_LATE,
    "waiting_over_norm": Outcome.WAITING_OVER_NORM,
    "left_over_norm": Outcome.LEFT_OVER_NORM,
    "waiting_within_norm": Outcome.WAITING_WITHIN_NORM,
    "left_within_norm": Outcome.LEFT_WITHIN_NORM,
}
BESIDE_QUEUE = (
    "waiting",
    "longest_wait",
    "over_42",
    "over_70",
    "median_days",
    "p90_days",
    "naive_mean",
)


def _queue_more(figures: Figures) -> dict[str, Any]:
    queue = figures.queue
    return {name: queue.count(outcome) for name, outcome in QUEUE_NAMES.items()} | {
        name: getattr(queue, name) for name in BESIDE_QUEUE
    }


def _empty_more(measure: Measure) -> dict[str, Any]:
    if measure.counts_people:
        return dict.fromkeys((*QUEUE_NAMES, *BESIDE_QUEUE))
    return {"asked": None, "met": None} if measure.on_request else {}


def _hours_more(measure: Measure, case: Case, figures: Figures) -> dict[str, Any]:
    if measure.on_request:
        return {"asked": figures.asked, "met": figures.met}
    if measure.by_docent:
        until = case.facts.exception_until
        return {
            "docents": case.facts.docents,
            "in_training_hours": figures.in_training_minutes / MINUTES_AN_HOUR,
            "exception_until": until.isoformat() if until else None,
        }
    return {}


@dataclass(frozen=True, slots=True)
class _Sureness:
    """How sure one value is; of a mean the variance (None: nothing to go by), of a share none."""

    share: Share
    worth: float
    is_mean: bool = False
    variance: Variance | None = None

    @property
    def estimate(self) -> Estimate | None:
        """What the interval is made of; None of a mean without a variance."""
        if self.is_mean and (self.variance is None or not self.worth):
            return None
        return Estimate(self.share.value, self.worth, self.variance)

    def seasonal(self, points: float) -> Seasonal | None:
        """As the comparison of seasons takes it; None of a mean without a variance."""
        if not self.is_mean:
            return Seasonal.of_share(self.share.value, self.worth, points)
        if self.variance is None or not self.worth:
            return None
        return Seasonal(self.share.value, self.variance.value / self.worth, points)


def _sureness(
    criterion: Criterion, share: Share, n: int, *, region: Region, docents: int, model: ScoringModel
) -> _Sureness:
    measure = CRITERIA[criterion.code]
    if measure.per_week:
        variance = uncertainty.variance_for(share, region.variance[criterion.code], model)
        return _Sureness(share, share.groups.kish, is_mean=True, variance=variance)
    cap = docents if measure.by_docent else None
    phi = region.phi[criterion.code]
    return _Sureness(share, uncertainty.effective_n(share.groups, phi, n, docents=cap))


def _season(
    criterion: Criterion, case: Case, now: _Sureness, points: float, model: ScoringModel
) -> ChangeTree | None:
    """The word against the same season a year ago, when there is one."""
    earlier, figures, measure = case.earlier, case.figures, CRITERIA[criterion.code]
    if earlier is None or figures is None or now.share.groups.size < model.minimum_groups:
        return None
    if figures.first_month > month_number(case.month) - model.season_after_months:
        return None
    share, hours = share_of(earlier.figures, measure), earlier.figures.hours.get(criterion.code)
    if share is None or hours is None or hours.n < model.minimum_n:
        return None
    if share.groups.size < model.minimum_groups:
        return None
    then = _sureness(
        criterion,
        share,
        hours.n,
        region=earlier.region,
        docents=earlier.docents,
        model=model,
    )
    old_value = share.value if measure.per_week else 100 * share.value
    old_points = points_for(old_value, criterion.knots_for(case.route))
    recent, old = now.seasonal(points), then.seasonal(old_points)
    word = None if recent is None or old is None else change.season_word(recent, old, model)
    if word is None:
        return None
    against = f"{add_months(case.month, -12):%Y-%m}"
    return {"direction": word, "since": None, "against": against}


def fall_of(figures: Figures, region: Region, model: ScoringModel) -> Cusum | None:
    """The CUSUM of the waiting time, from the provider's first month on the route."""
    first = range(figures.first_month, figures.first_month + model.cusum_first_months)
    first_months = [m for m in first if m < figures.first_month + len(figures.decided)]
    of_region = change.sum_decided([region.decided], first_months)
    return change.waiting_fall(figures.decided, of_region, region.effect, model)


def _fall_of_waiting(case: Case, model: ScoringModel) -> ChangeTree | None:
    """The word of the CUSUM, with the month in which the fall began."""
    figures = case.figures
    fall = None if figures is None else fall_of(figures, case.region, model)
    if figures is None or fall is None or fall.since is None:
        return None
    since = month_from_number(figures.first_month + fall.since)
    return {"direction": change.LOWER, "since": f"{since:%Y-%m}", "against": OWN_BEGIN}
