"""Whoever takes a file about persons along says first for what; the access log keeps it."""

import pytest

from core.access_log import AccessLine
from core.accounts import Role
from core.pages import purposes
from tests.builders import make_delivery, make_provider

FILE = "/cursisten/export/csv/"


@pytest.fixture
def gemeente(client):
    """Somebody of Zwolle who was not asked yet."""
    client.sign_in(Role.MUNICIPALITY, municipalities=["0193"])
    with client.browser.session_transaction() as session:
        session.pop(purposes.KEPT)
    return client


def downloads() -> list[tuple[str, str]]:
    lines = AccessLine.select().where(AccessLine.action == "download").order_by(AccessLine.id)
    return [(line.what, line.purpose) for line in lines]


def test_the_file_follows_the_answer_which_holds_for_the_next_one(gemeente):
    page = gemeente.get(f"{FILE}?zoek=T")
    assert page.title.startswith("Waarvoor heb je dit bestand nodig?")
    assert downloads() == []

    answer = {"purpose": "een verzoek van een cursist", "volgende": f"{FILE}?zoek=T"}
    file = gemeente.post("/account/doel/", answer, follow=True, check=False)

    assert file.response.headers["Content-Disposition"].startswith("attachment")
    gemeente.get("/cursisten/export/xlsx/", check=False)
    assert downloads() == [("learners", "een verzoek van een cursist")] * 2


def test_an_answer_holds_for_an_hour(gemeente, monkeypatch):
    monkeypatch.setattr(purposes, "ASKED_AGAIN_AFTER", 0)
    gemeente.post("/account/doel/", {"purpose": "toezicht of audit", "volgende": "/"})
    assert gemeente.get(FILE).title.startswith("Waarvoor")


@pytest.mark.parametrize(
    ("other", "sentence"),
    [("", "Vul in waarvoor"), ("mail naar f.yilmaz@voorbeeld.nl", "e-mailadres")],
)
def test_another_purpose_is_in_words_about_nobody(gemeente, other, sentence):
    answer = {"purpose": "anders", "other": other, "volgende": FILE}
    page = gemeente.post("/account/doel/", answer, status=400)
    assert sentence in page.text
    assert downloads() == []


def test_a_school_takes_what_it_sent_itself(client):
    delivery = make_delivery(provider=make_provider(code="TA001"), size=10)
    client.sign_in(Role.PROVIDER, provider_code="TA001")
    with client.browser.session_transaction() as session:
        session.pop(purposes.KEPT)
    client.get(f"/leveringen/{delivery.id}/ontvangstbewijs.json", check=False)
    assert downloads() == [("receipt", purposes.OWN_DATA)]
