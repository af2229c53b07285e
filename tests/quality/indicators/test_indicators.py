"""Indicators: realised against target, and how careful a reader must be."""

import re
from datetime import date

import pytest

from core.errors import DomainError
from quality.indicators.rules import (
    COHORT_FILE,
    FROM_TERM,
    INDICATOR_FILE,
    Figure,
    Outcome,
    answer,
    cohort_text,
    latest_judged,
    read_cohort_lines,
    read_indicator_lines,
    read_references,
    small_number_note,
    value_text,
    year_rows,
)


def figure(value: float, people: int | None = 60) -> Figure:
    return Figure(value, people, "jaarverslag")


@pytest.mark.parametrize(
    ("better", "target", "realised", "outcome", "gap"),
    [
        ("higher", 85, 85, Outcome.REACHED, 0),
        # 60 persons: the 90 % interval of 84,9 is 76 to 91, that of 74 is 64 to 82.
        ("higher", 85, 84.9, Outcome.AROUND, pytest.approx(-0.1)),
        ("higher", 85, 74, Outcome.NOT_REACHED, -11),
        ("lower", 33, 33, Outcome.REACHED, 0),
        ("lower", 33, 34, Outcome.AROUND, 1),
        ("lower", 33, 60, Outcome.NOT_REACHED, 27),
        ("higher", 0, 0, Outcome.REACHED, 0),
    ],
)
def test_a_year_is_held_against_its_target(better, target, realised, outcome, gap):
    (row,) = year_rows({2020: figure(target)}, {2020: figure(realised)}, better=better, unit="%")
    assert (row.outcome, row.gap) == (outcome, gap)


def test_a_target_is_not_called_missed_when_nobody_knows_how_many_persons_it_was():
    (row,) = year_rows({2020: figure(85)}, {2020: figure(74, None)}, better="higher", unit="%")
    assert (row.outcome, row.interval) == (Outcome.UNSURE, None)


def test_another_definition_is_marked_where_it_begins():
    entered, computed = figure(34), Figure(28, 60, "berekend", definition=FROM_TERM)
    years = {2019: entered, 2020: entered, 2025: computed, 2026: computed}
    rows = year_rows({}, years, better="lower", unit="maanden")
    assert [row.year for row in rows if row.is_redefined] == [2025]


def test_lines_of_others_are_read_or_refused_by_place():
    text = "naam;jaar;waarde;bron;datum\nDivosa;2025;61,5;Benchmark;31-12-2025\n"
    (line,) = read_references(text.encode()).rows
    assert (line.name, line.year, line.value, line.published_on) == (
        "Divosa", 2025, 61.5, date(2025, 12, 31),
    )  # fmt: skip
    for broken, words in (
        (text.replace("61,5", "veel"), 'Rij 2, kolom waarde: "veel" kan niet.'),
        (text.replace("31-12", "31-13"), 'Rij 2, kolom datum: "31-13-2025" kan niet.'),
        (text.replace(";bron", ""), "Zet deze kolom erbij"),
        (text.partition("\n")[0], "geen rijen"),
        (text.replace("Benchmark", ""), "Rij 2, kolom bron: de cel is leeg. Vul bron in."),
    ):
        with pytest.raises(DomainError, match=re.escape(words)):
            read_references(broken.encode())


def test_a_year_without_a_figure_or_a_target_is_not_judged():
    rows = year_rows({2020: figure(85)}, {2017: figure(74, None)}, better="higher", unit="%")
    assert [(r.year, r.outcome, r.gap) for r in rows] == [
        (2017, Outcome.NO_TARGET, None),
        (2020, Outcome.NO_FIGURE, None),
    ]
    assert rows[0].caution == "aantal personen niet bekend"


def test_a_figure_about_four_persons_is_not_shown():
    (row,) = year_rows({2020: figure(30)}, {2020: figure(50, 4)}, better="higher", unit="%")
    assert row.hidden
    assert (row.realised, row.people, row.gap) == (None, None, None)


@pytest.mark.parametrize(
    ("people", "note"),
    [
        (None, "aantal personen niet bekend"),
        (0, "minder dan 5 personen: cijfer niet getoond"),
        (4, "minder dan 5 personen: cijfer niet getoond"),
        (5, "indicatief: 5 tot 9 personen"),
        (9, "indicatief: 5 tot 9 personen"),
        (10, "klein aantal: minder dan 25 personen"),
        (24, "klein aantal: minder dan 25 personen"),
        (25, ""),
    ],
)
def test_small_number_note(people, note):
    assert small_number_note(people) == note


@pytest.mark.parametrize(
    ("targets", "realised", "sentence"),
    [
        ({2020: 85}, {}, "Er is nog geen gerealiseerd cijfer."),
        (
            {2020: 85},
            {2017: 74},
            "In 2017 was het 74\xa0%. Het doel voor 2020 is 85\xa0%; over 2020 is nog geen cijfer.",
        ),
        (
            {2020: 85},
            {2020: 80.25},
            "In 2020 was het 80,3\xa0%; het doel was 85\xa0%: rond het doel.",
        ),
        ({}, {2020: 80}, "In 2020 was het 80\xa0%. Voor dat jaar is geen doel gesteld."),
    ],
)
def test_the_answer_in_one_sentence(targets, realised, sentence):
    rows = year_rows(
        {y: figure(v) for y, v in targets.items()},
        {y: figure(v) for y, v in realised.items()},
        better="higher",
        unit="%",
    )
    assert answer(rows, unit="%") == sentence


def test_the_newest_year_that_may_be_shown_counts():
    rows = year_rows({}, {2019: figure(30), 2020: figure(40, 3)}, better="higher", unit="%")
    latest = latest_judged(rows)
    assert latest is not None
    assert latest.year == 2019
    assert latest_judged([]) is None


def test_value_text():
    assert [value_text(v, u) for v, u in [(33.0, "maanden"), (33.5, "maanden"), (None, "%")]] == [
        "33 maanden",
        "33,5 maanden",
        "–",
    ]


def test_the_figures_of_thuis_in_dalfsen_paragraph_3_3():
    with INDICATOR_FILE.open(encoding="utf-8", newline="") as file:
        lines = read_indicator_lines(file)
    assert {line.number for line in lines} == {"1", "2a", "2b", "3", "4"}
    duration = {(line.year, line.kind): line.value for line in lines if line.number == "4"}
    assert duration == {
        (2019, "realised"): 34,
        (2020, "target"): 33,
        (2021, "target"): 31,
        (2022, "target"): 30,
    }


def test_the_cohort_table_of_duo_keeps_hidden_apart_from_zero():
    with COHORT_FILE.open(encoding="utf-8", newline="") as file:
        cells = {(status, year): people for status, year, people in read_cohort_lines(file)}
    assert cells["Voldaan", 2013] is None
    assert cells["Voldaan", 2017] == 0
    assert cells["Nog inburgeringsplichtig", 2017] == 35
    assert [cohort_text(p) for p in (None, 0, 12)] == ["< 5", "0", "12"]
