"""What the signals look at, set-based, for one provider in one month."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import Case, fn

from core.dates import add_months, month_end
from core.db import among, database
from core.municipalities import current
from providers.codes import LearningRoute, PipLevel, TrackStatus
from providers.models import CURRENT, ProgressRecord
from quality.cards import inputs as metrics
from quality.learners.models import LearnerSummary
from quality.learners.signals import (
    TERM_MONTHS,
    Finding,
    Learner,
    MonthHours,
    Outlook,
    findings,
    months_between_days,
    outlook,
    too_long_waiting,
)

R = ProgressRecord
SKILLS = (R.level_reading, R.level_listening, R.level_writing, R.level_speaking)

Key = tuple[int, int]
"""Track and route."""


def _rows(query: Any) -> Iterator[tuple[Any, ...]]:
    return iter(database.execute(query).fetchall())


def _current(provider_id: int, first: date, last: date) -> tuple[Any, ...]:
    return (CURRENT, R.provider == provider_id, R.month.between(first, last))


def levels_six_lesson_months_ago(provider_id: int, month: date) -> dict[Key, tuple[int, ...]]:
    """Levels of the seventh newest month with lessons, looking a year back."""
    place = fn.ROW_NUMBER().over(partition_by=[R.track, R.route], order_by=[R.month.desc()])
    inner = (
        R.select(R.track, R.route, *SKILLS, place.alias("place"))
        .where(*_current(provider_id, add_months(month, -11), month), R.minutes_offered > 0)
        .alias("lessons")
    )
    c = inner.c
    query = (
        R.select(
            c.track_id, c.route,
            c.level_reading, c.level_listening, c.level_writing, c.level_speaking,
        )
        .from_(inner)
        .where(c.place == 7)
    )  # fmt: skip
    return {(track, route): tuple(levels) for track, route, *levels in _rows(query)}


def hours_of(provider_id: int, month: date) -> dict[Key, MonthHours]:
    """Hours per trajectory in one month."""
    query = R.select(
        R.track, R.route, R.minutes_offered, R.minutes_attended, R.minutes_unauthorised
    ).where(*_current(provider_id, month, month))
    return {(track, route): MonthHours(*hours) for track, route, *hours in _rows(query)}


def history_of_lowered(tracks: Iterable[int], month: date) -> dict[int, bool]:
    """Whether the PIP of these trajectories was ever above A2."""
    above = fn.MAX(Case(None, [(R.pip_level > PipLevel.A2, 1)], 0))
    query = (
        R.select(R.track, above)
        .where(CURRENT, among(R.track, tracks), R.month <= month)
        .group_by(R.track)
    )
    return {track: bool(high) for track, high in _rows(query)}


def reported(provider_id: int, month: date) -> list[tuple[Any, ...]]:
    """Rows of the month: track, route, gemeente, status, first lesson, end, PIP, levels."""
    query = R.select(
        R.track, R.route, R.municipality, R.status, R.first_lesson_on, R.ended_on, R.pip_level,
        *SKILLS,
    ).where(*_current(provider_id, month, month))  # fmt: skip
    return list(_rows(query))


def waiting_now(provider_id: int, month: date) -> dict[Key, int]:
    """Days waited so far by everyone whose newest row shows them waiting."""
    day = month_end(month).toordinal()
    rows = [
        *_rows(metrics.states(provider_id, month)),
        *_rows(metrics.left_waiting(provider_id, month)),
    ]
    return {
        (track, route): day - registered
        for route, track, registered, first_lesson, ended, _status, _month in rows
        if first_lesson is None and ended is None
    }


def municipalities_of(tracks: Iterable[int], month: date) -> dict[int, int]:
    """The gemeente in the newest row of each trajectory."""
    query = (
        R.select(R.track, R.municipality)
        .where(CURRENT, among(R.track, tracks), R.month <= month)
        .order_by(R.month)
    )
    return dict(_rows(query))


@dataclass(frozen=True, slots=True)
class Opened:
    """A signal that holds, for which gemeente, and how urgent the learner is."""

    municipality: int
    finding: Finding
    outlook: Outlook


def signals_of(
    provider_id: int, month: date, people: "People"
) -> dict[tuple[int, int, str], Opened]:
    """Every signal that holds at month end, by track, route and kind.

    ``people`` are the learners of the provider (``people``), as the summaries have them now
    (``refresh_summaries``).
    """
    signals: dict[tuple[int, int, str], Opened] = {}
    waits = {
        key: one
        for key, days in waiting_now(provider_id, month).items()
        if (one := too_long_waiting(days)) is not None
    }
    places = municipalities_of({track for track, _ in waits}, month)
    views = {}
    for track, route, place, track_findings, view in _judged(provider_id, month, people):
        if (track, route) in waits:
            views[track, route] = view
        for one in track_findings:
            signals[track, route, one.kind] = Opened(place, one, view)
    for (track, route), one in waits.items():
        place = current(places[track])
        view = views.get((track, route)) or _of_waiting(people.get((track, place)), month)
        signals[track, route, one.kind] = Opened(place, one, view)
    return signals


Person = tuple[date | None, bool, int]
"""Until when the term runs, whether that is estimated, attended minutes of all providers."""


People = dict[tuple[int, int], Person]
"""By track and gemeente."""


def people(provider_id: int, tracks: Collection[int] | None = None) -> People:
    """What the other months and providers tell of the learners of a provider, or some of them."""
    other = LearnerSummary.alias("other")
    everywhere = other.select(fn.SUM(other.attended_minutes)).where(
        other.municipality == LearnerSummary.municipality, other.number == LearnerSummary.number
    )
    query = LearnerSummary.select(
        LearnerSummary.track, LearnerSummary.municipality, LearnerSummary.term_until,
        LearnerSummary.term_estimated, everywhere,
    ).where(LearnerSummary.provider == provider_id)  # fmt: skip
    if tracks is not None:
        query = query.where(among(LearnerSummary.track, tracks))
    return {
        (track, place): (
            None if until is None else date.fromordinal(until), bool(estimated), int(minutes)
        )
        for track, place, until, estimated, minutes in _rows(query)
    }  # fmt: skip


def _of_waiting(person: Person | None, month: date) -> Outlook:
    """The outlook of who waits and was not reported in the month: no levels, the term only."""
    until = person[0] if person else None
    left = TERM_MONTHS if until is None else months_between_days(month_end(month), until)
    return Outlook(left, None, -left)


def _judged(
    provider_id: int, month: date, people: People
) -> Iterator[tuple[int, int, int, list[Finding], Outlook]]:
    rows = reported(provider_id, month)
    hours, before = hours_of(provider_id, month), hours_of(provider_id, add_months(month, -1))
    levels_before: Any = levels_six_lesson_months_ago(provider_id, month)
    lowered = history_of_lowered(
        (r[0] for r in rows if r[1] == LearningRoute.B1 and r[6] == PipLevel.A2), month
    )
    for track, route, municipality, status, _first_lesson, _ended, pip, *levels in rows:
        place = current(municipality)
        until, estimated, minutes = people.get((track, place), (None, False, 0))
        learner = Learner(
            month_end=month_end(month),
            active=status == TrackStatus.ACTIVE,
            route=route,
            pip_level=pip,
            was_above_a2=lowered.get(track, False),
            attended_minutes=minutes,
            levels=(levels[0], levels[1], levels[2], levels[3]),
            levels_before=levels_before.get((track, route)),
            hours=hours[track, route],
            hours_before=before.get((track, route)),
            term_until=until,
            term_estimated=estimated,
        )
        yield track, route, place, findings(learner), outlook(learner)
