"""Mean duration until pass: who has not passed yet counts too."""

import pytest
from hypothesis import given, strategies as st

from quality.indicators.duration import DAYS_PER_MONTH, Learner, duration_until_pass

START = 738_000


def learner(days=None, *, left=None, term_from=START) -> Learner:
    return Learner(
        term_from,
        passed=None if days is None else term_from + days,
        left=None if left is None else term_from + left,
    )


def estimate(learners, *, window_start=START, reference=START + 400):
    return duration_until_pass(learners, window_start=window_start, reference=reference)


def test_freireich_6_mp_restricted_mean_to_35():
    """The example of checks 6.3 (Freireich 6-MP), with weeks read as days: 23.2874 to 35."""
    passed = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    left = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    duration = estimate([learner(d) for d in passed] + [learner(left=d) for d in left])
    assert duration.mean is not None
    assert duration.mean * DAYS_PER_MONTH == pytest.approx(23.2874, abs=5e-5)
    assert duration.naive_mean is not None
    assert duration.naive_mean * DAYS_PER_MONTH == pytest.approx(12.11, abs=5e-3)
    assert duration.median == pytest.approx(23 / DAYS_PER_MONTH)
    assert (duration.people, duration.passed, duration.under_way, duration.left) == (21, 9, 0, 12)


def test_nobody_passed_gives_no_mean():
    duration = estimate([learner(), learner(left=30)])
    assert (duration.mean, duration.naive_mean, duration.median) == (None, None, None)
    assert (duration.people, duration.under_way, duration.left) == (2, 1, 1)


def test_nobody_followed():
    assert estimate([]).people == 0


def test_the_horizon_is_three_years_at_most():
    long_ago = learner(2000)
    duration = estimate([long_ago, learner(100)], reference=START + 3000)
    assert duration.horizon == pytest.approx(36, abs=0.02)
    # not passed within the horizon: the whole horizon counts
    assert duration.mean == pytest.approx((1096 + 100) / 2 / DAYS_PER_MONTH)
    assert duration.passed_share == 50


def test_who_came_into_view_late_is_not_at_risk_before():
    # passed before the window
    assert estimate([learner(10)], window_start=START + 20).people == 0
    # the one who began a month before the window is first seen on day 30 of the term
    long_ago = learner(100, term_from=START - 30)
    duration = estimate([long_ago, learner(20)])
    # on day 20 only the other was at risk, so the curve is at zero from there
    assert duration.mean == pytest.approx(20 / DAYS_PER_MONTH)


@given(st.lists(st.integers(1, 399), min_size=1, max_size=30))
def test_one_more_who_has_not_passed_never_shortens_the_mean(days):
    learners = [learner(d) for d in days] + [learner()]
    before = estimate(learners).mean
    after = estimate([*learners, learner()]).mean
    assert before is not None
    assert after is not None
    assert after >= before - 1e-9
