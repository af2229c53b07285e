"""The picture of an indicator: through its axes, not its pixels."""

from core.charts import pictures
from quality.charts.indicator import indicator_chart
from quality.indicators.rules import Figure, year_rows


def chart(targets, realised, references=()):
    rows = year_rows(
        {y: Figure(v, None, "plan") for y, v in targets.items()},
        {y: Figure(v, n, "telling") for y, (v, n) in realised.items()},
        better="lower",
        unit="maanden",
    )
    return indicator_chart("4", "Gemiddelde duur", "maanden", rows, references)


def test_a_missing_year_breaks_the_line():
    picture = chart({2022: 30}, {2019: (34, None), 2025: (28, 72), 2026: (26.6, 81)})
    (axes,) = pictures.figure_of(picture).axes
    lines = [line.get_xdata().tolist() for line in axes.lines if len(line.get_xdata()) > 1]
    assert lines == [[2025, 2026]]
    assert [text.get_text() for text in axes.texts] == ["34", "28", "26,6"]
    assert axes.get_ylim()[0] == 0


def test_the_text_and_the_table_say_what_the_picture_shows():
    picture = chart({2026: 30}, {2026: (26.6, 81)})
    assert picture.finding == "In 2026 was het 26,6 maanden; het doel was 30 maanden: doel gehaald"
    assert picture.rows == (("2026", "26,6 maanden", "–", "30 maanden", "81", "doel gehaald"),)
    assert picture.description == "2026: 26,6 maanden, doel 30 maanden, doel gehaald."


def test_a_hidden_figure_is_in_no_part_of_the_picture():
    picture = chart({2026: 30}, {2026: (26.6, 4)})
    assert "26,6" not in picture.finding + picture.description + repr(picture.rows) + repr(
        picture.data
    )
    assert "26,6" not in picture.svg()


def test_nothing_to_draw_is_said():
    assert "Er zijn nog geen cijfers." in chart({}, {}).svg()


def test_a_line_of_others_is_drawn_and_told_apart():
    picture = chart({}, {2026: (26.6, 81)}, [("Divosa", 2025, 31.0), ("Divosa", 2026, 30.0)])
    (axes,) = pictures.figure_of(picture).axes
    assert [2025, 2026] in [list(line.get_xdata()) for line in axes.lines]
    assert " Divosa " in [text.get_text() for text in axes.texts]
    assert "Divosa in 2026: 30 maanden." in picture.description
