"""One row per learner and provider, kept up to date by what is delivered and what is added."""

from datetime import date
from random import Random

import pytest
from peewee import fn

from core.dates import add_months
from providers.codes import ExamResult, SkillLevel, TargetGroup, TrackStatus
from providers.models import ProgressRecord
from quality.cards.operations import recompute_after
from quality.learners.models import LearnerFacts, LearnerSummary
from quality.learners.signals import three_years_after
from quality.learners.summary_operations import refresh_of_facts, refresh_summaries
from quality.models import Signal
from tests.builders import AT, make_delivery, make_provider, make_record, make_track

OCT = date(2026, 10, 1)


def summary(number: str = "B-1", **more) -> LearnerSummary:
    return LearnerSummary.get(*(getattr(LearnerSummary, k) == v for k, v in more.items()),
                              LearnerSummary.number == number)  # fmt: skip


def test_a_row_tells_the_newest_month_and_the_sums(db):
    here = make_provider()
    track = make_track(here, "B-1")
    for back in range(4):
        make_record(
            month=add_months(OCT, -back), track=track, minutes_attended=24 * 60,
            exam_knm=ExamResult.PASSED if back == 3 else ExamResult.NONE,
            level_speaking=SkillLevel.A0 if back == 0 else SkillLevel.A2,
            target_group=TargetGroup.ASYLUM,
        )  # fmt: skip
    # not counted: replaced by a later delivery
    make_record(month=add_months(OCT, -9), track=track, superseded_by=make_delivery(here))
    make_record(month=add_months(OCT, -1), track=make_track(here, "B-2"))
    make_record(month=OCT, track=make_track(here, "B-3"), status=TrackStatus.WAITING)
    refresh_summaries(here, OCT)
    refresh_summaries(here, OCT)
    one = summary()
    assert (one.first_month, one.month) == (date(2026, 7, 1), OCT)
    assert one.lowest_level == SkillLevel.A0
    assert one.exams_passed == 0b10000
    assert one.attended_minutes == 4 * 24 * 60
    # 48 and 24 hours a month over August, September and October, of 92 days.
    assert (one.weekly_offered, one.weekly_attended) == (3 * 48 * 60 * 7 // 92, 3 * 24 * 420 // 92)
    assert (one.attended_share, one.waited_days, one.missing) == (50, 14, False)
    assert one.target_group == TargetGroup.ASYLUM
    assert summary("B-2").missing
    assert summary("B-3").waited_days == (date(2026, 10, 31) - date(2025, 1, 1)).days
    assert LearnerSummary.select().count() == 3


def test_a_learner_who_moved_is_with_the_newest_provider_and_the_term_goes_on(db):
    old, new = make_provider("TA001"), make_provider("TA002")
    make_record(month=OCT, track=make_track(new, "B-1"), first_lesson_on=date(2026, 9, 1))
    make_record(month=date(2026, 8, 1), track=make_track(old, "B-1"))
    # The same number of another gemeente is another person.
    make_record(month=OCT, track=make_track(old, "B-2"), municipality=193)
    refresh_summaries(new, OCT)
    refresh_summaries(old, OCT)
    assert not summary(provider=old).latest
    now = summary(provider=new)
    assert (now.latest, now.term_until, now.term_estimated) == (True, date(2028, 1, 15), True)
    LearnerFacts.create(
        municipality=148, number="B-1", plan_on=date(2025, 2, 27), target_group=2, changed_at=AT
    )
    refresh_of_facts([148], ["B-1"])
    now = summary(provider=new)
    assert (now.term_until, now.term_estimated) == (date(2028, 2, 28), False)
    assert now.target_group == TargetGroup.FAMILY
    LearnerFacts.update(term_until=date(2028, 3, 1), term_extended_until=date(2028, 9, 1)).execute()
    refresh_summaries(new, OCT)
    assert summary(provider=old).term_until == date(2028, 9, 1)


def test_who_is_known_to_the_gemeente_only_has_a_row_until_a_provider_reports(db):
    LearnerFacts.create(municipality=1992, number="B-1", changed_at=AT)
    refresh_of_facts([1992], ["B-1"])
    assert (summary().provider, summary().missing, summary().latest) == (None, True, True)
    here = make_provider()
    # Brielle is Voorne aan Zee now.
    record = make_record(month=OCT, track=make_track(here, "B-1"), municipality=501)
    refresh_summaries(here, OCT)
    assert (summary().provider, summary().municipality) == (here, 1992)
    record.superseded_by = record.delivery
    record.save()
    refresh_summaries(here, OCT)
    assert summary().provider is None


def summaries_of(provider) -> list[dict]:
    rows = LearnerSummary.select().where(LearnerSummary.provider == provider).dicts()
    return sorted(
        ({**row, "id": None} for row in rows), key=lambda r: (r["number"], r["municipality"])
    )


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.sqlite_first) for seed in range(1, 6))]
)
def test_what_a_delivery_touches_is_told_as_when_all_is_told_again(db, seed):
    """Months come, are corrected and are withdrawn; months that nobody reported lie between."""
    random = Random(seed)
    here, months = make_provider(), [add_months(OCT, -back) for back in (9, 8, 7, 3, 2, 1, 0)]
    tracks = [make_track(here, f"B-{number}") for number in range(12)]
    delivery = make_delivery(here)
    for month in [*months, *random.choices(months, k=4)]:
        ProgressRecord.delete().where(ProgressRecord.month == month).execute()
        for track in random.sample(tracks, random.choice([0, 4, 9])):
            status, started = random.choice(
                [(TrackStatus.WAITING, None), *[(TrackStatus.ACTIVE, date(2025, 9, 1))] * 3,
                 (TrackStatus.PAUSED, date(2025, 9, 1)), (TrackStatus.COMPLETED, date(2025, 9, 1))]
            )  # fmt: skip
            make_record(
                month=month, track=track, delivery=delivery, status=status,
                first_lesson_on=started, municipality=random.choice([148, 148, 193]),
            )  # fmt: skip
        newest = ProgressRecord.select(fn.MAX(ProgressRecord.month)).scalar()
        refresh_summaries(here, newest, since=month)
        step_by_step = summaries_of(here)
        refresh_summaries(here, newest)
        assert step_by_step == summaries_of(here)


def test_a_newest_month_that_is_withdrawn_leaves_the_list(db):
    here = make_provider()
    track = make_track(here, "B-1")
    make_record(month=add_months(OCT, -1), track=track)
    gone = make_record(month=OCT, track=track)
    recompute_after(here, [add_months(OCT, -1), OCT], by="x", at=AT)
    assert summary().month == OCT
    gone.delete_instance()
    recompute_after(here, [OCT], by="x", at=AT)
    assert summary().month == add_months(OCT, -1)


def test_three_years_is_the_same_day_of_the_calendar():
    for day in (date(2021, 2, 28), date(2021, 3, 1), date(2024, 2, 28), date(2023, 12, 31)):
        assert three_years_after(day) == day.replace(year=day.year + 3)
    assert three_years_after(date(2024, 2, 29)) == date(2027, 3, 1)


def test_who_is_not_in_a_month_in_progress_is_not_missing(db):
    school = make_provider()
    for number in ("B-1", "B-2"):
        make_record(month=OCT, track=make_track(school, number), status=TrackStatus.WAITING)
    # A part of November, sent on the twenty-third: provisional.
    november = add_months(OCT, 1)
    make_record(month=november, track=make_track(school, "B-1"))
    recompute_after(school, [OCT, november], by="test", at=AT)
    assert {one.number: one.missing for one in LearnerSummary.select()} == {
        "B-1": False,
        "B-2": False,
    }
    assert {one.month for one in Signal.select()} <= {OCT}
    december = AT.replace(month=12, day=2)
    recompute_after(school, [november], by="test", at=december)
    assert LearnerSummary.get(LearnerSummary.number == "B-2").missing
