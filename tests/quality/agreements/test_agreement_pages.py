"""Contract management through the pages: what each role sees, and what follows by itself."""

from datetime import date, timedelta

import pytest

from core.accounts import Account, Role
from core.audit import AuditLine
from core.dates import add_months, month_of, now, today
from providers.codes import LearningRoute
from providers.models import Provider
from quality.agreements.attention import attention
from quality.agreements.models import Agreement, Complaint, Talk
from quality.agreements.operations import close_agreement, make_agreement, register_complaint
from quality.models import ScoreCard
from tests.builders import AT, make_provider

BASE = "/aanbieders/TA001/"
PERSON = "contract@example.org"


@pytest.fixture
def provider(db) -> Provider:
    return make_provider("TA001", name="Taalhuis IJssel")


def make_card(provider, month, *, value=61.0, points=40.7) -> ScoreCard:
    criteria = {
        "wachttijd": {"value": value, "points": points},
        "bevoegd": {"value": 84.0, "points": 84.0},
        "keurmerk": {"value": "onbepaalde_tijd", "points": 100.0},
        "intensiteit": {"value": None, "points": None},
    }
    return ScoreCard.create(
        provider=provider,
        route=LearningRoute.B1,
        month=month,
        model="basis-2026",
        standing="onvoldoende",
        score=58.2,
        result={"route": "B", "criteria": criteria},
        computed_at=AT,
    )


def agree(provider, **more) -> Agreement:
    values = {
        "kind": "agreement",
        "text": "Twee groepen erbij",
        "agreed_on": today() - timedelta(days=40),
        "due_on": today() + timedelta(days=60),
        "criterion": "wachttijd",
        "route": LearningRoute.B1,
        "threshold": 75.0,
        "talk": None,
        "by": PERSON,
        "at": now(),
    }
    return make_agreement(provider=provider, **{**values, **more})


def complain(provider, **more) -> Complaint:
    values = {
        "received_on": today() - timedelta(days=60),
        "kind": "wachttijd",
        "route": None,
        "municipality": "0148",
        "summary": "Al drie maanden geen plek",
        "internal_note": "Besproken met de klantmanager",
        "by": PERSON,
        "at": now(),
    }
    return register_complaint(provider=provider, **{**values, **more})


def last_month() -> date:
    return add_months(month_of(today()), -1)


def test_each_criterion_has_a_word(client, provider):
    make_card(provider, last_month())
    client.sign_in("contractmanager")
    page = client.get(BASE + "afspraken/")
    assert "1 criterium wijkt af zonder afspraak: wachttijd (B1-route)." in page.text
    assert BASE + "afspraken/nieuw/?criterium=wachttijd&route=1" in page.links
    prefilled = client.get(BASE + "afspraken/nieuw/?criterium=wachttijd&route=1")
    chosen = [o.get("value") for o in prefilled.all("option") if o.get("selected") is not None]
    assert chosen == ["", "wachttijd", "1"]
    agree(provider)
    page = client.get(BASE + "afspraken/")
    assert "1 afspraak loopt. Niets wijkt af zonder afspraak." in page.text
    assert page.rows(1) == [
        ["wachttijd", "B1-route", "40,7", "wijkt af, afspraak loopt"],
        ["bevoegde docenten", "B1-route", "84,0", "op koers"],
        ["intensiteit", "B1-route", "–", "geen oordeel"],
        ["Blik op Werk", "B1-route", "100,0", "op koers"],
    ]
    agree(provider, kind="plan", criterion="intensiteit", threshold=12.0)
    assert client.get(BASE + "afspraken/").rows(1)[-2][-1] == "onderdeel van plan"


def test_an_agreement_follows_the_month_figures_by_itself(client, provider):
    agreement = agree(provider)
    client.sign_in("contractmanager")
    address = f"{BASE}afspraken/{agreement.id}/"
    assert "Er is nog geen maandcijfer" in client.get(address).text
    make_card(provider, last_month(), value=61.0)
    page = client.get(address)
    assert "Nog niet gehaald: 61,0" in page.text
    assert page.rows()[0][1:] == ["61,0", "14,0 te laag"]
    for value, words in ((74.99, ["75,0", "net te laag"]), (80.0, ["80,0", "gehaald"])):
        ScoreCard.delete().execute()
        make_card(provider, last_month(), value=value)
        assert client.get(address).rows()[0][1:] == words


def test_a_revision_is_not_counted(client, provider):
    agreement = agree(provider)
    make_card(provider, last_month(), value=61.0)
    revision = make_card(provider, add_months(last_month(), 1), value=99.0)
    revision.revision, revision.status, revision.month = 1, "herziening", last_month()
    revision.save()
    client.sign_in("contractmanager")
    assert len(client.get(f"{BASE}afspraken/{agreement.id}/").rows()) == 1


def test_making_and_closing_an_agreement(client, provider):
    client.sign_in("contractmanager")
    client.get(BASE + "afspraken/nieuw/")
    form = {
        "kind": "plan",
        "text": "Meer groepen in Dalfsen",
        "agreed_on": "01-10-2026",
        "due_on": "31-12-2026",
        "criterion": "wachttijd",
    }
    wrong = client.post(BASE + "afspraken/nieuw/", form, status=200)
    assert "Kies bij een maatstaf een criterium, een leerroute en een grens" in wrong.errors[0]
    backwards = form | {"criterion": "", "due_on": "30-09-2026"}
    wrong = client.post(BASE + "afspraken/nieuw/", backwards, status=200)
    assert wrong.errors == [
        "De einddatum ligt voor de datum van de afspraak. Kies een latere einddatum."
    ]
    page = client.post(
        BASE + "afspraken/nieuw/", form | {"route": "1", "threshold": "90"}, follow=True
    )
    assert "Meer groepen in Dalfsen" in page.text
    agreement = Agreement.get()
    address = f"{BASE}afspraken/{agreement.id}/"
    page = client.post(address, {"ending": "closed", "note": "Wachtlijst weg"}, follow=True)
    assert "Wachtlijst weg" in page.text
    again = client.post(address, {"ending": "closed", "note": "nog eens"}, status=200)
    assert again.errors == ["Deze afspraak is al gesloten."]
    lines = AuditLine.select().where(AuditLine.thing == "agreement").order_by(AuditLine.id)
    assert [line.action for line in lines] == ["create", "close"]


def test_keeping_a_talk(client, provider):
    client.sign_in("contractmanager")
    client.get(BASE + "gesprek/vastleggen/")
    tomorrow = f"{today() + timedelta(days=1):%d-%m-%Y}"
    form = {"held_on": tomorrow, "subject": "Kwartaalgesprek", "report": "Wachttijd\nDocenten"}
    assert (
        "tot en met vandaag"
        in client.post(BASE + "gesprek/vastleggen/", form, status=200).errors[0]
    )
    form["held_on"] = "01-10-2026"
    page = client.post(BASE + "gesprek/vastleggen/", form, follow=True)
    assert "01-10-2026: Kwartaalgesprek" in page.text
    assert Talk.get().created_by == "contractmanager@example.org"


def test_a_provider_reads_its_own_and_changes_nothing(client, provider):
    other = make_provider("TA002")
    agreement, foreign = agree(provider), agree(other)
    complaint, of_other = complain(provider), complain(other)
    client.sign_in("aanbieder", provider_code="TA001")
    for address in (
        BASE + "afspraken/",
        f"{BASE}afspraken/{agreement.id}/",
        BASE + "klachten/",
        f"{BASE}klachten/{complaint.id}/",
    ):
        page = client.get(address)
        assert "klantmanager" not in page.text
        assert "Sluit" not in page.text
        assert "Handel" not in page.text
    for address in (
        f"{BASE}afspraken/{foreign.id}/",
        f"/aanbieders/TA002/afspraken/{foreign.id}/",
        "/aanbieders/TA002/afspraken/",
        f"/aanbieders/TA002/klachten/{of_other.id}/",
    ):
        client.get(address, status=404)
    client.post(f"{BASE}afspraken/{agreement.id}/", {"ending": "closed"}, status=403)
    client.get(BASE + "klachten/nieuw/", status=403)


def test_a_gemeente_registers_and_reads_only_its_own_complaints(client, provider):
    own, foreign = complain(provider), complain(provider, municipality="0193")
    client.sign_in("gemeente", municipalities=["0148"])
    page = client.get(BASE + "klachten/")
    assert len(page.rows()) == 1
    assert "klantmanager" in client.get(f"{BASE}klachten/{own.id}/").text
    client.get(f"{BASE}klachten/{foreign.id}/", status=404)
    client.get(BASE + "afspraken/", status=403)
    form = {
        "received_on": f"{today():%d-%m-%Y}",
        "kind": "docent",
        "municipality": "0193",
        "summary": "De docent wisselt elke week",
    }
    refused = client.post(BASE + "klachten/nieuw/", form, status=200)
    assert refused.errors
    client.post(BASE + "klachten/nieuw/", form | {"municipality": "0148"}, follow=True)
    made = Complaint.select().order_by(Complaint.id.desc()).get()
    assert (made.kind, made.criterion, made.municipality) == ("docent", "bevoegd", "0148")


def test_personal_data_stays_out_of_what_the_provider_reads(client, provider):
    client.sign_in("contractmanager")
    form = {
        "received_on": f"{today():%d-%m-%Y}",
        "kind": "uitleg",
        "summary": "Bel 06-12345678 over de lessen",
    }
    page = client.post(BASE + "klachten/nieuw/", form, status=200)
    assert page.errors[0].startswith("In de klacht staat een telefoonnummer.")
    complaint = complain(provider)
    address = f"{BASE}klachten/{complaint.id}/"
    page = client.post(address, {"outcome": "Mail van jan@example.nl"}, status=200)
    assert page.errors[0].startswith("In de uitkomst staat een e-mailadres.")
    page = client.post(address, {"outcome": "Geplaatst in een groep"}, follow=True)
    assert "afgehandeld op" in page.text
    again = client.post(address, {"outcome": "nog eens"}, status=200)
    assert again.errors == ["Deze klacht is al afgehandeld."]


def test_complaints_are_counted_by_kind_over_twelve_months(client, provider):
    complain(provider)
    complain(provider, kind="docent")
    # not counted: longer ago
    complain(provider, received_on=today() - timedelta(days=500))
    client.sign_in("regio")
    page = client.get(BASE + "klachten/")
    assert "te weinig lessen0 wachttijd1" in page.text
    assert "klantmanager" not in client.get(f"{BASE}klachten/{Complaint.get().id}/").text


def test_what_asks_for_attention(db, provider):
    day = today()
    agree(provider, agreed_on=day - timedelta(days=90), due_on=day - timedelta(days=1))
    agree(provider, text="Straks", due_on=day + timedelta(days=10))
    # not told: closed, far away
    done = agree(provider, due_on=day + timedelta(days=1))
    close_agreement(done, cancelled=False, note="klaar", by=PERSON, at=now())
    agree(provider, due_on=day + timedelta(days=50))
    complain(provider)
    complain(provider, received_on=day)
    manager = Account(email="x", role=Role.CONTRACT_MANAGER, municipalities=[])
    items = attention(manager, day)
    assert [(i.urgency, i.url.split("/")[3]) for i in items] == [
        (1, "afspraken"),
        (2, "afspraken"),
        (1, "klachten"),
    ]
    assert items[0].text == (
        f"Afspraak met Taalhuis IJssel liep af op {day - timedelta(days=1):%d-%m-%Y} "
        "(nog geen cijfer): Twee groepen erbij"
    )
    gemeente = Account(email="y", role=Role.MUNICIPALITY, municipalities=["0148"])
    assert attention(gemeente, day) == []


def test_lists_as_files(client, provider):
    agree(provider)
    complain(provider, summary="=1+1 klopt niet")
    client.sign_in("aanbieder", provider_code="TA001")
    file = client.get(BASE + "afspraken/afspraken.csv").response.text
    assert "afspraak;Twee groepen erbij;wachttijd;B1-route;75,0;;nog geen cijfer;" in file
    file = client.get(BASE + "klachten/klachten.csv").response.text
    assert ";'=1+1 klopt niet;open;" in file
    assert "klantmanager" not in file
    client.get("/aanbieders/TA002/klachten/klachten.csv", status=404)
