"""Which groups start soonest: of which gemeenten and levels, where and when. Pure.

A group starts on the day that its last learner is ready, with ``size`` to ``most`` learners. All of
them can reach its place within the travel limit, differ one level at most, and want lessons by day
or in the evening alike. The best composition is the one with the fewest days of waiting of everyone
together, then with the least travel; who has no group waits until the horizon.

Who can share groups falls apart into islands. An island of at most ``EXACT`` learners is solved
exactly, by dynamic programming over sets of learners. A larger one is filled in the order in which
learners become ready, a group as soon as one is full. Then, again and again, a few groups are taken
apart and made anew with whoever is left, some of them put off at random; what is better is kept
(large neighbourhood search, Shaw 1998).
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations

from providers.register.rules import FAR_MINUTES

EXACT = 12
SMALL = 9
"""Part of an island that is solved exactly while it is improved."""
LARGE = 200
"""Beyond so many learners the first filling counts: a year of them is for comparing."""
ROUNDS = 300
TAKEN_APART = 3
PUT_OFF, OTHERWISE = 0.15, 0.3
"""Chances that a full group is put off, and that another one than the best is made."""
SEED = 1
SPAN = 1
"""Levels that the learners of one group differ at most."""


@dataclass(frozen=True, order=True, slots=True)
class Learner:
    """Who waits from day ``ready`` (an ordinal); ``expected``: who is still to register.

    ``level`` is the number of the lowest skill; ``evening`` is None for who said nothing.
    """

    ready: int
    key: int
    municipality: str = field(compare=False)
    level: int = field(compare=False)
    evening: bool | None = field(compare=False, default=None)
    expected: bool = field(compare=False, default=False)


@dataclass(frozen=True)
class Rules:
    """How groups are made.

    ``minutes`` is the journey from a gemeente to a place with lessons, itself a gemeente; one's own
    gemeente can always be reached. ``pools`` names with whom a gemeente shares its groups; without
    it, everyone shares.
    """

    size: int
    most: int
    minutes: Mapping[tuple[str, str], int]
    pools: Mapping[str, str] | None = None

    def pool_of(self, municipality: str) -> str:
        """The name of those with whom a gemeente shares groups."""
        return "" if self.pools is None else self.pools.get(municipality, municipality)

    def reach(self, municipality: str) -> dict[str, int]:
        """Minutes to every place that somebody of a gemeente can be asked to go to."""
        own = {municipality: self.minutes.get((municipality, municipality), 0)}
        return own | {
            place: minutes
            for (start, place), minutes in self.minutes.items()
            if start == municipality and minutes <= FAR_MINUTES
        }


@dataclass(frozen=True)
class Group:
    """Learners who start together at a place."""

    place: str
    evening: bool
    learners: tuple[Learner, ...]

    @property
    def starts_on(self) -> int:
        """The day on which the last one is ready."""
        return max(one.ready for one in self.learners)

    @property
    def waited(self) -> int:
        """Days that all of them together waited."""
        return sum(self.starts_on - one.ready for one in self.learners)

    @property
    def municipalities(self) -> list[str]:
        """Where they come from."""
        return sorted({one.municipality for one in self.learners})

    @property
    def levels(self) -> tuple[int, int]:
        """Lowest and highest level."""
        levels = [one.level for one in self.learners]
        return min(levels), max(levels)


@dataclass(frozen=True)
class Composition:
    """Groups in the order in which they start, and who has none on the last day."""

    groups: tuple[Group, ...]
    left: tuple[Learner, ...]
    horizon: int

    @property
    def days(self) -> int:
        """Days of waiting of everyone together."""
        return sum(group.waited for group in self.groups) + sum(
            self.horizon - one.ready for one in self.left
        )

    @property
    def people(self) -> int:
        """How many learners it is about."""
        return len(self.left) + sum(len(group.learners) for group in self.groups)

    @property
    def mean(self) -> float | None:
        """Days that one waits; none without anyone."""
        return self.days / self.people if self.people else None


Option = tuple[str, str, int, bool]
"""Pool, place, lowest level, evening: what all learners of a group have in common."""


class _Task:
    """One question: the rules, with the options and the journeys of each learner looked up once."""

    def __init__(self, rules: Rules, horizon: int) -> None:
        self.rules, self.horizon = rules, horizon
        self.reach = cache(rules.reach)
        self.options = cache(self._options)

    def _options(self, one: Learner) -> tuple[Option, ...]:
        evenings = (False, True) if one.evening is None else (one.evening,)
        pool = self.rules.pool_of(one.municipality)
        return tuple(
            (pool, place, low, evening)
            for place in self.reach(one.municipality)
            for low in range(one.level - SPAN, one.level + 1)
            for evening in evenings
        )

    def travel(self, place: str, learners: Iterable[Learner]) -> int:
        return sum(self.reach(one.municipality)[place] for one in learners)

    def group(self, learners: Sequence[Learner]) -> Group | None:
        """These learners as one group at the place with the least travel; none if they cannot."""
        shared = set(self.options(learners[0])).intersection(*map(self.options, learners[1:]))
        if not shared:
            return None
        _, place, _, evening = min(shared, key=lambda o: (self.travel(o[1], learners), o))
        return Group(place, evening, tuple(sorted(learners)))

    def cost(self, groups: Iterable[Group], left: Iterable[Learner]) -> tuple[int, int]:
        """Days of waiting, then minutes of travel."""
        groups = list(groups)
        return (
            sum(g.waited for g in groups) + sum(self.horizon - one.ready for one in left),
            sum(self.travel(g.place, g.learners) for g in groups),
        )


def compose(
    learners: Iterable[Learner], rules: Rules, horizon: int, *, quick: bool = False
) -> Composition:
    """The groups with the fewest days of waiting until ``horizon``, an ordinal day.

    ``quick`` leaves out improving a large island: to compare many compositions.
    """
    task = _Task(rules, horizon)
    groups: list[Group] = []
    left: list[Learner] = []
    for island in _islands(task, sorted(learners)):
        if len(island) <= EXACT:
            some, rest = _exact(task, island)
        elif quick:
            some, rest = _fill(task, island, None)
        else:
            some, rest = _filled(task, island)
        groups += some
        left += rest
    groups.sort(key=lambda g: (g.starts_on, g.place, g.learners))
    return Composition(tuple(groups), tuple(sorted(left)), horizon)


def _islands(task: _Task, learners: Sequence[Learner]) -> list[list[Learner]]:
    """Learners apart by whom they could ever share a group with, directly or through others."""
    by_option: dict[Option, list[Learner]] = {}
    for one in learners:
        for option in task.options(one):
            by_option.setdefault(option, []).append(one)
    seen: set[Learner] = set()
    islands = []
    for first in learners:
        if first in seen:
            continue
        seen.add(first)
        island, open_ends = [], [first]
        while open_ends:
            one = open_ends.pop()
            island.append(one)
            for option in task.options(one):
                fresh = [other for other in by_option.pop(option, ()) if other not in seen]
                seen.update(fresh)
                open_ends += fresh
        islands.append(sorted(island))
    return islands


Solution = tuple[list[Group], list[Learner]]


def _exact(task: _Task, island: Sequence[Learner]) -> Solution:
    """The best of all compositions: what the first learner does, with the best for the others."""
    possible: dict[int, list[tuple[int, Group]]] = {place: [] for place in range(len(island))}
    for count in range(task.rules.size, min(task.rules.most, len(island)) + 1):
        for places in combinations(range(len(island)), count):
            group = task.group([island[place] for place in places])
            if group is not None:
                possible[places[0]].append((sum(1 << place for place in places), group))

    @cache
    def best(free: int) -> tuple[tuple[int, int], tuple[Group, ...]]:
        if not free:
            return (0, 0), ()
        first = (free & -free).bit_length() - 1
        days, travel = best(free & ~(1 << first))[0]
        cheapest = (
            (days + task.horizon - island[first].ready, travel),
            best(free & ~(1 << first))[1],
        )
        for mask, group in possible[first]:
            if mask & free == mask:
                (days, travel), others = best(free & ~mask)
                own = task.cost([group], ())
                cheapest = min(
                    cheapest,
                    ((days + own[0], travel + own[1]), (group, *others)),
                    key=lambda f: f[0],
                )
        return cheapest

    groups = list(best((1 << len(island)) - 1)[1])
    placed = {one for group in groups for one in group.learners}
    return groups, [one for one in island if one not in placed]


def _filled(task: _Task, island: Sequence[Learner]) -> Solution:
    """Filled in the order in which learners are ready, then improved."""
    groups, left = _fill(task, island, None)
    if len(island) > LARGE:
        return groups, left
    chance = random.Random(SEED)
    for _ in range(ROUNDS):
        count = chance.randint(0, min(TAKEN_APART, len(groups)))
        apart = chance.sample(groups, count)
        free = sorted([*left, *(one for group in apart for one in group.learners)])
        if len(free) < task.rules.size:
            continue
        new, rest = _exact(task, free) if len(free) <= SMALL else _fill(task, free, chance)
        if task.cost(new, rest) <= task.cost(apart, left):
            groups = [*(group for group in groups if group not in apart), *new]
            left = rest
    return groups, left


def _fill(task: _Task, island: Sequence[Learner], chance: random.Random | None) -> Solution:
    rules, groups = task.rules, []
    waiting: dict[Option, list[Learner]] = {}

    def start(full: Sequence[Option]) -> None:
        # Of several the one whose learners waited longest together, then the nearest.
        option = min(full, key=lambda o: (
            sum(one.ready for one in waiting[o][: rules.most]),
            task.travel(o[1], waiting[o][: rules.most]), o,
        ))  # fmt: skip
        count = rules.most
        if chance is not None and chance.random() < OTHERWISE:
            option, count = chance.choice(full), chance.randint(rules.size, rules.most)
        members = waiting[option][:count]
        _, place, _, evening = option
        groups.append(Group(place, evening, tuple(sorted(members))))
        for one in members:
            for own in task.options(one):
                waiting[own].remove(one)

    for one in island:
        for option in task.options(one):
            waiting.setdefault(option, []).append(one)
        full = [o for o in task.options(one) if len(waiting[o]) >= rules.size]
        if full and (chance is None or chance.random() >= PUT_OFF):
            start(full)
    while full := [o for o, learners in waiting.items() if len(learners) >= rules.size]:
        start(full)
    placed = {one for group in groups for one in group.learners}
    return groups, [one for one in island if one not in placed]


@dataclass(frozen=True, slots=True)
class Gain:
    """What two gemeenten win by sharing their groups: days of waiting of ``people`` together."""

    municipalities: tuple[str, str]
    people: int
    days: int

    @property
    def per_person(self) -> float:
        """Days that one of them waits less."""
        return self.days / self.people


def pool_gains(learners: Sequence[Learner], rules: Rules, horizon: int) -> list[Gain]:
    """Every two gemeenten that win days by sharing groups, the most first."""
    own: dict[str, list[Learner]] = {}
    for one in learners:
        own.setdefault(one.municipality, []).append(one)
    alone = {code: compose(some, rules, horizon, quick=True).days for code, some in own.items()}
    gains = []
    for a, b in combinations(sorted(own), 2):
        if not set(rules.reach(a)) & set(rules.reach(b)):
            continue
        together = compose([*own[a], *own[b]], rules, horizon, quick=True)
        days = alone[a] + alone[b] - together.days
        if days > 0:
            gains.append(Gain((a, b), together.people, days))
    return sorted(gains, key=lambda gain: (-gain.days, gain.municipalities))


def expected_learners(
    per_year: Mapping[tuple[str, int, bool | None], int], first: int, days: int
) -> list[Learner]:
    """Who will register in ``days`` days from ``first`` on, when it goes as in the last year.

    ``per_year`` counts registrations by gemeente, level and wish; they are spread evenly.
    """
    expected = []
    for (municipality, level, evening), count in sorted(per_year.items(), key=str):
        pace = 365 / count
        for number in range(int(days / pace + 0.5)):
            ready = first + int((number + 0.5) * pace)
            expected.append((ready, municipality, level, evening))
    return [
        Learner(ready, -place, municipality, level, evening, expected=True)
        for place, (ready, municipality, level, evening) in enumerate(sorted(expected, key=str), 1)
    ]
