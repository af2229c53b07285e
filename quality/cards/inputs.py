"""What the judgements rest on, from the progress rows: read once, in order of month.

Every query is of one provider and reads the index (provider, month, track) over its own window, so
that it does not grow with the rows held. Only versions that count are read. The order of rows
plays no part anywhere.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from peewee import Case, Value, fn

from core.dates import add_months, month_end, month_from_number, month_number
from core.db import among, batched, database, is_postgresql
from providers.codes import TrackStatus, YesNo
from providers.models import (
    CURRENT,
    CourseTrack,
    Delivery,
    LessonBreak,
    ProgressRecord,
    Provider,
)
from quality.learners.models import LearnerFacts
from quality.method.model import ScoringModel

if TYPE_CHECKING:
    from quality.method.figures import Rows, View
    from quality.method.waiting import People


@dataclass(frozen=True, slots=True)
class Corrected:
    """The rows that were known at the first moment, with what was known of them at the last."""

    first: datetime
    last: datetime


Moment = datetime | Corrected | None
"""As known when; ``None`` is now."""


def latest_of(known_on: Moment) -> datetime | None:
    """The moment up to which is looked."""
    return known_on.last if isinstance(known_on, Corrected) else known_on


def counting(table: Any = ProgressRecord, known_on: Moment = None) -> Any:
    """Condition: the version that counts, as known now or at a moment.

    At a moment the newest version counts of all that were accepted by then and not yet withdrawn.
    What a withdrawal gave back carries the values of the version that was kept, so that it does
    not matter which of the two is found.
    """
    if known_on is None:
        return table.superseded_by.is_null()
    if isinstance(known_on, Corrected):
        before = ProgressRecord.alias()
        known_before = before.select(Value(1)).where(
            before.track == table.track,
            before.month == table.month,
            counting(before, known_on.first),
        )
        return counting(table, known_on.last) & fn.EXISTS(known_before)
    own, newer, theirs = Delivery.alias(), ProgressRecord.alias(), Delivery.alias()
    replaced = (
        newer.select(Value(1))
        .join(theirs, on=(newer.delivery == theirs.id))
        .join(own, on=(own.id == table.delivery))
        .where(
            newer.track == table.track,
            newer.month == table.month,
            _counted(theirs, known_on),
            (theirs.decided_at > own.decided_at)
            | ((theirs.decided_at == own.decided_at) & (newer.id > table.id)),
        )
    )
    counted = Delivery.alias()
    listed = counted.select(counted.id).where(_counted(counted, known_on))
    return table.delivery.in_(listed) & ~fn.EXISTS(replaced)


def _counted(delivery: Any, known_on: datetime) -> Any:
    return (delivery.decided_at <= known_on) & (
        delivery.withdrawn_at.is_null() | (delivery.withdrawn_at > known_on)
    )


Row = tuple[Any, ...]
ROWS_AT_ONCE = 10_000
R = ProgressRecord


def _rows(query: Any) -> Iterator[Row]:
    """Rows as the driver gives them: day and month numbers stay numbers."""
    return iter(database.execute(query).fetchall())


def _of(provider_id: int, first: date, last: date, known_on: Moment = None) -> tuple[Any, ...]:
    return (counting(R, known_on), R.provider == provider_id, R.month.between(first, last))


STATE = (R.route, R.track, R.registered_on, R.first_lesson_on, R.ended_on, R.status)


def states(
    provider_id: int,
    month: date,
    window_months: int = 12,
    known_on: Moment = None,
    more: Sequence[Any] = (),
) -> Any:
    """Newest row of each trajectory on each route, of those reported in the window up to ``month``.

    Columns: ``STATE``, and ``more`` of that row, and month.
    """
    first = add_months(month, 1 - window_months)
    columns = (*STATE, *more)
    rows = _of(provider_id, first, month, known_on)
    if is_postgresql():
        newest = R.select(*columns, R.month).where(*rows).distinct(R.track, R.route)
        return newest.order_by(R.track, R.route, R.month.desc())
    # SQLite takes the other columns from the row that has the maximum: one pass without sorting.
    return R.select(*columns, fn.MAX(R.month)).where(*rows).group_by(R.track, R.route)


def left_waiting(
    provider_id: int,
    month: date,
    window_months: int = 12,
    known_on: Moment = None,
    more: Sequence[Any] = (),
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
        counting(later, known_on),
    )
    return R.select(*STATE, *more, R.month).where(
        counting(R, known_on),
        R.provider == provider_id,
        R.month < first,
        R.first_lesson_on.is_null(),
        R.ended_on.is_null(),
        ~fn.EXISTS(reported_later),
    )


def queue(
    provider_id: int, month: date, known_on: Moment = None, more: Sequence[Any] = ()
) -> "tuple[list[Row], People]":
    """Newest row of everyone who was in the queue in the year up to ``month``, and as people.

    Rows have the columns of ``states``. Who moved to another route left this one on the last day
    of the last month here.
    """
    import numpy as np  # noqa: PLC0415  most pages do without

    from quality.method.waiting import NONE, People  # noqa: PLC0415

    rows = [
        row
        for query in (states, left_waiting)
        for row in _rows(query(provider_id, month, known_on=known_on, more=more))
    ]
    newest: dict[int, int] = {}
    for row in rows:
        newest[row[1]] = max(newest.get(row[1], row[-1]), row[-1])

    def left(row: Row) -> int:
        _, track, _, started, ended, *_rest, number = row
        if ended is not None or started is not None or newest[track] == number:
            return NONE if ended is None else int(ended)
        return month_end(month_from_number(number)).toordinal()

    people = People(
        np.array([row[2] for row in rows], dtype=np.int64),
        np.array([NONE if row[3] is None else row[3] for row in rows], dtype=np.int64),
        np.array([left(row) for row in rows], dtype=np.int64),
    )
    return rows, people


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


def _or_none(column: Any) -> Any:
    """A cell, or the number that stands for an empty one (``figures.NONE``)."""
    return fn.COALESCE(column, Value(-1))


COLUMNS = (
    R.month,
    R.track,
    R.route,
    R.registered_on,
    _or_none(R.first_lesson_on),
    _or_none(R.ended_on),
    R.status,
    R.municipality,
    _or_none(R.group_size),
    R.group_name,
    R.minutes_offered,
    R.minutes_certified,
    R.minutes_evening_weekend,
    R.minutes_attended,
    _or_none(R.minutes_in_training),
    Case(None, [(R.evening_weekend_wish == YesNo.YES, 1)], 0),
)
"""The cells of ``figures.Rows``, in its order."""
GROUP = 9
MONTH_MARK = object()


def views(
    provider_id: int,
    months: Sequence[date],
    model: ScoringModel,
    known_on: Moment = None,
) -> "Iterator[tuple[date, View]]":
    """The rows of a provider as each month sees them, oldest first; every row is read once."""
    from quality.method.figures import Reading  # noqa: PLC0415  numpy, once it is needed

    if not months:
        return
    first = month_number(min(months)) + 1 - max(c.window_months for c in model.criteria)
    reader = _Reader(provider_id, known_on)
    older = reader.older(first)
    reading = Reading(older, model)
    reading.first_months |= reader.first_months(set(older.route.tolist()))
    lesson_free = breaks_of([provider_id])[provider_id]
    for number in range(first, month_number(max(months)) + 1):
        reading.add(number, reader.month(number))
        month = month_from_number(number)
        if month in months:
            yield month, reading.view(number, lesson_free)


def breaks_of(provider_ids: Collection[int]) -> dict[int, tuple[tuple[int, int], ...]]:
    """Periods without lessons of providers, those of the region among them, as day numbers."""
    query: Any = LessonBreak.select(
        LessonBreak.provider, LessonBreak.valid_from, LessonBreak.valid_until
    ).where(LessonBreak.provider.is_null() | LessonBreak.provider.in_(list(provider_ids)))
    by_provider: dict[int | None, list[tuple[int, int]]] = defaultdict(list)
    for provider, first, last in query.tuples():
        by_provider[provider].append((first.toordinal(), last.toordinal()))
    return {one: tuple(sorted({*by_provider[None], *by_provider[one]})) for one in provider_ids}


def starts_of(tracks: Sequence[int]) -> dict[int, tuple[int, int | None]]:
    """Of each trajectory the lowest level of its first row, and the target group.

    What the gemeente says of the target group goes before what the provider reported.
    """
    starts: dict[int, tuple[int, int | None]] = {}
    for listed in batched(tracks, ROWS_AT_ONCE):
        facts = _target_groups(listed)
        for track, place, target, *levels in _rows(_first_rows(listed)):
            starts[track] = min(levels), facts.get((track, place), target)
    return starts


def _first_rows(tracks: list[int]) -> Any:
    levels = (R.level_reading, R.level_listening, R.level_writing, R.level_speaking)
    rows = among(R.track, tracks) & CURRENT
    if is_postgresql():
        query = R.select(R.track, R.municipality, R.target_group, *levels).where(rows)
        return query.distinct(R.track).order_by(R.track, R.month)
    # SQLite takes the other columns from the row that has the minimum.
    columns = (R.track, R.municipality, R.target_group, *levels)
    first = R.select(*columns, fn.MIN(R.month).alias("first"))
    inner = first.where(rows).group_by(R.track).alias("inner")
    names = [column.column_name for column in columns]
    return R.select(*(getattr(inner.c, name) for name in names)).from_(inner)


def _target_groups(tracks: list[int]) -> dict[tuple[int, int], int]:
    """What gemeenten say of the target group, by trajectory and gemeente."""
    query: Any = (
        CourseTrack.select(CourseTrack.id, LearnerFacts.municipality, LearnerFacts.target_group)
        .join(LearnerFacts, on=LearnerFacts.number == CourseTrack.number)
        .where(among(CourseTrack.id, tracks), LearnerFacts.target_group.is_null(False))
    )
    return {(track, place): target for track, place, target in query.tuples()}


class _Reader:
    """Reads the rows of one provider as arrays; a group's name becomes a number."""

    def __init__(self, provider_id: int, known_on: Moment) -> None:
        self.provider_id, self.known_on = provider_id, known_on
        self.groups: dict[str, int] = {}
        # The statement of a month is made once: it differs by the number of the month only.
        month = R.month == Value(MONTH_MARK, converter=False)
        query = R.select(*COLUMNS).where(counting(R, known_on), R.provider == provider_id, month)
        self.of_month, self.parameters = query.sql()

    def _table(self, rows: Iterable[Row]) -> "Rows":
        """The rows as arrays; of many rows never more than some thousands are held as tuples."""
        from quality.method.figures import Rows  # noqa: PLC0415

        parts = [self._part(some) for some in batched(rows, ROWS_AT_ONCE)]
        return Rows.joined_all(parts or [self._part([])])

    def _part(self, rows: list[Row]) -> "Rows":
        import numpy as np  # noqa: PLC0415

        from quality.method.figures import Rows  # noqa: PLC0415

        columns: list[Any] = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
        groups = self.groups
        columns[GROUP] = [
            -1 if name is None else groups.setdefault(name, len(groups)) for name in columns[GROUP]
        ]
        return Rows(*(np.array(column, dtype=np.int32) for column in columns))

    def month(self, number: int) -> "Rows":
        """The rows of one month."""
        values = [number if one is MONTH_MARK else one for one in self.parameters]
        return self._table(database.execute_sql(self.of_month, values))

    def older(self, first: int) -> "Rows":
        """The newest row of each trajectory and route of before a month, in order of month."""
        before = (
            counting(R, self.known_on),
            R.provider == self.provider_id,
            R.month < month_from_number(first),
        )
        if is_postgresql():
            newest = R.select(*COLUMNS).where(*before).distinct(R.track, R.route)
            rows = list(_rows(newest.order_by(R.track, R.route, R.month.desc())))
        else:
            # SQLite takes the other columns from the row that has the maximum.
            columns = (fn.MAX(R.month), *COLUMNS[1:])
            rows = list(_rows(R.select(*columns).where(*before).group_by(R.track, R.route)))
        return self._table(sorted(rows, key=lambda row: row[0]))

    def first_months(self, routes: Collection[int]) -> dict[int, int]:
        """The first month on each of these routes: one look into the index per route."""
        months = {}
        for route in sorted(routes):
            query = R.select(R.month).where(
                counting(R, self.known_on), R.provider == self.provider_id, R.route == route
            )
            row = next(_rows(query.order_by(R.month).limit(1)), None)
            if row is not None:
                months[route] = int(row[0])
        return months


def delivered_since(known_on: Moment) -> set[int]:
    """Providers of which rows came in or were withdrawn after a moment; of now there are none."""
    moment = latest_of(known_on)
    if moment is None:
        return set()
    later = (Delivery.decided_at > moment) | (Delivery.withdrawn_at > moment)
    query: Any = Delivery.select(Delivery.provider).where(later).distinct()
    return {provider for (provider,) in query.tuples()}


def latest_month() -> date | None:
    """Newest month of which current rows are held, by one look into the index per provider."""
    newest = R.select(fn.MAX(R.month)).where(CURRENT, R.provider == Provider.id)
    newest_numbers = (row[0] for row in _rows(Provider.select(newest)))
    numbers = [number for number in newest_numbers if number is not None]
    return month_from_number(max(numbers)) if numbers else None


def newest_month_of(provider_id: int) -> date | None:
    """Newest month of which current rows of one provider are held."""
    month: date | None = (
        R.select(fn.MAX(R.month)).where(CURRENT, R.provider == provider_id).scalar()
    )
    return month


def reported_by(month: date, providers: Collection[int]) -> set[int]:
    """Those providers of which current rows are held of a month or of before it."""
    reported = R.select(Value(1)).where(CURRENT, R.provider == Provider.id, R.month <= month)
    query = Provider.select(Provider.id).where(
        Provider.id.in_(list(providers)), fn.EXISTS(reported)
    )
    return {row[0] for row in _rows(query)}


FINGERPRINT_COLUMNS = tuple(
    name
    for name in R._meta.sorted_field_names
    if name not in {"id", "delivery", "superseded_by", "row", "provider", "track", "contract"}
)


def fingerprints(
    provider_id: int, month: date, window_months: int = 12, known_on: Moment = None
) -> dict[int, str]:
    """Of each route the SHA-256 over the sorted accepted rows that a card rests on, as delivered.

    Those of the window, and those left waiting from before it; known by trajectnummer, so that
    another database with the same rows gives the same fingerprint. A route without rows has that
    of nothing.
    """
    first = add_months(month, 1 - window_months)
    columns = [getattr(R, name) for name in FINGERPRINT_COLUMNS]
    older = [row[1] for row in _rows(left_waiting(provider_id, month, window_months, known_on))]
    query = (
        R.select(R.route, CourseTrack.number, *columns)
        .join(CourseTrack)
        .where(
            counting(R, known_on),
            R.provider == provider_id,
            R.month <= month,
            (R.month >= first) | among(R.track, older),
        )
    )
    lines: dict[int, list[str]] = defaultdict(list)
    for route, *row in _rows(query):
        lines[route].append(str(tuple(row)))
    digests: defaultdict[int, str] = defaultdict(lambda: _sha256_of([]))
    return digests | {route: _sha256_of(listed) for route, listed in lines.items()}


def _sha256_of(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def providers_named(codes: Collection[str] | None = None) -> list[Provider]:
    """Providers by code: those named, or all."""
    query = Provider.select().order_by(Provider.code)
    return list(query if codes is None else query.where(Provider.code.in_(codes)))
