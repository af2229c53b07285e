"""Mean duration until someone passes, with those who have not passed yet counted. Pure.

From the first day of the term to the last part that was passed, as the gemeente fills them in.
A mean over who passed is too good to be true: who takes long is not in it yet. Here everyone who
was followed in the year counts up to the last day that we know of (Kaplan-Meier); the mean is the
area under the curve, up to a horizon.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from quality.method.curve import Stay, Step, curve, quantile, restricted_mean, survival_at

HORIZON_MONTHS = 36
"""Three years: the term in which someone has to pass (Wet inburgering 2021, art. 11)."""

DAYS_PER_MONTH = 365.25 / 12
Z_90 = 1.6449
"""Both sides of a 90 % interval."""


@dataclass(frozen=True, slots=True)
class Learner:
    """One learner, days as ordinals: the first of the term, of passing, and of leaving."""

    term_from: int
    passed: int | None = None
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Duration:
    """The mean in months up to a horizon, and what belongs beside it.

    ``mean`` is None when nobody passed: then there is nothing to take a mean of.
    """

    mean: float | None
    median: float | None
    horizon: float
    people: int
    passed: int
    under_way: int
    left: int
    passed_share: float
    naive_mean: float | None
    interval: tuple[float, float] | None


def duration_until_pass(
    learners: Iterable[Learner], *, window_start: int, reference: int
) -> Duration:
    """Estimate over everyone who was under way somewhere between the two days.

    The horizon is three years, or the longest time anyone was followed when that is shorter.
    """
    followed = [
        (learner, _last_day(learner, reference))
        for learner in learners
        if is_followed(learner, window_start=window_start, reference=reference)
    ]
    stays = [
        Stay(
            max(0, window_start - learner.term_from),
            last - learner.term_from,
            _by(learner.passed, reference),
        )
        for learner, last in followed
    ]
    left = sum(
        _by(learner.left, reference) and not _by(learner.passed, reference)
        for learner, _ in followed
    )
    steps = curve(stays)
    longest = max((one.exit for one in stays), default=0)
    horizon = min(round(HORIZON_MONTHS * DAYS_PER_MONTH), longest)
    passed = [one.exit for one in stays if one.started]
    median = quantile(steps, 0.5)
    mean = restricted_mean(steps, horizon)
    spread = Z_90 * standard_error_of_mean(steps, horizon)
    return Duration(
        mean=mean / DAYS_PER_MONTH if passed else None,
        median=None if median is None else median / DAYS_PER_MONTH,
        horizon=horizon / DAYS_PER_MONTH,
        people=len(stays),
        passed=len(passed),
        under_way=len(stays) - len(passed) - left,
        left=left,
        passed_share=100 * (1 - survival_at(steps, horizon)),
        naive_mean=sum(passed) / len(passed) / DAYS_PER_MONTH if passed else None,
        interval=(
            (max(0.0, mean - spread) / DAYS_PER_MONTH, (mean + spread) / DAYS_PER_MONTH)
            if passed
            else None
        ),
    )


def is_followed(learner: Learner, *, window_start: int, reference: int) -> bool:
    """Whether someone was under way somewhere between the two days."""
    last = _last_day(learner, reference)
    return learner.term_from <= reference and last >= max(window_start, learner.term_from)


def standard_error_of_mean(steps: Sequence[Step], until: int) -> float:
    """Standard error of the area under S up to a day (Klein and Moeschberger 2003, 4.5)."""
    days = [step.day for step in steps if step.day < until]
    area, variance = 0.0, 0.0
    for step, following in reversed([*zip(steps, [*days[1:], until], strict=False)]):
        area += step.survival * (following - step.day)
        if step.at_risk > step.events:
            variance += area**2 * step.events / (step.at_risk * (step.at_risk - step.events))
    return sqrt(variance)


def _by(day: int | None, reference: int) -> bool:
    """Whether something had happened by the reference day."""
    return day is not None and day <= reference


def _last_day(learner: Learner, reference: int) -> int:
    """The day of passing, of leaving, or the last that is looked at."""
    for day in (learner.passed, learner.left):
        if day is not None and day <= reference:
            return day
    return reference
