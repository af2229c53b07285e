"""Keep one row per learner and provider up to date: after a delivery, and after what a gemeente
adds. Everything here is set-based.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

import peewee
from peewee import JOIN, Case, fn

from core.dates import add_months, month_end, month_number
from core.db import among, batched, give_way, transaction
from core.municipalities import merged
from providers.codes import ExamResult, TrackStatus
from providers.models import CURRENT, CourseTrack, ProgressRecord as R, Provider
from quality.cards.inputs import learner_days
from quality.learners.acts import DEALT_WITH
from quality.learners.models import LearnerFacts as F, LearnerSummary as S
from quality.learners.signals import FOUR_YEARS, KINDS, LAST_LEAP_DAY, THREE_YEARS
from quality.models import Signal

HOURS_MONTHS = 3
"""Hours a week are taken over so many months, as the scores take them."""
SKILLS = ("level_reading", "level_listening", "level_writing", "level_speaking")
EXAMS = ("exam_reading", "exam_listening", "exam_writing", "exam_speaking", "exam_knm")
NUMBERS_AT_ONCE = 500
TRACKS_AT_ONCE = 500
BITS = {kind: 1 << place for place, kind in enumerate(KINDS)}
"""The bit of each kind in ``LearnerSummary.signals``."""


def municipality_now(column: Any) -> Any:
    """The gemeente of today of a row, as SQL."""
    return Case(column, [(int(old), int(new)) for old, new in merged().items()], column)


def refresh_summaries(
    provider: Provider, newest: date | None, *, since: date | None = None
) -> None:
    """Make the rows of a provider again from what is held now.

    ``newest`` is the newest month that it reported whole: who has no later row is missing. With
    ``since``, the first month of which rows are other, only of those whom that can touch. Others
    who write get in between, after every few hundred trajecten.
    """
    stale = S.provider == provider
    if since is not None and newest is not None:
        stale &= S.track.in_(_touched(provider.id, min(since, _hours_from(newest)), newest))
    query: Any = S.select(S.track).where(stale)
    summaries = S.select(peewee.Value(1)).where(S.track == CourseTrack.id)
    untold: Any = CourseTrack.select(CourseTrack.id).where(
        CourseTrack.provider == provider, ~fn.EXISTS(summaries)
    )
    tracks = {track for (track,) in (*query.tuples(), *untold.tuples())}
    for batch in batched(sorted(tracks), TRACKS_AT_ONCE):
        with transaction():
            _refresh(batch, newest)
        give_way()


def _refresh(tracks: list[int], newest: date | None) -> None:
    of_tracks = among(S.track, tracks)
    learners = set(_learners(of_tracks))
    S.delete().where(of_tracks).execute()
    if newest is not None:
        query = _from_rows(tracks, newest)
        S.insert_from(query, [getattr(S, name) for name in COLUMNS]).execute()
        learners.update(_learners(of_tracks))
        mark_summaries(of_tracks)
    places, numbers = zip(*learners, strict=True) if learners else ((), ())
    refresh_of_facts(set(places), sorted(set(numbers)))


def _learners(which: Any) -> Iterator[tuple[int, str]]:
    query: Any = S.select(S.municipality, S.number).where(which)
    return iter(query.tuples())


def _touched(provider_id: int, first: date, newest: date) -> Any:
    """Trajectories of which rows from a month on, or the newest month, change what is told."""
    own = S.alias("own")
    reported = R.select(R.track).where(CURRENT, R.provider == provider_id, R.month >= first)
    summaries = own.select(own.track).where(
        own.provider == provider_id,
        (own.month >= first)
        # Hours of a window that moved on.
        | own.weekly_offered.is_null(False)
        | own.attended_share.is_null(False)
        # Whoever was there, and may be missing now; whoever waits, a month longer now.
        | ((own.month < newest) & ~own.missing & (own.status < TrackStatus.COMPLETED))
        | (own.first_lesson_on.is_null() & own.ended_on.is_null()),
    )
    return reported | summaries


def refresh_of_facts(municipalities: Collection[int], numbers: Iterable[str]) -> None:
    """Follow what a gemeente, or another provider, changed about learners with these numbers.

    Of all gemeenten in one go: to make the statements takes longer than to do them, and whoever
    has such a number in another of these gemeenten comes out as it was.
    """
    with transaction():
        for batch in batched(numbers, NUMBERS_AT_ONCE):
            _without_rows(municipalities, batch)
            _relate(S.municipality.in_(municipalities) & among(S.number, batch))


COLUMNS = (
    "municipality", "number", "provider", "track", "latest", "missing", "route", "status",
    "registered_on", "first_lesson_on", "ended_on", "end_reason", "waited_days", "first_month",
    "month", "contract", "pip_level", *SKILLS, "lowest_level", "weekly_offered",
    "weekly_attended", "attended_share", "exams_passed", "attended_minutes", "reported_group",
    "term_estimated", "signals",
)  # fmt: skip


def _hours_from(newest: date) -> date:
    return add_months(newest, 1 - HOURS_MONTHS)


def _from_rows(tracks: list[int], newest: date) -> Any:
    """Newest row, sums and hours of trajecten.

    The columns are ``COLUMNS``.
    """
    place = municipality_now(R.municipality)
    passed: Any = sum(
        fn.MAX(Case(None, [(getattr(R, exam) == ExamResult.PASSED, 1)], 0)) * (1 << bit)
        for bit, exam in enumerate(EXAMS)
    )
    whole = (
        R.select(
            R.track.alias("track_id"), place.alias("place"), fn.MAX(R.month).alias("month"),
            fn.MIN(R.month).alias("first_month"), fn.SUM(R.minutes_attended).alias("attended"),
            passed.alias("passed"),
        )
        .where(CURRENT, among(R.track, tracks))
        .group_by(R.track, peewee.SQL("place"))
        .alias("whole")
    )  # fmt: skip
    first = _hours_from(newest)
    days = learner_days(first, HOURS_MONTHS)
    hours = (
        R.select(
            R.track.alias("track_id"), place.alias("place"),
            fn.SUM(R.minutes_offered).alias("offered"),
            fn.SUM(R.minutes_attended).alias("attended"), fn.SUM(days).alias("days"),
        )
        .where(CURRENT, among(R.track, tracks), R.month >= first)
        .group_by(R.track, peewee.SQL("place"))
        .alias("hours")
    )  # fmt: skip
    row = R.alias("newest")
    # Not ended and not there in the newest month that this provider reported.
    gone = (whole.c.month < month_number(newest)) & (row.status < TrackStatus.COMPLETED)
    lowest = row.level_reading
    for skill in SKILLS[1:]:
        lowest = Case(None, [(lowest <= getattr(row, skill), lowest)], getattr(row, skill))
    until = fn.COALESCE(row.first_lesson_on, row.ended_on, month_end(newest).toordinal())
    weekly = [
        Case(None, [(hours.c.days > 0, getattr(hours.c, name) * 7 / hours.c.days)], None)
        for name in ("offered", "attended")
    ]
    share = Case(None, [(hours.c.offered > 0, hours.c.attended * 100 / hours.c.offered)], None)
    return (
        row.select(
            whole.c.place, CourseTrack.number, row.provider, row.track, peewee.Value(True),
            Case(None, [(gone, True)], False), row.route, row.status, row.registered_on,
            row.first_lesson_on, row.ended_on, row.end_reason, until - row.registered_on,
            whole.c.first_month, whole.c.month, row.contract, row.pip_level,
            *(getattr(row, skill) for skill in SKILLS), lowest, *weekly, share, whole.c.passed,
            whole.c.attended, row.target_group, peewee.Value(False), peewee.Value(0),
        )
        .join(
            whole,
            on=(row.track == whole.c.track_id)
            & (row.month == whole.c.month)
            & (municipality_now(row.municipality) == whole.c.place),
        )
        .join(CourseTrack, on=CourseTrack.id == row.track)
        .switch(row)
        .join(
            hours, JOIN.LEFT_OUTER,
            on=(hours.c.track_id == row.track) & (hours.c.place == whole.c.place),
        )
        .where(row.superseded_by.is_null())
    )  # fmt: skip


def _without_rows(municipalities: Collection[int], numbers: list[str]) -> None:
    """Who is known to the gemeente and reported by nobody has a row too, and no other."""
    other = S.alias("other")
    reported = other.select(peewee.Value(1)).where(
        other.municipality == S.municipality, other.number == S.number,
        other.provider.is_null(False),
    )  # fmt: skip
    S.delete().where(
        S.municipality.in_(municipalities), among(S.number, numbers), S.provider.is_null(),
        fn.EXISTS(reported),
    ).execute()  # fmt: skip
    here = S.select(peewee.Value(1)).where(S.municipality == F.municipality, S.number == F.number)
    query = F.select(
        F.municipality, F.number, peewee.Value(True), peewee.Value(True), peewee.Value(0),
        peewee.Value(0), peewee.Value(False), peewee.Value(0),
    ).where(
        F.municipality.in_(municipalities), among(F.number, numbers), ~fn.EXISTS(here)
    )  # fmt: skip
    S.insert_from(
        query,
        [S.municipality, S.number, S.latest, S.missing, S.exams_passed, S.attended_minutes,
         S.term_estimated, S.signals],
    ).execute()  # fmt: skip


def _relate(which: Any) -> None:
    """What follows from other rows: which provider is the newest, and until when the term runs."""
    other = S.alias("other")
    same = (other.municipality == S.municipality) & (other.number == S.number)
    later = other.select(peewee.Value(1)).where(
        same, (other.month > S.month) | ((other.month == S.month) & (other.id > S.id))
    )
    begun = other.select(three_years_after(fn.MIN(other.first_lesson_on))).where(same)
    facts = (F.municipality == S.municipality) & (F.number == S.number)
    term = fn.COALESCE(F.term_extended_until, F.term_until, three_years_after(F.plan_on + 1))
    term_of_facts = F.select(term).where(facts)
    estimated = ~fn.EXISTS(term_of_facts.where(term.is_null(False))) & fn.EXISTS(
        other.select(peewee.Value(1)).where(same, other.first_lesson_on.is_null(False))
    )
    group = F.select(F.target_group).where(facts)
    S.update(
        latest=Case(None, [(fn.EXISTS(later), False)], True),
        term_until=fn.COALESCE(term_of_facts, begun),
        term_estimated=Case(None, [(estimated, True)], False),
        target_group=fn.COALESCE(group, S.reported_group),
    ).where(which).execute()


def three_years_after(day: Any) -> Any:
    """The same day three years later, as SQL: a day more when a 29 February lies between."""
    left = LAST_LEAP_DAY - day
    # What is left of a division by four years; both engines divide whole numbers.
    crossed = left - left / FOUR_YEARS * FOUR_YEARS <= THREE_YEARS
    return day + Case(None, [(crossed, THREE_YEARS + 1)], THREE_YEARS)


def mark_summaries(which: Any) -> None:
    """Note on the rows of the list which signals are open and not dealt with, and how urgent."""
    of_learner = (
        (Signal.track == S.track)
        # Plus nothing: without statistics SQLite would read all open signals of the gemeente.
        & (Signal.municipality + 0 == S.municipality)
        & Signal.open
        & Signal.status.not_in(DEALT_WITH)
    )
    bits: Any = sum(
        fn.MAX(Case(None, [(Signal.kind == kind, 1)], 0)) * bit for kind, bit in BITS.items()
    )
    S.update(
        signals=fn.COALESCE(Signal.select(bits).where(of_learner), 0),
        urgency=Signal.select(fn.MAX(Signal.urgency)).where(of_learner),
    ).where(which).execute()
