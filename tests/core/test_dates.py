"""Dates worked out by hand with a calendar beside it; each line names its rule."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from core.dates import NATIONAL, Calendar, Recess, holidays_of, nth_working_day, term_end

CHRISTMAS = Recess(date(2026, 12, 19), date(2027, 1, 3), "kerstreces")
WITH_RECESS = Calendar(recesses=(CHRISTMAS,))


@pytest.mark.parametrize(
    ("sent", "end", "rule"),
    [
        (date(2026, 3, 2), date(2026, 3, 23), "20 days is Sunday 22 March: runs on to Monday"),
        (date(2026, 3, 6), date(2026, 3, 26), "award on a Friday: 20 days is a Thursday"),
        (date(2026, 12, 4), date(2026, 12, 24), "ends the day before Christmas: stands"),
        (date(2026, 12, 5), date(2026, 12, 28), "25 December, 26th, Sunday 27th: Monday 28th"),
        (date(2026, 12, 11), date(2026, 12, 31), "over Christmas: the holidays inside count"),
        (date(2026, 12, 12), date(2027, 1, 4), "New Year's Day, Saturday, Sunday: Monday"),
        (date(2026, 3, 14), date(2026, 4, 7), "Good Friday to Easter Monday: Tuesday after"),
        (date(2026, 3, 17), date(2026, 4, 7), "Easter Monday: Tuesday"),
        (date(2026, 4, 7), date(2026, 4, 28), "Koningsdag on a Monday: Tuesday"),
        (date(2024, 4, 7), date(2024, 4, 29), "Koningsdag on Saturday 27 April: Monday 29th"),
        (date(2025, 4, 6), date(2025, 4, 28), "27th a Sunday, so kept on Saturday 26th: Monday"),
        (date(2025, 4, 7), date(2025, 4, 28), "Sunday 27 April 2025: Monday"),
        (date(2026, 4, 15), date(2026, 5, 6), "5 May is a holiday in this law, every year"),
        (date(2026, 4, 24), date(2026, 5, 15), "Ascension Day: Friday after"),
        (date(2026, 5, 5), date(2026, 5, 26), "Whit Monday: Tuesday"),
    ],
)
def test_standstill_of_twenty_days(sent, end, rule):
    assert term_end(sent, 20) == end, rule


@pytest.mark.parametrize(
    ("sent", "count", "end", "rule"),
    [
        (date(2026, 12, 24), 3, date(2026, 12, 29), "art. 2: two worked days, Mon 28 and Tue 29"),
        (date(2026, 12, 24), 2, date(2026, 12, 28), "art. 2 not for terms under three days"),
        (date(2026, 3, 2), 3, date(2026, 3, 5), "Thursday"),
        (date(2026, 3, 2), 45, date(2026, 4, 16), "45 days"),
    ],
)
def test_other_statutory_terms(sent, count, end, rule):
    assert term_end(sent, count) == end, rule


@pytest.mark.parametrize(
    ("calendar", "day", "count", "result"),
    [
        (NATIONAL, date(2026, 11, 23), 1, date(2026, 11, 24)),
        (NATIONAL, date(2026, 11, 20), 1, date(2026, 11, 23)),  # over a weekend
        (NATIONAL, date(2026, 11, 21), 1, date(2026, 11, 23)),  # from a Saturday
        (NATIONAL, date(2026, 11, 23), 0, date(2026, 11, 23)),
        (NATIONAL, date(2026, 11, 23), -1, date(2026, 11, 20)),
        (NATIONAL, date(2026, 12, 24), 1, date(2026, 12, 28)),  # Christmas
        (NATIONAL, date(2026, 12, 31), 1, date(2027, 1, 4)),  # New Year on a Friday
        (NATIONAL, date(2027, 1, 4), -1, date(2026, 12, 31)),
        (NATIONAL, date(2026, 4, 2), 1, date(2026, 4, 3)),  # Good Friday is worked
        (Calendar(good_friday_off=True), date(2026, 4, 2), 1, date(2026, 4, 7)),
        (NATIONAL, date(2026, 5, 4), 1, date(2026, 5, 5)),  # 5 May worked in 2026,
        (NATIONAL, date(2025, 5, 2), 1, date(2025, 5, 6)),  # off in 2025
        (WITH_RECESS, date(2026, 12, 18), 1, date(2027, 1, 4)),
        (WITH_RECESS, date(2027, 1, 4), -1, date(2026, 12, 18)),
        (NATIONAL, date(2026, 1, 1), 600, date(2028, 5, 8)),  # 255 + 256 + 89
    ],
)
def test_adding_working_days(calendar, day, count, result):
    assert calendar.add_working_days(day, count) == result


@pytest.mark.parametrize(
    ("month", "count", "due"),
    [
        (date(2026, 10, 1), 10, date(2026, 11, 13)),
        (date(2026, 11, 1), 10, date(2026, 12, 14)),
        (date(2026, 12, 1), 1, date(2027, 1, 4)),
        (date(2026, 4, 1), 10, date(2026, 5, 15)),  # Ascension Day on the 14th is skipped
    ],
)
def test_nth_working_day_after_a_month(month, count, due):
    assert nth_working_day(month, count) == due


def test_names_what_is_special_about_a_day():
    assert NATIONAL.holiday_on(date(2031, 4, 26)) == "Koningsdag"
    assert NATIONAL.holiday_on(date(2026, 4, 3)) is None
    assert Calendar(good_friday_off=True).holiday_on(date(2026, 4, 3)) == "Goede vrijdag"
    assert WITH_RECESS.recess_on(date(2026, 12, 22)) == CHRISTMAS
    assert WITH_RECESS.recess_on(date(2027, 1, 4)) is None
    assert len(holidays_of(2026)) == 10


def test_first_worked_day_from_a_day():
    assert NATIONAL.next_working_day(date(2026, 11, 21)) == date(2026, 11, 23)
    assert NATIONAL.next_working_day(date(2026, 11, 23)) == date(2026, 11, 23)
    assert NATIONAL.previous_working_day(date(2026, 11, 22)) == date(2026, 11, 20)


patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@patient
@given(DAYS, st.integers(-700, 700))
def test_counting_undoes_adding(day, count):
    there = WITH_RECESS.add_working_days(day, count)
    if count >= 0:
        assert WITH_RECESS.working_days_between(day, there) == count
    else:  # the day itself does not count, the day reached does
        yesterday, before = day - timedelta(days=1), there - timedelta(days=1)
        assert WITH_RECESS.working_days_between(before, yesterday) == -count


@patient
@given(DAYS, DAYS)
def test_counting_equals_looking_at_every_day(first, last):
    first, last = min(first, last), max(first, last)
    looked = sum(
        WITH_RECESS.is_working_day(date.fromordinal(n))
        for n in range(first.toordinal() + 1, last.toordinal() + 1)
    )
    assert WITH_RECESS.working_days_between(first, last) == looked
    assert WITH_RECESS.working_days_between(last, first) == -looked
