"""Published values and worked examples; the source is in the name of each test."""

import pytest

from quality.method import limits
from quality.method.curve import (
    Stay,
    curve,
    quantile,
    restricted_mean,
    survival_at,
    survival_interval,
)
from quality.method.explain import crossing_weight, stability_interval
from quality.method.judge import weighted_score
from quality.method.limits import count_interval


def near(value):
    return pytest.approx(value, abs=5e-4)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (65, (50.1632, 82.8491)),
        (20, (12.2114, 30.8899)),
        (1045, (982.5932, 1110.3312)),
        (1, (0.025318, 5.571643)),
        (5, (1.623486, 11.668332)),
        (0, (0, 3.688879)),
    ],
)
def test_counts_by_byar_and_exact_poisson_of_phe_indicator_methods(count, expected):
    assert count_interval(count) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(
    ("n", "mid_p", "expected"),
    [
        (20, False, (0.2785, 0.4081, 0.8300, 0.9290)),
        (20, True, (0.3015, 0.4259, 0.8577, 0.9574)),
        (50, False, (0.4244, 0.5046, 0.7701, 0.8377)),
        (50, True, (0.4320, 0.5130, 0.7802, 0.8514)),
        (100, True, (0.4983, 0.5543, 0.7427, 0.7935)),
        (200, True, (0.5435, 0.5829, 0.7156, 0.7523)),
    ],
)
def test_exact_funnel_limits_of_spiegelhalter_2005_with_mid_p(n, mid_p, expected):
    alarm = limits.exact_limits(0.65, n, limits.ALARM, mid_p=mid_p)
    warning = limits.exact_limits(0.65, n, limits.WARNING, mid_p=mid_p)
    assert (alarm[0], *warning, alarm[1]) == pytest.approx(expected, abs=5.1e-5)


@pytest.mark.parametrize(("target", "expected"), [(0.0, (0, 0)), (1.0, (1, 1))])
def test_exact_limits_about_none_and_all_leave_no_room(target, expected):
    assert limits.exact_limits(target, 10, limits.WARNING) == near(expected)


def stays(events, censored=()):
    return [Stay(0, t, started=True) for t in events] + [
        Stay(0, t, started=False) for t in censored
    ]


FREIREICH_6MP = stays(
    (6, 6, 6, 7, 10, 13, 16, 22, 23), (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
)
FREIREICH_PLACEBO = stays((1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23))


def test_kaplan_meier_of_freireich_6mp():
    steps = curve(FREIREICH_6MP)
    assert [(s.day, s.at_risk, s.events) for s in steps] == [
        (6, 21, 3), (7, 17, 1), (10, 15, 1), (13, 12, 1), (16, 11, 1), (22, 7, 1), (23, 6, 1),
    ]  # fmt: skip
    assert [s.survival for s in steps] == near(
        [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    )
    assert (steps[0].standard_error, steps[-1].standard_error) == near((0.0764, 0.1346))
    assert quantile(steps, 0.5) == 23
    assert quantile(steps, 0.1) is None
    assert survival_interval(steps, 6, 21) == near((0.6197, 0.9516))
    assert survival_interval(steps, 23, 21) == near((0.1881, 0.6801))
    assert (restricted_mean(steps, 35), restricted_mean(steps, 26)) == near((23.2874, 19.2538))


def test_naive_mean_of_finished_cases_of_freireich_6mp_is_half_the_truth():
    finished = [one.exit for one in FREIREICH_6MP if one.started]
    assert sum(finished) / len(finished) == pytest.approx(12.11, abs=0.005)


def test_kaplan_meier_of_freireich_placebo():
    steps = curve(FREIREICH_PLACEBO)
    assert [s.day for s in steps] == [1, 2, 3, 4, 5, 8, 11, 12, 15, 17, 22, 23]
    assert [s.survival for s in steps] == near(
        [0.9048, 0.8095, 0.7619, 0.6667, 0.5714, 0.3810, 0.2857, 0.1905, 0.1429, 0.0952, 0.0476, 0]
    )
    assert quantile(steps, 0.5) == 8
    assert steps[-1].standard_error == 0


def test_waiting_example_in_our_terms_own():
    queue = stays((2, 3, 3, 5, 8, 12), (6, 8, 10, 14))
    steps = curve(queue)
    assert [(s.day, s.survival) for s in steps] == [
        (2, near(0.9)), (3, near(0.7)), (5, near(0.6)), (8, near(0.48)), (12, near(0.24)),
    ]  # fmt: skip
    assert [s.standard_error for s in steps] == near([0.0949, 0.1449, 0.1549, 0.1640, 0.1885])
    assert quantile(steps, 0.5) == 8
    assert 1 - survival_at(steps, 8) == near(0.52)
    started = [s.exit for s in queue if s.started]
    assert sum(t <= 8 for t in started) / len(started) == near(0.8333)


def test_compensation_own():
    even, odd = [(20, 80)] * 5, [(20, 95)] * 4 + [(20, 20)]
    assert (weighted_score(even), weighted_score(odd)) == near((80, 80))
    assert (weighted_score(even, "geometric"), weighted_score(odd, "geometric")) == (
        near(80), pytest.approx(69.56, abs=0.005),
    )  # fmt: skip


def test_stability_interval_of_one_weight_own():
    assert crossing_weight((90, 60), (60, 75)) == near(1 / 3)
    assert stability_interval([(90, 60), (60, 75)], 0.5) == near((1 / 3, 1))
    assert stability_interval([(90, 60), (60, 75)], 0.2) == near((0, 1 / 3))
    assert stability_interval([(90, 60), (80, 50)], 0.2) == (0, 1)
