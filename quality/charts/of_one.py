"""The charts of one provider on one route: what each is drawn from, and with which borders."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from core.charts.pictures import Chart
from core.dates import add_months, month_of, months_between
from core.small_numbers import MINIMUM
from providers.codes import MarkStatus
from providers.models import QualityMark
from quality import charts
from quality.lessons.intensity import LessonMonth, Lessons
from quality.method.criteria import CRITERIA
from quality.method.model import ScoringModel, value_for

Tree = dict[str, Any]
HISTORY = 24
CALENDAR = 12


def model_changes(trees: Mapping[date, Tree]) -> list[date]:
    """Months from which another scoring model holds."""
    return [
        later
        for earlier, later in pairwise(sorted(trees))
        if trees[earlier]["model"] != trees[later]["model"]
    ]


def norm(tree: Tree, measure: str, model: ScoringModel) -> float | None:
    """The value that gives the points of *goed*: what the line should stay above."""
    if measure == "score":
        return None
    knots = tree["criteria"][measure].get("knots") or []
    return value_for(model.good_from, tuple(map(tuple, knots))) if knots else None


def top_of(tree: Tree, measure: str) -> float:
    """Where the axis of a measure ends for every provider: 100, or a fifth past full points."""
    if measure == "score" or not CRITERIA[measure].per_week:
        return 100.0
    knots = tree["criteria"][measure].get("knots") or [[100.0, 100.0]]
    return float(1.2 * knots[-1][0])


def hours_chart(lessons: Lessons | None, last: date, *, end: str, of: str) -> Chart:
    """Promised, offered and attended hours of a year; a month of a few learners stays hidden."""
    months = []
    for month in months_between(add_months(last, 1 - CALENDAR), last) if lessons else []:
        found = lessons.months.get(month, LessonMonth()) if lessons else LessonMonth()
        shown = found.tracks >= MINIMUM
        months.append(
            charts.Hours(
                month,
                found.promised / 60 if shown and found.promised is not None else None,
                found.offered / 60 if shown else None,
                found.attended / 60 if shown else None,
                few=found.few,
            )
        )
    short = lessons.shortfall() if lessons else None
    return charts.hours(f"uren-{end}", of, months, short)


def suspensions(provider_id: int, last: date) -> list[charts.Span]:
    """Periods in which the quality mark did not hold, as far as they are in the picture."""
    first = add_months(last, 1 - HISTORY)
    marks = (
        QualityMark.select()
        .where(QualityMark.provider == provider_id)
        .order_by(QualityMark.valid_from)
    )
    found = []
    for mark in marks:
        status = MarkStatus(mark.status)
        start = month_of(mark.valid_from)
        until = month_of(mark.valid_until) if mark.valid_until else last
        if not status.valid and start <= last and until >= first:
            found.append(charts.Span(max(start, first), until, f"keurmerk {status.label}"))
    return found
