from datetime import date

import pytest

from core.charts.pictures import figure_of
from quality.charts import (
    Share,
    compare,
    deliveries_calendar,
    funnel,
    levels,
    waiting_curve,
)
from quality.charts.lessons import joined
from quality.method.curve import Stay, curve
from quality.method.model import BASIS_2027
from tests.quality.charts.cards import card, criterion, figure_texts, no_delivery, overlaps

OCTOBER = date(2026, 10, 1)
LONG = "Stichting Taalschool voor inburgering en participatie Salland"


def shares(count):
    """Providers with much between them; the last lies far below the others."""
    results = [
        Share(f"{n} {LONG}", 55.0 + n * 7 % 31, 8 + n % 37 * 6, 8 + n % 37 * 4.5)
        for n in range(count - 1)
    ]
    return [*results, Share("Salland", 2.0, 120, 100.0)] if count else []


def drawn_funnel(listed, centre=70.0):
    return funnel("f", "Docenten", "Deel van de lesuren", listed, centre, model=BASIS_2027)


@pytest.mark.parametrize("count", [0, 1, 8, 150])
def test_the_funnel_names_who_differs_and_nothing_overlaps(count):
    chart = drawn_funnel(shares(count))
    assert overlaps(figure_of(chart)) == []
    assert len(chart.rows) == count


def test_more_than_chance_is_outside_limits_that_hold_the_spread_too():
    chart = drawn_funnel(shares(12))
    assert chart.finding == "Docenten: meer dan toeval lager bij Salland"
    assert chart.rows[-1] == ("Salland", "2,0\N{NO-BREAK SPACE}%", "120", "100,0",
                              "lager dan toeval en spreiding verklaren")  # fmt: skip


def test_under_ten_providers_the_spread_cannot_be_estimated_and_no_word_is_said():
    chart = drawn_funnel(shares(9))
    assert chart.finding == "Docenten: te weinig aanbieders om de spreiding te schatten"
    assert chart.measure.endswith("spreiding niet te schatten")
    assert {row[-1] for row in chart.rows} == {"niet meer dan toeval"}


def test_a_funnel_about_everyone_judges_nobody():
    assert {row[-1] for row in drawn_funnel(shares(12), 100.0).rows} == {"niet meer dan toeval"}


def test_the_funnel_draws_value_against_what_n_is_worth():
    axes = figure_of(drawn_funnel(shares(12))).axes[0]
    dots = [line for line in axes.lines if line.get_marker() == "v"]
    assert [(list(d.get_xdata()), list(d.get_ydata())) for d in dots] == [([100.0], [2.0])]


def steps(count):
    return curve([Stay(0, 10 + n % 40 if n % 4 else 300 - n, n % 4 > 0) for n in range(count)])


def waiting_item(n, waiting):
    return {"n": n, "norm_days": 28, "median_days": 20, "p90_days": None, "waiting": waiting,
            "longest_wait": 290}  # fmt: skip


def test_the_waiting_curve_is_the_share_started_with_the_queue_counted():
    drawn = steps(40)
    chart = waiting_curve("w", "De Brug", drawn, waiting_item(40, 10))
    axes = figure_of(chart).axes[0]
    stairs = next(line for line in axes.lines if line.get_drawstyle() == "steps-post")
    assert dict(zip(stairs.get_xdata(), stairs.get_ydata(), strict=True))[11] == pytest.approx(
        100 * (1 - drawn[0].survival)
    )
    assert "norm 28 dagen" in figure_texts(figure_of(chart))
    assert "Er wachten nog 10 cursisten; de langste wacht: 290 dagen" in chart.description


def test_a_waiting_curve_of_fewer_than_five_is_hidden_everywhere():
    chart = waiting_curve("w", "De Brug", steps(4), waiting_item(None, None))
    assert chart.rows == ()
    assert chart.data is None
    assert "Te weinig cursisten om te tonen." in figure_texts(figure_of(chart))


@pytest.mark.parametrize("count", [0, 5, 40, 200])
def test_waiting_curves_fit(count):
    chart = waiting_curve("w", LONG, steps(count), waiting_item(count or None, 9))
    assert overlaps(figure_of(chart)) == []


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"A0": 10, "A1": 20}, (("A0", 10), ("A1", 20))),
        ({"alfa": 2, "A0": 10, "A1": 20}, (("alfa–A0", 12), ("A1", 20))),
        ({"A0": 10, "A1": 20, "B2": 1}, (("A0", 10), ("A1–B2", 21))),
        ({"A0": 3, "A1": 1}, ()),
        ({}, ()),
    ],
)
def test_levels_with_few_learners_are_joined(counts, expected):
    assert joined(counts) == expected


def test_levels_say_which_skill_grew_most():
    start, now = {"A0": 30, "A2": 10}, {"A0": 10, "A2": 30}
    chart = levels("l", LONG, {"lezen": (start, now), "spreken": (start, start)})
    figure = figure_of(chart)
    assert chart.finding == "De meeste groei zit in lezen: 50 procentpunt meer op A2 of hoger"
    assert "A2: 30" in figure_texts(figure)
    assert overlaps(figure) == []


def test_growth_of_fewer_than_five_is_not_told():
    chart = levels("l", "X", {"lezen": ({"A0": 40}, {"A0": 38, "A2": 2})})
    assert chart.finding == "Niveaus per vaardigheid, bij de start en nu"


@pytest.mark.parametrize("count", [0, 1, 8, 150])
def test_the_calendar_has_one_state_per_month_and_fits(count):
    months = [date(2026, n, 1) for n in range(1, 11)]
    states = ["op_tijd", "te_laat", "met_fouten", "nulmelding", "ontbreekt", "verwacht", ""]
    rows = {f"{n} {LONG}": {m: states[(n + m.month) % 7] for m in months} for n in range(count)}
    chart = deliveries_calendar("k", months, rows)
    assert overlaps(figure_of(chart)) == []
    assert len(chart.rows) == count


def test_a_missing_delivery_is_the_finding():
    states = {"De Brug": {OCTOBER: "ontbreekt"}, "Salland": {OCTOBER: "op_tijd"}}
    chart = deliveries_calendar("k", [OCTOBER], states)
    assert chart.finding == "Levering over oktober 2026 ontbreekt van De Brug"
    assert chart.rows == (("De Brug", "ontbreekt"), ("Salland", "op tijd"))


@pytest.mark.parametrize("count", [0, 2, 4])
def test_comparing_puts_providers_side_by_side_per_criterion(count):
    names = {f"TA{n}": f"{n} {LONG}" for n in range(count)}
    low = card()["criteria"] | {"bevoegd": criterion(None, 3), "wachttijd": criterion(40.0)}
    cards = [
        no_delivery(code) if n == 3 else card(code, criteria=low) for n, code in enumerate(names)
    ]
    chart = compare(OCTOBER, cards, names)
    assert overlaps(figure_of(chart)) == []
    if count:
        assert chart.rows[0][1] == "40,0\N{NO-BREAK SPACE}%, 40,0 punten"
        assert chart.rows[1][1] == "geen oordeel"
