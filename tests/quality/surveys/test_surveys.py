"""What learners say: the sheet, the counts, and what may be shown of them."""

import io
import re
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from core.errors import DomainError
from providers.models import TravelTime
from quality.cards import model_operations, operations
from quality.cards.forms import with_every_share
from quality.method.model import BASIS_2027
from quality.models import ScoreCard, SurveyCount
from quality.surveys.rules import (
    QUESTIONS,
    TEXTS,
    answer_sentence,
    read_answers,
    read_text,
    results,
    texts,
)
from tests.builders import AT, make_provider
from tests.quality.cards.test_operations import OCT, SEP, WHO, deliver

HEADER = "aanbiedercode;datum;vraag;antwoord;aantal\n"


def file(*lines: str) -> dict[str, tuple[io.BytesIO, str]]:
    return {"file": (io.BytesIO((HEADER + "\n".join(lines)).encode()), "antwoorden.csv")}


def test_under_five_answers_nothing_is_shown():
    (result,) = results([("docent", "ja", 3), ("docent", "nee", 1)])
    assert (result.counts, result.share, result.interval) == (None, None, None)


def test_the_share_has_its_interval_and_small_counts_are_hidden_with_what_gives_them():
    (result,) = results([("docent", "ja", 30), ("docent", "een_beetje", 8), ("docent", "nee", 2)])
    assert result.share == 75
    assert result.interval == pytest.approx((62.7, 84.8), abs=0.1)
    assert result.counts == {"ja": "30", "een_beetje": "niet getoond", "nee": "niet getoond"}


@pytest.mark.parametrize(("yes", "somewhat", "no"), [(2, 10, 8), (16, 3, 0), (4, 3, 13)])
def test_a_share_does_not_tell_a_count_that_is_hidden(yes, somewhat, no):
    given = (("ja", yes), ("een_beetje", somewhat), ("nee", no))
    (result,) = results([("docent", answer, count) for answer, count in given])
    assert not result.counts["ja"].isdigit()
    assert (result.share, result.interval) == (None, None)


def test_least_and_most_content_only_where_intervals_tell_them_apart():
    apart = results([("docent", "ja", 30), ("docent", "nee", 6), ("reizen", "nee", 30)])
    assert answer_sentence(apart).startswith("Het minst tevreden zijn cursisten over: reis")
    alike = results([("docent", "ja", 6), ("docent", "nee", 5), ("reizen", "ja", 5),
                     ("reizen", "nee", 6)])  # fmt: skip
    assert answer_sentence(alike) == "Over alle vragen oordelen cursisten ongeveer gelijk."


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("TA1;23-11-2026;kantine;ja;4", 'Rij 2, kolom vraag: "kantine" kan niet. Kies uit: docent'),
        ("TA1;23-11-2026;docent;misschien;4", "Kies uit: ja, een beetje, nee."),
        ("TA1;31-11-2026;docent;ja;4", "Vul een dag in die bestaat"),
        ("TA1;23-11-2026;docent;ja;-4", "Vul een getal in van 0 tot en met 10000."),
    ],
)
def test_a_faulty_row_is_refused_with_its_place(line, words):
    with pytest.raises(DomainError, match=re.escape(words)):
        read_answers((HEADER + line).encode())


def test_a_translation_is_used_when_it_is_whole(tmp_path):
    dutch = (TEXTS / "nl.txt").read_text(encoding="utf-8")
    (tmp_path / "ti.txt").write_text(dutch.replace("Nederlands", "ትግርኛ"), encoding="utf-8")
    (tmp_path / "ar.txt").write_text("taal = half\n", encoding="utf-8")
    assert set(texts(tmp_path)) == {"nl", "en", "ti"}
    with pytest.raises(DomainError, match="ontbreekt: docent"):
        read_text(dutch.replace("docent =", "dozent ="))


def test_answers_come_in_and_stand_with_the_school(client, db):
    make_provider("TA001")
    client.sign_in("contractmanager")
    client.get("/tevredenheid/antwoorden/")
    wrong = client.post("/tevredenheid/antwoorden/", file("TA9;23-11-2026;docent;ja;4"), status=200)
    assert wrong.errors == ['Rij 2: aanbieder "TA9" staat niet in het register.']
    lines = [
        f"TA001;23-11-2026;{question};{answer};{count}"
        for question in QUESTIONS
        for answer, count in (("ja", 12), ("een beetje", 6), ("nee", 5))
    ]
    for _ in range(2):
        client.post("/tevredenheid/antwoorden/", file(*lines), follow=True)
    assert SurveyCount.select().count() == 15
    page = client.get("/aanbieders/TA001/tevredenheid/")
    assert page.rows()[0] == ["Docent", "23", "12", "6", "5", "52 %", "36 tot 68 %"]
    client.sign_in("aanbieder", provider_code="TA002")
    client.get("/aanbieders/TA001/tevredenheid/", status=404)
    client.post("/tevredenheid/antwoorden/", file(*lines), status=403)
    client.sign_in("beheerder")
    client.get("/aanbieders/TA001/tevredenheid/", status=403)


def test_the_empty_workbook_goes_in_filled_and_says_what_it_left_out(client, db):
    make_provider("TA001")
    client.sign_in("contractmanager")
    empty = client.get("/tevredenheid/leeg.xlsx", check=False)
    book = openpyxl.load_workbook(io.BytesIO(empty.data))
    page = book.active
    page["F1"] = "opmerking"
    for number in range(2, page.max_row + 1):
        page.cell(number, 5).value = number
    filled = io.BytesIO()
    book.save(filled)
    filled.seek(0)
    page = client.post("/tevredenheid/antwoorden/", {"file": (filled, "a.xlsx")}, follow=True)
    assert "Niet gelezen: opmerking." in page.text
    assert sorted(one.count for one in SurveyCount.select()) == list(range(2, 17))


def test_the_sheet_is_there_in_dutch_and_english(client, db):
    client.sign_in("regio")
    client.get("/tevredenheid/")
    assert "Krijg je genoeg uitleg in de les?" in client.get("/tevredenheid/vragenlijst/").text
    english = client.get("/tevredenheid/vragenlijst/?taal=en")
    assert "Do you get enough explanation in the lesson?" in english.text
    client.get("/tevredenheid/vragenlijst/?taal=../../etc", status=404)


def test_who_has_no_lesson_within_45_minutes_is_named(client, db):
    provider = make_provider("TA001")
    for place, location, minutes in (
        ("Lemelerveld", "Zwolle", 58),
        ("Lemelerveld", "Ommen", 46),
        ("Dalfsen", "Zwolle", 45),
    ):
        TravelTime.create(
            provider=provider, location=location, municipality="0148", place=place, minutes=minutes
        )
    client.sign_in("gemeente", municipalities=["0148"])
    page = client.get("/aanbieders/TA001/locaties/")
    assert "Binnen 45 minuten is er geen les vanuit Lemelerveld." in page.text


def test_an_old_date_is_kept_as_given(client, db):
    assert read_answers((HEADER + "TA1;2026-01-05;docent;ja;4").encode()).rows[0].held_on == date(
        2026, 1, 5
    )


@pytest.mark.both_engines
@pytest.mark.parametrize("weight", [0, 25])
def test_satisfaction_is_a_criterion_that_weighs_nothing_unless_the_model_says_so(
    client, db, weight
):
    for month in (SEP, OCT):
        deliver("TA001", month)
    model = with_every_share(replace(BASIS_2027, code="met-cursisten"))
    assert model.criteria[-1].code == "tevredenheid"
    assert model.criteria[-1].weight == 0  # as the form offers it
    weights = {"tevredenheid": weight, "bevoegd": 25 - weight}
    criteria = tuple(replace(c, weight=weights.get(c.code, c.weight)) for c in model.criteria)
    version = model_operations.propose(
        replace(model, criteria=criteria), valid_from=SEP, reason="Proef", by="een@x.nl", at=AT
    )
    model_operations.approve(version, by="twee@x.nl", at=AT)
    for month in (SEP, OCT):
        operations.compute(month, **WHO)
    before = {card.month: card.score for card in ScoreCard.select()}

    def item(month: date) -> dict[str, object]:
        tree = ScoreCard.get(month=month).result
        return (tree["criteria"] if weight else tree["beside"])["tevredenheid"]

    assert item(OCT)["reason"] == "er is in het afgelopen jaar geen vragenlijst gehouden"
    client.sign_in("contractmanager")
    answers = file(*(f"TA001;10-10-2026;{question};{answer};{count}"
                     for question in ("docent", "uitleg")
                     for answer, count in (("ja", 9), ("nee", 3))))  # fmt: skip
    client.post("/tevredenheid/antwoorden/", answers, status=302)

    asked = item(OCT)
    assert (asked["value"], asked["numerator"], asked["denominator"]) == (75, 18, 24)
    assert (asked["n"], asked["groups"], asked["effective_n"]) == (12, 12, 12)
    assert asked["interval"] == pytest.approx([51.6, 90.4], abs=0.2)
    assert item(SEP)["value"] is None  # it was not there yet
    after = {card.month: card.score for card in ScoreCard.select()}
    assert after[SEP] == before[SEP]
    assert (after[OCT] == before[OCT]) is (weight == 0)
    page = client.get("/kwaliteit/2026-10/TA001/B/")
    assert "Tevredenheid" in page.text
    assert ("18,0 keer ja, gedeeld door 24,0 antwoorden" in page.text) is (weight > 0)
