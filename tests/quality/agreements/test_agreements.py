"""Agreements are followed in the score cards; the words for where a criterion stands."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from quality.agreements.rules import (
    Course,
    MonthValue,
    Standing,
    criterion_standing,
    follow,
)

APRIL, MAY, JUNE, JULY = (date(2026, m, 1) for m in (4, 5, 6, 7))


@pytest.mark.parametrize(
    ("points", "kinds", "standing"),
    [
        (80.0, [], Standing.ON_COURSE),
        (79.9, [], Standing.OFF_COURSE),
        (0.0, ["agreement"], Standing.UNDER_AGREEMENT),
        (80.0, ["agreement"], Standing.ON_COURSE),
        (10.0, ["agreement", "plan"], Standing.IN_PLAN),
        (90.0, ["plan"], Standing.IN_PLAN),
        (None, [], Standing.NO_JUDGEMENT),
        (None, ["agreement"], Standing.NO_JUDGEMENT),
    ],
)
def test_the_word_for_a_criterion(points, kinds, standing):
    assert criterion_standing(points, kinds, norm=80.0) == standing


def course(months, *, threshold=75.0, today=date(2026, 6, 10)):
    return follow(
        threshold=threshold,
        agreed_on=date(2026, 4, 15),
        due_on=date(2026, 7, 31),
        months=[MonthValue(m, v) for m, v in months],
        today=today,
    )


@pytest.mark.parametrize(
    ("months", "today", "expected"),
    [
        ([], date(2026, 6, 10), Course.NO_FIGURE),
        # a month that was over before the agreement does not count
        ([(date(2026, 3, 1), 90.0)], date(2026, 6, 10), Course.NO_FIGURE),
        # nor does a month after the due date
        ([(date(2026, 8, 1), 90.0)], date(2026, 9, 10), Course.NO_FIGURE),
        ([(APRIL, 60.0), (MAY, 74.999)], date(2026, 6, 10), Course.NOT_YET),
        ([(APRIL, 60.0), (MAY, 75.0)], date(2026, 6, 10), Course.REACHED),
        # a fall back is a fall back
        ([(MAY, 80.0), (JUNE, 70.0)], date(2026, 7, 10), Course.NOT_YET),
        # the whole due day counts
        ([(JULY, 70.0)], date(2026, 7, 31), Course.NOT_YET),
        ([(JULY, 70.0)], date(2026, 8, 1), Course.MISSED),
        # no judgement in the newest month: the one before decides
        ([(MAY, 80.0), (JUNE, None)], date(2026, 7, 10), Course.REACHED),
    ],
)
def test_a_measure_is_followed(months, today, expected):
    assert course(months, today=today).course == expected


def test_a_measure_shows_its_newest_figure_and_every_month():
    progress = course([(JUNE, None), (APRIL, 60.0), (MAY, 70.0)])
    assert progress.latest == MonthValue(MAY, 70.0)
    assert [m.month for m in progress.months] == [APRIL, MAY, JUNE]
    assert not progress.overdue


def test_an_agreement_without_a_measure_is_closed_by_hand():
    progress = course([(MAY, 80.0)], threshold=None, today=date(2026, 8, 1))
    assert (progress.course, progress.overdue) == (Course.BY_HAND, True)


@given(
    st.lists(
        st.tuples(st.sampled_from([APRIL, MAY, JUNE]), st.floats(0, 100)), unique_by=lambda m: m[0]
    )
)
def test_the_order_of_months_does_not_matter(months):
    assert course(months) == course(list(reversed(months)))
