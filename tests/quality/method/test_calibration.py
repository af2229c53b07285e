"""Does a judgement keep what it says? A small part of ``make bench NAMES=calibration``."""

from datetime import date

import pytest

from core.dates import add_months
from tests.benchmarks.calibration import Coverage, Found, judged, looks, words
from tests.benchmarks.schools import LAST, Fall, region

pytestmark = pytest.mark.no_cover  # the same arithmetic over and over, that has tests of its own


@pytest.mark.thorough
def test_the_interval_of_a_score_holds_the_truth_for_schools_of_every_size():
    coverage = Coverage()
    for seed in range(1, 6):
        coverage.add(judged(list(region(seed, months=14)), [LAST]))
    shares = {size: sum(hits) / len(hits) for size, hits in coverage.by_size.items()}
    assert set(shares) == {"2-3", "4-8", "9 of meer"}
    assert all(0.85 <= share <= 0.97 for share in shares.values()), shares


def test_a_stable_region_carries_few_words_of_change():
    result = judged(list(region(3)), [LAST, add_months(LAST, -3)])
    assert len(list(words(result))) <= 0.02 * sum(looks(result).values())


def test_a_fall_of_the_share_in_time_is_found_and_dated():
    since = date(2026, 5, 1)
    listed = list(region(2, schools=12, fall=Fall("wait", since)))
    result = judged(listed, [add_months(since, n) for n in range(5)])
    figures = Found()
    figures.add(result, "wachttijd", since)
    assert figures.median <= 4
    assert figures.dated
