"""How far a correction of an old month reaches: every month that it changes is computed anew.

The wait looks back twelve months, and further for whoever was left waiting; a month that is skipped
would keep a figure that nobody can explain any more.
"""

from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from core.dates import add_months, days, month_end
from core.db import database
from providers.codes import LearningRoute, MarkStatus, TrackStatus
from providers.models import ProgressRecord, QualityMark
from quality.cards import operations
from quality.cards.inputs import views
from quality.cards.region import kept_figures, measure, store
from quality.method.figures import figures_of
from quality.method.model import BASIS_2027
from quality.models import MonthFigures, ScoreCard
from tests.builders import make_delivery, make_provider, make_record, make_track
from tests.quality.cards.test_operations import WHO
from tests.thorough import examples

SQLITE_FIRST = pytest.mark.sqlite_first
FIRST, MONTHS = date(2025, 1, 1), 20
EVERY_MONTH = [add_months(FIRST, i) for i in range(MONTHS)]
STATES = (TrackStatus.WAITING, TrackStatus.ACTIVE, TrackStatus.DROPPED_OUT)
ROUTES = (LearningRoute.B1, LearningRoute.SELF_RELIANCE)
rows = st.tuples(st.sampled_from(STATES), st.sampled_from(ROUTES))
# Month by month what is reported of a learner: little, so that most are left somewhere.
learners = st.lists(
    st.dictionaries(st.integers(0, MONTHS - 1), rows, min_size=1, max_size=4),
    min_size=1,
    max_size=4,
)
# Per learner another row for the corrected month, or none: taken back.
corrections = st.lists(st.none() | rows, min_size=4, max_size=4)


def report(provider, learner, month, row, delivery):
    """One row that could have been delivered: no lesson or end later than its own month."""
    status, route = row
    registered = FIRST - days(40)
    values = {
        TrackStatus.WAITING: {},
        TrackStatus.ACTIVE: {"first_lesson_on": registered + days(10)},
        TrackStatus.DROPPED_OUT: {"first_lesson_on": None, "ended_on": month_end(month)},
    }[status]
    return make_record(
        month=month, track=make_track(provider, f"L-{learner}"), delivery=delivery, status=status,
        route=route, registered_on=registered, **values,
    )  # fmt: skip


def correct(provider, month, wanted):
    """Deliver a month once more: rows that differ, new ones, and rows that are taken back."""
    delivery = make_delivery(provider)
    for learner, row in enumerate(wanted):
        stored = ProgressRecord.superseded_by.is_null() & (
            ProgressRecord.track == make_track(provider, f"L-{learner}")
        )
        ProgressRecord.update(superseded_by=delivery).where(
            stored, ProgressRecord.month == month
        ).execute()
        if row is not None:
            report(provider, learner, month, row, delivery)


@pytest.fixture
def provider(db):
    """Somebody has lessons every month on either route: without rows a month is not judged."""
    provider = make_provider()
    delivery = make_delivery(provider)
    for route in ROUTES:
        for month in EVERY_MONTH:
            report(provider, f"les-{route}", month, (TrackStatus.ACTIVE, route), delivery)
    return provider


def hold(provider, histories):
    delivery = make_delivery(provider)
    for learner, months in enumerate(histories):
        for offset, row in months.items():
            report(provider, learner, EVERY_MONTH[offset], row, delivery)


def inputs(provider):
    result = views(provider.id, EVERY_MONTH, BASIS_2027)
    return {month: figures_of(view, BASIS_2027, {}) for month, view in result}


WAITS, LESSONS = TrackStatus.WAITING, TrackStatus.ACTIVE
B1, SELF_RELIANCE = ROUTES


@SQLITE_FIRST
@settings(
    max_examples=examples(20),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(
    histories=[{0: (WAITS, B1), 3: (WAITS, SELF_RELIANCE)}], wanted=[(LESSONS, B1)], corrected=0
)
@example(histories=[{0: (WAITS, B1)}], wanted=[(LESSONS, B1)], corrected=3)
@example(histories=[{0: (WAITS, B1), 3: (LESSONS, B1)}], wanted=[None], corrected=3)
@example(
    histories=[{0: (WAITS, B1), 3: (LESSONS, B1)}], wanted=[(LESSONS, SELF_RELIANCE)], corrected=3
)
@example(histories=[{3: (WAITS, B1), 15: (LESSONS, B1)}], wanted=[None], corrected=3)
@given(histories=learners, wanted=corrections, corrected=st.integers(0, 5))
def test_no_month_that_a_correction_changes_is_skipped(provider, histories, wanted, corrected):
    with database.atomic() as attempt:
        month = EVERY_MONTH[corrected]
        hold(provider, histories)
        before = inputs(provider)
        correct(provider, month, wanted[: len(histories)])
        changed = {one for one, result in inputs(provider).items() if result != before[one]}
        assert changed <= set(operations.reached_months([month]))
        attempt.rollback()


def cards():
    return {(card.month, card.route): card.result for card in ScoreCard.select()}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (TrackStatus.WAITING, TrackStatus.ACTIVE),
        pytest.param(TrackStatus.ACTIVE, TrackStatus.WAITING, marks=pytest.mark.thorough),
        pytest.param(TrackStatus.WAITING, TrackStatus.DROPPED_OUT, marks=pytest.mark.thorough),
    ],
)
def test_a_correction_gives_what_computing_from_nothing_gives(provider, old, new):
    """Seven learners, last reported in the second month; some kept waiting for eighteen months."""
    month = EVERY_MONTH[1]
    QualityMark.create(provider=provider, status=MarkStatus.INDEFINITE, valid_from=FIRST)
    hold(provider, [{1: (old, LearningRoute.B1)}] * 7)
    for one in EVERY_MONTH:
        operations.compute(one, **WHO)
    before = cards()
    correct(provider, month, [(new, LearningRoute.B1)] * 7)
    operations.recompute_after(provider, [month], **WHO)
    after = cards()
    ScoreCard.delete().execute()
    MonthFigures.delete().execute()
    for one in EVERY_MONTH:
        operations.compute(one, **WHO)
    assert after == cards()
    # The figure of the newest month, eighteen months on, rests on this correction.
    newest = (EVERY_MONTH[-1], int(LearningRoute.B1))
    assert after[newest] != before[newest]


def test_figures_that_somebody_kept_meanwhile_from_newer_rows_stay(provider):
    """Who judged the region measured a month before the rows came that another then summed."""
    month = EVERY_MONTH[-1]
    early = measure(provider, [month], BASIS_2027)[month]
    report(provider, "later", month, (LESSONS, B1), make_delivery(provider))
    newer = measure(provider, [month], BASIS_2027)[month]
    assert newer != early
    assert store(provider.id, month, BASIS_2027, newer)
    assert not store(provider.id, month, BASIS_2027, early, anew=False)
    assert kept_figures(month, BASIS_2027)[provider.id, B1] == newer[B1]
    assert store(provider.id, month, BASIS_2027, early)
