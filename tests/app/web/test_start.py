"""The start page when nothing is due: it says so, and which dates come next."""

from datetime import date

from core.accounts import Account, Role
from core.dates import add_months, month_of, today
from procurement.attention import upcoming as of_planning
from providers.attention import upcoming as of_deliveries
from providers.models import ContractScope
from quality.agreements.attention import upcoming as of_agreements
from quality.agreements.models import Agreement
from tests.builders import AT, make_contract, make_provider
from tests.procurement.plans import make_milestone, make_process

TODAY = date(2026, 11, 23)


def account(role, **more):
    return Account(role=role, **({"municipalities": [], "email": "x@example.org"} | more))


def told(items):
    return [(item.on.isoformat(), item.text, item.url) for item in items]


def agree(provider, due_on: date, **more) -> Agreement:
    values = {"kind": "agreement", "text": "Twee groepen erbij", "agreed_on": date(2026, 9, 1)}
    return Agreement.create(
        provider=provider, due_on=due_on, created_by="x", created_at=AT, **values, **more
    )


def test_deliveries_until_when_and_of_how_many(db):
    for code in ("TA001", "TA002"):
        make_contract(make_provider(code), valid_from=date(2026, 11, 1))
    make_contract(make_provider("TA003"), valid_from=date(2026, 11, 1), due_workday=5)
    items = of_deliveries(account(Role.CONTRACT_MANAGER), TODAY)
    assert told(items) == [
        ("2026-12-07", "Levering over november 2026 van Taalschool TA003", "/leveringen/"),
        ("2026-12-14", "Levering over november 2026 van 2 aanbieders", "/leveringen/"),
    ]
    own = of_deliveries(account(Role.PROVIDER, provider_code="TA003"), TODAY)
    assert [item.text for item in own] == ["Levering over november 2026 van Taalschool TA003"]
    assert of_deliveries(account(Role.MUNICIPALITY, municipalities=["0193"]), TODAY) == []


def test_steps_of_running_trajecten_that_are_still_to_be_done(db):
    running = make_process(code="B1", name="Inkoop B1", status="lopend")
    soon = date(2026, 12, 1)
    make_milestone(running, title="Publicatie", expected_end=date(2027, 1, 15))
    make_milestone(running, title="Collegebesluit", expected_end=soon)
    # not told: done, cancelled, past, not running
    make_milestone(running, expected_end=soon, actual_end=date(2026, 11, 2))
    make_milestone(running, expected_end=soon, cancelled=True)
    make_milestone(running, expected_end=date(2026, 11, 22))
    make_milestone(make_process(status="gestopt"), expected_end=soon)
    assert told(of_planning(account(Role.REGION), TODAY)) == [
        ("2026-12-01", "Collegebesluit (Inkoop B1)", "/planning/B1/"),
        ("2027-01-15", "Publicatie (Inkoop B1)", "/planning/B1/"),
    ]
    assert of_planning(account(Role.PROVIDER, provider_code="TA001"), TODAY) == []
    assert of_planning(account(Role.MUNICIPALITY, municipalities=["0363"]), TODAY) == []


def test_open_agreements_with_ones_own_school_only(db):
    one, other = make_provider("TA001"), make_provider("TA002")
    mine = agree(one, date(2027, 2, 1))
    agree(other, date(2027, 1, 1))
    # not told: closed, past
    agree(one, date(2027, 1, 1), state="closed", closed_on=date(2026, 11, 2))
    agree(one, date(2026, 11, 1))
    (item,) = of_agreements(account(Role.PROVIDER, provider_code="TA001"), TODAY)
    assert item.text == "Afspraak met Taalschool TA001 loopt af: Twee groepen erbij"
    assert item.url == f"/aanbieders/TA001/afspraken/{mine.id}/"
    assert len(of_agreements(account(Role.CONTRACT_MANAGER), TODAY)) == 2


def test_the_page_shows_the_dates_only_when_nothing_is_due(client):
    client.sign_in("contractmanager")
    page = client.get("/")
    assert "Niets vraagt vandaag je aandacht." in page.text
    assert "Er staan ook geen datums gepland." in page.text

    provider = make_provider("TA001")
    ContractScope.create(contract=make_contract(provider, valid_from=month_of(today())), route=1)
    page = client.get("/")
    assert "Niets vraagt vandaag je aandacht." in page.text
    assert "Wat hierna komt" in page.text
    assert "van Taalschool TA001" in page.text

    make_contract(provider, valid_from=add_months(month_of(today()), -3))
    page = client.get("/")
    assert "ontbreekt" in page.text
    assert "Wat hierna komt" not in page.text
