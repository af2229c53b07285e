"""The talk: one A4 as a page and as a PDF, and what was decided kept as agreements."""

import io
from datetime import timedelta

import pikepdf
import pytest

from core.dates import today
from quality.agreements.models import Agreement, Complaint, Talk
from quality.cards import operations
from quality.models import Reaction
from tests.builders import AT, make_provider
from tests.pages import text_of
from tests.quality.cards.test_operations import OCT, WHO, deliver

SHEET = "/aanbieders/TA001/gesprek/"


@pytest.fixture
def judged(db):
    """A school that falls short on docenten, with three others beside it on the same route."""
    for code in ("TA001", "TA002", "TA003", "TA004"):
        deliver(code, OCT, minutes_certified=0 if code == "TA001" else 2880)
    operations.compute(OCT, **WHO)
    return make_provider("TA001")


def test_the_sheet_tells_what_a_talk_needs_and_fits_on_one_page(judged, client):
    values = {"provider": judged, "created_by": "x", "created_at": AT}
    Agreement.create(
        kind="agreement", text="Twee groepen erbij", agreed_on=today() - timedelta(days=90),
        due_on=today() - timedelta(days=1), **values,
    )  # fmt: skip
    Complaint.create(kind="uitleg", summary="Les viel uit", received_on=today(), **values)
    Reaction.create(provider=judged, route=1, month=OCT, text="Wij nemen aan.", by="x", at=AT)
    client.sign_in("contractmanager")
    page = client.get(SHEET)
    rows = {row[0]: row for row in page.rows()}
    assert rows["Bevoegde docenten"][1:4] == ["0,0 %", "98,1 %", "onvoldoende"]
    for said in (
        "Twee groepen erbij. Klaar op",
        "(voorbij)",
        "Klacht van",
        "Reactie van de aanbieder: Wij nemen aan. Nog geen antwoord.",
        "Bevoegde docenten, B1-route (0,0 %): wat gaat de aanbieder doen?",
    ):
        assert said in page.text
    answer = client.get(f"{SHEET}gespreksblad.pdf", check=False)
    assert len(pikepdf.open(io.BytesIO(answer.data)).pages) == 1


def test_a_figure_of_few_others_is_not_told(db, client):
    for code in ("TA001", "TA002", "TA003"):
        deliver(code, OCT)
    operations.compute(OCT, **WHO)
    client.sign_in("aanbieder", provider_code="TA001")
    page = client.get(SHEET)
    assert {row[2] for row in page.rows()} == {"–"}
    client.get("/aanbieders/TA002/gesprek/", status=404)
    client.sign_in("gemeente", municipalities=["0193"])
    client.get(SHEET, status=403)


def test_a_decision_becomes_an_agreement_with_its_measure_and_date(judged, client):
    client.sign_in("contractmanager")
    form = client.get(f"{SHEET}vastleggen/")
    chosen = [text_of(e) for e in form.all("option") if "selected" in e.attrib]
    assert "bevoegde docenten" in chosen
    day = f"{today():%d-%m-%Y}"
    due = today() + timedelta(days=60)
    given = {
        "held_on": day, "subject": "Docenten", "text_1": "Twee docenten halen BVNT2",
        "criterion_1": "bevoegd", "route_1": "1", "threshold_1": "90",
        "criterion_2": "wachttijd", "route_2": "1",
    }  # fmt: skip
    page = client.post(f"{SHEET}vastleggen/", given)
    assert page.errors == ["Vul in wanneer de afspraak klaar moet zijn."]
    assert not Talk.select().exists()
    client.post(f"{SHEET}vastleggen/", given | {"due_on_1": f"{due:%d-%m-%Y}"}, follow=True)
    (agreement,) = Agreement.select()
    assert (agreement.talk, agreement.criterion, agreement.threshold, agreement.due_on) == (
        Talk.get(), "bevoegd", 90, due,
    )  # fmt: skip


def test_the_month_says_with_whom_to_talk_and_about_what(db, client):
    poor = {"minutes_certified": 0, "minutes_evening_weekend": 0, "minutes_offered": 600}
    deliver("TA001", OCT, **poor)
    deliver("TA002", OCT)
    operations.compute(OCT, **WHO)
    client.sign_in("contractmanager")
    (lead,) = client.get("/kwaliteit/2026-10/").with_class("talks")
    (line,) = lead.iter("li")
    assert text_of(line).startswith("Taalschool TA001. B1-route: bevoegde docenten 0,0 %; ")
    assert next(line.iter("a")).get("href") == SHEET
