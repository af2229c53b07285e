"""What the page of one judgement says in words."""

from datetime import date

import pytest

from quality.cards.explanation_words import (
    asked_words,
    knots_words,
    plain,
    queue_words,
    signed,
    window_words,
    working,
)

OCT = date(2026, 10, 1)


def queue(**change):
    return {
        "waiting": 3,
        "longest_wait": 90,
        "over_42": 2,
        "over_70": 1,
        "left_unstarted": 2,
        **change,
    }


@pytest.mark.parametrize(
    ("value", "text"), [(0.24, "+0,2"), (-1.55, "−1,6"), (0.0, "0,0"), (-0.04, "0,0"), (None, "–")]
)
def test_a_difference_has_a_sign_unless_it_is_nothing(value, text):
    assert signed(value) == text


def test_knots_have_no_needless_decimals():
    assert [plain(v) for v in (0, 75.0, 12.5, 1000.25)] == ["0", "75", "12,5", "1.000,25"]
    assert knots_words({"knots": [[0, 0], [12.5, 100]]}) == "0 geeft 0, 12,5 geeft 100"


def test_a_window_is_named_by_its_months():
    assert window_words(OCT, 1) == "over oktober 2026"
    assert window_words(OCT, 3) == "over augustus tot en met oktober 2026"
    assert window_words(OCT, 12) == "over november 2025 tot en met oktober 2026"


def test_the_queue_is_told_in_whole_sentences():
    assert queue_words(queue()) == (
        "Nu wachten 3, de langste al 90 dagen; 2 langer dan 42 dagen en 1 langer dan 70 dagen. "
        "2 gingen weg zonder te beginnen."
    )
    one = queue(waiting=1, longest_wait=1, over_42=None, left_unstarted=1)
    assert queue_words(one) == "Nu wacht 1, de langste al 1 dag. 1 ging weg zonder te beginnen."
    assert queue_words(queue(waiting=0, left_unstarted=0)) == "Nu wacht niemand."
    hidden = dict.fromkeys(("longest_wait", "over_42", "over_70", "left_unstarted"))
    assert queue_words(queue(waiting=6, **hidden)) == (
        "Nu wachten 6; hoe lang al, is niet getoond (te kleine aantallen). "
        "Hoeveel er weggingen zonder te beginnen, is niet getoond."
    )
    assert queue_words(queue(waiting=None, left_unstarted=None)).endswith("te tonen (< 5).")


def test_who_asked_and_who_got_it():
    assert asked_words({"asked": 1, "met": 1}).startswith("1 deelnemer vroeg hierom; 1 kreeg")
    assert asked_words({"asked": 9, "met": 0}).endswith("hierom; 0 kregen die les.")
    assert "te klein" in asked_words({"asked": 9, "met": None})
    assert "te klein" in asked_words({"asked": None, "met": None})
    assert asked_words({"asked": 0, "met": 0}).startswith("Niemand")


def test_the_working_names_numerator_and_denominator():
    item = {"numerator": 28, "denominator": 41, "norm_days": 21}
    assert working("wachttijd", item).startswith("28 van 41 trajecten begonnen binnen 21 dagen.")
    one = {"numerator": 1, "denominator": 1, "norm_days": 28}
    assert working("wachttijd", one).startswith("1 van 1 traject begon ")
    hours = {"numerator": 84.0, "denominator": 100.0}
    assert working("bevoegd", hours) == (
        "84,0 uur van een bevoegde docent, gedeeld door 100,0 aangeboden uur."
    )
    assert working("keurmerk", hours) == ""
    assert working("bevoegd", {"numerator": None, "denominator": None}) == ""
