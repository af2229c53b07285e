"""What is prepared for the tender: numbers, scale, groups, the trace, questions and answers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import peewee

from core.dates import month_end
from procurement.models import (
    ContractingProcess,
    ExpectedNumber,
    GroupPlan,
    Participation,
    Question,
    TraceItem,
    TraceLink,
)
from procurement.preparation.composer import (
    Composition,
    Learner,
    Rules,
    compose,
    expected_learners,
)
from procurement.preparation.scale import RouteScale, pool_names, route_scale
from procurement.preparation.trace import Item
from procurement.takeover.queries import MOST_IN_GROUP
from providers.codes import LearningRoute, TrackStatus
from providers.models import CURRENT, ProgressRecord, TravelTime


def numbers(process: ContractingProcess) -> list[ExpectedNumber]:
    """Expected trajecten per gemeente, route and year."""
    query: Any = (
        ExpectedNumber.select()
        .where(ExpectedNumber.process == process)
        .order_by(ExpectedNumber.route, ExpectedNumber.year, ExpectedNumber.municipality)
    )
    return list(query)


def groups(process: ContractingProcess) -> list[GroupPlan]:
    """How groups are made, per route."""
    query: Any = GroupPlan.select().where(GroupPlan.process == process).order_by(GroupPlan.route)
    return list(query)


def scales(process: ContractingProcess) -> list[RouteScale]:
    """The choice of scale argued with figures, for the first year of every route."""
    chosen = chosen_scales(process)
    expected: dict[tuple[str, int], dict[str, int]] = {}
    for row in numbers(process):
        expected.setdefault((row.route, row.year), {})[row.municipality] = row.tracks
    plans = {plan.route: plan for plan in groups(process)}
    first: dict[str, int] = {}
    for route, year in expected:
        first[route] = min(year, first.get(route, year))
    return [
        route_scale(
            route,
            year,
            numbers=expected[route, year],
            scales=chosen.get(route, {}),
            group_size=plans[route].group_size,
            start_every=plans[route].start_every_weeks,
        )
        for route, year in first.items()
        if route in plans
    ]


def chosen_scales(process: ContractingProcess) -> dict[str, dict[str, str]]:
    """Scale by leerroute and gemeente, of all that join."""
    joining: Any = Participation.select(
        Participation.route, Participation.municipality, Participation.scale
    ).where(Participation.process == process)
    chosen: dict[str, dict[str, str]] = {}
    for route, municipality, scale in joining.tuples():
        chosen.setdefault(route, {})[municipality] = scale
    return chosen


def journeys() -> dict[tuple[str, str], int]:
    """Shortest known minutes from a gemeente to a gemeente with lessons.

    A location stands in the gemeente from which one is there soonest.
    """
    query: Any = (
        TravelTime.select(
            TravelTime.provider, TravelTime.location, TravelTime.municipality,
            peewee.fn.MIN(TravelTime.minutes),
        )
        .group_by(TravelTime.provider, TravelTime.location, TravelTime.municipality)
        .tuples()
    )  # fmt: skip
    by_location: dict[tuple[int, str], dict[str, int]] = {}
    for provider, location, municipality, minutes in query:
        by_location.setdefault((provider, location), {})[municipality] = minutes
    shortest: dict[tuple[str, str], int] = {}
    for reached in by_location.values():
        place = min(reached, key=lambda code: (reached[code], code))
        for start, minutes in reached.items():
            shortest[start, place] = min(minutes, shortest.get((start, place), minutes))
    return shortest


R = ProgressRecord
LEVELS = (R.level_reading, R.level_listening, R.level_writing, R.level_speaking)


@dataclass(frozen=True, slots=True)
class Registered:
    """Somebody who registered, and the day on which the wait was over (or the last day known)."""

    learner: Learner
    until: int


def registered(route: LearningRoute, places: Sequence[str], month: date) -> list[Registered]:
    """Who registered in the year up to and including ``month``, as they were in their first month.

    Who has no first lesson waited until the end of the traject, or still waits.
    """
    last = month_end(month).toordinal()
    first: Any = (
        R.select(
            R.track, peewee.fn.MIN(R.month).alias("month"),
            peewee.fn.MAX(R.first_lesson_on).alias("began"),
            peewee.fn.MAX(R.ended_on).alias("ended"),
        )
        .where(
            CURRENT, R.month <= month, R.route == route,
            R.municipality.in_([int(code) for code in places]),
            R.registered_on.between(last - 364, last),
        )
        .group_by(R.track)
    )  # fmt: skip
    query: Any = (
        R.select(
            R.track, R.registered_on, R.municipality, R.evening_weekend_wish, *LEVELS,
            peewee.fn.COALESCE(first.c.began, first.c.ended, last).coerce(False),
        )
        .join(first, on=(R.track == first.c.track_id) & (R.month == first.c.month))
        .where(CURRENT)
        .order_by(R.registered_on, R.track)
        .tuples()
    )  # fmt: skip
    return [
        Registered(
            _learner(track, since, place, wish, min(levels)),
            max(since.toordinal(), min(until, last)),
        )
        for track, since, place, wish, *levels, until in query
    ]


def waiting(route: LearningRoute, places: Sequence[str], month: date) -> list[Learner]:
    """Who waited for a first lesson in a month."""
    query: Any = (
        R.select(R.track, R.registered_on, R.municipality, R.evening_weekend_wish, *LEVELS)
        .where(
            CURRENT, R.month == month, R.route == route, R.status == TrackStatus.WAITING,
            R.municipality.in_([int(code) for code in places]),
        )
        .order_by(R.registered_on, R.track)
        .tuples()
    )  # fmt: skip
    return [
        _learner(track, since, place, wish, min(levels))
        for track, since, place, wish, *levels in query
    ]


def _learner(track: int, since: date, place: int, wish: int | None, level: int) -> Learner:
    evening = None if wish is None else wish == 1
    return Learner(since.toordinal(), track, f"{place:04d}", level, evening)


@dataclass(frozen=True)
class Replay:
    """The last year once more: days of waiting as it went, and as groups could have been made."""

    registered: tuple[Registered, ...]
    rules: Rules
    alone: Composition
    chosen: Composition
    together: Composition

    @property
    def people(self) -> int:
        """How many registered."""
        return len(self.registered)

    @property
    def actual_days(self) -> int:
        """Days that they waited together."""
        return sum(one.until - one.learner.ready for one in self.registered)

    @property
    def saved(self) -> int:
        """Days of waiting less when everyone shares groups than when nobody does."""
        return self.alone.days - self.together.days


def group_rules(process: ContractingProcess, route: str) -> Rules | None:
    """How groups of a leerroute are made in a traject; none when nobody said so."""
    plan = next((one for one in groups(process) if one.route == route), None)
    if plan is None:
        return None
    most = max(plan.group_size, MOST_IN_GROUP[LearningRoute.from_code(route)])
    return Rules(plan.group_size, most, journeys())


def replay(process: ContractingProcess, route: str, month: date) -> Replay | None:
    """The year up to and including ``month`` once more; none without rules or registrations."""
    rules, scales = group_rules(process, route), chosen_scales(process).get(route, {})
    rows = registered(LearningRoute.from_code(route), list(scales), month)
    if rules is None or not rows:
        return None
    learners, last = [one.learner for one in rows], month_end(month).toordinal()

    def composed(pools: dict[str, str] | None) -> Composition:
        return compose(
            learners, Rules(rules.size, rules.most, rules.minutes, pools), last, quick=True
        )

    return Replay(
        tuple(rows), rules,
        alone=composed({code: code for code in scales}),
        chosen=composed(pool_names(scales, scales)),
        together=composed(None),
    )  # fmt: skip


def next_groups(
    process: ContractingProcess, route: str, month: date, *, days: int
) -> Composition | None:
    """Groups of who waits after ``month``, and of who will register in the ``days`` after it."""
    rules, places = group_rules(process, route), list(chosen_scales(process).get(route, {}))
    if rules is None:
        return None
    last, kind = month_end(month).toordinal(), LearningRoute.from_code(route)
    per_year = Counter(
        (one.learner.municipality, one.learner.level, one.learner.evening)
        for one in registered(kind, places, month)
    )
    # Who waits can begin at once; who came first, goes first.
    now = [
        replace(one, ready=last, key=place)
        for place, one in enumerate(waiting(kind, places, month))
    ]
    return compose([*now, *expected_learners(per_year, last, days)], rules, last + days)


def trace(process: ContractingProcess) -> list[Item]:
    """Every item of the trace with what it leads to."""
    origin, result = TraceItem.alias(), TraceItem.alias()
    pairs: Any = (
        TraceLink.select(origin.code, result.code)
        .join(origin, on=TraceLink.origin == origin.id)
        .switch(TraceLink)
        .join(result, on=TraceLink.result == result.id)
        .where(origin.process == process)
        .order_by(TraceLink.id)
        .tuples()
    )
    after: dict[str, list[str]] = {}
    for start, end in pairs:
        after.setdefault(start, []).append(end)
    rows: Any = TraceItem.select().where(TraceItem.process == process).order_by(TraceItem.id)
    return [
        Item(r.kind, r.code, r.text, r.source, r.weight, tuple(after.get(r.code, ()))) for r in rows
    ]


def questions(process: ContractingProcess) -> list[Question]:
    """Questions by number."""
    query: Any = Question.select().where(Question.process == process).order_by(Question.number)
    return list(query)


def next_number(process: ContractingProcess) -> int:
    """The number of the next question."""
    query: Any = Question.select(peewee.fn.MAX(Question.number)).where(Question.process == process)
    return (query.scalar() or 0) + 1
