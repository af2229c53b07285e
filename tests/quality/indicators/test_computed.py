"""Indicators computed from what a gemeente knows: who is asked, and of whom it holds."""

from datetime import date

import pytest

from quality.indicators.computed import Count, Person, count_people

UNTIL = date(2026, 11, 30)


def count(code: str, *people: Person, year: int = 2026) -> Count:
    return count_people(code, people, year=year, until=UNTIL)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        # Ten weeks after 5-1-2026 is 16-3-2026.
        (Person(notified_on=date(2026, 1, 5), plan_on=date(2026, 3, 16)), (1, 1, 0)),
        (Person(notified_on=date(2026, 1, 5), plan_on=date(2026, 3, 17)), (0, 1, 0)),
        (Person(notified_on=date(2026, 1, 5)), (0, 1, 0)),
        # not asked: the ten weeks are not over, ended in another year, or nothing is known
        (Person(notified_on=date(2026, 10, 1)), (0, 0, 0)),
        (Person(notified_on=date(2025, 5, 1)), (0, 0, 0)),
        (Person(plan_on=date(2026, 3, 16)), (0, 0, 0)),
    ],
)
def test_plan_within_ten_weeks(person, expected):
    assert count("plan_in_time", person) == Count(*expected)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (Person(date(2025, 8, 31), participation="werk", participation_from=date(2026, 2, 28)),
         (1, 1, 0)),
        (Person(date(2025, 8, 31), participation="werk", participation_from=date(2026, 3, 1)),
         (0, 1, 0)),
        (Person(date(2025, 8, 31), participation="geen"), (0, 1, 0)),
        (Person(date(2025, 8, 31)), (0, 0, 1)),
        (Person(date(2025, 8, 31), participation="studie"), (0, 0, 1)),
        # not asked: half a year is not over
        (Person(date(2026, 8, 1), participation="werk", participation_from=date(2026, 9, 1)),
         (0, 0, 0)),
    ],
)  # fmt: skip
def test_participation_half_a_year_after_settling(person, expected):
    assert count("participation", person) == Count(*expected)


@pytest.mark.parametrize(
    ("settled_on", "expected"),
    [
        (date(2023, 11, 30), (1, 1, 0)),
        (date(2023, 12, 1), (0, 0, 0)),
        (date(2019, 12, 1), (1, 1, 0)),
        (date(2019, 11, 30), (0, 0, 0)),
    ],
)
def test_outflow_is_asked_of_who_lives_here_three_to_seven_years(settled_on, expected):
    person = Person(settled_on, outflow="werk", outflow_on=date(2025, 1, 1))
    assert count("outflow_work", person) == Count(*expected)


def test_outflow_to_study_is_not_outflow_to_work():
    person = Person(date(2022, 1, 1), outflow="studie", outflow_on=date(2025, 1, 1))
    assert count("outflow_study", person) == Count(1, 1, 0)
    assert count("outflow_work", person) == Count(0, 1, 0)
    assert count("outflow_work", Person(date(2022, 1, 1))) == Count(0, 0, 1)
