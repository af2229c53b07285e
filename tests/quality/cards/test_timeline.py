"""The timeline of one aanbieder: what each role reads there, narrowed to one kind or not."""

from datetime import date

import pytest

from core.accounts import Account, Role
from providers.codes import MarkStatus
from providers.models import DeliveryMonth, Provider, QualityMark
from quality.agreements.models import Agreement, Complaint, Talk
from quality.cards.timeline_queries import provider_events
from quality.models import FIXED, Reaction, ScoreCard
from tests.builders import AT, make_contract, make_delivery, make_provider

TODAY = date(2026, 11, 23)
AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)


def make_card(provider: Provider, month: date, standing: str, **more) -> ScoreCard:
    return ScoreCard.create(
        provider=provider,
        route=1,
        month=month,
        model="basis-2026",
        standing=standing,
        score=70,
        result={},
        computed_at=AT,
        **more,
    )


@pytest.fixture
def history(client) -> Provider:
    provider = make_provider("TA001", name="Aardig")
    # not told: another aanbieder
    QualityMark.create(
        provider=make_provider("TA002"), status=MarkStatus.ENDED, valid_from=date(2026, 2, 1)
    )
    make_contract(provider, number="C-1", valid_from=SEPTEMBER, valid_until=date(2028, 8, 31))
    QualityMark.create(
        provider=provider,
        status=MarkStatus.SUSPENDED,
        valid_from=date(2026, 10, 5),
        valid_until=date(2026, 12, 31),
    )
    # not told: longer than three years ago
    QualityMark.create(
        provider=provider,
        status=MarkStatus.INDEFINITE,
        valid_from=date(2019, 1, 1),
        valid_until=date(2026, 10, 4),
    )
    # September came in time, October never
    delivery = make_delivery(provider, received_at=AT.replace(year=2026, month=10, day=2))
    DeliveryMonth.create(delivery=delivery, month=SEPTEMBER, rows=3)
    make_card(provider, AUGUST, "goed", status=FIXED, fixed_by="c@x.nl", fixed_at=AT)
    # not told: the judgement stayed as it was
    make_card(provider, SEPTEMBER, "goed")
    make_card(provider, OCTOBER, "onvoldoende")
    Reaction.create(
        provider=provider, route=1, month=AUGUST, criterion="wachttijd", text="x", by="a", at=AT
    )
    made = {"created_by": "c@x.nl", "created_at": AT}
    Talk.create(provider=provider, held_on=date(2026, 11, 2), subject="Wachttijd", **made)
    Agreement.create(
        provider=provider,
        kind="plan",
        text="Twee groepen erbij",
        agreed_on=date(2026, 11, 3),
        due_on=date(2027, 2, 1),
        **made,
    )
    Complaint.create(
        provider=provider,
        received_on=date(2026, 11, 4),
        kind="uitleg",
        municipality="0193",
        summary="x",
        **made,
    )
    return provider


def event_lines(provider: Provider, role: Role, **who) -> list[str]:
    account = Account(email="x@x.nl", role=role, **who)
    events = provider_events(provider, account, date(2023, 12, 1), date(2026, 11, 1), TODAY)
    return [f"{event.on:%d-%m} {event.kind}: {event.text}" for event in events]


def test_tells_what_happened_newest_first(history) -> None:
    assert event_lines(history, Role.CONTRACT_MANAGER) == [
        "23-11 oordeel: Oordeel over augustus 2026 vastgesteld",
        "23-11 reactie: Reactie op augustus 2026, B1-route (wachttijd)",
        "13-11 levering: Levering over oktober 2026 ontbreekt (uiterlijk 13-11-2026)",
        "04-11 klacht: Klacht over uitleg",
        "03-11 afspraak: Verbeterplan, klaar op 01-02-2027: Twee groepen erbij",
        "02-11 gesprek: Contractgesprek: Wachttijd",
        "31-10 oordeel: B1-route in oktober 2026: van goed naar onvoldoende",
        "05-10 keurmerk: Blik op Werk: geschorst, tot en met 31-12-2026",
        "01-09 contract: Contract C-1 ging in",
    ]


def test_a_gemeente_reads_nothing_of_the_talks_or_other_gemeenten(history) -> None:
    assert event_lines(history, Role.MUNICIPALITY, municipalities=["0148"]) == [
        "23-11 oordeel: Oordeel over augustus 2026 vastgesteld",
        "31-10 oordeel: B1-route in oktober 2026: van goed naar onvoldoende",
        "05-10 keurmerk: Blik op Werk: geschorst, tot en met 31-12-2026",
        "01-09 contract: Contract C-1 ging in",
    ]


def test_the_page_narrows_to_one_kind(history, client) -> None:
    client.sign_in(Role.CONTRACT_MANAGER)
    whole = client.get("/aanbieders/TA001/tijdlijn/")
    assert whole.title == "Tijdlijn van Aardig"
    assert "Contractgesprek: Wachttijd" in whole.text
    marks = client.get("/aanbieders/TA001/tijdlijn/?soort=keurmerk")
    assert "Blik op Werk: geschorst, tot en met 31-12-2026" in marks.text
    assert "Contractgesprek" not in marks.text
    # not a kind: everything
    assert "Contractgesprek" in client.get("/aanbieders/TA001/tijdlijn/?soort=onzin").text


def test_an_aanbieder_without_history_has_a_page_that_says_so(db, client) -> None:
    make_provider("TA009")
    client.sign_in(Role.CONTRACT_MANAGER)
    assert "Er is nog niets gebeurd." in client.get("/aanbieders/TA009/tijdlijn/").text
