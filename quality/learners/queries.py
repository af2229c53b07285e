"""What the signals look at, set-based, for one provider in one month."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from peewee import Case, fn

from core.dates import add_months, month_end
from core.db import database
from providers.codes import LearningRoute, PipLevel, TrackStatus
from providers.models import CURRENT, ProgressRecord
from quality.cards import inputs as metrics
from quality.learners.signals import Finding, Learner, MonthHours, findings, too_long_waiting

R = ProgressRecord
SKILLS = (R.level_reading, R.level_listening, R.level_writing, R.level_speaking)
CHUNK = 500

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


def history_of_lowered(tracks: Iterable[int], month: date) -> dict[int, tuple[int, bool]]:
    """Attended minutes so far, and whether the PIP was ever above A2, of these trajectories."""
    above = fn.MAX(Case(None, [(R.pip_level > PipLevel.A2, 1)], 0))
    found: dict[int, tuple[int, bool]] = {}
    wanted = list(tracks)
    for start in range(0, len(wanted), CHUNK):
        query = (
            R.select(R.track, fn.SUM(R.minutes_attended), above)
            .where(CURRENT, R.track.in_(wanted[start : start + CHUNK]), R.month <= month)
            .group_by(R.track)
        )
        found |= {track: (int(minutes), bool(high)) for track, minutes, high in _rows(query)}
    return found


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
    found: dict[int, int] = {}
    wanted = list(tracks)
    for start in range(0, len(wanted), CHUNK):
        query = (
            R.select(R.track, R.municipality)
            .where(CURRENT, R.track.in_(wanted[start : start + CHUNK]), R.month <= month)
            .order_by(R.month)
        )
        found |= dict(_rows(query))
    return found


def signals_of(provider_id: int, month: date) -> dict[tuple[int, int, str], tuple[int, Finding]]:
    """Every signal that holds at month end: (track, route, kind) -> (gemeente, finding)."""
    waits = {
        key: found
        for key, days in waiting_now(provider_id, month).items()
        if (found := too_long_waiting(days)) is not None
    }
    places = municipalities_of({track for track, _ in waits}, month)
    signals = {
        (track, route, found.kind): (places[track], found)
        for (track, route), found in waits.items()
    }
    for track, route, municipality, found in _judged(provider_id, month):
        signals[track, route, found.kind] = (municipality, found)
    return signals


def _judged(provider_id: int, month: date) -> Iterator[tuple[int, int, int, Finding]]:
    rows = reported(provider_id, month)
    hours, before = hours_of(provider_id, month), hours_of(provider_id, add_months(month, -1))
    levels_before: Any = levels_six_lesson_months_ago(provider_id, month)
    lowered = history_of_lowered(
        (r[0] for r in rows if r[1] == LearningRoute.B1 and r[6] == PipLevel.A2), month
    )
    for track, route, municipality, status, first_lesson, _ended, pip, *levels in rows:
        minutes, was_above = lowered.get(track, (0, False))
        learner = Learner(
            month_end=month_end(month),
            active=status == TrackStatus.ACTIVE,
            on_b1_route=route == LearningRoute.B1,
            first_lesson_on=None if first_lesson is None else date.fromordinal(first_lesson),
            pip_level=pip,
            was_above_a2=was_above,
            attended_minutes=minutes,
            levels=(levels[0], levels[1], levels[2], levels[3]),
            levels_before=levels_before.get((track, route)),
            hours=hours[track, route],
            hours_before=before.get((track, route)),
        )
        for found in findings(learner):
            yield track, route, municipality, found
