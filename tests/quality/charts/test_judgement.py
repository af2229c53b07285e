from datetime import date

import pytest

from core.charts.pictures import figure_of
from quality.charts import heat_map, scores
from tests.quality.charts.cards import card, criterion, figure_texts, no_delivery, overlaps

OCTOBER = date(2026, 10, 1)
NAMES = {"TA001": "Taalhuis IJssel", "TA002": "De Brug", "TA003": "Salland"}
MANY = {
    f"TA{n:03}": f"Taalschool {n} voor inburgering, taal en participatie in de"[:60]
    for n in range(60)
}


def test_scores_are_drawn_at_their_value_with_their_interval():
    chart = scores(OCTOBER, [card()], NAMES)
    axes = figure_of(chart).axes[0]
    (whisker,) = [patch for patch in axes.patches if patch.get_linewidth() == 2.2]
    assert [x for x, _ in whisker.get_path().vertices] == [80.0, 88.0]
    assert [line.get_xdata()[0] for line in axes.lines] == [84.25]
    assert axes.get_xlim() == (0, 100)


def test_scores_stand_by_name_and_never_by_rank():
    cards = [card("TA001", score=90.0), card("TA002", score=70.0, standing="voldoende")]
    assert [row[0] for row in scores(OCTOBER, cards, NAMES).rows] == ["De Brug", "Taalhuis IJssel"]


def test_a_narrow_screen_shows_name_n_and_score_before_the_picture():
    """At 375 pixels wide the first 250 points of a picture are in view."""
    figure = figure_of(scores(OCTOBER, [card()], NAMES))
    texts = [text for axes in figure.axes for text in axes.texts]
    ends = {text.get_text(): text.get_window_extent().x1 * 72 / figure.dpi for text in texts}
    size = "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}41"
    assert ends["Taalhuis IJssel"] < ends[size] < ends["84,3"] < 250


def test_no_score_is_never_a_dot_at_zero():
    cards = [no_delivery("TA001"), no_delivery("TA002", standing="geen_oordeel")]
    chart = scores(OCTOBER, cards, NAMES)
    figure = figure_of(chart)
    assert figure.axes[0].lines[:] == []
    assert {"geen levering", "geen oordeel", "–"} <= set(figure_texts(figure))
    assert chart.rows[0][3:] == ("–", "–", "–", "geen oordeel")


def test_the_finding_names_who_falls_short():
    cards = [card("TA001"), card("TA002", standing="onvoldoende", score=41.0), no_delivery("TA003")]
    chart = scores(OCTOBER, cards, NAMES)
    assert chart.finding == "1 van 2 aanbieders scoren voldoende of goed; onvoldoende: De Brug"
    assert (
        "Taalhuis IJssel: 84,3 (80,0 tot 88,0), goed, n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}41."
        in chart.description
    )


def test_a_closed_gate_is_said_beside_the_dot():
    closed = card(standing="onvoldoende", gate={"open": False, "reason": "geschorst"})
    chart = scores(OCTOBER, [closed], NAMES)
    assert "geen geldig keurmerk" in figure_texts(figure_of(chart))
    assert chart.rows[0][-1] == "onvoldoende (geen geldig keurmerk)"


def test_the_heat_map_has_words_in_every_cell():
    low = card()["criteria"] | {"wachttijd": criterion(40.0), "bevoegd": criterion(None, 3)}
    chart = heat_map(OCTOBER, [card(criteria=low)], NAMES)
    assert chart.rows[0] == (
        "Taalhuis IJssel",
        "B1-route",
        "40,0\N{NO-BREAK SPACE}% (onvoldoende)",
        "n\N{NO-BREAK SPACE}<\N{NO-BREAK SPACE}5",
        "12,4 uur (goed)",
        "80,0\N{NO-BREAK SPACE}% (goed)",
        "voor onbepaalde tijd (goed)",
    )
    assert chart.finding == "Het vaakst onvoldoende: wachttijd (1 van 1 keer)"
    assert {"40,0\N{NO-BREAK SPACE}%", "onvoldoende", "onbep. tijd"} <= set(
        figure_texts(figure_of(chart))
    )


def test_a_criterion_that_does_not_apply_says_so():
    neighbour = criterion(None, None, state="niet_van_toepassing")
    criteria = card()["criteria"] | {"keurmerk": neighbour}
    chart = heat_map(OCTOBER, [card(route="O", criteria=criteria)], NAMES)
    assert chart.rows[0][-1] == "telt niet mee"


@pytest.mark.parametrize("chart", [scores, heat_map])
@pytest.mark.parametrize("count", [0, 1, 8, 60])
def test_nothing_overlaps_and_nothing_is_cut(chart, count):
    cards = [
        no_delivery(code) if n % 5 == 4 else card(code, standing="onvoldoende", score=30.0 + n)
        for n, code in enumerate(list(MANY)[:count])
    ]
    assert overlaps(figure_of(chart(OCTOBER, cards, MANY))) == []
