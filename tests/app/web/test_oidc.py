"""Signing in through an identity provider, against one on this machine."""

import logging
import time

import pytest
from joserfc.jwk import RSAKey

from core.accounts import Account
from core.dates import now
from core.identity.account_operations import add_account, change_account
from tests.identity_provider import CLIENT, SECRET, identity_provider
from tests.pages import text_of

EMAIL = "kim@zwolle.example"
VERIFIED = {"email": "Kim@zwolle.example", "email_verified": True}
FAILED = "Aanmelden met gemeente Zwolle is niet gelukt."


@pytest.fixture
def provider(app, db):
    """A provider that this installation is set up for."""
    with identity_provider() as provider:
        settings = {
            "ISSUER": provider.issuer,
            "CLIENT_ID": CLIENT,
            "CLIENT_SECRET": SECRET,
            "NAME": "gemeente Zwolle",
        }
        before = {name: app.config[f"TAALINKOOP_OIDC_{name}"] for name in settings}
        app.config.update({f"TAALINKOOP_OIDC_{name}": v for name, v in settings.items()})
        yield provider
        app.config.update({f"TAALINKOOP_OIDC_{name}": v for name, v in before.items()})
        app.extensions.pop("oidc", None)


@pytest.fixture
def kim(provider) -> Account:
    return add_account(
        email=EMAIL, role="regio", password="lantaarn kruiwagen zeester", by="t", at=now(),
        must_change_password=True,
    )  # fmt: skip


def leave(client, onward: str = "") -> str:
    """Where the browser is sent."""
    url = "/account/oidc/" + (f"?volgende={onward}" if onward else "")
    return client.get(url, status=302).location


def come_back(client, provider, **person) -> str:
    """Sign in there and return; what the page then says, or where one arrives."""
    provider.person = VERIFIED | person
    page = client.get(provider.sign_in(leave(client)), status=302)
    if page.location != "/account/aanmelden/":
        return page.location
    return text_of(client.get(page.location).with_class("alert")[0]).removeprefix("Fout: ")


def test_the_button_leads_there_and_back_to_where_one_was_going(client, provider, kim):
    page = client.get("/account/aanmelden/?volgende=/methode/")
    assert "Meld aan met gemeente Zwolle" in page.text
    assert "/account/oidc/?volgende=/methode/" in page.links
    address = leave(client, "/methode/")
    assert address.startswith(f"{provider.issuer}/authorize?")
    provider.person = VERIFIED
    back = provider.sign_in(address)
    assert provider.asked["redirect_uri"] == "http://localhost/account/oidc/terug/"
    assert provider.asked["scope"] == "openid email"
    assert client.get(back, status=302).location == "/methode/"
    # No password of ours stands in the way: the provider vouches for the person.
    client.get("/methode/")
    assert Account.get_by_id(kim.id).last_seen_at is not None


def test_the_answer_works_once(client, provider, kim):
    provider.person = VERIFIED
    back = provider.sign_in(leave(client))
    assert client.get(back, status=302).location == "/"
    client.sign_out()
    assert client.get(back, status=302).location == "/account/aanmelden/"
    client.get("/", status=302)


@pytest.mark.parametrize(
    "person",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "nee"},
        {"email_verified": [True]},
    ],
)
def test_an_address_that_nobody_checked_opens_nothing(client, provider, kim, person):
    assert come_back(client, provider, **person).startswith(
        "gemeente Zwolle zegt niet dat je e-mailadres gecontroleerd is."
    )
    client.get("/", status=302)


def test_another_claim_may_say_that_the_address_was_checked(app, client, provider, kim):
    app.config["TAALINKOOP_OIDC_VERIFIED_CLAIM"] = "xms_edov"
    try:
        assert come_back(client, provider).startswith("gemeente Zwolle zegt niet")
        assert come_back(client, provider, email_verified=None, xms_edov="1") == "/"
    finally:
        app.config["TAALINKOOP_OIDC_VERIFIED_CLAIM"] = "email_verified"


def test_no_account_is_made_and_a_closed_one_stays_closed(client, provider, kim):
    page = come_back(client, provider, email="nieuw@zwolle.example")
    assert page.startswith("Er is geen account voor nieuw@zwolle.example.")
    Account.update(active=False).execute()
    assert come_back(client, provider).startswith(f"Er is geen account voor {EMAIL}.")
    assert Account.select().count() == 1


def test_an_address_given_to_another_opens_nothing(client, provider, kim):
    assert come_back(client, provider) == "/"
    client.sign_out()
    page = come_back(client, provider, sub="person 2")
    assert page.startswith(f"Het account van {EMAIL} is van iemand anders bij gemeente Zwolle.")
    client.get("/", status=302)
    assert come_back(client, provider) == "/"
    client.sign_out()
    add_account(
        email="beheer@zwolle.example", role="beheerder", password="lantaarn kruiwagen zeester",
        by="t", at=now(),
    )  # fmt: skip
    for active in (False, True):
        change_account(Account.get_by_id(kim.id), active=active, by="beheerder", at=now())
    assert come_back(client, provider, sub="person 2") == "/"
    assert "person" not in Account.get_by_id(kim.id).outside_id


def test_a_sign_in_weaker_than_the_setting_is_refused(app, client, provider, kim):
    app.config["TAALINKOOP_OIDC_ACR"] = "mfa"
    try:
        assert come_back(client, provider, acr="pwd").startswith("gemeente Zwolle zegt niet dat je")
        assert provider.asked["acr_values"] == "mfa"
        assert come_back(client, provider).startswith("gemeente Zwolle zegt niet dat je zo zeker")
        assert come_back(client, provider, acr="mfa") == "/"
    finally:
        app.config["TAALINKOOP_OIDC_ACR"] = ""


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://elders.example"},
        {"aud": "een ander programma"},
        {"nonce": "van een andere keer"},
        {"exp": int(time.time()) - 3600},
    ],
    ids=lambda claims: next(iter(claims)),
)
def test_a_token_for_another_or_of_another_time_is_refused(client, provider, kim, claims):
    assert come_back(client, provider, **claims).startswith(FAILED)
    client.get("/", status=302)


def test_a_token_that_another_signed_is_refused(client, provider, kim, caplog):
    caplog.set_level(logging.WARNING)
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "1"}, private=True)
    assert come_back(client, provider).startswith(FAILED)
    assert "BadSignatureError" in caplog.text
    assert "kim" not in caplog.text


def test_an_answer_that_was_not_asked_for_is_refused(client, provider, kim):
    provider.person = VERIFIED
    back = provider.sign_in(leave(client))
    other = type(client)(client.app)
    for address in (back, "/account/oidc/terug/", "/account/oidc/terug/?error=access_denied"):
        assert other.get(address, status=302).location == "/account/aanmelden/"
    other.get("/", status=302)


def test_a_provider_with_another_name_or_without_an_answer_is_said(app, client, provider, kim):
    provider.says_issuer = "https://elders.example"
    assert leave(client) == "/account/aanmelden/"
    app.extensions.pop("oidc")
    app.config["TAALINKOOP_OIDC_ISSUER"] = "http://127.0.0.1:1"
    assert leave(client) == "/account/aanmelden/"
    assert FAILED in client.get("/account/aanmelden/").text


def test_a_redirect_of_the_provider_is_not_followed(client, provider, kim):
    provider.redirects = True
    assert leave(client) == "/account/aanmelden/"
    assert FAILED in client.get("/account/aanmelden/").text


def test_without_a_provider_there_is_nothing(client, db):
    client.sign_in("regio")
    assert not any("oidc" in link for link in client.get("/account/aanmelden/").links)
    client.get("/account/oidc/", status=404)
    client.get("/account/oidc/terug/", status=404)
