"""Waiting: who began in time, who did not, and who still waits.

The criterion counts people that can be listed: no model stands between them and the figure.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

NONE = -1
"""In an array of days or codes: there is none."""

LONG_WAIT_DAYS, URGENT_WAIT_DAYS = 42, 70
"""Borders of the queue: strictly more, and still waiting."""


class Outcome(IntEnum):
    """Why somebody counts, or is told beside the figure."""

    ON_TIME = 0
    STARTED_LATE = 1
    WAITING_OVER_NORM = 2
    LEFT_OVER_NORM = 3
    WAITING_WITHIN_NORM = 4
    LEFT_WITHIN_NORM = 5


COUNTED = (
    Outcome.ON_TIME,
    Outcome.STARTED_LATE,
    Outcome.WAITING_OVER_NORM,
    Outcome.LEFT_OVER_NORM,
)
"""Who is in the denominator; only who began in time is in the numerator."""


@dataclass(frozen=True, slots=True)
class People:
    """Trajectories on one route, as arrays of day numbers; ``NONE`` where there is no such day.

    ``started`` is the first lesson, ``left`` the last day of who went without one.
    """

    registered: Integers
    started: Integers
    left: Integers

    def __len__(self) -> int:
        """How many trajectories."""
        return len(self.registered)

    def last_day(self, reference: int) -> Integers:
        """Last day in the queue: the first lesson, the day of leaving, or the reference day."""
        gone = np.where(self.left > NONE, self.left, reference)
        return np.where(self.started > NONE, self.started, gone)

    def days(self, reference: int) -> Integers:
        """Days waited up to the last day in the queue."""
        return self.last_day(reference) - self.registered


def outcomes(people: People, *, window_start: int, reference: int, norm: int) -> Integers:
    """The outcome of each; ``NONE`` of who started or left before the window.

    Who still waits counts however long ago the registration was.
    """
    has_started = people.started > NONE
    waits = ~has_started & (people.left <= NONE)
    within = people.days(reference) <= norm
    kinds = np.select(
        [has_started, waits],
        [
            np.where(within, Outcome.ON_TIME, Outcome.STARTED_LATE),
            np.where(within, Outcome.WAITING_WITHIN_NORM, Outcome.WAITING_OVER_NORM),
        ],
        np.where(within, Outcome.LEFT_WITHIN_NORM, Outcome.LEFT_OVER_NORM),
    )
    takes_part = waits | (people.last_day(reference) >= window_start)
    return np.where(takes_part & (people.registered <= reference), kinds, NONE)


def decisions(people: People, *, reference: int, norm: int) -> tuple[Integers, Flags]:
    """Day on which each was decided (``NONE`` when not yet, or gone before), and whether in time.

    In time: the day of the first lesson. Otherwise the day after the norm passed unstarted.
    """
    on_time = (people.started > NONE) & (people.started - people.registered <= norm)
    passed = people.registered + norm + 1
    day = np.where(on_time, people.started, passed)
    decided = on_time | (people.last_day(reference) >= passed)
    return np.where(decided, day, NONE), on_time


def stays(people: People, *, window_start: int, reference: int) -> Integers:
    """Entry, exit and whether started, of everyone who was followed somewhere in the window."""
    taking_part = (people.last_day(reference) >= window_start) & (people.registered <= reference)
    entries = np.maximum(0, window_start - people.registered)[taking_part]
    exits = people.days(reference)[taking_part]
    has_started = (people.started > NONE)[taking_part]
    return np.stack([entries, exits, has_started.astype(np.int64)], axis=1)
