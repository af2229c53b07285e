"""How long people wait for a group to fill, when it starts at ``size`` people.

People arrive at ``rate`` a week, apart from each other. Someone who arrives finds any number of
places still open, 0 to ``size - 1``, with the same chance; with J open places the wait is the time
until J more people come, an Erlang distribution. Fixed start dates, holidays and people who leave
the queue are outside the formula: ``simulate`` takes start dates into account.
"""

import math
import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupWait:
    """Waiting times in weeks."""

    mean: float
    median: float
    p90: float
    first: float
    at_once: float


def expected_wait(size: int, rate: float) -> GroupWait | None:
    """Wait of a random participant; none when nobody comes or a group has no size."""
    if size < 1 or rate <= 0:
        return None
    return GroupWait(
        mean=(size - 1) / (2 * rate),
        median=_quantile(size, rate, 0.5),
        p90=_quantile(size, rate, 0.9),
        first=(size - 1) / rate,
        at_once=1 / size,
    )


def share_within(size: int, rate: float, weeks: float) -> float:
    """Chance that the wait is at most ``weeks``."""
    arrivals = rate * weeks
    # P(Erlang(j) <= t) = P(Poisson >= j): sum over j of that chance, divided by size.
    chance, below, total = math.exp(-arrivals), 0.0, 0.0
    for j in range(size):
        total += 1 - below
        below += chance
        chance *= arrivals / (j + 1)
    return total / size


def _quantile(size: int, rate: float, share: float) -> float:
    if share <= 1 / size:
        return 0.0
    low, high = 0.0, size / rate
    while share_within(size, rate, high) < share:
        high *= 2
    while high - low > 1e-9 * max(1.0, high):
        middle = (low + high) / 2
        if share_within(size, rate, middle) < share:
            low = middle
        else:
            high = middle
    return high


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a simulation of many groups found, in weeks."""

    mean: float
    median: float
    p90: float
    people: int


def simulate(
    size: int, rate: float, *, people: int = 20_000, start_every: float = 0.0, seed: int = 1
) -> Simulated | None:
    """Let people arrive at random; a full group starts at once, or at the next start date.

    ``start_every`` is the number of weeks between start dates; 0 means any day.
    """
    if size < 1 or rate <= 0:
        return None
    chance = random.Random(seed)
    clock, queue = 0.0, []
    waits: list[float] = []
    while len(waits) < people:
        clock += chance.expovariate(rate)
        queue.append(clock)
        if len(queue) == size:
            starts = math.ceil(clock / start_every) * start_every if start_every else clock
            waits.extend(starts - arrived for arrived in queue)
            queue.clear()
    waits.sort()
    return Simulated(
        mean=math.fsum(waits) / len(waits),
        median=waits[len(waits) // 2],
        p90=waits[math.ceil(0.9 * len(waits)) - 1],
        people=len(waits),
    )
