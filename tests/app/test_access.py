"""Signing in and out, as a person at the browser."""

import pytest

from core.account_operations import add_account
from core.accounts import Account, Role
from core.dates import now
from tests.pages import Client

PASSWORD = "lantaarn kruiwagen zeester"


@pytest.fixture
def manager(client: Client) -> Account:
    return add_account(
        email="vera@zwolle.example", role=Role.REGION, password=PASSWORD, by="test", at=now()
    )


def _enter(client: Client, email: str, password: str, **extra: str):
    return client.post("/account/aanmelden/", {"email": email, "password": password} | extra)


def test_signs_in_and_goes_where_she_was_going(client, manager):
    page = client.get("/account/?x=1", status=302)
    assert page.location == "/account/aanmelden/?volgende=/account/?x%3D1"

    page = _enter(client, "Vera@zwolle.example ", PASSWORD, volgende="/account/?x=1")

    assert (page.status, page.location) == (302, "/account/?x=1")
    assert client.get("/").title == "Vandaag"
    assert Account.get_by_id(manager.id).last_seen_at is not None


def test_says_the_same_for_a_wrong_password_and_an_unknown_address(client, manager):
    wrong = _enter(client, manager.email, "iets heel anders dan dat")
    unknown = _enter(client, "niemand@zwolle.example", PASSWORD)
    assert wrong.errors == unknown.errors
    assert wrong.errors[0].startswith("Aanmelden is niet gelukt.")
