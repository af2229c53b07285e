"""The table of waiting for a group to fill, and the simulation beside it."""

import pytest

from procurement.preparation.scale import expected_wait, share_within, simulate


@pytest.mark.parametrize(
    ("size", "rate", "mean", "median", "p90"),
    [
        (12, 3, 1.8333, 1.6695, 3.7515),
        (12, 1.5, 3.6667, 3.3391, 7.5029),
        (12, 0.5, 11.0, 10.0172, 22.5088),
        (15, 2, 3.5, 3.2524, 6.9827),
        (10, 1, 4.5, 4.0125, 9.4346),
        (8, 1, 3.5, 3.0178, 7.5977),
    ],
)
def test_table_of_checks_6_7(size, rate, mean, median, p90):
    result = expected_wait(size, rate)
    assert (round(result.mean, 4), round(result.median, 4), round(result.p90, 4)) == (
        mean, median, p90,
    )  # fmt: skip
    assert result.first == 2 * result.mean
    assert result.at_once == 1 / size


def test_pooling_m_equal_streams_divides_the_mean_by_m():
    assert expected_wait(12, 3).mean == pytest.approx(expected_wait(12, 0.5).mean / 6)


def test_simulation_of_the_first_row():
    result = simulate(12, 3, people=60_000)
    assert result.mean == pytest.approx(1.8333, rel=0.02)
    assert result.median == pytest.approx(1.6695, rel=0.03)
    assert result.p90 == pytest.approx(3.7515, rel=0.03)


def test_fixed_start_dates_add_half_the_time_between_them():
    free, fixed = simulate(12, 3), simulate(12, 3, start_every=8)
    assert fixed.mean == pytest.approx(free.mean + 4, rel=0.1)


def test_nobody_comes_or_a_group_of_one():
    assert expected_wait(12, 0) is None
    assert expected_wait(0, 3) is None
    assert simulate(12, 0) is None
    assert expected_wait(1, 3).mean == 0
    assert share_within(12, 3, 0) == pytest.approx(1 / 12)
