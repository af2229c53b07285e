"""Figures about the register and the deliveries, with each reason not to count."""

from datetime import UTC, date, datetime

import pytest

from providers.codes import LearningRoute, MarkStatus, TeacherRegistration, TrackStatus
from providers.deliveries.calendar_queries import CalendarCell, DeliveryState, delivery_calendar
from providers.deliveries.open_tracks import Learners
from providers.deliveries.queries import (
    Completeness,
    completeness,
    last_deliveries,
    learners_now,
    missing_rows,
)
from providers.models import (
    ContractScope,
    DeliveryMonth,
    Provider,
    QualityMark,
    RejectedRow,
    Teacher,
)
from providers.register.queries import (
    Coverage,
    TeacherCount,
    contracts_on,
    coverage_on,
    is_stale,
    marks_on,
    teachers_on,
    troubled_marks,
)
from tests.builders import make_contract, make_delivery, make_provider, make_record, make_track

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
DAY = date(2026, 10, 31)


def mark(provider: Provider, status: MarkStatus, start: date, end: date | None = None, **more):
    return QualityMark.create(
        provider=provider, status=status, valid_from=start, valid_until=end, **more
    )


def test_the_mark_on_a_day_is_the_one_whose_period_holds_it(db) -> None:
    one, two = make_provider("TA001"), make_provider("TA002")
    now = mark(one, MarkStatus.SUSPENDED, date(2026, 10, 31))
    # not counted: ended the day before
    mark(one, MarkStatus.INDEFINITE, date(2022, 1, 1), date(2026, 10, 30))
    # not counted: starts the day after
    mark(two, MarkStatus.INDEFINITE, date(2026, 11, 1))
    assert marks_on(DAY, [one.id, two.id]) == {one.id: now}
    assert marks_on(DAY, [two.id]) == {}


def test_contracts_and_what_they_cover_on_a_day(db) -> None:
    one, two = make_provider("TA001"), make_provider("TA002")
    here = make_contract(one, valid_until=DAY)
    there = make_contract(two)
    ContractScope.create(contract=here, route=LearningRoute.B1, municipality="0148")
    ContractScope.create(contract=here, route=LearningRoute.SELF_RELIANCE, municipality="0193")
    ContractScope.create(contract=there, route=LearningRoute.EDUCATION, municipality=None)
    # not counted: ended the day before
    old = make_contract(two, valid_until=date(2026, 10, 30))
    ContractScope.create(contract=old, route=LearningRoute.B1, municipality=None)

    assert list(contracts_on(DAY, [one.id, two.id])) == [here, there]
    assert coverage_on(DAY, Provider.select(Provider.id)) == {
        one.id: Coverage((1, 3), ("0148", "0193"), whole_region=False),
        two.id: Coverage((2,), (), whole_region=True),
    }


def test_a_docent_counts_once_by_the_best_registration(db) -> None:
    provider = make_provider()
    both = [TeacherRegistration.NONE, TeacherRegistration.BVNT2]
    for ref, registrations in {
        "D1": both,
        "D2": [TeacherRegistration.BLIK_OP_WERK],
        "D3": [TeacherRegistration.IN_TRAINING],
        "D4": [TeacherRegistration.NONE],
    }.items():
        for day, registration in enumerate(registrations, start=1):
            Teacher.create(
                provider=provider,
                teacher_ref=ref,
                registration=registration,
                valid_from=date(2024, 1, day),
            )
    # not counted: no longer valid
    Teacher.create(
        provider=provider,
        teacher_ref="D5",
        registration=TeacherRegistration.BVNT2,
        valid_until=date(2026, 10, 30),
    )
    counts = teachers_on(DAY, [provider.id])
    assert counts == {provider.id: TeacherCount(2, 1, 1)}
    assert counts[provider.id].total == 4


def test_learners_now_are_the_open_ones_of_the_newest_month(db) -> None:
    provider = make_provider()
    delivery = make_delivery(provider)
    DeliveryMonth.create(delivery=delivery, month=SEPTEMBER, rows=1)
    DeliveryMonth.create(delivery=delivery, month=OCTOBER, rows=4)
    make_record(month=OCTOBER, provider=provider, delivery=delivery)
    make_record(month=OCTOBER, provider=provider, delivery=delivery, status=TrackStatus.WAITING)
    make_record(
        month=OCTOBER, provider=provider, delivery=delivery, route=3, status=TrackStatus.PAUSED
    )
    # not counted: ended
    make_record(month=OCTOBER, provider=provider, delivery=delivery, status=TrackStatus.COMPLETED)
    # not counted: an older month
    make_record(month=SEPTEMBER, provider=provider, delivery=delivery)
    # not counted: superseded
    make_record(month=OCTOBER, provider=provider, delivery=delivery, superseded_by=delivery)
    counts = learners_now([provider.id])
    assert counts == {provider.id: [Learners(1, 1, 1, 0), Learners(3, 0, 0, 1)]}
    assert [one.total for one in counts[provider.id]] == [2, 1]
    assert learners_now([]) == {}


def test_the_last_delivery_is_the_newest_that_is_held(db) -> None:
    provider = make_provider()
    make_delivery(provider)
    newest = make_delivery(provider)
    # not counted: refused, withdrawn
    make_delivery(provider, state="refused")
    make_delivery(provider, state="withdrawn")
    assert last_deliveries([provider.id]) == {provider.id: newest}


def received(month: date, day: int, rows: int = 3, *, to_mend: int = 0, **more):
    delivery = make_delivery(received_at=datetime(2026, 11, day, 22, 59, tzinfo=UTC), **more)
    DeliveryMonth.create(delivery=delivery, month=month, rows=rows)
    for row in range(to_mend):
        RejectedRow.create(delivery=delivery, row=row, month=month)
    return delivery


# October 2026 is due on the tenth working day of November: Friday 13 November.
@pytest.mark.parametrize(
    ("files", "today", "state"),
    [
        ([], 13, DeliveryState.EXPECTED),
        ([], 14, DeliveryState.MISSING),
        ([(13, {})], 20, DeliveryState.ON_TIME),
        ([(14, {})], 20, DeliveryState.LATE),
        ([(13, {"to_mend": 2})], 20, DeliveryState.FAULTS),
        ([(13, {"to_mend": 2}), (18, {})], 20, DeliveryState.FAULTS),
        ([(13, {"rows": 0})], 20, DeliveryState.NIL),
        ([(13, {"state": "refused"})], 20, DeliveryState.MISSING),
        ([(13, {"state": "withdrawn"}), (17, {})], 20, DeliveryState.LATE),
    ],
)
def test_a_month_of_the_calendar(db, files, today, state) -> None:
    provider = make_provider()
    make_contract(provider)
    for day, more in files:
        received(OCTOBER, day, provider=provider, **{"rows": 3, **more})
    (cell,) = delivery_calendar([provider.id], OCTOBER, OCTOBER, date(2026, 11, today))
    assert cell.state == state
    assert cell.due == date(2026, 11, 13)
    assert cell.late == (state == DeliveryState.LATE)


@pytest.mark.parametrize(
    ("to_mend", "expected"),
    [
        ([0, 0], 1),
        # The file that has the rows to mend is shown.
        ([2, 0], 0),
        ([2, 1], 1),
    ],
)
def test_what_is_still_to_be_mended_is_a_fault(db, to_mend, expected) -> None:
    provider = make_provider()
    make_contract(provider)
    sent = [
        received(OCTOBER, 2 + i, to_mend=rows, provider=provider) for i, rows in enumerate(to_mend)
    ]
    # not counted: taken up by a later delivery, withdrawn
    RejectedRow.create(delivery=sent[0], row=99, month=OCTOBER, taken_up_by=sent[1], mended=True)
    received(OCTOBER, 5, to_mend=3, provider=provider, state="withdrawn")
    (cell,) = delivery_calendar([provider.id], OCTOBER, OCTOBER, date(2026, 11, 20))
    assert cell.to_mend == sum(to_mend)
    assert cell.state == (DeliveryState.FAULTS if sum(to_mend) else DeliveryState.ON_TIME)
    assert cell.delivery_id == sent[expected].id
    assert cell.newest == (sent[1].id, sent[0].id)


def test_a_month_of_which_every_row_was_sent_back_has_faults(db) -> None:
    provider = make_provider()
    make_contract(provider)
    delivery = make_delivery(provider, received_at=datetime(2026, 11, 5, 9, tzinfo=UTC))
    RejectedRow.create(delivery=delivery, row=2, month=OCTOBER)
    (cell,) = delivery_calendar([provider.id], OCTOBER, OCTOBER, date(2026, 11, 20))
    assert (cell.state, cell.delivery_id) == (DeliveryState.FAULTS, delivery.id)


def test_rows_of_a_month_are_those_that_hold(db) -> None:
    provider = make_provider()
    first = received(OCTOBER, 3, rows=2, provider=provider)
    second = received(OCTOBER, 4, rows=1, provider=provider)
    track = make_track(provider)
    make_record(month=OCTOBER, track=make_track(provider), delivery=first)
    make_record(month=OCTOBER, track=track, delivery=second)
    # not counted: replaced by the second file
    make_record(month=OCTOBER, track=track, delivery=first, superseded_by=second)
    day = date(2026, 11, 20)
    (cell,) = delivery_calendar([provider.id], OCTOBER, OCTOBER, day, count_rows=True)
    assert cell.rows == 2


def test_only_months_under_a_contract_are_owed_and_the_earliest_due_day_counts(db) -> None:
    provider = make_provider()
    make_contract(provider, valid_from=date(2026, 10, 15), valid_until=date(2026, 10, 20))
    make_contract(provider, valid_from=date(2026, 10, 1), due_workday=5)
    cells = delivery_calendar([provider.id], SEPTEMBER, OCTOBER, date(2026, 11, 23))
    assert cells == [
        CalendarCell(provider.id, SEPTEMBER, DeliveryState.NOT_OWED),
        CalendarCell(provider.id, OCTOBER, DeliveryState.MISSING, date(2026, 11, 6)),
    ]


def test_completeness_is_about_who_was_open_a_month_ago(db) -> None:
    provider = make_provider()
    stays, gone, ended = (make_track(provider) for _ in range(3))
    make_record(month=SEPTEMBER, track=stays)
    make_record(month=OCTOBER, track=stays)
    make_record(month=SEPTEMBER, track=gone)
    # not counted: ended before, new this month
    make_record(month=SEPTEMBER, track=ended, status=TrackStatus.DROPPED_OUT)
    make_record(month=OCTOBER, track=make_track(provider))
    assert completeness([provider.id], OCTOBER, OCTOBER) == {
        (provider.id, OCTOBER): Completeness(2, 1)
    }
    missing = missing_rows(provider.id, OCTOBER, lambda _model, query: query)
    assert [row.track for row in missing] == [gone]


def test_a_mark_is_troubled_when_it_is_not_valid_or_checked_too_long_ago(db) -> None:
    fine, stale, lost, never = (make_provider(f"TA{n}") for n in range(4))
    start = date(2024, 1, 1)
    mark(fine, MarkStatus.INDEFINITE, start, checked_on=date(2026, 8, 2))
    mark(stale, MarkStatus.FIXED_TERM, start, checked_on=date(2026, 8, 1))
    mark(lost, MarkStatus.WITHDRAWN, start, checked_on=DAY)
    mark(never, MarkStatus.INDEFINITE, start)
    marks = troubled_marks(DAY, Provider.select(Provider.id))
    assert [(m.provider.code, is_stale(m, DAY)) for m in marks] == [
        ("TA1", True),
        ("TA2", False),
        ("TA3", True),
    ]
