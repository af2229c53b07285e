"""Lessons by month, hours so far, and levels at the start and now, of one provider."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from peewee import Case, fn

from core.dates import add_months, month_from_number, month_number
from core.db import database
from providers.codes import LearningRoute, SkillLevel, TrackStatus, YesNo
from providers.models import CURRENT, ProgressRecord as R, Provider
from providers.register.queries import certified_in, promises
from providers.register.rules import owed_minutes, promise_for
from quality.cards.inputs import IDLE, learner_days
from quality.lessons.access import Access
from quality.lessons.intensity import LessonMonth, Lessons
from quality.lessons.teacher_claim import LARGEST_GROUP, Claim, TaughtMonth

SKILLS = {
    "lezen": "level_reading",
    "luisteren": "level_listening",
    "schrijven": "level_writing",
    "spreken": "level_speaking",
}


def _rows(query: Any) -> Iterable[tuple[Any, ...]]:
    return database.execute(query).fetchall()


def lessons_by_month(provider: Provider, last: date, months: int = 12) -> dict[str, Lessons]:
    """Per route the lessons of every month up to ``last``, against what the contracts promise.

    Not counted: rows that a later delivery replaced, and rows that are wachtend or gepauzeerd.
    """
    first = add_months(last, 1 - months)
    days = learner_days(first, months)
    query = (
        R.select(
            R.route,
            R.month,
            R.municipality,
            R.contract,
            fn.SUM(Case(None, [((R.minutes_offered > 0) | (days > 0), 1)], 0)),
            fn.SUM(R.minutes_offered),
            fn.SUM(R.minutes_attended),
            fn.SUM(R.minutes_authorised),
            fn.SUM(R.minutes_unauthorised),
            fn.SUM(days),
        )
        .where(CURRENT, R.provider == provider.id, R.month.between(first, last), ~IDLE)
        .group_by(R.route, R.month, R.municipality, R.contract)
    )
    agreed = promises(provider.id)
    by_route: dict[str, dict[date, LessonMonth]] = defaultdict(lambda: defaultdict(LessonMonth))
    prices: dict[str, set[int | None]] = defaultdict(set)
    for route, number, place, contract, *sums, learner in _rows(query):
        month, code = month_from_number(number), LearningRoute(route).code
        part = LessonMonth(*map(int, sums))
        promise = promise_for(
            agreed, route=route, month=month, municipality=place, contract=contract
        )
        if promise is not None and promise.weekly_minutes is not None:
            due = float(owed_minutes(promise.weekly_minutes, int(learner)))
            part = replace(part, promised=due, compared=part.offered)
            prices[code].add(promise.hour_price_cents)
        by_route[code][month] = by_route[code][month].plus(part)
    return {
        code: Lessons(dict(by_month), tuple(prices[code])) for code, by_month in by_route.items()
    }


def attended_so_far(provider_id: int, month: date) -> dict[str, list[int]]:
    """Per route the minutes that each learner active in ``month`` attended here until then.

    On every route together: hours of an earlier route count on.
    """
    before = R.alias("before")
    query = (
        R.select(R.route, fn.SUM(before.minutes_attended))
        .join(
            before,
            on=(
                (before.track == R.track)
                & (before.month <= R.month)
                & before.superseded_by.is_null()
            ),
        )
        .where(CURRENT, R.provider == provider_id, R.month == month, R.status == TrackStatus.ACTIVE)
        .group_by(R.route, R.track)
    )
    by_route: dict[str, list[int]] = defaultdict(list)
    for route, minutes in _rows(query):
        by_route[LearningRoute(route).code].append(int(minutes))
    return dict(by_route)


def taught(providers: Any, last: date, *, months: int = 12) -> dict[tuple[int, date], TaughtMonth]:
    """Per provider and month, newest first, who taught; a month without lessons is left out."""
    first = add_months(last, 1 - months)
    largest = Case(R.route, [(int(route), LARGEST_GROUP[route.code]) for route in LearningRoute])
    query = (
        R.select(
            R.provider,
            R.month,
            fn.COUNT(R.id),
            fn.SUM(R.minutes_offered),
            fn.SUM(R.minutes_certified),
            fn.SUM(fn.COALESCE(R.minutes_in_training, 0)),
            fn.SUM(
                R.minutes_certified.cast("DOUBLE PRECISION") / fn.COALESCE(R.group_size, largest)
            ),
            fn.SUM(Case(None, [(R.group_size.is_null(), R.minutes_certified)], 0)),
        )
        .where(
            CURRENT,
            R.provider.in_(providers),
            R.month.between(first, last),
            R.minutes_offered > 0,
        )
        .group_by(R.provider, R.month)
        .order_by(R.provider, R.month.desc())
    )
    return {
        (provider, month_from_number(month)): TaughtMonth(
            tracks, int(offered), int(certified), int(in_training), float(claimed), int(unsized)
        )
        for provider, month, tracks, offered, certified, in_training, claimed, unsized in _rows(
            query
        )
    }


def claims(provider_id: int, last: date, *, most_hours: int) -> list[Claim]:
    """The hours of certified docenten against the register, of a year, newest month first."""
    taught_months = {month: one for (_, month), one in taught([provider_id], last).items()}
    docenten = certified_in(list(taught_months), [provider_id])
    return [
        Claim(
            month,
            one,
            docenten.get(provider_id, {}).get(month, 0),
            registered=provider_id in docenten,
            most_hours=most_hours,
        )
        for month, one in taught_months.items()
    ]


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
    by_route: dict[str, dict[str, tuple[Counts, Counts]]] = {}
    for route, learners, *levels in _rows(query):
        skills = by_route.setdefault(LearningRoute(route).code, {})
        for number, skill in enumerate(SKILLS):
            for counts, level in zip(
                skills.setdefault(skill, ({}, {})), levels[2 * number : 2 * number + 2], strict=True
            ):
                code = SkillLevel(level).code
                counts[code] = counts.get(code, 0) + learners
    return by_route


def evening_access(provider_id: int, last: date, months: int = 3) -> dict[str, dict[int, Access]]:
    """Per route and gemeente the learners with lessons: who asked for the evening or the weekend.

    A learner counts once, in the gemeente of the newest row; the window is that of the criterion.
    """
    first = add_months(last, 1 - months)
    evening = fn.SUM(R.minutes_evening_weekend)
    has_asked = fn.MAX(Case(None, [(R.evening_weekend_wish == YesNo.YES, 1)], 0))
    # The largest of month and gemeente in one number ends in the gemeente of the newest month.
    newest = fn.MAX(fn.ABS(R.month) * 10_000 + R.municipality)
    query = (
        R.select(R.route, newest, has_asked, evening)
        .where(CURRENT, R.provider == provider_id, R.month.between(first, last))
        .group_by(R.route, R.track)
        .having(fn.SUM(R.minutes_offered) > 0)
    )
    by_route: dict[str, dict[int, Access]] = defaultdict(lambda: defaultdict(Access))
    for route, place, wished, minutes in _rows(query):
        places, got = by_route[LearningRoute(route).code], minutes > 0
        one = places[place % 10_000]
        places[place % 10_000] = Access(
            one.learners + 1, one.asked + wished, one.met + (wished and got), one.any_lesson + got
        )
    return {code: dict(places) for code, places in by_route.items()}
