"""The pure judgement: points, weights, gate, coverage, standing, explanation, small numbers."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings, strategies as st

from quality.method.basis_2026.criteria import CRITERIA, HourSums, MarkStatus, RouteInputs
from quality.method.basis_2026.judgement import Measured, ScoringError, State
from quality.method.basis_2026.scoring import (
    judge,
    needed_for_good,
    points_for,
    sentence,
    standing_of,
    total_over_routes,
    value_for,
    weighted_score,
)
from quality.method.basis_2026.scoring_model import BASIS_2026, Criterion, ScoringModel
from quality.method.basis_2026.waiting import Stay, stay, summarise
from tests.thorough import examples

MONTH = date(2026, 10, 1)
VALID = MarkStatus("onbepaalde_tijd", valid=True, checked_on=date(2026, 9, 1))


def inputs(people=30, *, started=27, route="B", mark=VALID, **more):
    """Thirty people, of whom 27 started on day 14; 12 hours a week, all by certified teachers."""
    stays = {i: Stay(0, 14 if i < started else 60, started=i < started) for i in range(people)}
    hours = {
        i: HourSums(offered=720, certified=720, lesson_minutes=720, learner_days=7, attended=720)
        for i in range(people)
    }
    values = {"stays": stays, "hours": {3: hours}} | more
    return RouteInputs("TA001", route, MONTH, delivered=True, active=people, mark=mark, **values)


def test_every_digit_of_a_score():
    tree = judge(inputs(), BASIS_2026).tree()
    points = {code: c["points"] for code, c in tree["criteria"].items()}
    assert points == pytest.approx(
        {"wachttijd": 80, "bevoegd": 100, "intensiteit": 80, "avond_weekend": 0, "keurmerk": 100}
    )
    assert tree["score"] == pytest.approx(80)
    assert tree["standing"] == "goed"
    assert sentence(tree) == (
        "80,0 = (30 × 80,0 + 25 × 100,0 + 20 × 80,0 + 10 × 0,0 + 15 × 100,0) / 100"
    )
    assert sum(c["contribution"] for c in tree["criteria"].values()) == pytest.approx(80)


@pytest.mark.parametrize(
    ("value", "points"),
    [(-1, 0), (0, 0), (37.5, 25), (75, 50), (82.5, 65), (90, 80), (100, 100), (120, 100)],
)
def test_points_are_linear_between_knots_and_flat_outside(value, points):
    knots = BASIS_2026.criterion("wachttijd").knots_for("B")
    assert points_for(value, knots) == pytest.approx(points)
    if 0 <= value <= 100:
        assert value_for(points, knots) == pytest.approx(value)


def test_no_value_earns_more_points_than_the_last_knot():
    assert value_for(101, ((0, 0), (10, 100))) is None


@pytest.mark.parametrize(
    ("weights", "code"),
    [((60, 30), "weights_not_100"), ((), "no_criteria"), ((130, -30), "weights_not_100")],
)
def test_refuses_weights_that_do_not_add_up(weights, code):
    criteria = tuple(Criterion("bevoegd", w, {"*": ((0, 0), (100, 100))}) for w in weights)
    with pytest.raises(ScoringError) as error:
        ScoringModel("proef", criteria)
    assert error.value.code == code


@pytest.mark.parametrize("knots", [((0, 0),), ((0, 0), (0, 50)), ((0, 50), (10, 0)), ()])
def test_refuses_knots_that_do_not_rise(knots):
    with pytest.raises(ScoringError) as error:
        ScoringModel("proef", (Criterion("bevoegd", 100, {"*": knots}),))
    assert error.value.code == "knots_not_rising"


def test_refuses_an_unknown_aggregation():
    with pytest.raises(ScoringError):
        replace(BASIS_2026, aggregation="mediaan")


def test_a_model_survives_being_kept():
    assert ScoringModel.from_definition(BASIS_2026.definition) == BASIS_2026


@pytest.mark.parametrize("status", ["geschorst", "ingetrokken", "beeindigd", "geen"])
def test_a_closed_gate_makes_it_insufficient_and_leaves_the_points(status):
    tree = judge(inputs(started=30, mark=MarkStatus(status)), BASIS_2026).tree()
    assert tree["standing"] == "onvoldoende"
    assert tree["gate"]["open"] is False
    assert tree["gate"]["reason"]
    assert tree["criteria"]["keurmerk"]["points"] == 0
    assert tree["criteria"]["wachttijd"]["points"] == 100
    assert tree["score"] == pytest.approx(71)


def test_a_closed_gate_without_a_score_stays_without_judgement():
    judgement = judge(inputs(4, started=4, mark=MarkStatus("geschorst")), BASIS_2026)
    assert (judgement.standing, judgement.gate_open) == ("geen_oordeel", False)


@pytest.mark.parametrize(("recognised", "standing"), [(True, "voldoende"), (False, "onvoldoende")])
def test_the_onderwijsroute_has_no_mark_but_recognition(recognised, standing):
    judgement = judge(inputs(route="O", mark=MarkStatus("geen"), recognised=recognised), BASIS_2026)
    mark = judgement.tree()["criteria"]["keurmerk"]
    assert (mark["state"], mark["points"], mark["value"]) == ("niet_van_toepassing", None, None)
    assert judgement.coverage == 1
    assert judgement.gate_open is recognised
    assert judgement.score == pytest.approx((30 * 80 + 25 * 100 + 20 * 37.5) / 85)
    assert judgement.standing == standing


def test_an_old_check_of_the_mark_is_flagged_and_keeps_its_points():
    old = replace(VALID, checked_on=date(2026, 8, 1))
    mark = judge(inputs(mark=old), BASIS_2026).tree()["criteria"]["keurmerk"]
    assert (mark["points"], mark["stale"]) == (100, True)
    fresh = judge(inputs(), BASIS_2026).tree()["criteria"]["keurmerk"]
    assert (fresh["value"], fresh["stale"]) == ("onbepaalde_tijd", False)


@pytest.mark.parametrize(
    ("people", "judged", "ranked", "small"),
    [(1, False, False, False), (4, False, False, False), (5, True, False, True),
     (9, True, False, True), (10, True, True, True), (24, True, True, True),
     (25, True, True, False)],
)  # fmt: skip
def test_small_numbers(people, judged, ranked, small):
    judgement = judge(inputs(people, started=people), BASIS_2026)
    criterion = judgement.tree()["criteria"]["wachttijd"]
    assert criterion["judged"] is judged
    assert (criterion["value"], criterion["points"]) == ((100, 100) if judged else (None, None))
    assert (judgement.ranked, judgement.small) == (ranked, small)
    if not judged:
        assert (criterion["state"], judgement.score) == ("te_weinig", None)


def test_a_missing_month_is_never_a_good_month():
    tree = judge(replace(inputs(), delivered=False), BASIS_2026).tree()
    assert (tree["standing"], tree["score"]) == ("geen_levering", None)
    assert [c["value"] for c in tree["criteria"].values()] == [None] * 4 + ["onbepaalde_tijd"]


def test_nobody_waiting_or_starting_is_missing_and_not_a_hundred():
    judgement = judge(inputs(stays={}), BASIS_2026)
    assert judgement.results[0].measurement.figure.state is State.MISSING
    assert judgement.coverage == pytest.approx(0.7)
    assert judgement.score == pytest.approx((25 * 100 + 20 * 80 + 15 * 100) / 70)


def test_coverage_below_sixty_per_cent_gives_no_score():
    nothing = {3: {i: HourSums() for i in range(30)}}
    judgement = judge(inputs(hours=nothing), BASIS_2026)
    assert (judgement.coverage, judgement.score, judgement.standing) == (0.45, None, "geen_oordeel")


def test_nobody_followed_for_the_norm_is_no_judgement_however_many():
    young = {i: Stay(0, 10, started=i < 10) for i in range(40)}
    criterion = judge(inputs(stays=young), BASIS_2026).tree()["criteria"]["wachttijd"]
    assert (criterion["judged"], criterion["n"], criterion["interval"]) == (False, 40, None)
    assert "28 dagen" in criterion["reason"]


def test_everyone_started_early_is_a_judgement_though_nobody_was_followed_so_long():
    everyone = {i: Stay(0, 10, started=True) for i in range(10)}
    assert summarise(list(everyone.values()), 28).share == 1


@pytest.mark.parametrize(
    ("events", "interval"),
    [((), (0, 1 - 0.05 ** (1 / 10))), (range(10), (0.05 ** (1 / 10), 1))],
)
def test_none_or_all_started_has_the_one_sided_bound(events, interval):
    stays = [Stay(0, 40 if i not in events else 5, started=i in events) for i in range(10)]
    assert summarise(stays, 28).interval == pytest.approx(interval)


DAY, WINDOW = 740_000, 739_700


@pytest.mark.parametrize(
    ("registered", "first_lesson", "ended", "expected"),
    [
        (DAY - 10, DAY - 10, None, Stay(0, 0, started=True)),  # same day
        (DAY - 10, None, None, Stay(0, 10, started=False)),  # still waiting
        (DAY - 10, None, DAY - 4, Stay(0, 6, started=False, left=True)),  # left unstarted
        (WINDOW - 30, WINDOW, None, Stay(30, 30, started=True)),  # entry is exit
        (WINDOW - 30, WINDOW - 1, None, None),  # started before the window
        (WINDOW - 30, None, WINDOW - 1, None),  # ended unstarted before the window
        (WINDOW - 30, None, WINDOW, Stay(30, 30, started=False, left=True)),
        (WINDOW - 400, None, None, Stay(400, 700, started=False)),  # waiting since long before
        (DAY + 1, None, None, None),  # registered after the reference day
        (DAY, None, None, Stay(0, 0, started=False)),
        (DAY - 10, DAY + 5, None, Stay(0, 10, started=False)),  # starts after the reference day
        (DAY - 60, DAY - 30, DAY - 5, Stay(0, 30, started=True)),  # ended after it started
    ],
)
def test_who_takes_part_and_how_long(registered, first_lesson, ended, expected):
    found = stay(
        registered=registered,
        first_lesson=first_lesson,
        ended=ended,
        window_start=WINDOW,
        reference=DAY,
    )
    assert found == expected


def test_a_median_of_exactly_one_half_is_found_in_spite_of_binary_fractions():
    # 1 - 1/10, then 1/9 ... : the product at one half is not exactly 0.5 in floating point.
    stays = [Stay(0, day, started=True) for day in range(1, 11)]
    assert summarise(stays, 28).median_days == 5


def test_needed_for_good_lifts_the_score_to_eighty_and_no_further():
    base = inputs(started=24)
    tree = judge(base, BASIS_2026).tree()
    needed = needed_for_good(tree, BASIS_2026)
    knots = BASIS_2026.criterion("wachttijd").knots_for("B")
    others = 30 * (points_for(needed["wachttijd"]["value"], knots))
    rest = 25 * 100 + 20 * 80 + 15 * 100
    assert (others + rest) / 100 == pytest.approx(80)
    assert needed["keurmerk"]["possible"] is False
    assert needed["bevoegd"]["possible"] is False
    assert not any(item["met"] for item in needed.values())


def test_needed_for_good_in_the_geometric_model():
    model = replace(BASIS_2026, aggregation="geometric")
    tree = judge(inputs(started=24), model).tree()
    needed = needed_for_good(tree, model)["avond_weekend"]
    parts = [
        (c["weight"], c["points"]) for k, c in tree["criteria"].items() if k != "avond_weekend"
    ]
    assert weighted_score([*parts, (10, needed["points"])], "geometric") == pytest.approx(80)
    assert "^" in sentence(tree)


def test_no_score_needs_nothing_and_has_no_sentence():
    tree = judge(inputs(1), BASIS_2026).tree()
    assert (needed_for_good(tree, BASIS_2026), sentence(tree)) == ({}, "")


@pytest.mark.parametrize(
    ("score", "standing"),
    [(0, "onvoldoende"), (59.99, "onvoldoende"), (60, "voldoende"), (79.999, "voldoende"),
     (80, "goed"), (80 - 1e-13, "goed"), (100, "goed")],
)  # fmt: skip
def test_a_lower_bound_belongs_to_its_class(score, standing):
    assert standing_of(score, BASIS_2026) == standing


def test_total_over_routes_weighs_by_active_trajectories():
    assert total_over_routes([(80, 10), (50, 5), (None, 100), (70, 0)]) == pytest.approx(70)
    assert total_over_routes([(None, 3)]) is None
    # A hidden number of trajectories would follow from the total and the scores.
    assert total_over_routes([(80, 10), (50, None)]) is None
    assert total_over_routes([(80, 10), (None, None)]) == 80


def test_a_gap_has_no_figure():
    with pytest.raises(ScoringError):
        float(Measured.missing("er zijn geen uren"))
    assert float(Measured.of(0)) == 0
    assert Measured.of(0).state is State.ZERO
    assert Measured.of(3).known


def test_attendance_is_measured_beside_the_score_with_weight_0():
    judgement = judge(inputs(), BASIS_2026)
    assert judgement.tree()["beside"]["aanwezigheid"]["value"] == 100
    assert "aanwezigheid" not in judgement.tree()["criteria"]
    assert set(CRITERIA) >= {c.code for c in BASIS_2026.criteria}


# Metamorphic properties

stays_strategy = st.lists(
    st.builds(
        lambda wait, over, started: Stay(0, wait + over, started=started),
        st.integers(0, 120),
        st.integers(0, 30),
        st.booleans(),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=examples(200), deadline=None)
@given(stays=stays_strategy, wait=st.integers(28, 700))
def test_one_more_who_still_waits_never_raises_the_waiting_time_value(stays, wait):
    before = summarise(stays, 28).share
    after = summarise([*stays, Stay(0, wait, started=False)], 28).share
    if before is not None:
        assert after is not None
        assert after <= before + 1e-12


@given(stays=stays_strategy, seed=st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(stays, seed):
    shuffled = list(stays)
    seed.shuffle(shuffled)
    assert summarise(shuffled, 28) == summarise(stays, 28)


@given(
    parts=st.lists(st.tuples(st.floats(0.1, 100), st.floats(0, 100)), min_size=1, max_size=6),
    factor=st.floats(0.01, 100),
    kind=st.sampled_from(["linear", "geometric"]),
)
def test_scaling_all_weights_changes_nothing(parts, factor, kind):
    scaled = [(weight * factor, points) for weight, points in parts]
    assert weighted_score(scaled, kind) == pytest.approx(weighted_score(parts, kind))


def test_an_inapplicable_criterion_changes_nothing():
    without = ScoringModel(
        "zonder",
        tuple(
            replace(c, weight=100 * c.weight / 85)
            for c in BASIS_2026.criteria
            if c.statuses is None
        ),
    )
    case = inputs(route="O", recognised=True)
    assert judge(case, without).score == pytest.approx(judge(case, BASIS_2026).score)
