"""Hours by month and levels at the start and now, of one provider."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from peewee import fn

from core.dates import month_from_number, month_number
from core.db import database
from providers.codes import LearningRoute, SkillLevel, TrackStatus
from providers.models import CURRENT
from providers.models import ProgressRecord as R

SKILLS = {
    "lezen": "level_reading",
    "luisteren": "level_listening",
    "schrijven": "level_writing",
    "spreken": "level_speaking",
}


def _rows(query: Any) -> Iterable[tuple[Any, ...]]:
    return database.execute(query).fetchall()


def hours_by_month(
    provider_id: int, first: date, last: date
) -> dict[str, dict[date, tuple[int, int, int]]]:
    """Per route and month: minutes offered, minutes attended, trajecten with hours offered.

    Not counted: rows that a later delivery replaced, and rows without offered hours.
    """
    query = (
        R.select(
            R.route,
            R.month,
            fn.SUM(R.minutes_offered),
            fn.SUM(R.minutes_attended),
            fn.COUNT(R.id),
        )
        .where(
            CURRENT,
            R.provider == provider_id,
            R.month.between(first, last),
            R.minutes_offered > 0,
        )
        .group_by(R.route, R.month)
    )
    found: dict[str, dict[date, tuple[int, int, int]]] = defaultdict(dict)
    for route, month, offered, attended, tracks in _rows(query):
        when = month_from_number(month) if isinstance(month, int) else month
        found[LearningRoute(route).code][when] = (int(offered), int(attended), tracks)
    return dict(found)


Counts = dict[str, int]


def levels_then_and_now(
    provider_id: int, month: date
) -> dict[str, dict[str, tuple[Counts, Counts]]]:
    """Per route and skill: how many learners are on each level, in their first month and now.

    The same learners in both: those active in ``month``.
    """
    first = R.alias("first")
    earliest = R.alias("earliest")
    first_month = earliest.select(fn.MIN(earliest.month)).where(
        earliest.track == R.track, earliest.route == R.route, earliest.superseded_by.is_null()
    )
    columns = [getattr(rows, name) for name in SKILLS.values() for rows in (first, R)]
    query = (
        R.select(R.route, fn.COUNT(R.id), *columns)
        .join(
            first,
            on=(
                (first.track == R.track)
                & (first.route == R.route)
                & first.superseded_by.is_null()
                & (first.month == first_month)
            ),
        )
        .where(
            CURRENT,
            R.provider == provider_id,
            R.month == month_number(month),
            R.status == TrackStatus.ACTIVE,
        )
        .group_by(R.route, *columns)
    )
    found: dict[str, dict[str, tuple[Counts, Counts]]] = {}
    for route, learners, *levels in _rows(query):
        skills = found.setdefault(LearningRoute(route).code, {})
        for number, skill in enumerate(SKILLS):
            for counts, level in zip(
                skills.setdefault(skill, ({}, {})), levels[2 * number : 2 * number + 2], strict=True
            ):
                code = SkillLevel(level).code
                counts[code] = counts.get(code, 0) + learners
    return found
