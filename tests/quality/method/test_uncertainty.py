"""Resampling: seeded, indifferent to order, and honest about what cannot be told apart."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from quality.method.basis_2026.criteria import HourSums, MarkStatus, RouteInputs
from quality.method.basis_2026.scoring import judge
from quality.method.basis_2026.scoring_model import BASIS_2026
from quality.method.basis_2026.uncertainty import (
    indistinguishable_pairs,
    interval,
    pack,
    rank_ranges,
    score_draws,
    unpack,
    weight_sensitivity,
)
from quality.method.basis_2026.waiting import Stay
from tests.quality.method.test_scoring import MONTH, VALID, inputs


def random_inputs(seed=1, people=60, *, keys=None):
    random = Random(seed)
    cases = []
    for _ in range(people):
        offered = 60 * random.randint(0, 60)
        cases.append(
            (
                Stay(random.choice([0, 20]), random.randint(20, 90), started=random.random() < 0.7),
                HourSums(
                    offered=offered,
                    certified=random.randint(0, offered),
                    evening_weekend=random.randint(0, offered // 4),
                    lesson_minutes=offered,
                    learner_days=random.randint(1, 90),
                ),
            )
        )
    named = dict(zip(keys or range(people), cases, strict=True))
    return RouteInputs(
        "TA001", "B", MONTH, delivered=True, mark=VALID,
        stays={k: s for k, (s, _) in named.items()},
        hours={3: {k: h for k, (_, h) in named.items()}},
    )  # fmt: skip


def test_a_second_run_gives_the_same_figures():
    first, second = (score_draws(judge(random_inputs(), BASIS_2026)) for _ in range(2))
    assert np.array_equal(first, second)


def test_the_order_in_which_files_came_in_changes_nothing():
    keys = list(range(60))
    Random(3).shuffle(keys)
    first = score_draws(judge(random_inputs(), BASIS_2026))
    second = score_draws(judge(random_inputs(keys=keys), BASIS_2026))
    assert np.array_equal(first, second)


def test_each_draw_is_a_judgement_of_resampled_trajectories():
    case = random_inputs(people=12)
    draws = score_draws(judge(case, BASIS_2026), draws=400)
    random, plain = np.random.default_rng(5), []
    for _ in range(400):
        picks = random.integers(0, 12, 12)
        again = replace(
            case,
            stays={i: case.stays[p] for i, p in enumerate(picks)},
            hours={3: {i: case.hours[3][p] for i, p in enumerate(picks)}},
        )
        plain.append(judge(again, BASIS_2026).score)
    assert draws.mean() == pytest.approx(np.mean(plain), abs=1.5)
    assert interval(draws) == pytest.approx(np.percentile(plain, [5, 95]), abs=3)


def test_chunks_of_draws_change_nothing(monkeypatch):
    whole = score_draws(judge(random_inputs(), BASIS_2026))
    monkeypatch.setattr("quality.method.basis_2026.uncertainty.CELLS_AT_ONCE", 700)
    assert np.allclose(whole, score_draws(judge(random_inputs(), BASIS_2026)))


def test_the_score_lies_within_its_interval():
    judgement = judge(random_inputs(), BASIS_2026)
    low, high = interval(score_draws(judgement))
    assert low < judgement.score < high


def test_no_score_has_no_interval():
    assert score_draws(judge(inputs(4), BASIS_2026)) is None


def test_all_alike_leaves_no_doubt():
    draws = score_draws(judge(inputs(started=30), BASIS_2026))
    assert set(np.round(draws, 9)) == {86.0}


def test_the_geometric_model_resamples_too():
    model = replace(BASIS_2026, aggregation="geometric")
    judgement = judge(random_inputs(), model)
    low, high = interval(score_draws(judgement))
    assert low < judgement.score < high


def test_the_mark_is_what_it_is_in_every_draw():
    closed = replace(random_inputs(), mark=MarkStatus("geen"))
    gap = score_draws(judge(random_inputs(), BASIS_2026)) - score_draws(judge(closed, BASIS_2026))
    assert np.allclose(gap, 15)


def test_ranks_come_with_their_range_and_ties_share_one():
    clear = [np.full(100, 90.0), np.full(100, 70.0), np.full(100, 70.0)]
    assert rank_ranges(clear) == [(1, 1, 1), (2, 2, 2), (2, 2, 2)]
    noise = np.random.default_rng(1)
    mixed = [noise.normal(70, 5, 1000) for _ in range(3)]
    assert [(low, high) for _, low, high in rank_ranges(mixed)] == [(1, 3)] * 3
    assert rank_ranges([]) == []


def test_pairs_whose_order_flips_in_more_than_a_tenth_cannot_be_told_apart():
    tenth = np.array([60.0] * 10 + [80.0] * 90)
    more = np.array([60.0] * 11 + [80.0] * 89)
    level = np.full(100, 70.0)
    assert indistinguishable_pairs([78, 70], [tenth, level]) == []
    assert indistinguishable_pairs([78, 70], [more, level]) == [(0, 1)]
    assert indistinguishable_pairs([70, 70], [level, level]) == [(0, 1)]


def test_other_weights_change_nothing_for_equals_and_much_on_the_border():
    alike = weight_sensitivity([[85] * 5, [65] * 5], BASIS_2026, seed_value=1)
    assert (alike.standing_changes, alike.order_changes) == ((0, 0), 0)
    edge = weight_sensitivity(
        [[100, 75, 75, 75, 70], [60, 90, 90, None, 90]], BASIS_2026, seed_value=1
    )
    assert edge.standing_changes[0] > 0.1
    assert 0 < edge.order_changes < 1
    again = weight_sensitivity(
        [[100, 75, 75, 75, 70], [60, 90, 90, None, 90]], BASIS_2026, seed_value=1
    )
    assert edge == again


def test_weights_vary_by_about_a_quarter():
    # One point on one criterion only: the score is its varied share of the weights.
    shares = np.array([30, 25, 20, 10, 15]) / 100
    varied = np.random.default_rng(1).dirichlet(63 * shares, size=4000)
    assert varied.std(axis=0).mean() / 0.2 == pytest.approx(0.25, abs=0.03)


def test_kept_draws_come_back_to_single_precision():
    draws = score_draws(judge(random_inputs(), BASIS_2026))
    assert np.allclose(unpack(pack(draws)), draws, atol=1e-5)
