"""What counts and what does not: one row per reason not to count."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest

from core.db import database
from providers.codes import LearningRoute, MarkStatus, TrackStatus, YesNo
from providers.dossier.queries import dossier
from providers.models import ContractScope, QualityMark
from quality.cards import inputs as metrics, register_facts
from quality.method.basis_2026.criteria import HourSums
from quality.method.basis_2026.scoring_model import BASIS_2026
from quality.method.basis_2026.waiting import Stay
from tests.builders import make_contract, make_delivery, make_provider, make_record, make_track

SEP, OCT, NOV = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)


@contextmanager
def query_count(expected):
    """Count what goes to the database."""
    seen = []
    execute = database.obj.execute_sql

    def counting(sql, *rest, **more):
        seen.append(sql)
        return execute(sql, *rest, **more)

    database.obj.execute_sql = counting
    try:
        yield
    finally:
        del database.obj.execute_sql
    assert len(seen) == expected, "\n".join(seen)


def one_route(provider, month=OCT):
    (found,) = metrics.route_inputs(provider, month, BASIS_2026)
    return found


def test_the_waiting_time_alone_needs_no_hours(db):
    provider, track = make_provider(), make_track()
    make_record(month=OCT, track=track, minutes_offered=600)
    whole = one_route(provider)
    (without,) = metrics.route_inputs(provider, OCT, BASIS_2026, hours=False)
    assert whole.hours[3]
    assert without == replace(whole, hours={})


def test_hours_are_summed_per_trajectory_over_three_months(db):
    provider, track = make_provider(), make_track()
    for month in (date(2026, 8, 1), SEP, OCT):
        make_record(
            month=month, track=track, minutes_offered=600, minutes_attended=450,
            minutes_authorised=90, minutes_unauthorised=60, minutes_evening_weekend=120,
            minutes_certified=540, minutes_in_training=30, evening_weekend_wish=YesNo.YES,
        )  # fmt: skip
    # not counted: before the window, and after the month
    make_record(month=date(2026, 7, 1), track=track, minutes_offered=6000)
    make_record(month=NOV, track=track, minutes_offered=6000)
    # not counted: replaced by a later delivery, or withdrawn
    later = make_delivery()
    make_record(month=OCT, superseded_by=later)
    withdrawn = make_delivery()
    make_record(month=OCT, delivery=withdrawn, superseded_by=withdrawn)
    # not counted: another provider
    make_record(month=OCT, provider=make_provider("TA002"))

    with query_count(1):
        rows = list(metrics._rows(metrics.hour_sums(provider.id, OCT)))

    days = 31 + 30 + 31
    assert rows == [
        (LearningRoute.B1, track.id, 1800, 1620, 360, 1350, 270, 180, 90, 1800, days, 1)
    ]


@pytest.mark.parametrize(
    ("row", "lesson_minutes", "days"),
    [
        ({}, 600, 31),
        ({"first_lesson_on": date(2026, 10, 11)}, 600, 21),
        ({"status": TrackStatus.COMPLETED, "ended_on": date(2026, 10, 10)}, 600, 10),
        ({"first_lesson_on": date(2026, 10, 5), "status": TrackStatus.DROPPED_OUT,
          "ended_on": date(2026, 10, 5)}, 600, 1),
        # not counted: paused, with its hours; waiting; ended before the month began
        ({"status": TrackStatus.PAUSED}, 0, 0),
        ({"status": TrackStatus.WAITING}, 0, 0),
        ({"status": TrackStatus.COMPLETED, "ended_on": date(2026, 9, 20)}, 600, 0),
        # not counted: ended without a first lesson
        ({"first_lesson_on": None, "status": TrackStatus.DROPPED_OUT, "minutes_offered": 0}, 0, 0),
    ],
)  # fmt: skip
def test_learner_days_of_a_row(db, row, lesson_minutes, days):
    provider = make_provider()
    make_record(month=OCT, **({"minutes_offered": 600} | row))
    sums = next(iter(one_route(provider).hours[3].values()))
    assert (sums.lesson_minutes, sums.learner_days) == (lesson_minutes, days)


def test_the_newest_row_up_to_the_month_is_the_state(db):
    provider, track = make_provider(), make_track()
    waiting = {"status": TrackStatus.WAITING, "registered_on": date(2026, 9, 1)}
    make_record(month=SEP, track=track, **waiting)
    started = {"registered_on": date(2026, 9, 1), "first_lesson_on": date(2026, 10, 1)}
    make_record(month=OCT, track=track, **started)
    # not counted: a later month
    make_record(month=NOV, track=track, registered_on=date(2026, 9, 1), first_lesson_on=None)

    assert one_route(provider).stays == {track.id: Stay(0, 30, started=True)}
    assert one_route(provider, SEP).stays == {track.id: Stay(0, 29, started=False)}


def test_who_stopped_being_reported_keeps_waiting_also_from_before_the_window(db):
    provider, present = make_provider(), make_track()
    make_record(month=OCT, track=present, first_lesson_on=date(2024, 1, 1))
    forgotten, gone = make_track(), make_track()
    long_ago = {"status": TrackStatus.WAITING, "registered_on": date(2025, 1, 1)}
    make_record(month=date(2025, 2, 1), track=forgotten, **long_ago)
    # not counted: started later, also before the window; ended unstarted
    make_record(month=date(2025, 2, 1), track=gone, **long_ago)
    make_record(month=date(2025, 3, 1), track=gone, first_lesson_on=date(2025, 3, 3))
    make_record(
        month=date(2025, 2, 1), status=TrackStatus.DROPPED_OUT, first_lesson_on=None,
        registered_on=date(2025, 1, 1), minutes_offered=0,
    )  # fmt: skip

    entry, waited = (
        (date(2025, 11, 1) - date(2025, 1, 1)).days,
        (date(2026, 10, 31) - date(2025, 1, 1)).days,
    )
    assert one_route(provider).stays == {forgotten.id: Stay(entry, waited, started=False)}


def test_a_trajectory_that_changed_route_counts_on_both(db):
    provider, track = make_provider(), make_track()
    waiting = {"status": TrackStatus.WAITING, "registered_on": date(2026, 9, 1)}
    make_record(month=SEP, track=track, route=LearningRoute.B1, **waiting)
    make_record(month=OCT, track=track, route=LearningRoute.SELF_RELIANCE, **waiting)
    found = {i.route: i for i in metrics.route_inputs(provider, OCT, BASIS_2026)}
    assert {route: (i.delivered, len(i.stays)) for route, i in found.items()} == {
        "B": (False, 1),
        "Z": (True, 1),
    }


def test_without_rows_of_the_month_nothing_is_measured(db):
    provider = make_provider()
    make_record(month=SEP)
    found = one_route(provider)
    assert (found.delivered, found.active, found.stays, found.hours) == (False, 0, {}, {})


def test_a_contract_without_any_delivery_is_expected_too(db):
    contract = make_contract(teacher_exception_until=date(2026, 12, 1))
    contract_scope(contract, LearningRoute.EDUCATION)
    assert [
        (i.route, i.delivered) for i in metrics.route_inputs(contract.provider, OCT, BASIS_2026)
    ] == [("O", False)]
    ended = make_contract(make_provider("TA002"), valid_until=date(2026, 10, 30))
    contract_scope(ended, LearningRoute.B1)
    assert metrics.route_inputs(ended.provider, OCT, BASIS_2026) == []


def contract_scope(contract, route):
    ContractScope.create(contract=contract, route=route)


@pytest.mark.parametrize(
    ("until", "expected"),
    [(date(2026, 10, 31), date(2026, 10, 31)), (date(2026, 10, 30), None), (None, None)],
)
def test_an_exception_for_teachers_counts_while_it_holds(db, until, expected):
    contract = make_contract(teacher_exception_until=until)
    contract_scope(contract, LearningRoute.B1)
    make_record(month=OCT)
    assert one_route(contract.provider).exception_until == expected


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2026, 5, 31), "geen"),
        (date(2026, 6, 1), "bepaalde_tijd"),
        (date(2026, 9, 30), "bepaalde_tijd"),
        (date(2026, 10, 1), "geschorst"),
        (date(2030, 1, 1), "geschorst"),
    ],
)
def test_the_mark_of_the_day(db, day, status):
    provider = make_provider()
    QualityMark.create(
        provider=provider, status=MarkStatus.FIXED_TERM, valid_from=date(2026, 6, 1),
        valid_until=date(2026, 9, 30), checked_on=date(2026, 9, 1),
    )  # fmt: skip
    QualityMark.create(provider=provider, status=MarkStatus.SUSPENDED, valid_from=OCT)
    assert register_facts.mark_of(dossier(provider), day).status == status


def test_one_provider_month_takes_a_fixed_number_of_queries(db):
    provider = make_provider()
    for _ in range(5):
        make_record(month=OCT)
    with query_count(6):
        metrics.route_inputs(provider, OCT, BASIS_2026)


def test_the_newest_month_of_all(db):
    assert metrics.latest_month() is None
    make_record(month=SEP)
    make_record(month=OCT, provider=make_provider("TA002"))
    # not counted: replaced
    make_record(month=NOV, superseded_by=make_delivery())
    assert metrics.latest_month() == OCT


def test_the_fingerprint_is_of_the_rows_and_not_of_their_order_or_delivery(db):
    provider = make_provider()
    first, second = make_track(number="A"), make_track(number="B")
    rows = [make_record(month=OCT, track=t) for t in (first, second)]
    before = metrics.fingerprint(provider.id, LearningRoute.B1, OCT)
    for row in rows:
        row.delete_instance()
    for track in (second, first):
        make_record(month=OCT, track=track)
    assert metrics.fingerprint(provider.id, LearningRoute.B1, OCT) == before
    # not counted: another route, a later month
    make_record(month=OCT, route=LearningRoute.EDUCATION)
    make_record(month=NOV, track=first)
    assert metrics.fingerprint(provider.id, LearningRoute.B1, OCT) == before
    make_record(month=SEP, track=first)
    assert metrics.fingerprint(provider.id, LearningRoute.B1, OCT) != before


def test_a_sum_starts_at_nothing():
    assert HourSums() == HourSums(0, 0, 0)
