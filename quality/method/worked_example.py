"""An invented provider, to show the method on: judged by a given model, in an invented region."""

from datetime import date
from typing import Any, cast

from quality.method.case import Case, Facts, MarkStatus, region_of
from quality.method.change import Decided
from quality.method.criteria import CRITERIA
from quality.method.figures import Figures, Hours, Queue
from quality.method.judge import judge
from quality.method.model import ScoringModel
from quality.method.uncertainty import Groups

MONTH = date(2026, 10, 1)
ON_TIME, LATE, WAITING_LONG, WAITING_SHORT = 26, 4, 3, 4
GROUPS = ((6, 6), (6, 6), (7, 6), (6, 5), (5, 3), (1, 0), (1, 0), (1, 0))
"""Denominator and numerator of each group; who waits is a group of its own."""


def example_figures(model: ScoringModel, *, certified: float = 0.9) -> Figures:
    """Thirty who started in five groups, three who wait too long; five groups with lessons."""
    offered = (2400, 2400, 2700, 2400, 1800)
    parts = {
        "certified": [
            round(m * share) for m, share in zip(offered, (1, 1, certified, 1, 0.5), strict=True)
        ],
        "evening_weekend": [0, 0, 900, 0, 0],
    }
    most = [round(0.85 * minutes) for minutes in offered]
    hours = {}
    for criterion in model.criteria:
        measure = CRITERIA[criterion.code]
        if measure.per_week:
            days = tuple(round(m / 60 / 11.4 * 7) for m in offered)
            hours[criterion.code] = Hours(sum(offered), sum(days), 30, Groups.of(days, offered))
        elif measure.numerator:
            tops = tuple(parts.get(measure.numerator, most))
            hours[criterion.code] = Hours(sum(tops), sum(offered), 30, Groups.of(offered, tops))
    return Figures(
        first_month=MONTH.year * 12 - 30,
        delivered=True,
        in_window=True,
        active=30,
        norm_days=model.waiting.norm_days or 0,
        queue=Queue(
            outcomes=(ON_TIME, LATE, WAITING_LONG, 0, WAITING_SHORT, 0),
            longest_wait=75,
            over_42=2,
            over_70=1,
            median_days=18,
            p90_days=35,
        ),
        waiting_groups=Groups.of(*zip(*GROUPS, strict=True)),
        hours=hours,
        decided=(Decided(3, 3),),
    )


def example(model: ScoringModel) -> dict[str, Any]:
    """The judgement of the invented provider, as the tree that every page prints."""
    own = example_figures(model)
    others = [example_figures(model, certified=share) for share in (0.2, 0.6, 1.0)]
    case = Case(
        provider="VOORBEELD",
        route="B",
        month=MONTH,
        figures=own,
        facts=Facts(
            mark=MarkStatus("bepaalde_tijd", date(2026, 9, 15)), docents=6, owed=True, answered=True
        ),
        region=region_of([own, *others], model),
    )
    return cast("dict[str, Any]", judge(case, model).tree())  # type: ignore[union-attr]
