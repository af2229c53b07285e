"""What counts and what does not: one row per reason not to count."""

from contextlib import contextmanager
from datetime import date

import pytest

from core.db import database
from providers.codes import LearningRoute, MarkStatus, SkillLevel, TrackStatus, YesNo
from providers.models import ContractScope, LessonBreak, QualityMark, Teacher
from providers.register.queries import dossier
from quality.cards import inputs as metrics, operations, queries as cards, register_facts
from quality.cards.region import compared_on, measure, measured, store
from quality.cards.words import alike_words
from quality.learners.models import LearnerFacts
from quality.method.figures import Figures
from quality.method.model import BASIS_2027
from quality.method.waiting import Outcome
from quality.models import MonthFigures
from tests.builders import (
    AT,
    make_contract,
    make_delivery,
    make_provider,
    make_record,
    make_track,
)

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


def figures_on(provider, month=OCT, known_on=None):
    """The figures of every route, by its number."""
    facts = register_facts.facts_of([provider], month, BASIS_2027)[provider.id]
    _, result = measured(provider, month, BASIS_2027, facts.norms, known_on)
    return result


def one_route(provider, month=OCT):
    (result,) = figures_on(provider, month).values()
    return result


def test_hours_are_summed_over_three_months(db):
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

    metrics = one_route(provider)
    sums = {code: (h.numerator, h.denominator, h.n) for code, h in metrics.hours.items()}
    assert sums == {
        "bevoegd": (1620, 1800, 1),
        "intensiteit": (1800, 31 + 30 + 31, 1),
        "avond_weekend": (360, 1800, 1),
        "aanwezigheid": (1350, 1800, 1),
    }
    assert (metrics.asked, metrics.met, metrics.in_training_minutes) == (1, 1, 90)


def test_a_trajectory_belongs_to_the_group_of_its_newest_row_with_hours(db):
    provider, moved, alone = make_provider(), make_track(), make_track()
    make_record(month=SEP, track=moved, group_name="A", minutes_offered=600)
    make_record(month=OCT, track=moved, group_name="B", minutes_offered=300)
    make_record(month=OCT, track=make_track(), group_name="B", minutes_offered=300)
    # A group of its own: without a group where others have one.
    make_record(month=OCT, track=alone, minutes_offered=240)
    metrics = one_route(provider)
    assert metrics.hours["bevoegd"].groups.sums[:3] == [2, 1440, 240**2 + 1200**2]
    assert not metrics.hour_groups_inferred


def test_groups_that_are_not_named_follow_from_gemeente_first_lesson_and_size(db):
    provider = make_provider()
    for size, place in ((8, 148), (8, 148), (9, 148), (8, 193)):
        make_record(month=OCT, group_size=size, municipality=place, minutes_offered=60)
    metrics = one_route(provider)
    assert metrics.hours["bevoegd"].groups.sums[:3] == [3, 240, 2 * 60**2 + 120**2]
    assert metrics.hour_groups_inferred


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
    sums = one_route(provider).hours["intensiteit"]
    assert (sums.numerator, sums.denominator) == (lesson_minutes, days)


def test_the_newest_row_up_to_the_month_is_the_state(db):
    provider, track = make_provider(), make_track()
    waiting = {"status": TrackStatus.WAITING, "registered_on": date(2026, 9, 1)}
    make_record(month=SEP, track=track, **waiting)
    started = {"registered_on": date(2026, 9, 1), "first_lesson_on": date(2026, 10, 1)}
    make_record(month=OCT, track=track, **started)
    # not counted: a later month
    make_record(month=NOV, track=track, registered_on=date(2026, 9, 1), first_lesson_on=None)

    assert one_route(provider).queue.count(Outcome.STARTED_LATE) == 1
    assert one_route(provider, SEP).queue.count(Outcome.WAITING_OVER_NORM) == 1
    assert one_route(provider).decided == ((1, 0), (0, 0))


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

    queue = one_route(provider).queue
    assert (queue.n, queue.waiting) == (1, 1)
    assert queue.longest_wait == (date(2026, 10, 31) - date(2025, 1, 1)).days


def test_who_changed_route_left_the_first_one_on_the_last_day_there(db):
    provider, track = make_provider(), make_track()
    waiting = {"status": TrackStatus.WAITING, "registered_on": date(2026, 8, 1)}
    make_record(month=SEP, track=track, route=LearningRoute.B1, **waiting)
    make_record(month=OCT, track=track, route=LearningRoute.SELF_RELIANCE, **waiting)
    metrics = figures_on(provider)
    left, waits = metrics[LearningRoute.B1].queue, metrics[LearningRoute.SELF_RELIANCE].queue
    assert (left.count(Outcome.LEFT_OVER_NORM), left.waiting) == (1, 0)
    assert (waits.count(Outcome.WAITING_OVER_NORM), waits.n) == (1, 1)
    assert not metrics[LearningRoute.B1].delivered


def test_open_is_who_had_not_ended_at_the_end_of_the_month_before(db):
    provider = make_provider()
    make_record(month=SEP)
    make_record(month=SEP, status=TrackStatus.COMPLETED, ended_on=date(2026, 9, 3))
    metrics = one_route(provider)
    assert (metrics.delivered, metrics.open_before) == (False, 1)


def test_weeks_without_lessons_of_region_or_provider_are_no_learner_days(db):
    provider = make_provider()
    make_record(month=OCT, minutes_offered=600)
    LessonBreak.create(valid_from=date(2026, 10, 19), valid_until=date(2026, 10, 25))
    LessonBreak.create(
        provider=provider, valid_from=date(2026, 10, 25), valid_until=date(2026, 11, 1)
    )
    LessonBreak.create(
        provider=make_provider("TA002"), valid_from=OCT, valid_until=date(2026, 10, 31)
    )
    assert one_route(provider).hours["intensiteit"].denominator == 18


def test_learners_alike_are_compared_by_start_level_target_group_and_quarter(db):
    LearnerFacts.create(municipality=148, number="TA001-0", target_group=2, changed_at=AT)
    levels = dict.fromkeys(("level_reading", "level_listening", "level_writing"), SkillLevel.A2)
    for code, late in (("TA001", 3), ("TA002", 9)):
        provider = make_provider(code)
        for n in range(20):
            day = date(2026, 9, 20) if n < late else date(2026, 8, 20)
            track = make_track(provider, f"{code}-{n}")
            row = {"track": track, "registered_on": date(2026, 8, 1), "first_lesson_on": day}
            make_record(month=SEP, level_speaking=SkillLevel.A0, target_group=1, **levels, **row)
            make_record(month=OCT, level_speaking=SkillLevel.B1, target_group=1, **levels, **row)
    result = measure(make_provider("TA001"), [OCT], BASIS_2027)[OCT][1].alike["wachttijd"]
    quarter = (2026 * 12 + 6) // 3
    assert [tuple(cell) for cell in result] == [(1, 1, quarter, 19, 17), (1, 2, quarter, 1, 0)]
    operations.compute(OCT, by="x", at=AT)
    alike = compared_on(OCT, 1)["wachttijd"]["TA001"]
    assert (alike.observed, alike.expected) == (17, pytest.approx(19 * 28 / 39 + 0))
    # 70 % in the region; its one learner of another kind explains a little.
    assert alike.region_rate == pytest.approx(0.7)
    item = cards.cards_of(OCT).first().result["criteria"]["wachttijd"]
    words = alike_words("wachttijd", item, alike, BASIS_2027.expected_from)
    assert "hier waren het er 17" in words
    assert "door wie er zit" in words


def test_hours_are_compared_with_those_of_learners_alike(db):
    # In the region beginners have 8 hours a week and others 12; this school has more beginners.
    for code, beginners in (("TA001", 15), ("TA002", 5)):
        provider = make_provider(code)
        for n in range(20):
            level, weekly = (SkillLevel.A0, 8) if n < beginners else (SkillLevel.A2, 12)
            names = ("level_reading", "level_listening", "level_writing", "level_speaking")
            make_record(
                month=OCT, track=make_track(provider, f"{code}-{n}"),
                registered_on=date(2026, 9, 1), first_lesson_on=date(2026, 10, 1),
                minutes_offered=weekly * 60 * 31 / 7, minutes_certified=0,
                group_name=f"G{n}", **dict.fromkeys(names, level),
            )  # fmt: skip
    operations.compute(OCT, by="x", at=AT)
    alike = compared_on(OCT, 1)["intensiteit"]["TA001"]
    assert alike.ratio == pytest.approx(1, abs=1e-3)
    item = cards.cards_of(OCT).first().result["criteria"]["intensiteit"]
    words = alike_words("intensiteit", item, alike, BASIS_2027.expected_from).replace("\xa0", " ")
    assert "naar verwachting 9,0 u/week zijn; hier is het 9,0 u/week" in words
    assert "(−1,0 uur per week) komt −1,0 door wie er zit" in words


def test_figures_survive_being_kept(db):
    provider = make_provider()
    for n in range(7):
        make_record(month=OCT, group_name=f"G{n % 3}")
    figures = one_route(provider)
    store(provider.id, OCT, BASIS_2027, {1: figures})
    kept = MonthFigures.get()
    assert Figures.from_data(kept.figures) == figures
    assert not store(provider.id, OCT, BASIS_2027, {1: figures})
    assert store(provider.id, OCT, BASIS_2027, {})
    assert not MonthFigures.select().exists()


def test_a_contract_without_any_delivery_is_expected_too(db):
    contract = make_contract(teacher_exception_until=date(2026, 12, 1))
    contract_scope(contract, LearningRoute.EDUCATION)
    ended = make_contract(make_provider("TA002"), valid_until=date(2026, 10, 30))
    contract_scope(ended, LearningRoute.B1)
    make_record(month=OCT, provider=make_provider("TA003"))
    computed = operations.compute(OCT, by="x", at=AT)
    assert [(c.provider.code, c.result["route"], c.standing) for c in computed] == [
        ("TA001", "O", "geen_levering"),
        ("TA003", "B", "geen_oordeel"),
    ]


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
    (facts,) = register_facts.facts_of([contract.provider], OCT, BASIS_2027).values()
    assert facts.on(LearningRoute.B1).exception_until == expected


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
    assert register_facts.mark_on(dossier(provider), day).status == status


def test_every_row_of_a_provider_is_read_once(db):
    provider = make_provider()
    for _ in range(5):
        make_record(month=SEP)
        make_record(month=OCT)
    # Twelve months, one more, what was before them, and the weeks without lessons.
    with query_count(15):
        assert len(list(metrics.views(provider.id, [SEP, OCT], BASIS_2027))) == 2


@pytest.mark.parametrize(
    ("since", "until", "count"),
    [
        (None, None, 1),
        (date(2026, 10, 31), None, 1),
        (None, date(2026, 8, 1), 1),
        (date(2026, 11, 1), None, 0),
        (None, date(2026, 7, 31), 0),
    ],
)
def test_docenten_count_who_were_registered_on_a_day_of_the_window(db, since, until, count):
    provider = make_provider()
    for registration in (1, 2):
        Teacher.create(
            provider=provider, teacher_ref="D-1", registration=registration,
            valid_from=since if registration == 1 else date(2020, 1, 1),
            valid_until=until if registration == 1 else date(2020, 2, 1),
        )  # fmt: skip
    docents = register_facts.docents_of([provider.id], OCT, BASIS_2027)
    assert docents.get(provider.id, 0) == count


@pytest.mark.parametrize(
    ("contracts", "norm"),
    [
        ([(date(2022, 1, 1), 21)], 21),
        ([(date(2022, 1, 1), 21), (date(2025, 1, 1), 42)], 42),
        ([(date(2022, 1, 1), 21), (date(2025, 1, 1), None)], None),
        ([(date(2025, 1, 1), 21), (date(2025, 1, 1), 42)], 42),
    ],
)
def test_the_norm_is_that_of_the_newest_contract(db, contracts, norm):
    provider = make_provider()
    for since, days in contracts:
        contract_scope(make_contract(provider, valid_from=since, waiting_norm_days=days), 1)
    (facts,) = register_facts.facts_of([provider], OCT, BASIS_2027).values()
    assert facts.norms.get(1) == norm


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
    before = metrics.fingerprints(provider.id, OCT)[LearningRoute.B1]
    for row in rows:
        row.delete_instance()
    for track in (second, first):
        make_record(month=OCT, track=track)
    assert metrics.fingerprints(provider.id, OCT)[LearningRoute.B1] == before
    # not counted: another route, a later month
    make_record(month=OCT, route=LearningRoute.EDUCATION)
    make_record(month=NOV, track=first)
    assert metrics.fingerprints(provider.id, OCT)[LearningRoute.B1] == before
    make_record(month=SEP, track=first)
    assert metrics.fingerprints(provider.id, OCT)[LearningRoute.B1] != before
