"""Waiting time with those still waiting counted: Kaplan-Meier with delayed entry.

A mean over those who started hides the queue. Here everyone at risk in the window counts, up to
the day that they started, left unstarted, or are still waiting.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist

TOLERANCE = 1e-12
"""S is a product of fractions: a curve that reaches exactly one half may miss it by this much."""

Z95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Stay:
    """Days waited by one trajectory: followed from ``entry`` up to and including ``exit``.

    ``started`` tells whether the wait ended in a first lesson; ``left`` whether the trajectory
    ended without one. Neither means still waiting.
    """

    entry: int
    exit: int
    started: bool
    left: bool = False

    @property
    def waiting(self) -> bool:
        """Whether this learner is still waiting at the end of the window."""
        return not self.started and not self.left


@dataclass(frozen=True, slots=True)
class Step:
    """One day on which somebody started: S just after it, and Greenwood's sum up to it."""

    day: int
    at_risk: int
    events: int
    survival: float
    greenwood: float

    @property
    def standard_error(self) -> float:
        """Greenwood's standard error of S."""
        return self.survival * sqrt(self.greenwood) if self.survival > 0 else 0.0


def stay(
    *,
    registered: int,
    first_lesson: int | None,
    ended: int | None,
    window_start: int,
    reference: int,
) -> Stay | None:
    """Make the stay of a trajectory (days as ordinals) or None when it takes no part.

    No part: registered after the reference day, started before the window, or ended unstarted
    before the window.
    """
    if registered > reference:
        return None
    started = first_lesson is not None and first_lesson <= reference
    left = not started and ended is not None and ended <= reference
    if started and first_lesson is not None:
        last = first_lesson
    elif left and ended is not None:
        last = ended
    else:
        last = reference
    if last < window_start:
        return None
    return Stay(
        entry=max(0, window_start - registered),
        exit=last - registered,
        started=started,
        left=left,
    )


def curve(stays: Sequence[Stay]) -> tuple[Step, ...]:
    """Estimate S(t), one step per day with a start; at risk on day t: entry <= t <= exit."""
    events = Counter(one.exit for one in stays if one.started)
    entries = sorted(one.entry for one in stays)
    exits = sorted(one.exit for one in stays)
    entered = gone = 0
    survival, greenwood = 1.0, 0.0
    steps = []
    for day in sorted(events):
        while entered < len(entries) and entries[entered] <= day:
            entered += 1
        while gone < len(exits) and exits[gone] < day:
            gone += 1
        at_risk, started = entered - gone, events[day]
        survival *= 1 - started / at_risk
        if at_risk > started:
            greenwood += started / (at_risk * (at_risk - started))
        steps.append(Step(day, at_risk, started, survival, greenwood))
    return tuple(steps)


def step_at(steps: Sequence[Step], day: int) -> Step | None:
    """The last step on or before ``day``; None when nobody had started by then."""
    found = None
    for step in steps:
        if step.day > day:
            break
        found = step
    return found


def survival_at(steps: Sequence[Step], day: int) -> float:
    """S(day): the share still waiting after so many days."""
    step = step_at(steps, day)
    return 1.0 if step is None else step.survival


def quantile(steps: Sequence[Step], remaining: float) -> int | None:
    """Smallest day with S <= ``remaining`` (0.5 gives the median); None when never reached."""
    return next((s.day for s in steps if s.survival <= remaining + TOLERANCE), None)


def survival_interval(steps: Sequence[Step], day: int, participants: int) -> tuple[float, float]:
    """95 % interval of S(day): Greenwood, log(-log).

    With nobody started, or everybody, that variance is nothing; then the exact one-sided bound
    holds (about 3/n, the rule of three).
    """
    step = step_at(steps, day)
    bound = 0.05 ** (1 / participants)
    if step is None:
        return bound, 1.0
    if step.survival <= 0:
        return 0.0, 1 - bound
    spread = Z95 * sqrt(step.greenwood) / -log(step.survival)
    return step.survival ** exp(spread), step.survival ** exp(-spread)


def restricted_mean(steps: Sequence[Step], until: int) -> float:
    """Mean wait up to a day: the area under S."""
    area, day, survival = 0.0, 0, 1.0
    for step in steps:
        if step.day > until:
            break
        area += survival * (step.day - day)
        day, survival = step.day, step.survival
    return area + survival * (until - day)


@dataclass(frozen=True, slots=True)
class WaitingTime:
    """What the criterion reports; ``share`` is None when nobody was followed for the norm."""

    n: int
    share: float | None
    interval: tuple[float, float] | None
    started_within_norm: int
    started: int
    left: int
    median_days: int | None
    p90_days: int | None
    waiting: int
    longest_wait: int | None
    over_42: int
    over_70: int
    naive_mean: float | None
    steps: tuple[Step, ...]


def summarise(stays: Sequence[Stay], norm_days: int) -> WaitingTime:
    """Share started within the norm, and what is reported beside it."""
    steps = curve(stays)
    n = len(stays)
    survival = survival_at(steps, norm_days)
    followed = n > 0 and (max(one.exit for one in stays) >= norm_days or survival <= 0)
    low, high = survival_interval(steps, norm_days, n) if followed else (0.0, 1.0)
    started = [one.exit for one in stays if one.started]
    waits = [one.exit for one in stays if one.waiting]
    return WaitingTime(
        n=n,
        share=1 - survival if followed else None,
        interval=(1 - high, 1 - low) if followed else None,
        started_within_norm=sum(day <= norm_days for day in started),
        started=len(started),
        left=sum(one.left for one in stays),
        median_days=quantile(steps, 0.5),
        p90_days=quantile(steps, 0.1),
        waiting=len(waits),
        longest_wait=max(waits, default=None),
        over_42=sum(day > 42 for day in waits),
        over_70=sum(day > 70 for day in waits),
        naive_mean=sum(started) / len(started) if started else None,
        steps=steps,
    )


def log_rank(first: Sequence[Stay], second: Sequence[Stay]) -> float:
    """Log-rank chi-square (one degree of freedom) of two groups."""
    difference = variance = 0.0
    for day in sorted({one.exit for one in (*first, *second) if one.started}):
        n1, n2 = (sum(s.entry <= day <= s.exit for s in group) for group in (first, second))
        d1, d2 = (sum(s.started and s.exit == day for s in group) for group in (first, second))
        n, d = n1 + n2, d1 + d2
        difference += d1 - d * n1 / n
        if n > 1:
            variance += d * (n1 / n) * (n2 / n) * (n - d) / (n - 1)
    return difference**2 / variance if variance else 0.0
