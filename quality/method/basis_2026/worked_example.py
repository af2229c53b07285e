"""An invented provider, to show the method on: forty trajectories, judged by a given model."""

from datetime import date
from typing import Any

from quality.method.basis_2026.criteria import HourSums, MarkStatus, RouteInputs
from quality.method.basis_2026.scoring import judge
from quality.method.basis_2026.scoring_model import ScoringModel
from quality.method.basis_2026.waiting import Stay

MONTH = date(2026, 10, 1)
STARTED_AFTER = (3, 7, 7, 10, 14, 14, 14, 18, 21, 21, 21, 24, 25, 26, 27, 28, 28, 35, 42, 56)
STILL_WAITING = (5, 12, 20, 33, 48, 75)


def example_inputs() -> RouteInputs:
    """Twenty who started, six who still wait, forty with lessons on the B1-route."""
    waits = [
        *(Stay(0, day, started=True) for day in STARTED_AFTER),
        *(Stay(0, day, started=False) for day in STILL_WAITING),
    ]
    sums = {
        key: HourSums(
            offered=8 * 600 + 60 * (key % 5),
            certified=7 * 600 - 60 * (key % 3),
            evening_weekend=420 if key % 3 == 0 else 60,
            attended=7 * 600,
            lesson_minutes=8 * 600 + 60 * (key % 5),
            learner_days=49,
        )
        for key in range(40)
    }
    windows = dict.fromkeys(range(1, 13), sums)
    return RouteInputs(
        provider="VOORBEELD",
        route="B",
        month=MONTH,
        delivered=True,
        active=40,
        stays=dict(enumerate(waits)),
        hours=windows,
        mark=MarkStatus("bepaalde_tijd", valid=True, checked_on=date(2026, 9, 15)),
    )


def example(model: ScoringModel) -> dict[str, Any]:
    """The judgement of the invented provider, as the tree that every page prints."""
    return judge(example_inputs(), model).tree()
