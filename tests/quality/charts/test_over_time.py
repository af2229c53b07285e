import math
from dataclasses import replace
from datetime import date

import pytest

from core.charts.pictures import figure_of
from core.dates import add_months
from quality.charts import (
    Hours,
    Point,
    Span,
    compare_over_time,
    hours,
    region,
    score_points,
    small_multiples,
    trend,
)
from tests.quality.charts.cards import card, criterion, figure_texts, no_delivery, overlaps

OCTOBER = date(2026, 10, 1)
LONG = "Stichting Taalschool voor inburgering en participatie Salland"


def months_back(count, value=80.0, **changes):
    return [
        Point(add_months(OCTOBER, -n), value + n % 3, 40, value - 5, value + 5, **changes)
        for n in reversed(range(count))
    ]


def line_of(figure):
    """The line of the values: the longest one."""
    return max(figure.axes[0].lines, key=lambda line: len(line.get_xdata()))


def test_a_missing_month_breaks_the_line_and_is_marked_on_the_axis():
    points = months_back(12)
    del points[4]
    chart = trend("t", "wachttijd", points)
    ys = line_of(figure_of(chart)).get_ydata()
    assert len(ys) == 12
    assert [n for n, y in enumerate(ys) if math.isnan(y)] == [4]
    assert chart.rows[4] == ("maart 2026", "–", "–", "–", "–", "geen levering")


def test_a_month_alone_is_an_open_dot_beside_the_line_and_a_column_in_the_table():
    points = [replace(p, alone=None if n == 2 else 70.0 + n) for n, p in enumerate(months_back(12))]
    chart = trend("t", "bevoegd", points)
    dots = [line for line in figure_of(chart).axes[0].lines if line.get_linestyle() == "None"]
    assert list(dots[0].get_ydata()) == [70.0 + n for n in range(12) if n != 2]
    assert chart.headers[5] == "De maand alleen"
    assert [row[5] for row in chart.rows[1:4]] == [
        "71,0\N{NO-BREAK SPACE}%",
        "–",
        "73,0\N{NO-BREAK SPACE}%",
    ]
    assert overlaps(figure_of(chart)) == []


LOWER = {"direction": "lager", "since": "2026-05", "against": "eigen begin"}


def test_the_start_of_a_change_is_a_mark_with_its_month():
    points = [*months_back(20), Point(add_months(OCTOBER, 1), 30.0, 40, change=LOWER)]
    chart = trend("t", "wachttijd", points)
    assert chart.finding == (
        "Wachttijd: 30,0\N{NO-BREAK SPACE}% in november 2026, duidelijk lager sinds mei 2026"
    )
    assert chart.rows[-1][-1] == "duidelijk lager sinds mei 2026"
    texts = figure_texts(figure_of(chart))
    assert texts[texts.index("lager sinds") + 1] == "mei 2026"
    assert overlaps(figure_of(chart)) == []


def test_a_change_against_the_same_season_has_a_word_and_no_mark():
    season = LOWER | {"since": None, "against": "2025-11"}
    chart = trend(
        "t", "bevoegd", [*months_back(14), Point(add_months(OCTOBER, 1), 30.0, 40, change=season)]
    )
    assert chart.rows[-1][-1] == "duidelijk lager dan een jaar geleden"
    assert not [text for text in figure_texts(figure_of(chart)) if "sinds" in text]


def test_a_constant_series_says_nothing():
    constant = [Point(add_months(OCTOBER, -n), 100 * 3 / 39, 39) for n in range(9)]
    chart = trend("t", "avond_weekend", constant)
    assert chart.finding == "Avond en weekend: 7,7\N{NO-BREAK SPACE}% in oktober 2026"
    assert {row[-1] for row in chart.rows} == {"geen"}


def test_the_last_month_missing_is_the_finding():
    points = [*months_back(5), Point(add_months(OCTOBER, 1))]
    finding = trend("t", "score", points).finding
    assert finding == "Score: geen waarde in november 2026 (geen levering)"


def test_suspension_is_shaded_and_a_new_model_is_marked():
    spans = [Span(date(2026, 3, 1), date(2026, 5, 1), "keurmerk geschorst")]
    chart = trend("t", "score", months_back(12), spans=spans, model_changes=[date(2026, 1, 1)])
    texts = figure_texts(figure_of(chart))
    assert {"keurmerk geschorst", "nieuwe rekenregels"} <= set(texts)
    assert [row[-1] for row in chart.rows if row[0] == "januari 2026"] == ["nieuwe rekenregels"]


def test_points_of_a_score_card_keep_the_five_states_apart():
    march, april, may = (date(2026, n, 1) for n in (3, 4, 5))
    hidden = card(criteria=card()["criteria"] | {"bevoegd": criterion(None, 3)})
    points = score_points({march: card(), april: no_delivery(), may: hidden}, "bevoegd")
    assert [(p.value, p.n, p.reason) for p in points] == [
        (80.0, 41, "geen oordeel"),
        (None, None, "geen levering"),
        (None, 3, "minder dan 5 trajecten"),
    ]
    assert score_points({march: card()})[0].low == 80.0


@pytest.mark.parametrize("count", [0, 1, 12, 36])
def test_trends_fit(count):
    spans = [
        Span(add_months(OCTOBER, -9), add_months(OCTOBER, -8), "keurmerk geschorst"),
        Span(add_months(OCTOBER, -2), add_months(OCTOBER, -2), "keurmerk geschorst"),
        Span(add_months(OCTOBER, -1), OCTOBER, "keurmerk ingetrokken"),
    ]
    changes = [add_months(OCTOBER, -3)]
    chart = trend(
        "t", "wachttijd", months_back(count), of=LONG, norm=90.0, spans=spans, model_changes=changes
    )
    assert overlaps(figure_of(chart)) == []


@pytest.mark.parametrize("count", [0, 1, 12, 36])
def test_comparisons_over_time_fit_and_name_each_line(count):
    series = {who: months_back(count, 70.0 + n) for n, who in enumerate((LONG, "De Brug", "regio"))}
    chart = compare_over_time("c", "wachttijd", series, moments=[(OCTOBER, "afspraak 12")])
    figure = figure_of(chart)
    assert overlaps(figure) == []
    assert bool(count) == any("De Brug" in text for text in figure_texts(figure))
    assert chart.headers == ("Maand", LONG, "De Brug", "regio")


@pytest.mark.parametrize("count", [0, 1, 8, 150])
def test_small_multiples_fit_on_one_scale(count):
    series = {f"{n} {LONG}": months_back(24, 60.0 + n / 10) for n in range(count)}
    chart = small_multiples("s", "score", series)
    assert overlaps(figure_of(chart)) == []
    assert len(chart.rows) == count


def test_small_multiples_say_how_many_rose_and_fell():
    falling = [*months_back(5), Point(add_months(OCTOBER, 1), 50.0)]
    chart = small_multiples("s", "score", {"De Brug": falling, "Salland": months_back(5)})
    assert chart.finding == "Score: in drie maanden meer dan 5 gedaald bij De Brug"


@pytest.mark.parametrize("count", [0, 1, 12, 36])
def test_the_region_counts_judgements_per_month(count):
    cards = {
        add_months(OCTOBER, -n): [card(), card("TA002", standing="onvoldoende"), no_delivery()]
        for n in range(count)
    }
    chart = region("r", cards)
    assert overlaps(figure_of(chart)) == []
    if count:
        assert chart.finding == "In oktober 2026 zijn 1 van 2 oordelen voldoende of goed"
        assert chart.rows[-1] == ("oktober 2026", "1", "0", "1", "0", "1", "0")


@pytest.mark.parametrize("count", [0, 1, 12, 36])
def test_hours_fit(count):
    months = [Hours(add_months(OCTOBER, -n), 1500.0, 1400.0 + n, 1200.0) for n in range(count)]
    assert overlaps(figure_of(hours("h", LONG, months))) == []


def test_hours_break_where_nothing_was_delivered():
    months = [
        Hours(date(2026, 8, 1), None, 100.0, 80.0),
        Hours(date(2026, 9, 1), None, None, None),
        Hours(date(2026, 10, 1), None, 100.0, 90.0),
    ]
    chart = hours("h", "De Brug", months)
    assert chart.finding == "Van de aangeboden uren is 85,0\N{NO-BREAK SPACE}% gevolgd"
    assert chart.headers == ("Maand", "Uren aangeboden", "Uren gevolgd")
    assert chart.rows[1] == ("september 2026", "–", "–")
    assert math.isnan(line_of(figure_of(chart)).get_ydata()[1])


def test_hours_of_a_few_learners_stay_hidden_in_picture_table_and_sentence():
    chart = hours("h", "De Brug", [Hours(OCTOBER, None, None, None, few=True)])
    assert chart.finding == "Uren: te weinig cursisten om te tonen"
    assert figure_texts(figure_of(chart))[-1] == "Te weinig cursisten."


def test_the_end_of_a_line_has_its_shape_and_colour():
    months = {name: months_back(3) for name in ("De Brug", "Salland")}
    axes = figure_of(compare_over_time("c", "score", months)).axes[0]
    signs = {t.get_text(): t.get_color() for t in axes.texts}
    assert [(line.get_marker(), line.get_color()) for line in axes.lines[:2]] == [
        ("o", signs["●"]),
        ("s", signs["■"]),
    ]


@pytest.mark.parametrize(
    ("measure", "finding"),
    [
        ("score", "Score: 75,0 in oktober 2026"),
        (
            "intensiteit",
            "Intensiteit: 75,0 uur in oktober 2026, onder de norm",
        ),
    ],
)
def test_under_the_norm_of_a_criterion_is_told(measure, finding):
    months = [Point(add_months(OCTOBER, -n), 75.0, 41) for n in range(12)]
    assert trend("t", measure, months, norm=80.0).finding == finding


def test_few_months_are_no_course():
    chart = small_multiples("s", "score", {"De Brug": [Point(OCTOBER, 80.0)]})
    assert chart.finding == "Score van 1 aanbieder; na vier maanden is er een verloop"
    assert chart.measure.endswith("schaal van 80,0 tot 80,0; oktober 2026")
