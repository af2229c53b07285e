"""Accounts and the audit trail, through the pages."""

import pytest

from core.accounts import Account
from core.audit import AuditLine


@pytest.fixture
def admin(client):
    client.sign_in("beheerder")
    return client


def test_makes_an_account_and_shows_its_password_once(admin):
    assert admin.get("/beheer/").title == "Beheer"
    admin.get("/beheer/accounts/")
    admin.get("/beheer/accounts/new/")

    page = admin.post(
        "/beheer/accounts/new/",
        {"email": "Kim@kampen.example", "role": "gemeente", "municipalities": "kampen, 0193"},
    )

    assert page.title == "Eenmalig wachtwoord"
    account = Account.get(Account.email == "kim@kampen.example")
    assert account.municipalities == ["0166", "0193"]
    assert account.must_change_password
    line = AuditLine.select().order_by(AuditLine.id.desc()).get()
    assert (line.actor, line.action, line.thing, line.thing_id) == (
        "beheerder@example.org",
        "create",
        "account",
        "kim@kampen.example",
    )
    page = admin.get(f"/beheer/accounts/details/?id={account.id}")
    assert "Kampen, Zwolle" in page.text


def test_lists_filter_sort_and_download(admin):
    for url in (
        "/beheer/accounts/?zoek=beheer&rol=beheerder&sorteer=-email",
        "/beheer/logboek/",
        "/beheer/accounts/?rol=x",
    ):
        admin.get(url)
    page = admin.get("/beheer/accounts/export/csv/")
    print(page.response.text)
    page = admin.get("/beheer/accounts/export/xlsx/")
