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
from quality.charts.funnel import place
from quality.charts.lessons import joined
from quality.method.basis_2026.waiting import stay, summarise
from tests.quality.charts.cards import card, criterion, figure_texts, no_delivery, overlaps

OCTOBER = date(2026, 10, 1)
LONG = "Stichting Taalschool voor inburgering en participatie Salland"


@pytest.mark.parametrize(
    ("value", "n", "where"),
    [
        (65.0, 20, ""),
        (85.0, 20, ""),
        (86.0, 20, "boven de 95%-grens"),
        (96.0, 20, "boven de 99,8%-grens"),
        (42.0, 20, "onder de 95%-grens"),
        (30.0, 20, "onder de 99,8%-grens"),
    ],
)
def test_the_funnel_places_by_exact_mid_p_limits_of_checks_6_2(value, n, where):
    assert place(Share("De Brug", value, n), 65.0) == where


def test_a_funnel_without_spread_judges_nobody():
    assert place(Share("De Brug", 90.0, 20), 100.0) == ""


@pytest.mark.parametrize("count", [0, 1, 8, 150])
def test_the_funnel_names_who_differs_and_nothing_overlaps(count):
    shares = [Share(f"{n} {LONG}", 40.0 + n % 60, 8 + n % 37 * 6) for n in range(count)]
    chart = funnel("f", "Docenten", "Deel van de lesuren", shares, 70.0)
    assert overlaps(figure_of(chart)) == []
    assert len(chart.rows) == count


def test_the_funnel_draws_value_against_n():
    shares = [Share("De Brug", 70.0, 50), Share("Salland", 20.0, 60)]
    chart = funnel("f", "Docenten", "Deel van de lesuren", shares, 70.0)
    drawn = {
        line.get_marker(): (list(line.get_xdata()), list(line.get_ydata()))
        for line in figure_of(chart).axes[0].lines
    }
    assert drawn["o"] == ([50], [70.0])
    assert drawn["v"] == ([60], [20.0])
    assert chart.finding == "Docenten: meer dan toeval lager bij Salland"
    assert drawn["o"][1][0] < figure_of(chart).axes[0].get_ylim()[1] <= 100


def waits(count):
    return [
        stay(
            registered=n,
            first_lesson=n + 10 + n % 40 if n % 4 else None,
            ended=None,
            window_start=0,
            reference=300,
        )
        for n in range(count)
    ]


def test_the_waiting_curve_is_the_share_started_with_the_queue_counted():
    found = summarise([one for one in waits(40) if one], 28)
    chart = waiting_curve("w", "De Brug", found, 28)
    axes = figure_of(chart).axes[0]
    stairs = next(line for line in axes.lines if line.get_drawstyle() == "steps-post")
    assert dict(zip(stairs.get_xdata(), stairs.get_ydata(), strict=True))[11] == pytest.approx(
        100 * (1 - found.steps[0].survival)
    )
    assert "norm 28 dagen" in figure_texts(figure_of(chart))
    assert "Er wachten nog 10 cursisten" in chart.description


def test_a_waiting_curve_of_fewer_than_five_is_hidden_everywhere():
    chart = waiting_curve("w", "De Brug", summarise([one for one in waits(4) if one], 28), 28)
    assert chart.rows == ()
    assert chart.data is None
    assert "Te weinig cursisten om te tonen." in figure_texts(figure_of(chart))


@pytest.mark.parametrize("count", [0, 5, 40, 200])
def test_waiting_curves_fit(count):
    found = summarise([one for one in waits(count) if one], 28)
    assert overlaps(figure_of(waiting_curve("w", LONG, found, 28))) == []


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"A0": 10, "A1": 20}, (("A0", 10), ("A1", 20))),
        ({"alfa": 2, "A0": 10, "A1": 20}, (("alfa–A0", 12), ("A1", 20))),
        ({"A0": 10, "A1": 20, "B2": 1}, (("A0", 10), ("A1–B2", 21))),
        ({"A0": 3, "A1": 1}, ()),
        ({}, ()),
    ],
)
def test_levels_with_few_learners_are_joined(counts, shown):
    assert joined(counts) == shown


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
