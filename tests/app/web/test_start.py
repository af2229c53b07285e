"""The start page: an inbox of what this account can do, and what comes next."""

from datetime import date, timedelta

from markupsafe import Markup

from app.web.templating import whole_dates
from core.accounts import Account, Role
from core.audit import AuditLine
from core.dates import add_months, month_of, today
from core.formats import month_text
from procurement.attention import upcoming as of_planning
from providers.attention import upcoming as of_deliveries
from providers.models import ContractScope
from quality.agreements.attention import upcoming as of_agreements
from quality.agreements.models import Agreement, Complaint
from tests.builders import AT, make_contract, make_provider
from tests.pages import text_of
from tests.procurement.plans import make_milestone, make_process

TODAY = date(2026, 11, 23)


def account(role, **more):
    return Account(role=role, **({"municipalities": [], "email": "x@example.org"} | more))


def lines_of(items):
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
    assert lines_of(items) == [
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
    assert lines_of(of_planning(account(Role.REGION), TODAY)) == [
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


def lines(page, group: str) -> list[str]:
    """The sentences of one group of the inbox."""
    for section in page.with_class("inbox"):
        if text_of(next(section.iter("h2"))).startswith(group):
            return [text_of(one) for one in section.iter() if one.get("class") == "inbox__what"]
    return []


def complain(provider, days_ago: int) -> Complaint:
    received = today() - timedelta(days=days_ago)
    values = {"kind": "uitleg", "summary": "Les viel uit", "created_by": "x", "created_at": AT}
    return Complaint.create(provider=provider, received_on=received, **values)


def test_an_empty_installation_shows_what_to_do_first_until_it_is_done(client):
    client.sign_in("contractmanager")
    page = client.get("/")
    (steps,) = page.with_class("setup")
    assert text_of(next(steps.iter("li"))) == "Lees aanbieders, contracten en keurmerken in"
    make_contract(make_provider("TA001"))
    (steps,) = client.get("/").with_class("setup")
    assert text_of(next(steps.iter("li"))).endswith("klaar")
    client.sign_in("gemeente", municipalities=["0193"])
    assert client.get("/").with_class("setup") == []


def test_the_page_shows_the_dates_only_when_nothing_is_due(client):
    client.sign_in("contractmanager")
    provider = make_provider("TA001")
    ContractScope.create(contract=make_contract(provider, valid_from=month_of(today())), route=1)
    page = client.get("/")
    assert "Niets vraagt deze week je aandacht." in page.text
    assert "Wat hierna komt" in page.text
    assert "van Taalschool TA001" in page.text

    make_contract(provider, valid_from=add_months(month_of(today()), -3))
    page = client.get("/")
    assert "ontbreekt" in page.text or "ontbreken" in page.text
    assert "Wat hierna komt" not in page.text


def test_the_same_things_fold_and_say_how_late_they_are(client):
    wachter = make_provider("TA002", name="De Wachter")
    for days in (57, 50):
        complain(wachter, days)
    complain(make_provider("TA003", name="Veenrand"), 38)
    client.sign_in("contractmanager")
    page = client.get("/")
    assert page.with_class("answer")[0].text == "2 dingen vragen deze week je aandacht."
    (folded,) = lines(page, "Nu")
    assert folded.startswith("2 klachten over De Wachter zijn nog niet afgehandeld")
    assert "15 dagen te laat" in page.text
    (soon,) = lines(page, "Deze week")
    assert soon.startswith("Klacht over Veenrand")
    assert "nog 4 dagen" in page.text


def test_what_somebody_cannot_do_is_for_information(client):
    provider = make_provider("TA001")
    agree(provider, today() - timedelta(days=3))
    client.sign_in("contractmanager")
    assert len(lines(client.get("/"), "Nu")) == 1
    client.sign_in("regio")
    assert lines(client.get("/"), "Nu") == []
    assert len(lines(client.get("/"), "Ter informatie")) == 1


def test_put_off_and_done_are_shared_by_colleagues_and_say_who_did_it(client):
    complain(make_provider("TA001", name="Taalschool"), 50)
    client.sign_in("contractmanager", email="els@regio.example")
    key = next(e.get("value") for e in client.get("/").all("input") if e.get("name") == "ding")
    page = client.post("/opzij/", {"ding": key, "keuze": "klaar"}, follow=True)
    assert lines(page, "Nu") == []
    client.sign_in("contractmanager", email="jan@regio.example")
    assert "Klaar, door els@regio.example" in client.get("/").text
    page = client.post("/opzij/", {"ding": key, "keuze": "terug"}, follow=True)
    assert len(lines(page, "Nu")) == 1
    page = client.post("/opzij/", {"ding": key, "keuze": "een week"}, follow=True)
    back = today() + timedelta(days=7)
    assert f"Komt terug op {back:%d-%m-%Y}" in page.text
    assert [line.action for line in AuditLine.select().order_by(AuditLine.id)] == [
        "done", "put_back", "put_off",
    ]  # fmt: skip

    # Only who has it on a list puts it off, and nothing else than the choices.
    client.sign_in("contractmanager", email="ta9@regio.example", provider_code="TA009")
    client.post("/opzij/", {"ding": key, "keuze": "klaar"}, follow=True)
    client.sign_in("contractmanager", email="jan@regio.example")
    client.post("/opzij/", {"ding": key, "keuze": "nooit"}, status=400)
    client.post("/opzij/", {"ding": key, "keuze": "terug"})
    assert len(lines(client.get("/"), "Nu")) == 1


def test_four_figures_each_lead_to_their_list(client):
    make_contract(make_provider("TA001"), valid_from=add_months(month_of(today()), -3))
    agree(make_provider("TA001"), today() + timedelta(days=90))
    client.sign_in("contractmanager")
    (strip,) = client.get("/").with_class("figures")
    links = {text_of(link): link.get("href") for link in strip.iter("a")}
    last = month_text(add_months(month_of(today()), -1))
    assert links == {
        f"0 van 1 leveringen binnen over {last}": "/leveringen/",
        "0 mijlpalen te laat": "/planning/mijlpalen/?gezondheid=te+laat",
        "0 signalen nieuw": "/signalen/",
        "1 afspraak loopt": "/aanbieders/",
    }
    for url in links.values():
        client.get(url)


def test_a_date_stays_whole_and_nothing_else_in_its_sentence_becomes_markup():
    assert whole_dates("Vraag <A&B> voor 23-11-2026.") == Markup(
        'Vraag &lt;A&amp;B&gt; voor <span class="day">23-11-2026</span>.'
    )
    assert whole_dates(Markup("<b>nu</b>")) == Markup("<b>nu</b>")
