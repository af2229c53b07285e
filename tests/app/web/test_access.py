"""Signing in and out, as a person at the browser."""

from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask

from core.access_log import AccessLine
from core.accounts import Account, Role, SignInFailure
from core.audit import AuditLine
from core.dates import now
from core.errors import DomainError
from core.formats import clock_text
from core.identity import account_operations
from core.identity.account_operations import (
    add_account,
    change_account,
    check_password,
    one_time_password,
    set_password,
    sign_in,
)
from core.identity.models import SignInSession
from core.identity.session_operations import end_all
from tests.builders import make_provider
from tests.pages import Client, Page
from tests.providers.feed.door import deliver
from tests.providers.feed.lines import csv, row

PASSWORD = "lantaarn kruiwagen zeester"
OTHER = "paraplu fietspomp walnoot"


@pytest.fixture
def vera(client: Client) -> Account:
    return add_account(
        email="vera@zwolle.example", role=Role.ADMINISTRATOR, password=PASSWORD, by="t", at=now()
    )


def enter(client: Client, email: str, password: str, **extra: Any) -> Page:
    return client.post("/account/aanmelden/", {"email": email, "password": password} | extra)


def test_signs_in_and_goes_where_she_was_going(client, vera):
    page = client.get("/account/?x=1", status=302)
    assert page.location == "/account/aanmelden/?volgende=/account/?x%3D1"

    page = enter(client, "Vera@zwolle.example ", PASSWORD, volgende="/account/?x=1")

    assert (page.status, page.location) == (302, "/account/?x=1")
    assert client.get("/").title == "Vandaag"
    assert Account.get_by_id(vera.id).last_seen_at is not None


def test_says_the_same_for_every_refusal(client, vera):
    wrong = enter(client, vera.email, "iets heel anders dan dat")
    unknown = enter(client, "niemand@zwolle.example", PASSWORD)
    change_account(
        add_account(email="a@b.nl", role="regio", password=PASSWORD, by="t", at=now()),
        active=False, by="t", at=now(),
    )  # fmt: skip
    closed = enter(client, "a@b.nl", PASSWORD)
    assert wrong.errors == unknown.errors == closed.errors
    assert wrong.errors[0].startswith("Aanmelden is niet gelukt.")
    assert client.get("/", status=302).location.startswith("/account/aanmelden/")


def test_checks_a_hash_for_an_unknown_address_too(client, vera, monkeypatch):
    checked: list[str] = []

    class Watching(PasswordHasher):
        def verify(self, hash: str, password: str) -> bool:  # noqa: A002  the library's own name
            checked.append(hash)
            return super().verify(hash, password)

    monkeypatch.setattr(account_operations, "HASHER", Watching(time_cost=1, memory_cost=64))
    enter(client, "niemand@zwolle.example", PASSWORD)
    enter(client, vera.email, "iets heel anders dan dat")
    assert len(checked) == 2
    assert checked[0] != checked[1]


def failures(email: str, count: int, *, address: str = "10.0.0.1", at: Any = None) -> None:
    typed = account_operations.sha256(email.encode()).hexdigest()
    for _ in range(count):
        SignInFailure.create(typed=typed, address=address, at=at or now())


def attempt(email: str, address: str = "10.0.0.2", **more: Any) -> Account | None:
    return sign_in(email=email, password=PASSWORD, address=address, at=more.get("at", now()))


def test_five_failures_close_an_account_to_their_address_for_a_quarter(client, vera):
    failures(vera.email, 4)
    assert attempt(vera.email, "10.0.0.1") is not None
    failures(vera.email, 5)
    assert attempt(vera.email, "10.0.0.1") is None
    assert attempt(vera.email, "10.0.0.1", at=now() + timedelta(minutes=16)) is not None


def test_thirty_failures_close_an_address_for_everyone(client, vera):
    for number in range(30):
        failures(f"gok{number}@example.org", 1, address="10.9.9.9")
    assert attempt(vera.email, address="10.9.9.9") is None
    assert attempt(vera.email, address="10.0.0.1") is not None


def test_failures_are_counted_and_forgotten_after_a_day(client, vera):
    failures("oud@example.org", 1, at=now() - timedelta(days=2))
    enter(client, vera.email, "fout wachtwoord fout")
    assert [f.address for f in SignInFailure.select()] == ["127.0.0.1"]
    enter(client, vera.email, PASSWORD)
    assert SignInFailure.select().count() == 0


@pytest.mark.parametrize(
    "end", ["password", "deactivated", "role", "idle", "forged", "long", "ended by the beheerder"]
)
def test_a_session_ends(client, vera, end):
    enter(client, vera.email, PASSWORD)
    client.get("/account/")
    add_account(email="b@b.nl", role="beheerder", password=PASSWORD, by="t", at=now())
    account = Account.get_by_id(vera.id)
    if end == "password":
        set_password(account, password=OTHER, by="t", at=now())
    elif end == "deactivated":
        change_account(account, active=False, by="t", at=now())
    elif end == "role":
        change_account(account, role="regio", by="t", at=now())
    elif end == "ended by the beheerder":
        end_all(account, by="b@b.nl", at=now())
    elif end == "idle":
        SignInSession.update(seen_at=now() - timedelta(minutes=121)).execute()
    elif end == "long":
        SignInSession.update(began_at=now() - timedelta(hours=12, minutes=1)).execute()
    else:
        with client.browser.session_transaction() as session:
            session["token"] = "geraden"
    assert client.get("/account/", status=302).location.startswith("/account/aanmelden/")


def test_every_page_says_until_when_one_is_signed_in(client, vera):
    enter(client, vera.email, PASSWORD)
    began = SignInSession.get().began_at
    said = client.get("/account/").text
    assert f"Aangemeld tot {clock_text(began + timedelta(minutes=120))}, en langer als je" in said
    SignInSession.update(began_at=began - timedelta(hours=11)).execute()
    said = client.get("/account/").text
    assert f"Aangemeld tot {clock_text(began + timedelta(hours=1))}; meld je daarna opnieuw" in said


def test_a_copied_cookie_is_dead_after_signing_out(client, app, vera):
    enter(client, vera.email, PASSWORD)
    client.token()
    copy = client.browser.get_cookie("taalinkoop").value
    assert vera.session_key not in copy
    left = client.post("/account/afmelden/", status=302)
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'
    client.get("/account/", status=302)
    thief = Client(app)
    thief.browser.set_cookie("taalinkoop", copy)
    thief.get("/account/", status=302)


def test_sees_where_she_is_signed_in_and_ends_the_others(client, app, vera):
    enter(client, vera.email, PASSWORD)
    elsewhere = Client(app)
    elsewhere.browser.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Firefox/1"
    enter(elsewhere, vera.email, PASSWORD)
    page = client.get("/account/")
    assert "Firefox op Windows" in page.text
    page = client.post("/account/andere-sessies/", follow=True)
    assert "1 andere sessie is beëindigd." in page.text
    elsewhere.get("/account/", status=302)
    client.get("/account/")


def test_changes_her_own_password_and_stays_signed_in(client, vera):
    enter(client, vera.email, PASSWORD)
    other = Client(client.app)
    enter(other, vera.email, PASSWORD)

    wrong = client.post("/account/", {"current": "nee", "password": OTHER})
    assert wrong.errors == ["Dit is niet je huidige wachtwoord."]
    page = client.post("/account/", {"current": PASSWORD, "password": OTHER}, follow=True)

    assert "Je wachtwoord is gewijzigd" in page.text
    other.get("/account/", status=302)
    assert attempt(vera.email) is None


def test_a_one_time_password_must_be_changed_first(client, db):
    account = add_account(
        email="kim@b.nl", role="regio", password=PASSWORD, by="t", at=now(),
        must_change_password=True,
    )  # fmt: skip
    enter(client, account.email, PASSWORD)
    assert client.get("/", status=302).location == "/account/"
    assert "eenmalig wachtwoord" in client.get("/account/").text
    client.post("/account/", {"current": PASSWORD, "password": OTHER})
    client.get("/")


def test_the_first_account_needs_the_code_of_the_terminal(client, app: Flask):
    assert client.get("/account/aanmelden/", status=302).location == "/account/eerste-beheerder/"
    assert "taalinkoop user add" in client.get("/account/eerste-beheerder/").text
    app.config["FIRST_ACCOUNT_CODE"] = "a1b2c3d4"
    try:
        values = {"code": "geraden", "email": "eva@b.nl", "password": PASSWORD}
        page = client.post("/account/eerste-beheerder/", values)
        assert page.errors == ["Deze code klopt niet. Neem de code over uit de terminal."]
        page = client.post("/account/eerste-beheerder/", values | {"code": "a1b2c3d4"}, follow=True)
        assert page.title == "Vandaag"
        assert Account.get().role == Role.ADMINISTRATOR
        client.get("/account/eerste-beheerder/", status=404)
    finally:
        del app.config["FIRST_ACCOUNT_CODE"]


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("kort woord", "password_length"),
        ("x" * 201, "password_length"),
        ("wachtwoord123!", "password_guessable"),
        ("Welkom2026Welkom", "password_guessable"),
        ("aaaaaaaaaaaaaaa", "password_guessable"),
        ("123456789012345", "password_guessable"),
        ("vera-vera-vera", "password_guessable"),
        ("iloveyou1234", "password_guessable"),
        ("Welkom2026abcd", "password_guessable"),
        ("gemeentezwolle", "password_guessable"),
    ],
)
def test_refuses_a_password_that_anyone_would_guess(password, code):
    with pytest.raises(DomainError) as error:
        check_password(password, email="vera@zwolle.example")
    assert error.value.code == code


def test_accepts_words_and_what_the_product_makes_up():
    check_password(PASSWORD)
    for _ in range(200):
        check_password(one_time_password())


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"email": "geen adres"}, "email"),
        ({"role": "baas"}, "role"),
        ({"role": "aanbieder"}, "provider_code"),
        ({"role": "gemeente"}, "municipalities"),
        ({"role": "gemeente", "municipalities": ["9999"]}, "municipality"),
        ({"email": "VERA@zwolle.example"}, "email_taken"),
    ],
)
def test_refuses_an_account_that_cannot_be(client, vera, values, code):
    about = {"email": "nieuw@b.nl", "role": "regio", "password": PASSWORD} | values
    with pytest.raises(DomainError) as error:
        add_account(**about, by="t", at=now())
    assert error.value.code == code
    assert Account.select().count() == 1


def test_the_last_administrator_stays(client, vera):
    for values in ({"active": False}, {"role": "regio"}):
        with pytest.raises(DomainError) as error:
            change_account(Account.get_by_id(vera.id), **values, by="t", at=now())
        assert error.value.code == "last_administrator"
    assert Account.get_by_id(vera.id).active
    assert AuditLine.select().where(AuditLine.action == "change").count() == 0


def test_signing_in_and_out_and_what_is_refused_are_logged(client):
    client.sign_in("regio")
    client.get("/beheer/accounts/", status=403)
    client.get("/leveringen/999/", status=404)
    client.post("/account/afmelden/")
    Account.update(password_hash=account_operations.HASHER.hash("y")).execute()
    client.post("/account/aanmelden/", {"email": "regio@example.org", "password": "x" * 12})
    client.post("/account/aanmelden/", {"email": "wie@x.nl", "password": "x" * 12})

    lines = [
        (line.actor, line.action, line.about)
        for line in AccessLine.select().order_by(AccessLine.id)
    ]
    assert lines == [
        ("regio@example.org", "refused", "accountview.index_view"),
        ("regio@example.org", "not_found", "deliveries.one"),
        ("regio@example.org", "sign_out", ""),
        ("regio@example.org", "sign_in_failed", ""),
        ("onbekend", "sign_in_failed", ""),
    ]


def test_every_look_at_rows_of_learners_is_logged(client, app):
    provider = make_provider("TA001")
    file = csv(row(), row(trajectnummer="T-2", leerroute="Q"))
    outcome = deliver(app.config["TAALINKOOP_DATA_DIR"], provider, file)
    client.sign_in("contractmanager")
    where = f"/leveringen/{outcome.delivery}/"
    for door in ("", "origineel/", "verbeteren.xlsx", "ontvangstbewijs.json", "rij/2/"):
        client.get(where + door, check=False)

    lines = [
        (line.action, line.what, line.about, line.count)
        for line in AccessLine.select().order_by(AccessLine.id)
    ]
    number = str(outcome.delivery)
    assert lines == [
        ("look", "delivery", number, 2), ("download", "original", number, 2),
        ("download", "original", number, 2), ("download", "receipt", number, 2),
        ("look", "row", number, 1),
    ]  # fmt: skip
    client.sign_in("auditor")
    page = client.get("/beheer/wie-keek/?trajectnummer=T-1")
    assert len(page.rows()) == 5
