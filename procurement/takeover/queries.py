"""Whom a failing aanbieder teaches, and what the others could take; from the newest month held."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from peewee import fn

from core.dates import month_end
from core.small_numbers import is_small
from procurement.takeover.rules import People, School, Teaching
from providers.codes import LearningRoute, MarkStatus, TrackStatus
from providers.models import CURRENT, Contract, ContractScope, ProgressRecord, Provider, TravelTime
from providers.register.queries import marks_on
from quality.method.curve import Stay, curve, quantile

MOST_IN_GROUP = {
    LearningRoute.B1: 20,
    LearningRoute.EDUCATION: 20,
    LearningRoute.SELF_RELIANCE: 12,
}
"""Learners in one group (Blik op Werk, handleiding keurmerk inburgeren)."""
VALID_MARKS = (MarkStatus.FIXED_TERM, MarkStatus.INDEFINITE)
OPEN = (TrackStatus.WAITING, TrackStatus.ACTIVE, TrackStatus.PAUSED)
R = ProgressRecord


def newest_month(provider: Provider) -> date | None:
    """The newest month of which rows of this school are held."""
    month: date | None = R.select(fn.MAX(R.month)).where(CURRENT, R.provider == provider).scalar()
    return month


def people_of(provider: Provider, month: date) -> Counter[People]:
    """Everyone who was not finished at a school in a month, by class."""
    levels = (R.level_reading, R.level_listening, R.level_writing, R.level_speaking)
    query: Any = (
        R.select(R.route, R.municipality, R.evening_weekend_wish, *levels)
        .where(CURRENT, R.provider == provider, R.month == month, R.status.in_(OPEN))
        .order_by(R.id)
        .tuples()
    )
    return Counter(
        People(LearningRoute(route).code, f"{municipality:04d}", min(skills), wish == 1)
        for route, municipality, wish, *skills in query
    )


def other_schools(provider: Provider, month: date, day: date) -> list[School]:
    """Every other school with a contract on the day, with its places in ``month``."""
    contracts = _contracts(provider, day)
    marks = marks_on(day, list(contracts))
    places, levels, evening = _groups(month, list(contracts))
    minutes = _minutes(list(contracts))
    schools = []
    for one in Provider.select().where(Provider.id.in_(list(contracts))).order_by(Provider.code):
        mark = marks.get(one.id)
        has_mark = mark is not None and mark.status in VALID_MARKS
        recognised = one.tst_from is not None and one.tst_from <= day and (
            one.tst_until is None or one.tst_until >= day
        )  # fmt: skip
        schools.append(
            School(
                one.code,
                one.name,
                {
                    route.code: recognised if route is LearningRoute.EDUCATION else has_mark
                    for route in LearningRoute
                },
                {
                    LearningRoute(route).code: Teaching(
                        frozenset(covered),
                        frozenset(levels.get((one.id, route), ())),
                        evening.get((one.id, route), 0) > 0,
                        places.get((one.id, route), 0),
                    )
                    for route, covered in contracts[one.id].items()
                },
                minutes.get(one.id, {}),
            )
        )
    return schools


def _contracts(provider: Provider, day: date) -> dict[int, dict[int, set[str | None]]]:
    query: Any = (
        ContractScope.select(Contract.provider, ContractScope.route, ContractScope.municipality)
        .join(Contract)
        .where(
            Contract.provider != provider,
            Contract.valid_from <= day,
            Contract.valid_until.is_null() | (Contract.valid_until >= day),
        )
        .tuples()
    )
    covered_by_school: dict[int, dict[int, set[str | None]]] = {}
    for school, route, municipality in query:
        covered_by_school.setdefault(school, {}).setdefault(route, set()).add(municipality)
    return covered_by_school


Per = dict[tuple[int, int], Any]
"""By school and route."""


def _groups(month: date, schools: Iterable[int]) -> tuple[Per, Per, Per]:
    """Open places in groups, levels that are taught, and minutes of evening lessons."""
    lowest = fn.MIN(R.level_reading)
    query: Any = (
        R.select(
            R.provider, R.route, R.group_name, fn.COUNT(R.id), fn.MAX(R.group_size),
            lowest, fn.MAX(R.level_reading), fn.SUM(R.minutes_evening_weekend),
        )
        .where(
            CURRENT, R.provider.in_(list(schools)), R.month == month,
            R.status == TrackStatus.ACTIVE, R.minutes_offered > 0,
        )
        .group_by(R.provider, R.route, R.group_name)
        .tuples()
    )  # fmt: skip
    places: Per = {}
    levels: Per = {}
    evening: Per = {}
    for school, route, group, count, size, low, high, minutes in query:
        key = (school, route)
        levels.setdefault(key, set()).update(range(low, high + 1))
        evening[key] = evening.get(key, 0) + minutes
        if group is not None:
            taken = max(count, size or 0)
            places[key] = places.get(key, 0) + max(0, MOST_IN_GROUP[LearningRoute(route)] - taken)
    return places, levels, evening


def _minutes(schools: list[int]) -> dict[int, dict[str, int]]:
    query: Any = (
        TravelTime.select(TravelTime.provider, TravelTime.municipality, fn.MIN(TravelTime.minutes))
        .where(TravelTime.provider.in_(schools))
        .group_by(TravelTime.provider, TravelTime.municipality)
        .tuples()
    )
    per_school: dict[int, dict[str, int]] = {}
    for school, municipality, minutes in query:
        per_school.setdefault(school, {})[municipality] = minutes
    return per_school


def arrivals_per_week(provider: Provider, month: date) -> dict[tuple[str, str], float]:
    """New registrations a week over the last year at a school, by route and gemeente."""
    last = month_end(month).toordinal()
    query: Any = (
        R.select(R.route, R.municipality, fn.COUNT(R.track.distinct()))
        .where(CURRENT, R.provider == provider, R.registered_on.between(last - 364, last))
        .group_by(R.route, R.municipality)
        .tuples()
    )
    return {
        (LearningRoute(route).code, f"{municipality:04d}"): count / 52
        for route, municipality, count in query
    }


def starts_per_week(codes: Iterable[str], month: date) -> dict[tuple[str, str], float]:
    """Learners who had their first lesson, a week over the last year, by school (code) and route.

    Left out where fewer than five began: that is no pace to reckon with.
    """
    last = month_end(month).toordinal()
    query: Any = (
        R.select(Provider.code, R.route, fn.COUNT(R.track.distinct()))
        .join(Provider)
        .where(
            CURRENT, Provider.code.in_(list(codes)), R.month <= month,
            R.first_lesson_on.between(last - 364, last),
        )
        .group_by(Provider.code, R.route)
        .tuples()
    )  # fmt: skip
    return {
        (code, LearningRoute(route).code): count / 52
        for code, route, count in query
        if not is_small(count)
    }


def waiting(codes: Iterable[str], month: date) -> dict[tuple[str, str], int]:
    """Learners who waited for their first lesson in a month, by school (code) and route."""
    query: Any = (
        R.select(Provider.code, R.route, fn.COUNT(R.id))
        .join(Provider)
        .where(
            CURRENT, Provider.code.in_(list(codes)), R.month == month,
            R.status == TrackStatus.WAITING,
        )
        .group_by(Provider.code, R.route)
        .tuples()
    )  # fmt: skip
    return {(code, LearningRoute(route).code): count for code, route, count in query}


def usual_waits(codes: Iterable[str], month: date) -> dict[tuple[str, str], int]:
    """Days after which half of the learners had begun, by school (code) and route.

    Of everyone registered in the year up to ``month``, who still waits included. Left out where
    fewer than five are known, or where less than half have begun.
    """
    last = month_end(month).toordinal()
    days = (R.registered_on, R.first_lesson_on, R.ended_on)
    query: Any = (
        R.select(Provider.code, R.route, *(fn.MIN(day).coerce(False) for day in days))
        .join(Provider)
        .where(
            CURRENT,
            Provider.code.in_(list(codes)),
            R.month <= month,
            R.registered_on.between(last - 364, last),
        )
        .group_by(Provider.code, R.route, R.track)
        .tuples()
    )
    stays: dict[tuple[str, str], list[Stay]] = {}
    for code, route, registered, begun, ended in query:
        began = begun is not None and begun <= last
        until = begun if began else min(ended or last, last)
        stay = Stay(0, until - registered, began)
        stays.setdefault((code, LearningRoute(route).code), []).append(stay)
    half = {key: quantile(curve(of), 0.5) for key, of in stays.items() if not is_small(len(of))}
    return {key: days for key, days in half.items() if days is not None}
