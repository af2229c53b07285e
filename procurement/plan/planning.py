"""When everything happens: the network of one inkooptraject, forward and backward.

A date is a point in time: a step that starts on day ``d`` and lasts ``n`` days ends on ``d + n``,
and what follows it starts on that same day. So a statutory term that runs from the day after the
award decision ends ``n`` days after it, as the law counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from core.dates import Calendar, term_end
from core.errors import DomainError
from procurement.plan.steps import (
    SETTLED,
    Kind,
    Link,
    LinkType,
    LocalDecision,
    Outcome,
    Plan,
    Step,
    Unit,
)


class FixedBy(StrEnum):
    """What fixed the forecast of a step."""

    START = "start"
    PREDECESSOR = "predecessor"
    EARLIEST_START = "earliest_start"
    TODAY = "today"
    MEETING = "meeting"
    COURT = "court"
    ACTUAL = "actual"


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the calculation says of one step; floats are in working days."""

    code: str
    start: date
    end: date
    fixed_by: FixedBy
    driver: str | None
    local_dates: Mapping[str, date]
    latest_start: date | None = None
    latest_end: date | None = None
    total_float: int | None = None
    free_float: int | None = None

    @property
    def critical(self) -> bool:
        """Whether any delay here delays a deadline."""
        return self.total_float is not None and self.total_float <= 0

    @property
    def last_municipalities(self) -> list[str]:
        """The gemeenten whose date is the latest."""
        return [code for code, day in self.local_dates.items() if day == self.end]


def in_order(codes: Iterable[str], links: Iterable[Link]) -> list[str]:
    """Codes so that what comes first stands first; refuse a circle by name."""
    after: dict[str, list[str]] = {code: [] for code in codes}
    waiting = dict.fromkeys(after, 0)
    for link in links:
        after[link.before].append(link.after)
        waiting[link.after] += 1
    ready = [code for code in after if not waiting[code]]
    order: list[str] = []
    while ready:
        code = ready.pop()
        order.append(code)
        for follower in after[code]:
            waiting[follower] -= 1
            if not waiting[follower]:
                ready.append(follower)
    if len(order) < len(after):
        circle = _circle({code for code in after if waiting[code]}, after)
        raise DomainError(
            "circle",
            f"Deze stappen wachten op elkaar in een kring: {' → '.join(circle)}. "
            "Haal een van deze afhankelijkheden weg.",
            field="after",
        )
    return order


def _circle(among: set[str], after: Mapping[str, list[str]]) -> list[str]:
    # Whatever only hangs behind the circle leads nowhere: drop it, then keep walking.
    while dead_ends := {c for c in among if not among.intersection(after[c])}:
        among -= dead_ends
    walked = [min(among)]
    while walked[-1] not in walked[:-1]:
        walked.append(next(c for c in after[walked[-1]] if c in among))
    return walked[walked.index(walked[-1]) :]


def schedule(plan: Plan) -> dict[str, Forecast]:
    """Forecast, latest dates and floats of every step, in the order of the plan."""
    order = in_order((step.code for step in plan.steps), plan.links)
    computed = _backward(plan, order, forward(plan, order))
    return {step.code: computed[step.code] for step in plan.steps}


# Forward


def forward(plan: Plan, order: list[str]) -> dict[str, Forecast]:
    """Expected start and end of every step; ``order`` is what ``in_order`` says of the plan."""
    steps = {step.code: step for step in plan.steps}
    before: dict[str, list[Link]] = {code: [] for code in steps}
    for link in plan.links:
        before[link.after].append(link)
    done: dict[str, Forecast] = {}
    for code in order:
        done[code] = _place(plan, steps[code], before[code], done)
    return done


def _place(plan: Plan, step: Step, links: list[Link], done: Mapping[str, Forecast]) -> Forecast:
    start, fixed_by, driver = plan.starts_on, FixedBy.START, None
    floor: tuple[date, str] | None = None
    starts = [link for link in links if link.type is not LinkType.FINISH_FINISH]
    for link in starts:
        other = done[link.before]
        point = other.end if link.type is LinkType.FINISH_START else other.start
        reached = _shift(plan.calendar, point, link.lag, link.unit)
        if driver is None or reached > start:
            start, fixed_by, driver = reached, FixedBy.PREDECESSOR, link.before
    for link in links:
        if link.type is LinkType.FINISH_FINISH:
            reached = _shift(plan.calendar, done[link.before].end, link.lag, link.unit)
            if floor is None or reached > floor[0]:
                floor = (reached, link.before)
    if step.earliest_start is not None and (step.earliest_start > start or not starts):
        start, fixed_by, driver = step.earliest_start, FixedBy.EARLIEST_START, None
    if fixed := _outside_plan(plan, step, start):
        (start, fixed_by), driver = fixed, None
    if step.cancelled:
        return Forecast(step.code, start, start, fixed_by, driver, {})
    start = _begin(plan, step, start)
    end, local, by_meeting = _end(plan, step, start)
    if by_meeting:
        fixed_by, driver = FixedBy.MEETING, None
    if floor is not None and floor[0] > end:
        end, fixed_by, driver = floor[0], FixedBy.PREDECESSOR, floor[1]
    return _settle(plan, step, Forecast(step.code, start, end, fixed_by, driver, local))


def _begin(plan: Plan, step: Step, start: date) -> date:
    """The first day: a milestone goes with its shift, work in working days waits for one."""
    if step.kind is not Kind.MILESTONE:
        return earliest_begin(plan, step, start)
    return start if step.actual_start is not None else start + timedelta(days=step.shift)


def _outside_plan(plan: Plan, step: Step, start: date) -> tuple[date, FixedBy] | None:
    """What holds a start whatever the links say: the facts, and a judge."""
    if step.actual_start is not None:
        return step.actual_start, FixedBy.ACTUAL
    # A verdict that did not come on its day is still to come.
    if step.hold is not None and (until := max(step.hold.until, plan.today)) > start:
        return until, FixedBy.COURT
    return None


def _settle(plan: Plan, step: Step, computed: Forecast) -> Forecast:
    """Let facts and today overrule what was computed."""
    start, end = computed.start, computed.end
    fixed_by, driver = computed.fixed_by, computed.driver
    finished = finished_on(step, start)
    if finished is not None:
        start, end, fixed_by, driver = min(start, finished), finished, FixedBy.ACTUAL, None
    elif end < plan.today:
        end, fixed_by, driver = plan.today, FixedBy.TODAY, None
    if step.kind is Kind.MILESTONE:
        start = end
    return Forecast(step.code, start, end, fixed_by, driver, computed.local_dates)


def finished_on(step: Step, start: date) -> date | None:
    """When the step was done: as entered, or when the last gemeente had decided."""
    if step.actual_end is not None or not step.decisions:
        return step.actual_end
    if any(local.outcome not in SETTLED for local in step.decisions):
        return None
    return max((d.decided_on for d in step.decisions if d.decided_on), default=start)


def earliest_begin(plan: Plan, step: Step, start: date) -> date:
    """A step in working days begins on a working day."""
    if step.unit is Unit.WORKING and step.actual_start is None:
        return plan.calendar.next_working_day(start)
    return start


def _end(plan: Plan, step: Step, start: date) -> tuple[date, dict[str, date], bool]:
    """End of an open step that starts on ``start``; dates per gemeente; held by a meeting?"""
    ready = _plain_end(plan, step, start)
    if not step.decisions:
        return ready, {}, False
    local = {d.municipality: _local_date(plan, d, start, ready) for d in step.decisions}
    open_dates = [
        (local[d.municipality], d) for d in step.decisions if d.outcome is not Outcome.NOT_NEEDED
    ]
    if not open_dates:
        return start, local, False
    end, last = max(open_dates, key=lambda pair: pair[0])
    return end, local, last.meeting_on is not None and end == _planned_meeting(last)


def _planned_meeting(decision: LocalDecision) -> date | None:
    if decision.meeting_on is None:
        return None
    return decision.meeting_on + timedelta(days=decision.shift)


def _plain_end(plan: Plan, step: Step, start: date) -> date:
    begin = earliest_begin(plan, step, start)
    shift = timedelta(days=0 if step.kind is Kind.MILESTONE else step.shift)
    if step.kind is Kind.STATUTORY and step.unit is Unit.CALENDAR:
        return term_end(begin, step.duration) + shift if step.duration else begin + shift
    end = max(begin, _shift(plan.calendar, begin, step.duration, step.unit) + shift)
    return plan.calendar.next_working_day(end) if step.kind is Kind.DECISION else end


def _local_date(plan: Plan, decision: LocalDecision, start: date, ready: date) -> date:
    """When this gemeente decides: as decided, as planned when that can be, else the next chance."""
    if decision.decided_on is not None and decision.outcome in SETTLED:
        return decision.decided_on
    if decision.outcome is Outcome.NOT_NEEDED:
        return start
    planned = _planned_meeting(decision)
    soonest = max(start, plan.today)
    passed_over = decision.outcome in (Outcome.DEFERRED, Outcome.REJECTED)
    if planned is None or (passed_over and planned <= plan.today):
        wanted = max(ready, plan.today) + timedelta(days=decision.shift)
        return next_meeting(plan, decision, wanted)
    meets = decision.shift == 0 or plan.calendar.is_working_day(planned)
    if planned >= soonest and meets and plan.calendar.recess_on(planned) is None:
        return planned
    return next_meeting(plan, decision, max(planned, soonest))


def next_meeting(plan: Plan, decision: LocalDecision, wanted: date) -> date:
    """First known meeting from ``wanted`` on that is not in a recess, else first working day."""
    meetings = plan.meetings.get((decision.municipality, decision.body), ())
    for day in meetings:
        if day >= wanted and plan.calendar.recess_on(day) is None:
            return day
    return plan.calendar.next_working_day(wanted)


def _shift(calendar: Calendar, day: date, count: int, unit: Unit) -> date:
    if unit is Unit.WORKING:
        return calendar.add_working_days(day, count)
    return day + timedelta(days=count)


# Backward


def _backward(plan: Plan, order: list[str], ahead: Mapping[str, Forecast]) -> dict[str, Forecast]:
    steps = {step.code: step for step in plan.steps}
    after: dict[str, list[Link]] = {code: [] for code in steps}
    for link in plan.links:
        after[link.before].append(link)
    own_end = None
    if not any(step.deadline for step in plan.steps):
        own_end = max((f.end for f in ahead.values()), default=None)
    latest: dict[str, tuple[date | None, date | None]] = {}
    result: dict[str, Forecast] = {}
    for code in reversed(order):
        step, computed = steps[code], ahead[code]
        latest[code] = _latest(plan, step, after[code], steps=steps, latest=latest, own_end=own_end)
        start, end = latest[code]
        room = None
        if end is not None and not step.cancelled and finished_on(step, computed.start) is None:
            room = plan.calendar.working_days_between(computed.end, end)
        result[code] = replace(
            computed,
            latest_start=start,
            latest_end=end,
            total_float=room,
            free_float=_free(plan, computed, after[code], ahead, room),
        )
    return result


def _latest(
    plan: Plan,
    step: Step,
    links: list[Link],
    *,
    steps: Mapping[str, Step],
    latest: Mapping[str, tuple[date | None, date | None]],
    own_end: date | None,
) -> tuple[date | None, date | None]:
    ends = [step.deadline]
    starts: list[date | None] = []
    for link in links:
        follower = steps[link.after]
        if finished_on(follower, plan.starts_on) is not None:
            continue
        start, end = latest[link.after]
        if link.type is LinkType.FINISH_FINISH:
            ends.append(_unshift(plan.calendar, end, link))
        elif follower.actual_start is None:
            where = ends if link.type is LinkType.FINISH_START else starts
            where.append(_unshift(plan.calendar, start, link))
    if own_end is not None and not links:
        ends.append(own_end)
    end = min((day for day in ends if day is not None), default=None)
    bounds = [day for day in starts if day is not None]
    if end is not None:
        bounds.append(last_start(plan, step, end))
    if not bounds:
        return None, None
    start = min(bounds)
    # A start held by a start-start link holds the end too.
    reached = start if step.cancelled else _plain_end(plan, step, start)
    return start, reached if end is None else min(end, max(reached, start))


def _unshift(calendar: Calendar, limit: date | None, link: Link) -> date | None:
    """Last day from which the lag does not reach beyond ``limit``."""
    if limit is None or link.unit is Unit.CALENDAR or link.lag == 0:
        return None if limit is None else limit - timedelta(days=link.lag)
    if link.lag < 0:
        return calendar.add_working_days(limit, -link.lag)
    reached = calendar.add_working_days(limit + timedelta(days=1), -link.lag)
    return reached - timedelta(days=1)


def last_start(plan: Plan, step: Step, limit: date) -> date:
    """Last day on which the step can start and still end by ``limit``."""
    if step.cancelled:
        return limit
    start = _shift(plan.calendar, limit, -step.duration, step.unit)
    while _plain_end(plan, step, start) > limit:
        start -= timedelta(days=1)
    while _plain_end(plan, step, start + timedelta(days=1)) <= limit:
        start += timedelta(days=1)
    return start


def _free(
    plan: Plan,
    computed: Forecast,
    links: list[Link],
    ahead: Mapping[str, Forecast],
    room: int | None,
) -> int | None:
    """Working days this step can slip before the next one notices."""
    if room is None:
        return None
    slack = []
    for link in links:
        follower = ahead[link.after]
        limit = follower.end if link.type is LinkType.FINISH_FINISH else follower.start
        point = computed.start if link.type is LinkType.START_START else computed.end
        until = _unshift(plan.calendar, limit, link)
        if until is not None:
            slack.append(max(0, plan.calendar.working_days_between(point, until)))
    return min(slack, default=max(0, room))


@dataclass(frozen=True, slots=True)
class Change:
    """One step that ends on another day."""

    code: str
    title: str
    before: date
    after: date
    municipalities: tuple[str, ...]

    @property
    def days(self) -> int:
        """Calendar days later, or earlier when negative."""
        return (self.after - self.before).days


def shifted(plan: Plan, code: str, days: int, municipality: str | None = None) -> Plan:
    """The plan with one step, or one gemeente's decision at it, ``days`` calendar days later."""
    step = next((s for s in plan.steps if s.code == code), None)
    if step is None:
        raise DomainError("no_step", f"Stap {code} staat niet in dit plan. Kies een andere.")
    if municipality is not None:
        changed = _one_decision(step, days, municipality)
    elif step.decisions:
        local = tuple(replace(d, shift=days) for d in step.decisions)
        changed = replace(step, decisions=local)
    elif step.actual_end is not None:
        raise DomainError("finished", f"'{step.title}' is al gereed. Kies een open stap.")
    else:
        changed = replace(step, shift=days)
    return replace(plan, steps=tuple(changed if s is step else s for s in plan.steps))


def _one_decision(step: Step, days: int, municipality: str) -> Step:
    own = next((d for d in step.decisions if d.municipality == municipality), None)
    if own is None:
        raise DomainError("no_decision", "Deze gemeente besluit niet bij deze stap.")
    if own.decided_on is not None:
        raise DomainError("decided", "Deze gemeente heeft al besloten. Kies een open besluit.")
    local = tuple(replace(d, shift=days) if d is own else d for d in step.decisions)
    return replace(step, decisions=local)


def differences(plan: Plan, before: Mapping[str, Forecast], changed: Plan) -> list[Change]:
    """Every step that ends on another day, in the order of the plan."""
    after = schedule(changed)
    return [
        Change(
            step.code, step.title, before[step.code].end, after[step.code].end,
            tuple(d.municipality for d in step.decisions),
        )
        for step in plan.steps
        if before[step.code].end != after[step.code].end
    ]  # fmt: skip
