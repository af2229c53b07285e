"""What the judgements rest on, from the progress rows: set-based, one query per group of measures.

Every query is of one provider and reads the index (provider, month, track) over its own window, so
that it does not grow with the rows held. Only current versions count. The order of rows plays no
part anywhere.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from peewee import Case, Value, fn

from core.dates import add_months, month_end, month_from_number, month_number
from core.db import database, is_postgresql
from providers.codes import TrackStatus, YesNo
from providers.dossier.facts import Dossier
from providers.dossier.queries import dossier
from providers.models import (
    CURRENT,
    Contract,
    CourseTrack,
    Delivery,
    ProgressRecord,
    Provider,
)
from quality.cards.known_on import Moment, held, latest_of
from quality.cards.register_facts import ROUTE_CODES, mark_of
from quality.method.basis_2026.criteria import HourSums, RouteInputs
from quality.method.basis_2026.scoring_model import ScoringModel
from quality.method.basis_2026.waiting import Stay, stay
from quality.models import ScoreCard

Row = tuple[Any, ...]
R = ProgressRecord


def _rows(query: Any) -> Iterator[Row]:
    """Rows as the driver gives them: day and month numbers stay numbers."""
    return iter(database.execute(query).fetchall())


def _of(provider_id: int, first: date, last: date, known_on: Moment = None) -> tuple[Any, ...]:
    return (held(R, known_on), R.provider == provider_id, R.month.between(first, last))


def states(provider_id: int, month: date, window_months: int = 12, known_on: Moment = None) -> Any:
    """Newest row of each trajectory on each route, of those reported in the window up to ``month``.

    Columns: route, track, registered_on, first_lesson_on, ended_on, status, month.
    """
    first = add_months(month, 1 - window_months)
    columns = (R.route, R.track, R.registered_on, R.first_lesson_on, R.ended_on, R.status)
    rows = _of(provider_id, first, month, known_on)
    if is_postgresql():
        newest = R.select(*columns, R.month).where(*rows).distinct(R.track, R.route)
        return newest.order_by(R.track, R.route, R.month.desc())
    # SQLite takes the other columns from the row that has the maximum: one pass without sorting.
    return R.select(*columns, fn.MAX(R.month)).where(*rows).group_by(R.track, R.route)


def left_waiting(
    provider_id: int, month: date, window_months: int = 12, known_on: Moment = None
) -> Any:
    """Trajectories last reported before the window, that were then still waiting.

    A row cannot hold a first lesson or an end later than its own month, so that only rows with
    neither can take part in a later window. The columns of ``states``.
    """
    first = add_months(month, 1 - window_months)
    later = R.alias("later")
    reported_later = later.select(Value(1)).where(
        later.track == R.track,
        later.route == R.route,
        later.month > R.month,
        later.month <= month,
        held(later, known_on),
    )
    return R.select(
        R.route, R.track, R.registered_on, R.first_lesson_on, R.ended_on, R.status, R.month
    ).where(
        held(R, known_on),
        R.provider == provider_id,
        R.month < first,
        R.first_lesson_on.is_null(),
        R.ended_on.is_null(),
        ~fn.EXISTS(reported_later),
    )


IDLE = R.status.in_([TrackStatus.WAITING, TrackStatus.PAUSED])
"""Condition: a row without lessons to count, whatever hours it holds."""


def learner_days(first: date, months: int) -> Any:
    """Days that the learner of a row could have lessons; of rows in the months from ``first`` on.

    From the first lesson or the first of the month, up to the end or the last of the month, both
    included. Rows that are wachtend or gepauzeerd have none.
    """
    window = [add_months(first, i) for i in range(months)]
    from_day = Case(R.month, [(month_number(m), m.toordinal()) for m in window])
    until_day = Case(R.month, [(month_number(m), month_end(m).toordinal()) for m in window])
    start = Case(None, [(R.first_lesson_on > from_day, R.first_lesson_on)], from_day)
    end = Case(None, [(R.ended_on < until_day, R.ended_on)], until_day)
    return Case(None, [(IDLE | R.first_lesson_on.is_null() | (end < start), 0)], end - start + 1)


def hour_sums(
    provider_id: int, month: date, window_months: int = 3, known_on: Moment = None
) -> Any:
    """Sums per route and trajectory over the window; columns route, track, then ``HOUR_COLUMNS``.

    The hours of rows that are wachtend or gepauzeerd stay out of ``lesson_minutes``.
    """
    first = add_months(month, 1 - window_months)
    return (
        R.select(
            R.route,
            R.track,
            fn.SUM(R.minutes_offered),
            fn.SUM(R.minutes_certified),
            fn.SUM(R.minutes_evening_weekend),
            fn.SUM(R.minutes_attended),
            fn.SUM(R.minutes_authorised),
            fn.SUM(R.minutes_unauthorised),
            fn.SUM(fn.COALESCE(R.minutes_in_training, 0)),
            fn.SUM(Case(None, [(IDLE, 0)], R.minutes_offered)),
            fn.SUM(learner_days(first, window_months)),
            fn.MAX(Case(None, [(R.evening_weekend_wish == YesNo.YES, 1)], 0)),
        )
        .where(*_of(provider_id, first, month, known_on))
        .group_by(R.route, R.track)
    )


def delivered_routes(provider_id: int, month: date, known_on: Moment = None) -> Any:
    """Routes of which rows were accepted for this very month."""
    return R.select(R.route).where(*_of(provider_id, month, month, known_on)).distinct()


def _stays(rows: Iterable[Row], month: date, window_months: int) -> dict[int, dict[int, Stay]]:
    window_start = add_months(month, 1 - window_months).toordinal()
    reference = month_end(month).toordinal()
    found: dict[int, dict[int, Stay]] = defaultdict(dict)
    for route, track, registered, first_lesson, ended, _status, _month in rows:
        one = stay(
            registered=registered,
            first_lesson=first_lesson,
            ended=ended,
            window_start=window_start,
            reference=reference,
        )
        if one is not None:
            found[route][track] = one
    return found


def route_inputs(
    provider: Provider,
    month: date,
    model: ScoringModel,
    known_on: Moment = None,
    register: Dossier | None = None,
    *,
    hours: bool = True,
) -> list[RouteInputs]:
    """The inputs of every route of a provider that had rows in the window, or has a contract.

    As known now, or at a moment: the rows, and the register unless another one is given.
    Without ``hours`` no more is read than the waiting time needs.
    """
    register = register or dossier(provider, latest_of(known_on))
    waiting_window = next((c.window_months for c in model.criteria if c.norm_days), 12)
    windows = {c.window_months for c in model.criteria if not c.norm_days and c.statuses is None}
    day = month_end(month)
    delivered = {row[0] for row in _rows(delivered_routes(provider.id, month, known_on))}
    if not delivered:
        return _not_delivered(provider, month, waiting_window, known_on, register)
    recent = list(_rows(states(provider.id, month, waiting_window, known_on)))
    # Who is not reported this month keeps the last state of the window.
    active = Counter(route for route, *_, status, _ in recent if status == TrackStatus.ACTIVE)
    left = _rows(left_waiting(provider.id, month, waiting_window, known_on))
    stays = _stays([*recent, *left], month, waiting_window)
    sums_by_window: dict[int, dict[int, dict[int, HourSums]]] = {}
    for window in windows if hours else ():
        by_route: dict[int, dict[int, HourSums]] = defaultdict(dict)
        for route, track, *sums in _rows(hour_sums(provider.id, month, window, known_on)):
            by_route[route][track] = HourSums(*map(int, sums))
        sums_by_window[window] = by_route
    terms = register.terms_on(day)
    mark, recognised = mark_of(register, day), register.is_recognised(day)
    return [
        RouteInputs(
            provider=provider.code,
            route=ROUTE_CODES[route],
            month=month,
            delivered=route in delivered,
            active=active[route] if route in delivered else 0,
            stays=stays.get(route, {}),
            hours={window: of.get(route, {}) for window, of in sums_by_window.items()},
            mark=mark,
            recognised=recognised,
            exception_until=terms[route].exception_until if route in terms else None,
            contract_norm_days=terms[route].waiting_norm_days if route in terms else None,
        )
        for route in sorted({row[0] for row in recent} | set(terms))
    ]


def reported_routes(
    provider_id: int, month: date, window_months: int = 12, known_on: Moment = None
) -> set[int]:
    """Routes of which rows are held in the window up to a month."""
    first = add_months(month, 1 - window_months)
    query = R.select(R.route).where(*_of(provider_id, first, month, known_on)).distinct()
    return {row[0] for row in _rows(query)}


def _not_delivered(
    provider: Provider, month: date, window_months: int, known_on: Moment, register: Dossier
) -> list[RouteInputs]:
    """Inputs of a provider that sent nothing for the month: there is nothing to measure."""
    day = month_end(month)
    reported = reported_routes(provider.id, month, window_months, known_on)
    terms = register.terms_on(day)
    return [
        RouteInputs(
            provider=provider.code,
            route=ROUTE_CODES[route],
            month=month,
            delivered=False,
            mark=mark_of(register, day),
            recognised=register.is_recognised(day),
            contract_norm_days=terms[route].waiting_norm_days if route in terms else None,
        )
        for route in sorted(reported | set(terms))
    ]


def latest_month() -> date | None:
    """Newest month of which current rows are held, by one look into the index per provider."""
    newest = R.select(fn.MAX(R.month)).where(CURRENT, R.provider == Provider.id)
    found = (row[0] for row in _rows(Provider.select(newest)))
    numbers = [number for number in found if number is not None]
    return month_from_number(max(numbers)) if numbers else None


def newest_month_of(provider_id: int) -> date | None:
    """Newest month of which current rows of one provider are held."""
    found: date | None = (
        R.select(fn.MAX(R.month)).where(CURRENT, R.provider == provider_id).scalar()
    )
    return found


FINGERPRINT_COLUMNS = tuple(
    name
    for name in R._meta.sorted_field_names
    if name not in {"id", "delivery", "superseded_by", "row", "provider", "track", "contract"}
)


def fingerprint(
    provider_id: int,
    route: int,
    month: date,
    window_months: int = 12,
    known_on: Moment = None,
) -> str:
    """SHA-256 over the sorted accepted rows that a card rests on, as delivered.

    Those of the window, and those left waiting from before it; known by trajectnummer, so that
    another database with the same rows gives the same fingerprint.
    """
    first = add_months(month, 1 - window_months)
    columns = [getattr(R, name) for name in FINGERPRINT_COLUMNS]
    older = [row[1] for row in _rows(left_waiting(provider_id, month, window_months, known_on))]
    query = (
        R.select(CourseTrack.number, *columns)
        .join(CourseTrack)
        .where(
            held(R, known_on),
            R.provider == provider_id,
            R.route == route,
            R.month <= month,
            (R.month >= first) | R.track.in_(older or [0]),
        )
    )
    lines = sorted(map(str, _rows(query)))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def providers_named(codes: Collection[str] | None = None) -> list[Provider]:
    """Providers by code: those named, or all."""
    query = Provider.select().order_by(Provider.code)
    return list(query if codes is None else query.where(Provider.code.in_(codes)))


def without_card(month: date) -> list[Provider]:
    """Providers with a contract, or a card a month ago, that have no card: they sent nothing."""
    day = month_end(month)
    has_card = ScoreCard.select(ScoreCard.provider).where(ScoreCard.month == month)
    before = ScoreCard.select(ScoreCard.provider).where(ScoreCard.month == add_months(month, -1))
    contracted = Contract.select(Contract.provider).where(
        Contract.valid_from <= day,
        Contract.valid_until.is_null() | (Contract.valid_until >= day),
    )
    return list(
        Provider.select()
        .where(Provider.id.in_(before) | Provider.id.in_(contracted), Provider.id.not_in(has_card))
        .order_by(Provider.code)
    )


def leaves_waiting(provider_id: int, month: date) -> bool:
    """Whether rows of a month, as they are or as they were, decide that somebody waits for long.

    A learner last reported as waiting counts in every later month. That can be the row of this
    month itself, or an older one, which a row of this month hides or brings back.
    """
    later, older = R.alias("later"), R.alias("older")
    reported_later = later.select(Value(1)).where(
        later.track == R.track,
        later.route == R.route,
        later.month.between(add_months(month, 1), add_months(month, 11)),
        later.superseded_by.is_null(),
    )
    waited_before = older.select(Value(1)).where(
        older.track == R.track,
        older.route == R.route,
        older.month < month,
        older.superseded_by.is_null(),
        older.first_lesson_on.is_null(),
        older.ended_on.is_null(),
    )
    waits = R.first_lesson_on.is_null() & R.ended_on.is_null()
    left = R.select(R.id).where(
        R.provider == provider_id,
        R.month == month,
        waits | fn.EXISTS(waited_before),
        ~fn.EXISTS(reported_later),
    )
    replacing = Delivery.select(Delivery.id).where(Delivery.provider == provider_id)
    was = left.where(R.superseded_by.is_null(False), R.superseded_by.in_(replacing))
    return bool(left.where(CURRENT).exists() or was.exists())
