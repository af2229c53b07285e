"""The figures of a provider on a route in a month, from its rows: sums, and sums per group.

They are kept with the month, so that no row is read twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from core.dates import add_months, month_end, month_from_number
from quality.method.change import Decided
from quality.method.criteria import CRITERIA, Measure
from quality.method.curve import Step, curve, quantile
from quality.method.model import ScoringModel
from quality.method.uncertainty import Groups
from quality.method.waiting import (
    COUNTED,
    LONG_WAIT_DAYS,
    NONE,
    URGENT_WAIT_DAYS,
    Outcome,
    People,
    decisions,
    outcomes,
    stays,
)

Integers = NDArray[np.signedinteger[Any]]
WAITING, ACTIVE, PAUSED, COMPLETED = 1, 2, 3, 4
"""Status of a row; from ``COMPLETED`` on it has ended (``providers.codes.TrackStatus``)."""
DAYS_A_WEEK, MINUTES_AN_HOUR = 7, 60
EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one provider as arrays, in order of month; ``NONE`` where a cell is empty.

    Months and days are numbers, hours minutes; ``group`` is a number that stands for the name, and
    ``wish`` 1 where lessons in the evening or weekend were asked.
    """

    month: Integers
    track: Integers
    route: Integers
    registered: Integers
    first_lesson: Integers
    ended: Integers
    status: Integers
    municipality: Integers
    size: Integers
    group: Integers
    offered: Integers
    certified: Integers
    evening_weekend: Integers
    attended: Integers
    in_training: Integers
    wish: Integers

    @classmethod
    def of(cls, table: Integers) -> Self:
        """From a table with these columns."""
        return cls(*table.T)

    def __len__(self) -> int:
        """How many rows."""
        return len(self.month)

    def where(self, chosen: Any) -> Self:
        """A choice of the rows: flags, places or a slice."""
        if getattr(getattr(chosen, "dtype", None), "kind", "") == "b" and chosen.all():
            return self
        return type(self)(*(getattr(self, name)[chosen] for name in ROW_COLUMNS))

    @property
    def has_lessons(self) -> NDArray[np.bool_]:
        """Which rows are neither wachtend nor gepauzeerd."""
        return (self.status != WAITING) & (self.status != PAUSED)

    @classmethod
    def joined_all(cls, parts: Sequence[Self]) -> Self:
        """Rows of some months, as one."""
        return cls(*(np.concatenate([getattr(p, n) for p in parts]) for n in ROW_COLUMNS))


ROW_COLUMNS = tuple(f.name for f in fields(Rows))


def newest(rows: Rows, *, by_route: bool = True) -> Integers:
    """Places of the newest row of each trajectory (on each route); rows are in order of month."""
    return last_of(rows.track.astype(np.int64) * 4 + rows.route if by_route else rows.track)


def last_of(key: Integers) -> Integers:
    """Places of the last of each key, in the order of keys."""
    order = np.argsort(key, kind="stable")
    in_order = key[order]
    is_last = np.ones(len(key), dtype=bool)
    is_last[:-1] = in_order[1:] != in_order[:-1]
    places: Integers = order[is_last]
    return places


def settle(older: Rows, later: Rows) -> Rows:
    """The newest row of each trajectory on each route, once a later month is read too."""
    both = Rows.joined_all((older, later))
    return both.where(np.sort(newest(both)))


@dataclass(frozen=True, slots=True)
class Hours:
    """One criterion of hours over its window: sums, n, and the sums per group."""

    numerator: int
    denominator: int
    n: int
    groups: Groups


@dataclass(frozen=True, slots=True)
class Queue:
    """The people behind the waiting time, counted by what became of them, and the queue now."""

    outcomes: tuple[int, ...] = (0,) * len(Outcome)
    longest_wait: int | None = None
    over_42: int = 0
    over_70: int = 0
    median_days: int | None = None
    p90_days: int | None = None
    naive_mean: float | None = None

    def count(self, outcome: Outcome) -> int:
        """How many had this outcome."""
        return self.outcomes[outcome]

    @property
    def n(self) -> int:
        """Everyone who should have started."""
        return sum(map(self.outcomes.__getitem__, COUNTED))

    @property
    def waiting(self) -> int:
        """Who waits now."""
        return self.count(Outcome.WAITING_OVER_NORM) + self.count(Outcome.WAITING_WITHIN_NORM)


NO_GROUPS = Groups(0, 0, 0, 0, 0)


class Starts(NamedTuple):
    """What is known of learners at the start: lowest level of the first row, and target group.

    An array of each, ``NONE`` where nothing is known.
    """

    level: Integers
    target_group: Integers


LookUp = Callable[[Integers], Starts]
"""Looks up the starts of trajectories, in their order."""


class AlikeCell(NamedTuple):
    """Learners of one provider that are alike: what is divided, and by what.

    ``quarter`` is that of the first lesson (years times four), None of who did not begin. Who
    should have begun and who did in time for the waiting time; minutes, or minutes and days, for
    the criteria of hours.
    """

    level: int | None
    target_group: int | None
    quarter: int | None
    bottom: int
    top: int


AlikeCells = Mapping[str, Sequence[AlikeCell]]
"""Per criterion the learners of a provider that are alike."""


@dataclass(frozen=True, slots=True)
class Figures:
    """All that a judgement takes from the rows of one provider on one route, seen in one month.

    ``decided`` has a pair per month from the first month on the route on. ``delivered`` tells
    whether there are rows of this very month, ``in_window`` of the window of the waiting time.
    """

    first_month: int
    delivered: bool = False
    in_window: bool = False
    active: int = 0
    open_before: int = 0
    norm_days: int = 0
    queue: Queue = Queue()
    waiting_groups: Groups = NO_GROUPS
    waiting_groups_inferred: bool = False
    hours: Mapping[str, Hours] = field(default_factory=dict)
    hour_groups_inferred: bool = False
    decided: tuple[Decided, ...] = ()
    asked: int = 0
    met: int = 0
    in_training_minutes: int = 0
    alone: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    """Per criterion of hours what is divided in the month alone, by what, and over how many."""
    alike: AlikeCells = field(default_factory=dict, compare=False, repr=False)
    """Kept apart from the rest, since no judgement needs it."""

    @property
    def data(self) -> dict[str, Any]:
        """As JSON holds it, without who is alike; ``from_data`` reads it back."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "alike"}
        queue = {f.name: getattr(self.queue, f.name) for f in fields(Queue)}
        hours = {
            code: [one.numerator, one.denominator, one.n, one.groups.sums]
            for code, one in self.hours.items()
        }
        waiting = self.waiting_groups.sums
        return plain | {"queue": queue, "hours": hours, "waiting_groups": waiting}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read kept figures."""
        hours = {
            code: Hours(top, bottom, n, Groups(*groups))
            for code, (top, bottom, n, groups) in data["hours"].items()
        }
        queue = dict(data["queue"]) | {"outcomes": tuple(data["queue"]["outcomes"])}
        return cls(
            **dict(data)
            | {
                "queue": Queue(**queue),
                "waiting_groups": Groups(*data["waiting_groups"]),
                "hours": hours,
                "decided": tuple(map(Decided._make, data["decided"])),
                "alone": {code: tuple(one) for code, one in data.get("alone", {}).items()},
            }
        )


@dataclass(frozen=True, slots=True)
class View:
    """The rows of a provider as a month sees them.

    ``window`` has the rows of the longest window whose rows are summed, a part per month;
    ``states`` the newest row of each trajectory on each route, ``before`` that of the month
    before, and ``taught`` the newest row with hours. ``named`` is the newest month on a route with
    the name of a group in a row with hours. ``lesson_free`` are periods without lessons, as day
    numbers, both included.
    """

    month: int
    window: Sequence[Rows]
    states: Rows
    before: Rows
    taught: Rows
    named: Mapping[int, int]
    first_months: Mapping[int, int]
    lesson_free: Sequence[tuple[int, int]] = ()

    @property
    def reference(self) -> int:
        """Peildatum, as a day number."""
        return month_end(month_from_number(self.month)).toordinal()

    def window_start(self, months: int) -> int:
        """First day of a window that ends with this month."""
        return add_months(month_from_number(self.month), 1 - months).toordinal()

    def rows(self, route: int, months: int) -> Rows:
        """The rows on a route in a window that ends with this month."""
        parts = (part.where(part.month > self.month - months) for part in self.window)
        return Rows.joined_all([part.where(part.route == route) for part in parts])


class Reading:
    """Reads the months of a provider one after the other, and keeps what a month looks back on."""

    def __init__(self, older: Rows, model: ScoringModel) -> None:
        """Begin with the newest row of each trajectory and route of before."""
        self.states = self.before = older
        self.taught = older.where(older.offered > 0)
        summed = (c.window_months for c in model.criteria if CRITERIA[c.code].numerator)
        self.length = max(summed, default=1)
        self.window: list[Rows] = []
        self.named: dict[int, int] = {}
        self.first_months: dict[int, int] = {}

    def add(self, month: int, rows: Rows) -> None:
        """Read the next month."""
        for route in np.unique(rows.route).tolist():
            self.first_months.setdefault(route, month)
        taught = rows.where(rows.offered > 0)
        self.named |= dict.fromkeys(np.unique(taught.route[taught.group > NONE]).tolist(), month)
        self.before, self.states = self.states, settle(self.states, rows)
        self.taught = settle(self.taught, taught)
        self.window = [*self.window, rows][-self.length :]

    def view(self, month: int, lesson_free: Sequence[tuple[int, int]] = ()) -> View:
        """The rows as the month sees them that was read last."""
        return View(
            month, tuple(self.window), self.states, self.before, self.taught, dict(self.named),
            dict(self.first_months), lesson_free,
        )  # fmt: skip


def no_starts(tracks: Integers) -> Starts:
    """Nothing is known of anyone's start."""
    return Starts(np.full(len(tracks), NONE), np.full(len(tracks), NONE))


def figures_of(
    view: View, model: ScoringModel, norms: Mapping[int, int], starts: LookUp = no_starts
) -> dict[int, Figures]:
    """The figures of every route on which the provider ever had rows, up to this month.

    ``norms`` are the days agreed in contracts, by route; the model's norm holds for the others.
    """
    states = view.states
    if not len(states):
        return {}
    last_anywhere = states.where(newest(states, by_route=False))
    moved_on = _has_moved_on(states, last_anywhere)
    by_route = {}
    for route in np.unique(states.route).tolist():
        on_route = states.route == route
        norm = norms.get(route) or model.waiting.norm_days or 0
        by_route[route] = _route_figures(
            view,
            model,
            route,
            states=states.where(on_route),
            moved_on=moved_on[on_route],
            norm=norm,
            starts=starts,
        )
    return by_route


def _has_moved_on(states: Rows, last: Rows) -> NDArray[np.bool_]:
    """Which states are of a trajectory that was reported on another route since."""
    place = np.searchsorted(last.track, states.track)
    moved: NDArray[np.bool_] = last.month[place] > states.month
    return moved


def _open_before(view: View, route: int) -> int:
    """How many were open on a route at the end of the month before."""
    last = view.before.where(newest(view.before, by_route=False))
    return int(((last.status < COMPLETED) & (last.route == route)).sum())


def people_of(states: Rows, moved_on: NDArray[np.bool_]) -> People:
    """When each registered, started, or left: who moved to another route left this one."""
    gone = np.where(states.ended > NONE, states.ended, NONE)
    moved_off = moved_on & (states.first_lesson <= NONE) & (states.ended <= NONE)
    if moved_off.any():
        month_ends = month_last_days(states.month)
        gone = np.where(moved_off, month_ends, gone)
    return People(states.registered, states.first_lesson, gone)


def month_last_days(months: Integers) -> Integers:
    """Day number of the last day of each month."""
    following = (months - 1970 * 12 + 1).astype("datetime64[M]").astype("datetime64[D]")
    return following.astype(np.int64) + EPOCH - 1


def months_of_days(days: Integers) -> Integers:
    """Number of the month in which each day number falls."""
    months = (days - EPOCH).astype("datetime64[D]").astype("datetime64[M]")
    return months.astype(np.int64) + 1970 * 12


def _route_figures(
    view: View,
    model: ScoringModel,
    route: int,
    *,
    states: Rows,
    moved_on: NDArray[np.bool_],
    norm: int,
    starts: LookUp,
) -> Figures:
    waiting = model.waiting
    start = view.window_start(waiting.window_months)
    people = people_of(states, moved_on)
    kinds = outcomes(people, window_start=start, reference=view.reference, norm=norm)
    counted = np.isin(kinds, COUNTED)
    grouping = _Grouping(view, route, waiting.window_months)
    first = view.first_months[route]
    hours, alike = _hours(view, model, route, starts)
    on_time = (kinds[counted] == Outcome.ON_TIME).astype(np.int64)
    awaited = states.where(counted)
    of_kind = _Kinds(awaited.track, awaited.first_lesson, starts)
    alike[waiting.code] = of_kind.cells(np.ones_like(on_time), on_time)
    newest_month = int(states.month.max())
    delivered = newest_month == view.month
    return Figures(
        first_month=first,
        delivered=delivered,
        in_window=newest_month > view.month - waiting.window_months,
        active=int(((states.status == ACTIVE) & ~moved_on).sum()),
        open_before=0 if delivered else _open_before(view, route),
        norm_days=norm,
        queue=_queue(people, kinds, start, view.reference),
        waiting_groups=grouping.sums(
            awaited.track,
            np.ones_like(on_time),
            on_time,
        ),
        waiting_groups_inferred=grouping.inferred,
        decided=_decided(people, first, view.month, view.reference, norm),
        alike=alike,
        **hours,
    )


class _Kinds:
    """Which trajectories are alike: start level, target group and quarter of the first lesson."""

    def __init__(self, tracks: Integers, first_lessons: Integers, starts: LookUp) -> None:
        months = months_of_days(np.maximum(first_lessons, EPOCH))
        quarters = np.where(first_lessons > NONE, months // 3, NONE)
        kinds = np.stack([*starts(tracks), quarters], axis=1)
        # One number for three small ones: sorting whole rows takes many times as long.
        key = (kinds + 1) @ np.array([1 << 40, 1 << 20, 1])
        _, first, self.of_track = np.unique(key, return_index=True, return_inverse=True)
        self.kinds = kinds[first].tolist()

    def cells(self, bottoms: Integers, tops: Integers) -> list[AlikeCell]:
        """What is divided by what, of each kind."""
        size = len(self.kinds)
        below = np.bincount(self.of_track, weights=bottoms, minlength=size).astype(np.int64)
        above = np.bincount(self.of_track, weights=tops, minlength=size).astype(np.int64)
        cells = [
            AlikeCell(_known(level), _known(target), _known(quarter), bottom, top)
            for (level, target, quarter), bottom, top in zip(
                self.kinds, below.tolist(), above.tolist(), strict=True
            )
            if bottom
        ]
        return sorted(cells, key=str)


def _known(number: int) -> int | None:
    return None if number == NONE else number


def _queue(people: People, kinds: Integers, window_start: int, reference: int) -> Queue:
    counts = np.bincount(kinds[kinds > NONE], minlength=len(Outcome))
    days = people.days(reference)
    waits = days[(kinds == Outcome.WAITING_OVER_NORM) | (kinds == Outcome.WAITING_WITHIN_NORM)]
    steps = curve(stays(people, window_start=window_start, reference=reference))
    started = days[(kinds == Outcome.ON_TIME) | (kinds == Outcome.STARTED_LATE)]
    return Queue(
        outcomes=tuple(counts.tolist()),
        longest_wait=int(waits.max()) if len(waits) else None,
        over_42=int((waits > LONG_WAIT_DAYS).sum()),
        over_70=int((waits > URGENT_WAIT_DAYS).sum()),
        median_days=quantile(steps, 0.5),
        p90_days=quantile(steps, 0.1),
        naive_mean=float(started.mean()) if len(started) else None,
    )


def _decided(
    people: People, first: int, last: int, reference: int, norm: int
) -> tuple[Decided, ...]:
    days, on_time = decisions(people, reference=reference, norm=norm)
    is_decided = (days > NONE) & (days <= reference)
    months = months_of_days(days[is_decided]) - first
    in_range = (months >= 0) & (months <= last - first)
    months, in_time = months[in_range], on_time[is_decided][in_range]
    size = last - first + 1
    people_by_month = np.bincount(months, minlength=size)
    in_time_by_month = np.bincount(months[in_time], minlength=size)
    pairs = zip(people_by_month.tolist(), in_time_by_month.tolist(), strict=True)
    return tuple(Decided(*pair) for pair in pairs)


class _Grouping:
    """To which group the trajectories of a window belong: that of the newest row with hours."""

    def __init__(self, view: View, route: int, months: int) -> None:
        first = view.month - months + 1
        last = view.taught.where((view.taught.route == route) & (view.taught.month >= first))
        last = last.where(np.argsort(last.track))
        self.inferred = len(last) > 0 and view.named.get(route, NONE) < first
        self.tracks = last.track
        if self.inferred:
            made_of = [last.municipality, last.first_lesson, last.size]
            _, self.groups = np.unique(np.stack(made_of, axis=1), axis=0, return_inverse=True)
        else:
            self.groups = last.group

    def numbers(self, tracks: Integers) -> Integers:
        """A number from 0 for the group of each trajectory; who has none is one of its own."""
        if len(self.tracks):
            place = np.minimum(np.searchsorted(self.tracks, tracks), len(self.tracks) - 1)
            group = np.where(self.tracks[place] == tracks, self.groups[place], NONE)
        else:
            group = np.full(len(tracks), NONE)
        # Own groups get numbers below those of the others; both kinds are whole numbers.
        key = np.where(group > NONE, group, -2 - tracks)
        _, inverse = np.unique(key, return_inverse=True)
        numbers: Integers = inverse
        return numbers

    def sums(self, tracks: Integers, denominators: Integers, numerators: Integers) -> Groups:
        """Sums over the groups."""
        if not len(tracks):
            return NO_GROUPS
        inverse = self.numbers(tracks)
        # Sums of whole numbers, far below where a float would round them.
        bottoms = np.bincount(inverse, weights=denominators).astype(np.int64).tolist()
        tops = np.bincount(inverse, weights=numerators).astype(np.int64).tolist()
        return Groups.of(bottoms, tops)


class _ByTrack:
    """Sums per trajectory over the rows of a window, its group, and who is alike."""

    def __init__(self, view: View, route: int, months: int, starts: LookUp) -> None:
        self.rows, self.grouping = view.rows(route, months), _Grouping(view, route, months)
        self.tracks, self.inverse = np.unique(self.rows.track, return_inverse=True)
        last = last_of(self.rows.track)
        self.kinds = _Kinds(self.tracks, self.rows.first_lesson[last], starts)

    def sum(self, values: NDArray[Any]) -> Integers:
        """The sum of each trajectory, in the order of ``tracks``."""
        sums = np.bincount(self.inverse, weights=values, minlength=len(self.tracks))
        return sums.astype(np.int64)


def _hours(
    view: View, model: ScoringModel, route: int, starts: LookUp
) -> tuple[dict[str, Any], dict[str, Sequence[AlikeCell]]]:
    """The criteria of hours, each over its own window; and which learners are alike."""
    hours: dict[str, Hours] = {}
    alike: dict[str, Sequence[AlikeCell]] = {}
    alone: dict[str, tuple[int, int, int]] = {}
    more: dict[str, Any] = {}
    windows: dict[int, _ByTrack] = {}
    for criterion in model.criteria:
        measure = CRITERIA[criterion.code]
        if not measure.numerator:
            continue
        window = criterion.window_months
        if window not in windows:
            windows[window] = _ByTrack(view, route, window, starts)
        by_track = windows[window]
        bottom, top, has_hours = _divided(view, measure, by_track.rows)
        bottoms, tops = by_track.sum(bottom), by_track.sum(top)
        hours[criterion.code] = Hours(
            numerator=int(top.sum()),
            denominator=int(bottom.sum()),
            n=int(np.count_nonzero(by_track.sum(has_hours))),
            groups=by_track.grouping.sums(by_track.tracks, bottoms, tops),
        )
        alike[criterion.code] = by_track.kinds.cells(bottoms, tops)
        now = by_track.rows.month == view.month
        learners = len(np.unique(by_track.rows.track[now & has_hours]))
        alone[criterion.code] = int(top[now].sum()), int(bottom[now].sum()), learners
        more.setdefault("hour_groups_inferred", by_track.grouping.inferred)
        if measure.on_request:
            more |= asked_and_met(by_track.rows)
        if measure.by_docent:
            more["in_training_minutes"] = int(np.maximum(by_track.rows.in_training, 0).sum())
    return {"hours": hours, "alone": alone, **more}, alike


def _divided(view: View, measure: Measure, rows: Rows) -> tuple[Integers, Integers, Any]:
    """Per row what is below the line and above it, and whether there are hours."""
    if measure.per_week:
        bottom = np.where(rows.has_lessons, learner_days(rows, view.lesson_free), 0)
        top = np.where(rows.has_lessons, rows.offered, 0)
        return bottom, top, top > 0
    return rows.offered, getattr(rows, measure.numerator), rows.offered > 0


def learner_days(rows: Rows, lesson_free: Sequence[tuple[int, int]] = ()) -> Integers:
    """Days on which the learner of each row could have lessons.

    From the first lesson or the first of the month, up to the end or the last of the month, both
    included, less the days without lessons.
    """
    if not len(rows):
        return np.zeros(0, dtype=np.int64)
    until = month_last_days(rows.month)
    begin = np.maximum(month_last_days(rows.month - 1) + 1, rows.first_lesson)
    end = np.where(rows.ended > NONE, np.minimum(rows.ended, until), until)
    span = np.maximum(0, end - begin + 1)
    free = _free_between(begin, end, lesson_free)
    days: Integers = np.where(rows.first_lesson > NONE, span - np.where(span > 0, free, 0), 0)
    return days


def _free_between(
    begin: Integers, end: Integers, lesson_free: Sequence[tuple[int, int]]
) -> Integers:
    if not lesson_free:
        return np.zeros(len(begin), dtype=np.int64)
    first, last = int(begin.min()), int(max(end.max(), begin.max()))
    flags = np.zeros(last - first + 2, dtype=np.int64)
    for since, until in lesson_free:
        flags[max(0, since - first) + 1 : max(0, until - first + 1) + 1] = 1
    before = np.cumsum(flags)
    return before[np.maximum(end, begin) - first + 1] - before[begin - first]


def asked_and_met(rows: Rows) -> dict[str, int]:
    """Of the learners who asked for the evening or weekend, how many got any such hours."""
    asked = np.unique(rows.track[rows.wish == 1])
    got = np.unique(rows.track[rows.evening_weekend > 0])
    return {"asked": len(asked), "met": int(np.isin(asked, got).sum())}


@dataclass(frozen=True, slots=True)
class Waiter:
    """One trajectory behind the waiting time: what became of it, and how many days it took."""

    track: int
    outcome: Outcome
    days: int
    group: int
    """A number of this list alone; people of one group have the same."""


def waiters(view: View, model: ScoringModel, route: int, norm: int) -> list[Waiter]:
    """Everyone who counts, or is told beside the figure, of one route; longest wait first."""
    on_route, people, start = route_people(view, model, route)
    kinds = outcomes(people, window_start=start, reference=view.reference, norm=norm)
    days = people.days(view.reference)
    taking_part = kinds > NONE
    grouping = _Grouping(view, route, model.waiting.window_months)
    listed = zip(
        on_route.track[taking_part].tolist(),
        kinds[taking_part].tolist(),
        days[taking_part].tolist(),
        grouping.numbers(on_route.track[taking_part]).tolist(),
        strict=True,
    )
    people_listed = [
        Waiter(track, Outcome(kind), wait, group) for track, kind, wait, group in listed
    ]
    return sorted(people_listed, key=lambda one: (-one.days, one.track))


def route_people(view: View, model: ScoringModel, route: int) -> tuple[Rows, People, int]:
    """The states of one route, as people, and the first day of the window of the waiting time."""
    states = view.states
    moved_on = _has_moved_on(states, states.where(newest(states, by_route=False)))
    chosen = states.route == route
    on_route = states.where(chosen)
    start = view.window_start(model.waiting.window_months)
    return on_route, people_of(on_route, moved_on[chosen]), start


def waiting_curve(view: View, model: ScoringModel, route: int) -> tuple[Step, ...]:
    """The curve beside the waiting time of one route."""
    _, people, start = route_people(view, model, route)
    return curve(stays(people, window_start=start, reference=view.reference))
