"""Every chart with few and many providers, months and letters: no text over another, none cut."""

from datetime import date

import pytest

from core.charts.pictures import figure_of
from core.dates import add_months, months_between
from quality import charts
from quality.charts import Hours, Point, Share, Span
from quality.charts.gallery import MOST_ROWS, MOST_SMALL
from quality.method.curve import Stay, curve
from quality.method.model import BASIS_2027
from tests.quality.charts.cards import card, criterion, no_delivery, overlaps

OCTOBER = date(2026, 10, 1)
STANDINGS = ("goed", "voldoende", "onvoldoende", "geen_oordeel", "geen_levering")
LONG = "Stichting Taalonderwijs en Inburgering Regio Zwolle-Kampen {:03}"
SIZES = [(1, 1), (1, 12), (1, 36), (8, 12), (150, 1), (150, 36)]


def names(count: int, *, long: bool) -> dict[str, str]:
    pattern = LONG if long else "School {:03}"
    return {f"TA{n:03}": pattern.format(n) for n in range(count)}


def months(count: int) -> list[date]:
    return months_between(add_months(OCTOBER, 1 - count), OCTOBER)


def cards(codes, month=OCTOBER) -> list[dict]:
    """A card of every standing by turns, near each other and at the ends of the scale."""
    results = []
    for n, code in enumerate(codes):
        standing = STANDINGS[n % 5]
        if standing == "geen_levering":
            results.append(no_delivery(code))
        elif standing == "geen_oordeel":
            few = criterion(None, 3, state="te_weinig")
            results.append(card(code, score=None, interval=None, standing=standing,
                              criteria=dict.fromkeys(card()["criteria"], few)))  # fmt: skip
        else:
            score = {"goed": 99.9, "voldoende": 61.0, "onvoldoende": 2.0}[standing]
            gate = {"open": standing != "onvoldoende", "reason": "keurmerk ingetrokken"}
            results.append(card(code, score=score, interval=[max(0, score - 9), score],
                              standing=standing, gate=gate, small=True))  # fmt: skip
    return results


def points(count: int, *, level: float = 80.0) -> list[Point]:
    """Values that stay close, jump and miss months."""
    return [
        Point(month, None if n % 7 == 3 else level + (n * 13 % 19), 41, level, 100.0)
        for n, month in enumerate(months(count))
    ]


def of_all(count: int, span: int, *, long: bool) -> list:
    """The charts with a row, a line or a dot per provider; at most what stands on one page."""
    providers = names(count, long=long)
    page = list(providers)[:MOST_ROWS]
    small = {name: points(span) for name in list(providers.values())[:MOST_SMALL]}
    states = ("op_tijd", "te_laat", "met_fouten", "nulmelding", "ontbreekt", "verwacht", "")
    shares = [
        Share(name, (n * 37) % 101, 5 + n * 3, 5 + n * 2.5)
        for n, name in enumerate(providers.values())
    ]
    return [
        charts.scores(OCTOBER, cards(page), providers),
        charts.heat_map(OCTOBER, cards(page), providers),
        charts.region("regio", {month: cards(providers, month) for month in months(span)}),
        charts.small_multiples("verloop", "score", small, of="B1-route"),
        charts.deliveries_calendar("leveringen", months(span), {
            name: {m: states[(n + k) % 7] for k, m in enumerate(months(span))}
            for n, name in enumerate(list(providers.values())[:MOST_SMALL])
        }),
        charts.funnel("trechter", "Docenten B1-route", "Deel van de lesuren", shares, 64.0,
                      model=BASIS_2027),
        charts.compare(OCTOBER, cards(list(providers)[:4]), providers),
        charts.compare_over_time(
            "vergeleken", "score",
            {
                name: points(span, level=70.0 + n)
                for n, name in enumerate(list(providers.values())[:4])
            },
            moments=[(OCTOBER, "afspraak " + name) for name in list(providers.values())[:2]],
        ),
    ]  # fmt: skip


def of_one(span: int, *, long: bool) -> list:
    """The charts of one provider."""
    name = names(1, long=long)["TA000"]
    first = add_months(OCTOBER, 1 - span)
    spans = [
        Span(first, OCTOBER, "keurmerk geschorst"),
        Span(OCTOBER, OCTOBER, "keurmerk ingetrokken"),
    ]
    taught = [Hours(m, 1200.0, 1190.0 + n, 1180.0) for n, m in enumerate(months(span))]
    steps = curve([Stay(0, 20 + n, n % 3 > 0) for n in range(40)])
    item = {"n": 40, "norm_days": 28, "median_days": 31, "p90_days": None, "waiting": 14,
            "longest_wait": 59}  # fmt: skip
    counts = {"A0": 5, "A1": 20, "A2": 5, "B1": 11}
    skills = dict.fromkeys(("lezen", "luisteren", "schrijven", "spreken"), (counts, counts))
    return [
        charts.trend("score", "score", points(span), of=name, spans=spans,
                     borders=((60.0, "voldoende"), (80.0, "goed")),
                     model_changes=[first, OCTOBER]),
        charts.trend("wachttijd", "wachttijd", points(span), of=name, norm=100.0),
        charts.hours("uren", name, taught),
        charts.waiting_curve("wachtcurve", name, steps, item),
        charts.levels("niveaus", name, skills),
    ]  # fmt: skip


def nothing() -> list:
    return [
        *of_all(0, 1, long=False),
        charts.trend("score", "score", [], of="School"),
        charts.hours("uren", "School", []),
        charts.waiting_curve("wachtcurve", "School", (), {"n": None, "norm_days": 28}),
        charts.levels("niveaus", "School", {}),
    ]


@pytest.mark.parametrize(
    ("count", "span", "long"), [(8, 12, False), *((*size, True) for size in SIZES)]
)
def test_no_text_lies_over_another_and_none_is_cut(count, span, long):
    drawn = of_all(count, span, long=long) + (of_one(span, long=long) if count == 1 else [])
    drawn += [chart.narrow() for chart in drawn[-5:]] if count == 1 else []
    wrong = {
        (chart.name, chart.width): result
        for chart in drawn
        if (result := overlaps(figure_of(chart)))
    }
    assert wrong == {}


def test_without_anything_every_chart_says_so():
    drawn = nothing()
    assert [overlaps(figure_of(chart)) for chart in drawn] == [[]] * len(drawn)
    assert [chart.name for chart in drawn if chart.rows] == []
