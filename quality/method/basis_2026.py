"""Method 1, as far as it is still needed: to judge revisions of months fixed under ``basis-2026``.

The fixed months themselves keep their result; nothing is computed for them. A revision has the
value, points, score and standing of method 1, and no interval: that interval counted learners as
if each were taught alone, and was far too narrow (docs/method-2.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from quality.method.case import Facts, gate
from quality.method.criteria import CRITERIA, Measure
from quality.method.curve import curve, quantile, survival_at
from quality.method.figures import (
    ACTIVE,
    DAYS_A_WEEK,
    MINUTES_AN_HOUR,
    Rows,
    View,
    asked_and_met,
    learner_days,
)
from quality.method.judge import weighted_score
from quality.method.model import (
    TOLERANCE,
    Criterion,
    ScoringModel,
    points_for,
)
from quality.method.tree import State
from quality.method.waiting import (
    LONG_WAIT_DAYS,
    NONE,
    URGENT_WAIT_DAYS,
    People,
    stays,
)
from quality.method.words import Standing, standing_of_points

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One provider on one route in a month that rows were delivered of."""

    provider: str
    route: str
    view: View
    rows: Rows
    states: Rows
    facts: Facts
    model: ScoringModel

    @classmethod
    def of(
        cls,
        provider: str,
        route: tuple[int, str],
        view: View,
        *,
        facts: Facts,
        model: ScoringModel,
    ) -> Self:
        """The rows of one route (its number and code)."""
        number, code = route
        states = view.states
        return cls(
            provider,
            code,
            view,
            rows=view.rows(number, len(view.window)),
            states=states.where(states.route == number),
            facts=facts,
            model=model,
        )


def judge(case: Case) -> Tree:
    """The tree of method 1."""
    model = case.model
    measured = {c.code: _measured(case, c) for c in model.criteria}
    counted = {c.code: measured[c.code] for c in model.weighted}
    judged = [item for item in counted.values() if item["points"] is not None]
    applying = sum(i["weight"] for i in counted.values() if i["state"] != State.NOT_APPLICABLE)
    weight = sum(item["weight"] for item in judged)
    coverage = weight / applying if applying else 0.0
    score = None
    if judged and coverage >= model.minimum_coverage - TOLERANCE:
        score = weighted_score([(i["weight"], i["points"]) for i in judged], model.aggregation)
    for item in judged:
        item["contribution"] = item["weight"] * item["points"] / weight
    sizes = [item["n"] for item in judged if item["n"] is not None]
    smallest = min(sizes, default=None)
    is_open, reason = gate(case.route, case.facts, model)
    standing = Standing.NO_JUDGEMENT if score is None else Standing.INSUFFICIENT
    if score is not None and is_open:
        standing = standing_of_points(score, model.borders)
    return {
        "aanbieder": case.provider,
        "route": case.route,
        "standing": str(standing),
        "score": score,
        "borders": list(model.borders),
        "coverage": coverage,
        "gate": {"open": is_open, "reason": reason},
        "small": smallest is not None and smallest < model.small_below_n,
        "indicative": smallest is not None and smallest < model.ranked_from_n,
        "active": int((case.states.status == ACTIVE).sum()),
        "aggregation": model.aggregation,
        "criteria": counted,
        "beside": {k: item for k, item in measured.items() if k not in counted},
    }


def _measured(case: Case, criterion: Criterion) -> Tree:
    if criterion.statuses is not None:
        return _mark(criterion, case)
    if criterion.norm_days is not None:
        return _waiting(criterion, case)
    return _hours(criterion, CRITERIA[criterion.code], case)


def _item(criterion: Criterion, code: str, state: State, **values: Any) -> Tree:
    value = values.get("value")
    points = None if value is None else points_for(value, criterion.knots_for(code))
    return {
        "value": None,
        "numerator": None,
        "denominator": None,
        "n": None,
        "points": points,
        "weight": criterion.weight,
        "judged": points is not None,
        "reason": None,
        "state": str(state),
        "contribution": None,
        "knots": [list(knot) for knot in criterion.knots_for(code)],
        "window_months": criterion.window_months,
    } | values


def _state(n: int, value: float | None, model: ScoringModel) -> tuple[State, float | None]:
    if value is None or not n:
        return State.MISSING, None
    if n < model.minimum_n:
        return State.TOO_FEW, None
    return State.ZERO if value == 0 else State.VALUE, value


def _waiting(criterion: Criterion, case: Case) -> Tree:
    """Kaplan-Meier over the window: the share started within the norm."""
    states, view, facts = case.states, case.view, case.facts
    norm = facts.contract_norm_days or criterion.norm_days or 0
    people = People(states.registered, states.first_lesson, states.ended)
    start = view.window_start(criterion.window_months)
    followed = stays(people, window_start=start, reference=view.reference)
    steps, n = curve(followed), len(followed)
    survival = survival_at(steps, norm)
    is_known = n > 0 and (int(followed[:, 1].max()) >= norm or survival <= 0)
    state, value = _state(n, 100 * (1 - survival) if is_known else None, case.model)
    has_started, days = people.started > NONE, people.days(view.reference)
    part = people.last_day(view.reference) >= start
    waits = days[~has_started & (people.left <= NONE)]
    started = days[has_started & part]
    return _item(
        criterion,
        case.route,
        state,
        value=value,
        numerator=int((started <= norm).sum()),
        denominator=n,
        n=n,
        norm_days=norm,
        norm_source="model" if facts.contract_norm_days is None else "contract",
        median_days=quantile(steps, 0.5),
        p90_days=quantile(steps, 0.1),
        waiting=len(waits),
        longest_wait=int(waits.max()) if len(waits) else None,
        over_42=int((waits > LONG_WAIT_DAYS).sum()),
        over_70=int((waits > URGENT_WAIT_DAYS).sum()),
        started=len(started),
        left_unstarted=int((~has_started & (people.left > NONE) & part).sum()),
        naive_mean=float(started.mean()) if len(started) else None,
        interval=None,
    )


def _hours(criterion: Criterion, measure: Measure, case: Case) -> Tree:
    rows = case.rows.where(case.rows.month > case.view.month - criterion.window_months)
    per, top, bottom = MINUTES_AN_HOUR, rows.offered, rows.offered
    if measure.per_week:
        per = DAYS_A_WEEK
        top = np.where(rows.has_lessons, rows.offered, 0)
        bottom = np.where(rows.has_lessons, learner_days(rows), 0)
    else:
        top = getattr(rows, measure.numerator)
    n = len(np.unique(rows.track[rows.offered > 0]))
    hours, whole = float(top.sum()) / MINUTES_AN_HOUR, float(bottom.sum()) / per
    factor = 1 if measure.per_week else 100
    state, value = _state(n, factor * hours / whole if whole else None, case.model)
    values: Mapping[str, Any] = {"value": value, "numerator": hours, "denominator": whole, "n": n}
    return _item(criterion, case.route, state, **values, **_beside(measure, rows, case))


def _beside(measure: Measure, rows: Rows, case: Case) -> Tree:
    """What stands beside the value."""
    if measure.on_request:
        return asked_and_met(rows)
    if not measure.by_docent:
        return {}
    until = case.facts.exception_until
    return {
        "in_training_hours": int(np.maximum(rows.in_training, 0).sum()) / MINUTES_AN_HOUR,
        "exception_until": until.isoformat() if until else None,
    }


def _mark(criterion: Criterion, case: Case) -> Tree:
    if not criterion.applies_to(case.route):
        return _item(criterion, case.route, State.NOT_APPLICABLE)
    points = float((criterion.statuses or {}).get(case.facts.mark.status, 0.0))
    checked = case.facts.mark.checked_on.isoformat() if case.facts.mark.checked_on else None
    item = _item(criterion, case.route, State.VALUE if points else State.ZERO)
    return item | {
        "value": case.facts.mark.status,
        "points": points,
        "judged": True,
        "checked_on": checked,
        "source": case.facts.mark.source,
    }
