"""One criterion of a judgement: what was measured, how sure that is, and its points."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from core.dates import add_months, month_from_number, month_number
from quality.method import change, uncertainty
from quality.method.case import HOURS_A_WEEK, Case, Facts, Region, share_of
from quality.method.change import OWN_BEGIN, Cusum, Decided, Seasonal
from quality.method.criteria import CRITERIA, Measure
from quality.method.figures import DAYS_A_WEEK, MINUTES_AN_HOUR, Figures
from quality.method.model import TOLERANCE, Criterion, ScoringModel, points_for
from quality.method.tree import AloneTree, ChangeTree, CriterionTree, State
from quality.method.uncertainty import Estimate, Share, Variance, Vector
from quality.method.waiting import Outcome
from quality.method.words import Standing

ABSENT = {
    Standing.NO_DELIVERY: "er is geen levering voor deze maand",
    Standing.NO_TRACKS: "er waren geen trajecten in deze maand",
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


def rate(criterion: Criterion, case: Case, model: ScoringModel, absence: Standing | None) -> Result:
    """What one criterion measured; ``absence`` is why there is nothing to judge in the month."""
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
