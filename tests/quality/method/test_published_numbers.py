"""Published values and worked examples; the source is in the name of each test."""

from math import sqrt
from random import Random

import pytest

from quality.method.basis_2026 import control_limits
from quality.method.basis_2026.intervals import (
    chi_square_above,
    count_interval,
    mean_interval,
    wilson,
)
from quality.method.basis_2026.ranking import (
    crossing_weight,
    expected_ranks,
    percentiles,
    stability_interval,
)
from quality.method.basis_2026.scoring import mean_with_minimum_share, weighted_score
from quality.method.basis_2026.waiting import (
    Stay,
    curve,
    log_rank,
    quantile,
    restricted_mean,
    summarise,
    survival_at,
    survival_interval,
)


def near(value):
    return pytest.approx(value, abs=5e-4)


@pytest.mark.parametrize(
    ("x", "n", "wide", "wider"),
    [
        (1, 100, (0.001767, 0.054486), (0.000873, 0.104554)),
        (5, 100, (0.021544, 0.111750), (0.013865, 0.164589)),
        (20, 100, (0.133367, 0.288829), (0.105192, 0.347111)),
        (65, 100, (0.552544, 0.736358), (0.495495, 0.778354)),
        (222, 3215, (0.060792, 0.078340), (0.056471, 0.084184)),
        (1045, 5000, (0.197955, 0.220491), (0.191794, 0.227316)),
        (0, 10, (0, 0.277533), (0, 0.488479)),
        (10, 10, (0.722467, 1), (0.511521, 1)),
        (7, 9, (0.452589, 0.936775), (0.303972, 0.965576)),
    ],
)
def test_wilson_of_phe_indicator_methods(x, n, wide, wider):
    assert wilson(x, n) == pytest.approx(wide, abs=1e-6)
    assert wilson(x, n, 0.998) == pytest.approx(wider, abs=1e-6)


@pytest.mark.parametrize(("x", "n"), [(None, 10), (3, None), (3, 0)])
def test_wilson_without_numerator_or_denominator_is_no_result(x, n):
    assert wilson(x, n) is None


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


def test_mean_by_student_of_phe_indicator_methods():
    values = [33.09375, 48.38596, 64.83495, 67.98475, 22.93556, 71.23587, 38.78465, 82.37927]
    assert mean_interval(values) == pytest.approx((36.168325, 71.240365), abs=1e-6)
    assert mean_interval([1.0]) is None


@pytest.mark.parametrize(
    ("n", "wide", "wider"),
    [
        (10, (56.154344, 100), (42.03259, 100)),
        (50, (69.691035, 91.593861), (63.375595, 97.909301)),
        (102, (72.974925, 88.309971), (68.553233, 92.731663)),
        (154, (74.402301, 86.882595), None),
    ],
)
def test_normal_funnel_limits_of_phe(n, wide, wider):
    low, high = control_limits.normal_limits(0.80642448, n, control_limits.WARNING)
    assert (100 * low, 100 * high) == pytest.approx(wide, abs=1e-5)
    if wider:
        low, high = control_limits.normal_limits(0.80642448, n, control_limits.ALARM)
        assert (100 * low, 100 * high) == pytest.approx(wider, abs=1e-5)


@pytest.mark.parametrize(
    ("r", "n", "flag"), [(24803.6256, 31824, "low 0.001"), (50050.7443, 61921, "")]
)
def test_funnel_flags_of_phe(r, n, flag):
    assert control_limits.share_flag(r, n, 0.80642448) == flag


@pytest.mark.parametrize(
    ("observed", "expected", "flag"),
    [
        (8, 6.23986, ""),
        (151, 106.443, "high 0.001"),
        (150, 119.570, "high 0.025"),
        (101, 126.297, "low 0.025"),
        (0, 240.6, "low 0.001"),
    ],
)
def test_ratio_flags_of_phe(observed, expected, flag):
    assert control_limits.ratio_flag(observed, expected) == flag


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
    alarm = control_limits.exact_limits(0.65, n, control_limits.ALARM, mid_p=mid_p)
    warning = control_limits.exact_limits(0.65, n, control_limits.WARNING, mid_p=mid_p)
    assert (alarm[0], *warning, alarm[1]) == pytest.approx(expected, abs=5.1e-5)


def test_normal_limits_beside_the_exact_ones_of_spiegelhalter_2005():
    alarm, warning = (
        control_limits.normal_limits(0.65, 20, c)
        for c in (control_limits.ALARM, control_limits.WARNING)
    )
    assert (alarm[0], *warning, alarm[1]) == near((0.3204, 0.4410, 0.8590, 0.9796))


@pytest.mark.parametrize(("target", "expected"), [(0.0, (0, 0)), (1.0, (1, 1))])
def test_exact_limits_about_none_and_all_leave_no_room(target, expected):
    assert control_limits.exact_limits(target, 10, control_limits.WARNING) == near(expected)


COUNTS = [(45, 50), (30, 50), (80, 100), (12, 20), (60, 80)]


def test_overdispersion_own_example_of_spiegelhalter_2005():
    found = control_limits.overdispersion(COUNTS)
    assert found.centre == pytest.approx(0.756667, abs=1e-6)
    assert found.z_scores == near((2.3620, -2.5817, 1.0099, -1.6328, -0.1390))
    assert (found.phi, found.tau_squared) == (near(3.1899), pytest.approx(0.0096782, abs=1e-7))
    assert found.corrected == near((1.2400, -1.3554, 0.4037, -1.1401, -0.0609))


def test_overdispersion_arcsine_own_example_of_spiegelhalter_2005():
    found = control_limits.overdispersion(COUNTS, arcsine=True)
    assert found.z_scores == near((2.7452, -2.3879, 1.0444, -1.5103, -0.1383))
    assert (found.phi, found.tau_squared) == (near(3.3258), pytest.approx(0.0138884, abs=1e-7))
    assert found.corrected == near((1.4124, -1.2286, 0.4079, -1.0394, -0.0593))
    for n, expected in (
        (20, (0.4512, 0.9615)),
        (50, (0.5002, 0.9405)),
        (100, (0.5186, 0.9314)),
    ):
        limit = control_limits.arcsine_limits(
            found.centre, n, control_limits.WARNING, found.tau_squared
        )
        assert limit == near(expected)


def test_no_overdispersion_when_providers_differ_less_than_chance():
    assert control_limits.overdispersion([(40, 50), (41, 50), (40, 50)]).tau_squared == 0


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
    assert summarise(FREIREICH_6MP, 28).naive_mean == pytest.approx(12.11, abs=0.005)


def test_kaplan_meier_of_freireich_placebo():
    steps = curve(FREIREICH_PLACEBO)
    assert [s.day for s in steps] == [1, 2, 3, 4, 5, 8, 11, 12, 15, 17, 22, 23]
    assert [s.survival for s in steps] == near(
        [0.9048, 0.8095, 0.7619, 0.6667, 0.5714, 0.3810, 0.2857, 0.1905, 0.1429, 0.0952, 0.0476, 0]
    )
    assert quantile(steps, 0.5) == 8
    assert steps[-1].standard_error == 0


def test_log_rank_of_freireich():
    statistic = log_rank(FREIREICH_6MP, FREIREICH_PLACEBO)
    assert statistic == near(16.7929)
    assert chi_square_above(statistic) == pytest.approx(4.17e-5, abs=5e-8)


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


OUTLIER = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
RNORM = [
    -0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621,
    -1.26506123, -0.68685285, -0.44566197, 1.22408180, 0.35981383, 0.40077145, 0.11068272,
    -0.55584113, 1.78691314, 0.49785048, -1.96661716, 0.70135590, -0.47279141,
]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "screened", "expected"),
    [
        (OUTLIER, True, (1.9444, -0.7156, 4.6044)),
        (OUTLIER, False, (1.9444, -3.0626, 6.9515)),
        (RNORM, True, (0.1416238, -3.01138, 3.294627)),
        ([*RNORM[:14], 10, *RNORM[15:]], True, (0.6694159, -2.383666, 3.722497)),
        ([*RNORM[:14], 10, *RNORM[15:]], False, (0.6694159, -4.596625, 5.935457)),
    ],
)
def test_xmr_limits_of_nhs_making_data_count(values, screened, expected):
    chart = control_limits.control_chart(values, screened=screened)
    assert (chart.mean, chart.lower, chart.upper) == pytest.approx(expected, abs=5.1e-5)


STEADY = [10, 12] * 8


@pytest.mark.parametrize(
    ("values", "signal"),
    [
        ([*STEADY, 30], control_limits.OUTSIDE),
        ([*[10, 12] * 4, *[12.1, 11.9] * 4], control_limits.RUN),
        ([*STEADY, 9, 10, 11, 12, 13, 13.5, 14], control_limits.TREND),
        ([*STEADY, 16, 11, 16], control_limits.OUTER_THIRD),
    ],
)
def test_xmr_rules_of_nhs_making_data_count(values, signal):
    assert signal in control_limits.control_chart(values).signals


def test_two_far_points_on_opposite_sides_stay_common_cause_nhsrplotthedots_143():
    chart = control_limits.control_chart([*STEADY * 2, 15, 7])
    assert max(abs(v - chart.mean) for v in (15, 7)) > 2 / 3 * (chart.upper - chart.mean)
    assert set(chart.signals) == {""}


def test_limits_are_on_trial_under_twelve_points_nhsrplotthedots_194():
    assert control_limits.control_chart([1, 2] * 5).trial
    assert not control_limits.control_chart([1, 2] * 6).trial


@pytest.mark.parametrize(
    ("target", "higher", "word"),
    [(0, True, "altijd"), (50, True, "nooit"), (11, True, "wisselend"), (50, False, "altijd")],
)
def test_assurance_of_nhs_making_data_count(target, higher, word):
    chart = control_limits.control_chart(STEADY)
    assert control_limits.assurance(chart, target, higher_is_better=higher) == word


@pytest.mark.parametrize(
    ("row", "expected"), [((1, 3, 1), 5 / 3), ((2, None, None), None), ((3, None, 1), 2.0)]
)
def test_minimum_data_share_of_coinr(row, expected):
    assert mean_with_minimum_share(row) == (None if expected is None else near(expected))


def test_geometric_and_harmonic_means_of_coinr():
    assert mean_with_minimum_share((1, 2, 3), kind="geometric") == near(6 ** (1 / 3))
    assert mean_with_minimum_share((1, 2, 3), (1, 1, 2), kind="geometric") == near(18**0.25)
    assert mean_with_minimum_share((1, 2, 3), (2, 1, 1), kind="harmonic") == near(1.411765)


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


def test_expected_ranks_own_example_of_lingsma_2009():
    ranks = expected_ranks((0.30, 0.20, 0.20, 0.05), (0.05, 0.05, 0.10, 0.02))
    assert ranks == near([3.7358, 2.5760, 2.6149, 1.0733])
    assert sum(ranks) == near(10)
    assert percentiles(ranks) == pytest.approx([80.90, 51.90, 52.87, 14.33], abs=0.005)


def test_delayed_entry_counts_only_from_the_window_on():
    # Two followed from day 30 on are not at risk on day 10.
    queue = [*stays((10, 40)), Stay(30, 50, started=True), Stay(30, 60, started=False)]
    assert [(s.day, s.at_risk) for s in curve(queue)] == [(10, 2), (40, 3), (50, 2)]


def test_variance_of_a_share_without_censoring_is_binomial():
    random = Random(1)
    steps = curve(stays([random.randint(0, 60) for _ in range(40)]))
    for step in steps:
        assert step.standard_error == near(sqrt(step.survival * (1 - step.survival) / 40))
