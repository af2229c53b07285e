"""Which scale per leerroute: expected wait for a full group, alone, as chosen, or all together.

People arrive at ``rate`` a week, apart from each other, and a group starts at ``size`` people.
Someone who arrives finds any number of places still open, 0 to ``size - 1``, with the same chance;
with J open places the wait is the time until J more people come, an Erlang distribution. Fixed
start dates, holidays and people who leave the queue are outside the formula: ``simulate`` takes
start dates into account.
"""

import math
import random
from collections.abc import Iterable, Mapping
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


WEEKS = 52
OWN = "lokaal"


@dataclass(frozen=True, slots=True)
class Pool:
    """People who fill the same groups."""

    name: str
    municipalities: tuple[str, ...]
    tracks: int
    wait: GroupWait | None

    @property
    def per_week(self) -> float:
        """Arrivals a week."""
        return self.tracks / WEEKS


@dataclass(frozen=True, slots=True)
class RouteScale:
    """The choice of scale for one leerroute, in weeks of waiting."""

    route: str
    year: int
    group_size: int
    tracks: int
    alone: tuple[Pool, ...]
    chosen: tuple[Pool, ...]
    together: Pool
    simulated: Simulated | None

    @property
    def chosen_mean(self) -> float | None:
        """Mean wait of a participant as the scales were chosen; none when a pool never fills."""
        return _mean(self.chosen)

    @property
    def alone_mean(self) -> float | None:
        """Mean wait when every gemeente makes its own groups."""
        return _mean(self.alone)


def pool_names(codes: Iterable[str], scales: Mapping[str, str]) -> dict[str, str]:
    """With whom each gemeente fills groups: alone under its own code, or all of one scale."""
    return {code: code if (scale := scales.get(code, OWN)) == OWN else scale for code in codes}


def route_scale(
    route: str,
    year: int,
    *,
    numbers: Mapping[str, int],
    scales: Mapping[str, str],
    group_size: int,
    start_every: int = 0,
) -> RouteScale:
    """Waits of one route; ``numbers`` are trajecten a year by gemeente."""
    alone = tuple(_pool(code, [code], numbers, group_size) for code in sorted(numbers))
    pools: dict[str, list[str]] = {}
    for code, pool in pool_names(sorted(numbers), scales).items():
        pools.setdefault(pool, []).append(code)
    chosen = tuple(_pool(name, codes, numbers, group_size) for name, codes in pools.items())
    together = _pool("regionaal", sorted(numbers), numbers, group_size)
    return RouteScale(
        route,
        year,
        group_size,
        sum(numbers.values()),
        alone,
        chosen,
        together,
        simulate(group_size, together.per_week, start_every=start_every, people=5_000)
        if start_every
        else None,
    )


def _pool(name: str, codes: list[str], numbers: Mapping[str, int], size: int) -> Pool:
    tracks = sum(numbers[code] for code in codes)
    return Pool(name, tuple(codes), tracks, expected_wait(size, tracks / WEEKS))


def _mean(pools: Iterable[Pool]) -> float | None:
    counted = [(p.tracks, p.wait) for p in pools if p.tracks]
    people = sum(tracks for tracks, _ in counted)
    if not people:
        return None
    return sum(tracks * wait.mean for tracks, wait in counted if wait is not None) / people
