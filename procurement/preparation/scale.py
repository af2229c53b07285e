"""Which scale per leerroute: expected wait for a full group, alone, as chosen, or all together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from procurement.preparation.group_filling import GroupWait, Simulated, expected_wait, simulate

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
    for code in sorted(numbers):
        scale = scales.get(code, OWN)
        # Whoever goes alone is a pool of its own; the others of one scale share their groups.
        pools.setdefault(code if scale == OWN else scale, []).append(code)
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
