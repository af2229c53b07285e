"""The curve of the wait, beside the figure: Kaplan-Meier with delayed entry.

Everyone at risk in the window counts, up to the day of the first lesson, of leaving, or the last.
"""

from collections.abc import Sequence
from math import exp, log, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CURVE_TOLERANCE = 1e-12
"""S is a product of fractions: a curve that reaches exactly one half may miss it by this much."""

Z95 = NormalDist().inv_cdf(0.975)


class Stay(NamedTuple):
    """Days waited by one person: followed from ``entry`` up to and including ``exit``."""

    entry: int
    exit: int
    started: bool


class Step(NamedTuple):
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


def curve(followed: "Sequence[Stay] | NDArray[np.int64]") -> tuple[Step, ...]:
    """Estimate S(t), one step per day with a start; at risk on day t: entry <= t <= exit.

    Of stays, or of a table with their three columns.
    """
    if not len(followed):
        return ()
    import numpy as np  # noqa: PLC0415  a page that draws a curve does without it

    table = np.array(followed, dtype=np.int64)
    entries, exits, started = np.sort(table[:, 0]), np.sort(table[:, 1]), table[:, 2] > 0
    days, events = np.unique(table[started, 1], return_counts=True)
    at_risk = np.searchsorted(entries, days, side="right") - np.searchsorted(exits, days)
    survival = np.cumprod(1 - events / at_risk)
    staying = np.maximum(at_risk - events, 1)
    greenwood = np.cumsum(np.where(at_risk > events, events / (at_risk * staying), 0.0))
    rows = (days.tolist(), at_risk.tolist(), events.tolist(), survival.tolist(), greenwood.tolist())
    return tuple(Step(*row) for row in zip(*rows, strict=True))


def survival_at(steps: Sequence[Step], day: int) -> float:
    """S(day): the share still waiting after so many days."""
    return next((s.survival for s in reversed(steps) if s.day <= day), 1.0)


def quantile(steps: Sequence[Step], remaining: float) -> int | None:
    """Smallest day with S <= ``remaining`` (0.5 gives the median); None when never reached."""
    return next((s.day for s in steps if s.survival <= remaining + CURVE_TOLERANCE), None)


def survival_interval(steps: Sequence[Step], day: int, participants: int) -> tuple[float, float]:
    """95 % interval of S(day): Greenwood, log(-log).

    With nobody started, or everybody, that variance is nothing; then the exact one-sided bound
    holds (about 3/n, the rule of three).
    """
    step = next((s for s in reversed(steps) if s.day <= day), None)
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
