"""Indicators computed from what a gemeente knows: who is asked, and of whom it holds."""

from datetime import date

import pytest

from quality.indicators.computed import (
    GROUPS,
    OUTCOMES,
    SPANS,
    Count,
    Person,
    count_people,
    definition_of,
    measure,
)

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
    assert count("plan_in_time/plan_due", person) == Count(*expected)


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
    assert count("participates/half_year", person) == Count(*expected)


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
    assert count("to_work/three_to_seven", person) == Count(*expected)


def test_outflow_to_study_is_not_outflow_to_work():
    person = Person(date(2022, 1, 1), outflow="studie", outflow_on=date(2025, 1, 1))
    assert count("to_study/three_to_seven", person) == Count(1, 1, 0)
    assert count("to_work/three_to_seven", person) == Count(0, 1, 0)
    assert count("to_work/three_to_seven", Person(date(2022, 1, 1))) == Count(0, 0, 1)


KNOWN = [
    Person(date(2025, 1, 1), pvt_on=date(2026, 3, 1), passed_on=date(2026, 5, 1)),
    Person(date(2025, 1, 1), pvt_on=date(2027, 1, 1), passed_on=date(2026, 6, 1)),
    Person(date(2025, 1, 1), outflow="anders", outflow_on=date(2026, 1, 1)),
    Person(date(2027, 1, 1), pvt_on=date(2026, 3, 1)),
    Person(),
]  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        # out of three that had settled by the last day
        ("signed_pvt/everybody", (1, 3, 0)),
        ("signed_pvt/passed", (1, 2, 0)),
        ("passed/everybody", (2, 3, 0)),
        ("off_benefits/everybody", (1, 1, 2)),
        ("participates_now/everybody", (0, 0, 3)),
        ("has_plan/term_ended", (0, 0, 0)),
    ],
)
def test_any_count_of_the_list_is_taken_out_of_any_group(formula, expected):
    assert count(formula, *KNOWN) == Count(*expected)


def test_every_count_out_of_every_group_has_a_sentence_and_a_place():
    for group in GROUPS:
        for outcome in OUTCOMES:
            count(f"{outcome}/{group}", *KNOWN)
            for formula in (f"{outcome}/{group}", f"count:{outcome}/{group}"):
                assert len(formula) <= 40
                assert len(definition_of(formula)) <= 130
    for span in SPANS:
        assert len(definition_of(f"days:{span}")) <= 120
        measure(f"days:{span}", KNOWN, year=2026, until=UNTIL)


def test_a_count_is_of_people_and_knows_how_many_each_gemeente_has():
    people = [Person(date(2025, 1, 1), passed_on=date(2026, 5, 1), municipality=148 + n % 2)
              for n in range(10)]  # fmt: skip
    people.append(Person(date(2025, 1, 1), municipality=193))
    measured = measure("count:passed/everybody", people, year=2026, until=UNTIL)
    assert (measured.value, measured.people, measured.municipalities) == (10, 10, {148: 5, 149: 5})
    # 90 % interval of a Poisson count of 10: 5.43 to 16.96 (Byar's approximation: within 0.01).
    assert measured.interval == pytest.approx((5.42, 16.97), abs=0.02)


def test_a_mean_of_days_is_of_who_reached_the_second_day_in_the_year():
    days = [Person(notified_on=date(2026, 1, 1), plan_on=date(2026, 1, 1 + n), municipality=148)
            for n in (10, 12, 14, 16, 18)]  # fmt: skip
    others = [
        Person(notified_on=date(2025, 1, 1), plan_on=date(2025, 3, 1)),  # another year
        Person(plan_on=date(2026, 3, 1)),  # not known since when
        Person(notified_on=date(2026, 3, 1)),  # has none yet
    ]
    measured = measure("days:plan", days + others, year=2026, until=UNTIL)
    assert (measured.value, measured.people, measured.unknown) == (14, 5, 1)
    # 14 +- t(4; 0.95) x s / root n = 2.132 x 3.162 / 2.236
    assert measured.interval == pytest.approx((10.985, 17.015), abs=0.01)
    assert measured.municipalities == {148: 5}
    assert measure("days:plan", others, year=2026, until=UNTIL).value is None
