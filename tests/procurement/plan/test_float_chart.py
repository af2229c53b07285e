"""Total and free float of each milestone, the tightest first, as picture and as table."""

from datetime import date

from core.charts import pictures
from procurement.charts import float_chart
from procurement.plan.documents import Header, PlanDocument, PlanStep
from procurement.plan.outlook import look
from procurement.plan.steps import Link, Unit

TODAY = date(2026, 6, 1)
DURATIONS = {"A": 3, "B": 5, "C": 2, "D": 4, "E": 6, "F": 1}
WAITS = ["AB", "AC", "BD", "CD", "CE", "DF", "EF"]


def document(**more):
    steps = tuple(
        PlanStep(code, f"Stap {code}", duration=n, unit=Unit.WORKING)
        for code, n in DURATIONS.items()
    )
    links = tuple(Link(pair[0], pair[1]) for pair in WAITS)
    return PlanDocument(Header("T", "Traject", starts_on=TODAY), steps, links, **more)


def test_the_floats_of_the_worked_network_sorted():
    chart = float_chart(look(document(), TODAY))
    assert chart.headers == ("Mijlpaal", "Totale speling", "Vrije speling", "Kritiek")
    assert chart.rows == (
        ("A Stap A", "0", "0", "ja"),
        ("B Stap B", "0", "0", "ja"),
        ("D Stap D", "0", "0", "ja"),
        ("F Stap F", "0", "0", "ja"),
        ("C Stap C", "1", "0", "nee"),
        ("E Stap E", "1", "1", "nee"),
    )
    assert chart.finding == "4 van 6 open mijlpalen hebben geen speling."
    assert chart.description.endswith("E Stap E: 1 werkdag, waarvan vrij 1")


def test_critical_is_a_shape_and_a_word_too():
    chart = float_chart(look(document(), TODAY))
    (axes,) = pictures.figure_of(chart).axes
    diamonds = [line for line in axes.lines if line.get_marker() == "D"]
    assert [line.get_ydata()[0] for line in diamonds] == [0, 1, 2, 3]
    assert [text.get_text() for text in axes.texts] == [
        *["0, kritiek"] * 4,
        "1, vrij 0",
        "1, vrij 1",
    ]
    assert "<title" in chart.svg()


def test_an_empty_plan_has_no_picture():
    assert float_chart(look(PlanDocument(Header("T", "Traject")), TODAY)) is None
