"""Where an agreement and a criterion stand, followed in the score cards. Pure: dates and values in.

A criterion has one target: the norm, where its points are *goed* by the model that judged it. What
falls short carries an agreement or a plan, and the status then says so.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from core.dates import month_end
from quality.method.criteria import CRITERIA as MEASURES

CRITERIA = {
    code: measure.label if measure.is_status else measure.label.lower()
    for code, measure in MEASURES.items()
}
"""The criteria that a measure can be about. For the mark the measure is in points."""

UNITS = {code: measure.target_unit for code, measure in MEASURES.items()}

EXAMPLES = " of ".join(
    f"{measure.example} bij {CRITERIA[code]} ({measure.target_unit})"
    for code, measure in MEASURES.items()
    if measure.example
)
"""Thresholds that a measure could have."""

KINDS: dict[str, str] = {"agreement": "afspraak", "plan": "verbeterplan"}

COMPLAINT_KINDS: dict[str, str] = {
    "docent": "docent",
    "niveau": "niveau van de groep",
    "uitleg": "uitleg",
    "frequentie": "te weinig lessen",
    "wachttijd": "wachttijd",
    "reizen": "reis naar de les",
    "anders": "anders",
}

CRITERION_OF_COMPLAINT: dict[str, str | None] = {
    kind: next((code for code, measure in MEASURES.items() if kind in measure.complaints), None)
    for kind in COMPLAINT_KINDS
}
"""Which criterion a complaint is about, unless someone says otherwise."""


class Standing(StrEnum):
    """The four words for a criterion of a provider, and one for when nothing is known."""

    ON_COURSE = "op koers"
    OFF_COURSE = "wijkt af"
    UNDER_AGREEMENT = "wijkt af, afspraak loopt"
    IN_PLAN = "onderdeel van plan"
    NO_JUDGEMENT = "geen oordeel"


def criterion_standing(
    points: float | None, open_kinds: Collection[str], *, norm: float
) -> Standing:
    """Say where one criterion stands, given the kinds of what is open about it.

    ``norm`` are the points from which the model says goed.

    A plan is named even while the norm is met: the plan runs until someone closes it.
    """
    if "plan" in open_kinds:
        return Standing.IN_PLAN
    if points is None:
        return Standing.NO_JUDGEMENT
    if points >= norm:
        return Standing.ON_COURSE
    return Standing.UNDER_AGREEMENT if "agreement" in open_kinds else Standing.OFF_COURSE


def standings(
    running: Mapping[tuple[int, int, str], Collection[str]],
    provider: int,
    route: int,
    tree: Mapping[str, Any],
) -> dict[str, Standing]:
    """Where the criteria of a judgement stand about which an agreement or a plan runs."""
    norm = tree["borders"][1]
    return {
        code: criterion_standing(item["points"], running[provider, route, code], norm=norm)
        for code, item in tree["criteria"].items()
        if (provider, route, code) in running
    }


@dataclass(frozen=True)
class MonthValue:
    """What a score card says of the criterion of a measure, in one month."""

    month: date
    value: float | None


class Course(StrEnum):
    """How a measure is doing."""

    REACHED = "gehaald"
    NOT_YET = "nog niet gehaald"
    MISSED = "niet gehaald op de einddatum"
    NO_FIGURE = "nog geen cijfer"
    BY_HAND = "zonder maatstaf"


@dataclass(frozen=True)
class Progress:
    """A measure, followed: where it stands, the newest figure, and every month since."""

    course: Course
    latest: MonthValue | None
    months: tuple[MonthValue, ...]
    overdue: bool


def follow(
    *,
    threshold: float | None,
    agreed_on: date,
    due_on: date,
    months: Sequence[MonthValue],
    today: date,
) -> Progress:
    """Follow a measure in the months that ended after it was agreed, up to the due date's month.

    The newest month with a judgement decides; a month without one is never good and never bad.
    """
    counted = tuple(
        sorted(
            (m for m in months if agreed_on <= month_end(m.month) and m.month <= due_on),
            key=lambda m: m.month,
        )
    )
    overdue = today > due_on
    if threshold is None:
        return Progress(Course.BY_HAND, None, (), overdue)
    latest = next((m for m in reversed(counted) if m.value is not None), None)
    if latest is None or latest.value is None:
        return Progress(Course.NO_FIGURE, None, counted, overdue)
    if latest.value >= threshold:
        return Progress(Course.REACHED, latest, counted, overdue)
    return Progress(Course.MISSED if overdue else Course.NOT_YET, latest, counted, overdue)
