"""Method 2 by example: published numbers, the cases that made it, and what never may happen."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from core.dates import month_number
from quality.cards.words import alike_words
from quality.method import change, limits
from quality.method.alike import Cell, compared_alike
from quality.method.case import Case, Earlier, Facts, MarkStatus, region_of
from quality.method.change import Decided
from quality.method.criteria import CRITERIA
from quality.method.explain import needed_for_good, sentence, total_over_routes
from quality.method.judge import judge, weighted_score
from quality.method.model import (
    BASIS_2027,
    Criterion,
    ScoringError,
    ScoringModel,
    is_outdated,
    points_for,
    value_for,
)
from quality.method.tree import State
from quality.method.uncertainty import (
    Groups,
    Share,
    beta_quantile,
    effective_n,
    indistinguishable_pairs,
    pack,
    phi,
    pooled_variance,
    ranks,
    share_interval,
    student_quantile,
    unpack,
    variance_for,
    weight_sensitivity,
)
from quality.method.waiting import Outcome, People, decisions, outcomes
from quality.method.words import Standing, border_text, score_text, step_word
from quality.method.worked_example import example
from tests.quality.method.cases import MARK, MONTH, figures, hours, judged, queue_of
from tests.thorough import examples


def near(*values, within=5e-5):
    return pytest.approx(values, abs=within)


def share(denominators, numerators):
    return Share(sum(numerators), sum(denominators), Groups.of(denominators, numerators))


def test_beta_quantiles_of_thirteen_of_thirteen_against_scipy():
    results = [100 * beta_quantile(p, 13.5, 0.5) for p in (0.05, 0.5, 0.95)]
    assert results == near(86.5107, 98.2983, 99.9852)
    low, high = share_interval(1.0, 13)
    assert (100 * low, high) == near(86.5107, 1)


@pytest.mark.parametrize(
    ("degrees", "quantile"), [(1, 6.313752), (2, 2.919986), (10, 1.812461), (100, 1.660234)]
)
def test_student_quantiles_of_the_printed_tables(degrees, quantile):
    assert student_quantile(0.95, degrees) == pytest.approx(quantile, abs=1e-6)


def test_groups_that_are_all_or_nothing_are_one_toss_each_own_example():
    shares = [
        share((10, 12, 8), (10, 0, 8)),
        share((9, 9), (9, 4.5)),
        share((12, 6, 10, 8), (6, 6, 0, 8)),
    ]
    assert [s.spread for s in shares] == near(78.08, 10.125, 51.061728)
    assert [s.groups.squares for s in shares] == [308, 162, 344]
    assert phi(shares, BASIS_2027) == 1
    worth = effective_n(shares[0].groups, 1.0, 30)
    assert worth == pytest.approx(2.922078, abs=1e-6)
    assert [100 * x for x in share_interval(0.6, worth)] == near(18.8538, 91.3462)


def test_groups_that_are_alike_are_worth_all_their_learners_own_example():
    shares = [
        share((10, 12, 8), (7, 8, 6)),
        share((9, 9), (7, 6)),
        share((12, 6, 10, 8), (8, 5, 6, 6)),
    ]
    result = phi(shares, BASIS_2027)
    assert result == pytest.approx(0.023545, abs=1e-6)
    worth = [effective_n(s.groups, result, n) for s, n in zip(shares, (30, 18, 36), strict=True)]
    assert worth == [30, 18, 36]
    intervals = [share_interval(s.value, w) for s, w in zip(shares, worth, strict=True)]
    assert [100 * x for pair in intervals for x in pair] == near(
        55.2396, 82.0283, 53.1277, 86.3977, 55.9864, 80.6734
    )


def test_two_providers_are_too_few_to_say_how_alike_groups_are():
    shares = [share((10, 12), (7, 8)), share((9, 9), (7, 6))]
    assert phi(shares, BASIS_2027) == 1


def test_docents_cap_what_a_share_is_worth():
    groups = Groups.of((10,) * 8, (10,) * 8)
    assert effective_n(groups, 0.5, 80) == 16
    assert effective_n(groups, 0.5, 80, docents=3) == 3
    assert effective_n(groups, 0.5, 80, docents=0) == 8
    assert effective_n(groups, 0.02, 80) == 80


def test_a_provider_whose_groups_differ_more_has_its_own_variance():
    alike = share((10, 10, 10, 10), (100, 101, 99, 100))
    apart = share((10, 10, 10, 10), (60, 140, 80, 120))
    pooled = pooled_variance([alike, apart])
    assert pooled is not None
    assert variance_for(alike, pooled, BASIS_2027) == pooled
    assert variance_for(apart, pooled, BASIS_2027).degrees == 3
    assert pooled_variance([share((10,), (100,))]) is None


def test_cusum_own_example():
    months = [Decided(*m) for m in ((6, 6), (8, 7), (5, 3), (7, 4), (6, 3), (8, 4))]
    cusum = change.cusum(months, expected=0.9, effect=2, alarm=4, model=BASIS_2027)
    assert cusum.sums == near(0, 0, 0.6949, 1.7930, 3.0028, 4.6157)
    assert cusum.alarms == (5,)
    assert cusum.since == 2


def test_a_fall_that_lasts_keeps_its_first_month_until_a_month_lacks_the_word():
    good, fallen = Decided(12, 11), Decided(12, 7)
    lasting = [*[good] * 12, *[fallen] * 9]
    seen = [
        change.cusum(lasting[:n], expected=0.9, effect=1.2, alarm=4, model=BASIS_2027)
        for n in range(1, len(lasting) + 1)
    ]
    assert len(seen[-1].alarms) > 2
    assert {one.since for one in seen} == {None, 12}
    again = [*lasting, *[good] * 6, *[fallen] * 3]
    assert change.cusum(again, expected=0.9, effect=1.2, alarm=4, model=BASIS_2027).since == 27


def test_a_constant_series_says_nothing():
    months = [Decided(39, 36)] * 30
    fall = change.waiting_fall(months, Decided(39 * 12, 36 * 12), 1.0, BASIS_2027)
    assert fall.alarms == ()
    assert change.waiting_fall([Decided(0, 0)] * 9, Decided(5, 5), 1.0, BASIS_2027) is None


def against_a_year_ago(now, then):
    """The word about the certified docenten of one provider beside four others."""
    region = region_of([now, *[figures() for _ in range(4)]], BASIS_2027)
    facts = Facts(mark=MARK, docents=12, owed=True, answered=True)
    earlier = Earlier(then, region, docents=12)
    case = Case("TA001", "B", MONTH, now, facts, region, earlier)
    return judge(case, BASIS_2027).tree()["criteria"]["bevoegd"]["change"]


def test_a_provider_that_starts_in_the_middle_of_a_year_has_no_year_to_compare_with():
    fell = figures(hours=hours(certified=0.3), first_month=month_number(MONTH) - 14)
    lower = {"direction": "lager", "since": None, "against": "2025-10"}
    assert against_a_year_ago(fell, figures()) == lower
    new = replace(fell, first_month=month_number(MONTH) - 13)
    assert against_a_year_ago(new, figures()) is None


def test_a_summer_without_lessons_like_that_of_last_year_says_nothing():
    summer = figures(hours=hours(groups=2, n=6, certified=0.5))
    assert against_a_year_ago(summer, summer) is None
    none_at_all = figures(hours=hours(groups=0, n=0))
    assert against_a_year_ago(summer, none_at_all) is None


def test_one_docent_of_two_groups_is_worth_one():
    facts = Facts(mark=MARK, docents=1, owed=True, answered=True)
    two = judged(figures(hours=hours(groups=2, n=12)), facts=facts).tree()["criteria"]["bevoegd"]
    assert (two["groups"], two["effective_n"]) == (2, 1)


def people(*rows):
    """(registered, started, left) as days; None where there is none."""
    table = np.array([[-1 if v is None else v for v in row] for row in rows]).reshape(-1, 3)
    return People(*table.T)


CASES = [
    ((970, 998, None), Outcome.ON_TIME),
    ((970, 999, None), Outcome.STARTED_LATE),
    ((972, None, None), Outcome.WAITING_WITHIN_NORM),
    ((971, None, None), Outcome.WAITING_OVER_NORM),
    ((5, None, None), Outcome.WAITING_OVER_NORM),
    ((960, None, 988), Outcome.LEFT_WITHIN_NORM),
    ((960, None, 989), Outcome.LEFT_OVER_NORM),
    ((500, 699, None), -1),
    ((500, 700, None), Outcome.STARTED_LATE),
    ((500, None, 699), -1),
    ((690, 700, None), Outcome.ON_TIME),
]


@pytest.mark.parametrize(("row", "outcome"), CASES)
def test_everyone_who_should_have_started_is_in_one_group(row, outcome):
    assert outcomes(people(row), window_start=700, reference=1000, norm=28) == [outcome]


@pytest.mark.parametrize(
    ("row", "day", "in_time"),
    [
        ((900, 928, None), 928, True),
        ((900, 929, None), 929, False),
        ((900, 990, None), 929, False),
        ((900, None, None), 929, False),
        ((980, None, None), -1, False),
        ((900, None, 928), -1, False),
        ((900, None, 929), 929, False),
    ],
)
def test_everyone_is_decided_once(row, day, in_time):
    days, on_time = decisions(people(row), reference=1000, norm=28)
    assert (days.tolist(), on_time.tolist()) == ([day], [in_time])


def test_every_digit_of_a_score():
    tree = judged().tree()
    points = {code: c["points"] for code, c in tree["criteria"].items()}
    assert points == pytest.approx(
        {"wachttijd": 80, "bevoegd": 100, "intensiteit": 80, "avond_weekend": 80, "keurmerk": 100}
    )
    assert tree["score"] == pytest.approx(88)
    assert tree["standing"] == "goed"
    assert sum(c["contribution"] for c in tree["criteria"].values()) == pytest.approx(88)
    assert sum(tree["chances"].values()) == pytest.approx(1)
    assert tree == judged().tree()


@pytest.mark.parametrize(("newcomers", "value"), [(0, None), (1, 100 / 31), (8, 800 / 38)])
def test_thirty_who_wait_for_a_year_are_not_made_good_by_newcomers(newcomers, value):
    groups = Groups.of(
        (1,) * 30 + ((newcomers,) if newcomers else ()),
        (0,) * 30 + ((newcomers,) if newcomers else ()),
    )
    health = judged(figures(queue=queue_of(on_time=newcomers, waiting=30), waiting_groups=groups))
    item = health.tree()["criteria"]["wachttijd"]
    assert item["value"] == pytest.approx(value or 0)
    assert item["points"] < 20
    assert item["waiting"] == 30


def test_everyone_in_one_group_is_too_few_to_be_sure():
    one = figures(waiting_groups=Groups.of((30,), (27,)), hours=hours(groups=1))
    health = judged(one)
    assert health.few_groups
    assert not health.ranked
    assert health.interval is not None
    assert all(c["change"] is None for c in health.tree()["criteria"].values())


def test_a_region_without_two_groups_has_no_interval_of_the_intensity():
    alone = figures(waiting_groups=Groups.of((30,), (27,)), hours=hours(groups=1))
    region = region_of([alone], BASIS_2027)
    judgement = judge(Case("TA001", "B", MONTH, alone, Facts(mark=MARK), region), BASIS_2027)
    assert judgement.results[2].interval is None
    assert (judgement.interval, judgement.chances, judgement.ranked) == (None, None, False)
    assert judgement.score is not None


@pytest.mark.parametrize(("n", "judged_"), [(4, False), (5, True)])
def test_fewer_than_five_have_no_judgement(n, judged_):
    health = judged(figures(hours=hours(n=n)))
    assert [r.judged for r in health.results] == [True, judged_, judged_, judged_, True]
    assert health.standing == (Standing.GOOD if judged_ else Standing.NO_JUDGEMENT)


def test_the_n_beside_a_flag_is_the_n_that_caused_it():
    tree = judged(figures(hours=hours(n=7))).tree()
    assert (tree["small"], tree["indicative"], tree["smallest"]) == (
        True,
        True,
        ["avond_weekend", 7],
    )


def test_a_closed_gate_makes_every_draw_insufficient():
    closed = Facts(mark=MarkStatus("geschorst"), docents=12)
    tree = judged(facts=closed).tree()
    assert (tree["standing"], tree["gate"]["reason"]) == (
        "onvoldoende",
        "het keurmerk is geschorst",
    )
    assert tree["chances"] == {"goed": 0, "voldoende": 0, "onvoldoende": 1}
    assert not tree["border"]


@pytest.mark.parametrize(
    ("delivered", "answered", "owed", "open_before", "standing"),
    [
        (False, True, True, 0, "geen_trajecten"),
        (False, True, False, 0, "geen_trajecten"),
        (False, True, True, 3, "geen_levering"),
        (False, False, True, 0, "geen_levering"),
        (False, False, False, 3, "geen_levering"),
        (False, False, False, 0, None),
    ],
)
def test_no_rows_of_the_month_is_never_the_old_score(
    delivered, answered, owed, open_before, standing
):
    own = figures(delivered=delivered, open_before=open_before)
    facts = Facts(mark=MARK, owed=owed, answered=answered)
    health = judged(own, facts=facts)
    assert (health and health.standing) == standing
    if health:
        assert health.tree()["score"] is None


def test_the_norm_of_blik_op_werk_stands_beside_the_word_on_b_and_z():
    low = figures(hours=hours(certified=0.79))
    measured_value = {
        route: judged(low, route=route).tree()["criteria"]["bevoegd"]["below_outside_norm"]
        for route in ("B", "Z", "O")
    }
    assert measured_value == {"B": True, "Z": True, "O": False}
    assert not judged().tree()["criteria"]["bevoegd"]["below_outside_norm"]


@pytest.mark.parametrize(
    ("checked", "outdated"),
    [(date(2026, 8, 4), False), (date(2026, 8, 3), True), (date(2026, 11, 3), False), (None, True)],
)
def test_a_check_is_outdated_on_the_day_that_one_looks(checked, outdated):
    assert is_outdated(checked, date(2026, 11, 2), BASIS_2027) is outdated


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (79.96, "79,9"),
        (59.96, "59,9"),
        (80.0, "80,0"),
        (80.04, "80,0"),
        (79.94, "79,9"),
        (88.25, "88,3"),
        (None, "–"),
    ],
)
def test_a_printed_score_never_crosses_a_border(score, text):
    assert score_text(score, BASIS_2027.borders) == text


def test_another_border_is_obeyed():
    model = replace(BASIS_2027, code="70-50", good_from=70, sufficient_from=50)
    assert score_text(69.96, model.borders) == "69,9"
    assert score_text(79.96, model.borders) == "80,0"
    assert ScoringModel.from_definition(model.definition) == model


def test_near_a_border_the_page_says_so():
    tree = {
        "standing": "voldoende",
        "border": True,
        "chances": {"goed": 0.02, "voldoende": 0.58, "onvoldoende": 0.4},
    }
    assert (
        border_text(tree) == "op de grens van voldoende en onvoldoende (58\N{NO-BREAK SPACE}% kans)"
    )
    assert border_text(tree | {"border": False}) == ""


@pytest.mark.parametrize(
    ("chance", "before", "word"),
    [
        (0.8, "voldoende", "zakte naar onvoldoende"),
        (0.79, "voldoende", "rond de grens"),
        (0.9, "onvoldoende", ""),
        (0.9, "geen_levering", ""),
    ],
)
def test_a_fall_is_said_only_when_it_is_sure(chance, before, word):
    tree = {
        "standing": "onvoldoende",
        "few_groups": False,
        "border": chance < 0.8,
        "chances": {"goed": 0, "voldoende": 1 - chance, "onvoldoende": chance},
    }
    assert step_word(tree, {"standing": before}) == word


def test_funnel_limits_at_a_fractional_n_lie_between_the_whole_ones():
    low, _ = limits.funnel_limits(0.65, 20.5, limits.WARNING)
    around = [limits.exact_limits(0.65, n, limits.WARNING)[0] for n in (20, 21)]
    assert low == pytest.approx(sum(around) / 2)


def test_spread_between_providers_arcsine_own_example_of_spiegelhalter_2005():
    counts = [(45, 50), (30, 50), (80, 100), (12, 20), (60, 80)]
    spread = limits.spread_between([(r / n, n) for r, n in counts], 227 / 300, winsorised=0)
    assert spread.z_scores == near(2.7452, -2.3879, 1.0444, -1.5103, -0.1383)
    assert (spread.phi, spread.tau_squared) == near(3.3258, 0.0138884)
    for n, expected in ((20, (0.4512, 0.9615)), (50, (0.5002, 0.9405)), (100, (0.5186, 0.9314))):
        limit = limits.spread_limits(spread.centre, n, limits.WARNING, spread.tau_squared)
        assert limit == near(*expected)


def test_more_than_chance_is_said_outside_both_limits_only():
    assert limits.beyond_chance(0.3, 50, 0.75, 0.0139) == "lager"
    assert limits.beyond_chance(0.6, 50, 0.75, 0.0139) is None
    assert limits.beyond_chance(0.3, 50, 0.75, None) is None


def test_who_is_there_explains_part_of_a_difference():
    cells = [
        Cell("A", "alfa", 30, 9), Cell("A", "A1", 10, 7),
        Cell("B", "alfa", 10, 4), Cell("B", "A1", 30, 24),
        Cell("C", "alfa", 2, 1),
    ]  # fmt: skip
    alike = compared_alike(cells)
    assert alike["A"].observed == 16
    assert alike["A"].expected == pytest.approx(30 * 14 / 42 + 10 * 31 / 40)
    low, high = alike["A"].ratio_interval
    assert low < alike["A"].ratio < high
    assert alike["A"].due_to_learners < 0 < alike["B"].due_to_learners
    # Of two learners too little is expected to say anything.
    item = {"judged": True, "numerator": 1, "n": 2, "value": 50.0}
    assert alike_words("wachttijd", item, alike["C"], BASIS_2027.expected_from) == ""


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_one_more_who_waits_too_long_never_improves_the_waiting_time(on_time, late, waiting):
    def value(extra):
        return queue_value(on_time, late, waiting + extra)

    if on_time + late + waiting >= 5:
        assert value(1) <= value(0)


def queue_value(on_time, late, waiting):
    groups = Groups.of((1,) * (on_time + late + waiting), (1,) * on_time + (0,) * (late + waiting))
    own = figures(
        queue=queue_of(on_time=on_time, late=late, waiting=waiting), waiting_groups=groups
    )
    return judged(own).tree()["criteria"]["wachttijd"]["value"]


@settings(max_examples=examples(60), deadline=None)
@given(st.floats(0.1, 0.9), st.floats(5, 500))
def test_an_interval_holds_the_value(value, worth):
    low, high = share_interval(value, worth)
    assert 0 < low < value < high < 1
    wider = share_interval(value, worth / 2)
    assert wider[0] < low
    assert high < wider[1]


@settings(max_examples=examples(40), deadline=None)
@given(st.floats(0, 100))
def test_a_printed_score_is_within_a_tenth_and_in_its_class(score):
    printed = float(score_text(score, BASIS_2027.borders).replace(",", "."))
    assert abs(printed - score) <= 0.1
    for border in (60, 80):
        assert (printed >= border) == (score >= border - 1e-9)


@pytest.mark.parametrize(
    ("value", "points"),
    [(-1, 0), (0, 0), (37.5, 25), (75, 50), (82.5, 65), (90, 80), (100, 100), (120, 100)],
)
def test_points_are_linear_between_knots_and_flat_outside(value, points):
    knots = BASIS_2027.criterion("wachttijd").knots_for("B")
    assert points_for(value, knots) == pytest.approx(points)
    if 0 <= value <= 100:
        assert value_for(points, knots) == pytest.approx(value)
    assert value_for(101, knots) is None


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
        replace(BASIS_2027, aggregation="mediaan")


def test_a_model_that_was_kept_before_method_2_is_of_method_1():
    kept = {k: v for k, v in BASIS_2027.definition.items() if k not in ("method", "sure_from")}
    assert ScoringModel.from_definition(kept).method == 1
    assert ScoringModel.from_definition(BASIS_2027.definition) == BASIS_2027


@pytest.mark.parametrize(("recognised", "standing"), [(True, "goed"), (False, "onvoldoende")])
def test_the_onderwijsroute_has_no_mark_but_recognition(recognised, standing):
    twenty = figures(hours=hours(weekly=20))
    health = judged(twenty, route="O", facts=Facts(recognised=recognised, docents=12))
    mark = health.tree()["criteria"]["keurmerk"]
    assert (mark["state"], mark["points"], mark["value"]) == ("niet_van_toepassing", None, None)
    assert (health.coverage, health.standing) == (1, standing)


def test_nobody_who_should_have_started_is_missing_and_not_a_hundred():
    nobody = figures(queue=queue_of(), waiting_groups=Groups.of((), ()))
    health = judged(nobody)
    assert health.results[0].state is State.MISSING
    assert health.coverage == pytest.approx(0.7)
    assert health.score == pytest.approx((25 * 100 + 20 * 80 + 10 * 80 + 15 * 100) / 70)


def test_coverage_below_sixty_per_cent_gives_no_score():
    health = judged(figures(hours=hours(n=4)))
    assert (health.coverage, health.score, health.standing) == (0.45, None, "geen_oordeel")


def test_needed_for_good_lifts_the_score_to_eighty_and_no_further():
    tree = judged(figures(queue=queue_of(on_time=15, late=15), hours=hours(certified=0.75))).tree()
    needed = needed_for_good(tree, BASIS_2027)
    knots = BASIS_2027.criterion("wachttijd").knots_for("B")
    lifted = {code: item["points"] for code, item in tree["criteria"].items()}
    lifted["wachttijd"] = points_for(needed["wachttijd"]["value"], knots)
    total = sum(BASIS_2027.criterion(code).weight * p for code, p in lifted.items()) / 100
    assert total == pytest.approx(80)
    assert not any(item["met"] for item in needed.values())
    assert (needed["keurmerk"]["possible"], needed["avond_weekend"]["possible"]) == (False, False)


def test_needed_for_good_in_the_geometric_model():
    model = replace(BASIS_2027, aggregation="geometric")
    tree = judged(figures(hours=hours(certified=0.7)), model=model).tree()
    needed = needed_for_good(tree, model)["avond_weekend"]
    others = [
        (c["weight"], c["points"]) for k, c in tree["criteria"].items() if k != "avond_weekend"
    ]
    assert weighted_score([*others, (10, needed["points"])], "geometric") == pytest.approx(80)
    assert "^" in sentence(tree)


def test_total_over_routes_weighs_by_active_trajectories():
    assert total_over_routes([(80, 10), (50, 5), (None, 100), (70, 0)]) == pytest.approx(70)
    assert total_over_routes([(None, 3)]) is None
    # A hidden number of trajectories would follow from the total and the scores.
    assert total_over_routes([(80, 10), (50, None)]) is None
    assert total_over_routes([(80, 10), (None, None)]) == 80


def test_attendance_is_measured_beside_the_score_with_weight_0():
    tree = judged().tree()
    assert tree["beside"]["aanwezigheid"]["value"] == 100
    assert "aanwezigheid" not in tree["criteria"]
    assert set(CRITERIA) >= {c.code for c in BASIS_2027.criteria}


@given(
    parts=st.lists(st.tuples(st.floats(0.1, 100), st.floats(0, 100)), min_size=1, max_size=6),
    factor=st.floats(0.01, 100),
    kind=st.sampled_from(["linear", "geometric"]),
)
def test_scaling_all_weights_changes_nothing(parts, factor, kind):
    scaled = [(weight * factor, points) for weight, points in parts]
    assert weighted_score(scaled, kind) == pytest.approx(weighted_score(parts, kind))


def test_ranks_come_with_the_chance_of_the_best_and_the_worst_quarter():
    sure, first = np.full(1000, 90.0), np.linspace(60, 80, 1000)
    ranked = ranks([sure, first, first[::-1], np.full(1000, 10.0)])
    assert [(r.median, r.low, r.high) for r in ranked] == [
        (1, 1, 1),
        (2, 2, 3),
        (2, 2, 3),
        (4, 4, 4),
    ]
    assert [(r.best_quarter, r.worst_quarter) for r in ranked] == [(1, 0), (0, 0), (0, 0), (0, 1)]
    assert indistinguishable_pairs([90, 70, 70, 10], [sure, first, first[::-1], first], 0.1)
    assert ranks([]) == []


def test_weights_on_trial_change_no_word_far_from_a_border():
    points = [[95.0] * 5, [50.0, 60, 70, 65, None]]
    sensitivity = weight_sensitivity(points, BASIS_2027, seed_value=1)
    assert sensitivity.standing_changes[0] == 0
    assert sensitivity.standing_changes[1] > 0
    assert sensitivity.order_changes == 0
    assert sensitivity == weight_sensitivity(points, BASIS_2027, seed_value=1)


def test_kept_draws_are_read_back():
    draws = judged().draws
    assert np.allclose(unpack(pack(draws)), draws, atol=1e-4)


def test_a_worked_example_is_judged_by_any_model():
    tree = example(BASIS_2027)
    assert tree["score"] is not None
    assert tree["criteria"]["wachttijd"]["n"] == 33
