"""Accounts and the audit trail, through the pages."""

import pytest

from core import access_log
from core.accounts import Account
from core.audit import AuditLine
from tests.builders import AT


@pytest.fixture
def admin(client):
    client.sign_in("beheerder")
    return client


def test_makes_an_account_and_shows_its_link_once(admin):
    assert admin.get("/beheer/").title == "Beheer"
    admin.get("/beheer/accounts/")
    admin.get("/beheer/accounts/new/")

    page = admin.post(
        "/beheer/accounts/new/",
        {"email": "Kim@kampen.example", "role": "gemeente", "municipalities": "kampen, 0193"},
    )

    assert page.title == "Link om een wachtwoord te kiezen"
    account = Account.get(Account.email == "kim@kampen.example")
    assert account.municipalities == ["0166", "0193"]
    line = AuditLine.select().order_by(AuditLine.id.desc()).get()
    assert (line.actor, line.action, line.thing, line.thing_id) == (
        "beheerder@example.org",
        "create",
        "account",
        "kim@kampen.example",
    )
    page = admin.get(f"/beheer/accounts/details/?id={account.id}")
    assert "Kampen, Zwolle" in page.text


def test_the_audit_trail_speaks_dutch_and_filters(admin):
    values = {"email": "kim@b.nl", "role": "regio"}
    admin.post("/beheer/accounts/new/", values)

    page = admin.get("/beheer/logboek/?handeling=create&soort=account&vanaf=01-01-2026&zoek=kim")
    assert [row[1:] for row in page.rows()] == [
        ["beheerder@example.org", "Account kim@b.nl gemaakt: rol regio, actief ja.", "–"]
    ]
    assert not admin.get("/beheer/logboek/?vanaf=01-01-2199").all("table")
    assert "is niet te lezen" in admin.get("/beheer/logboek/?vanaf=morgen").text
    text = admin.get("/beheer/logboek/export/csv/?handeling=create").data.decode()
    newest = admin.get("/beheer/logboek/").rows()[0]
    assert newest[2] == "Lijst Logboek gedownload als CSV: handeling gemaakt."
    assert admin.get("/beheer/wie-keek/").rows()[0][4] == "Logboek"
    assert "Account kim@b.nl gemaakt: rol regio, actief ja." in text
    number = AuditLine.get(AuditLine.thing_id == "kim@b.nl").id
    page = admin.get(f"/beheer/logboek/details/?id={number}")
    assert ["rol", "–", "regio"] in page.rows(1)
    admin.get(f"/beheer/logboek/edit/?id={number}", status=403)
    admin.get("/beheer/logboek/new/", status=403)


def test_changes_closes_and_resets_an_account(admin):
    admin.post("/beheer/accounts/new/", {"email": "kim@b.nl", "role": "regio"})
    kim = Account.get(Account.email == "kim@b.nl")
    url = f"/beheer/accounts/edit/?id={kim.id}"
    assert "email" not in [e.get("name") for e in admin.get(url).all("input")]

    page = admin.post(url, {"role": "gemeente", "municipalities": "Atlantis", "active": "y"})
    assert page.errors == ["De gemeente 'Atlantis' is niet bekend. Controleer de naam."]
    assert admin.post(url, {"role": "gemeente", "active": "y"}).errors == [
        "Kies bij de rol gemeente een of meer gemeenten."
    ]
    admin.post(url, {"role": "gemeente", "municipalities": "Zwolle"}, follow=True)
    changed = Account.get_by_id(kim.id)
    assert (changed.role, changed.municipalities, changed.active) == ("gemeente", ["0193"], False)
    assert changed.session_key != kim.session_key

    reset = f"/beheer/accounts/wachtwoord/?id={kim.id}"
    admin.get(reset)
    assert admin.post(reset).title == "Link om een wachtwoord te kiezen"
    # Until somebody uses it the present password holds.
    assert Account.get_by_id(kim.id).password_hash == kim.password_hash


def test_an_auditor_reads_accounts_and_changes_none(client):
    account = client.sign_in("auditor")
    client.get("/beheer/accounts/")
    assert not client.get(f"/beheer/accounts/details/?id={account.id}").with_class("actions")
    for path in ("new/", f"edit/?id={account.id}", f"wachtwoord/?id={account.id}"):
        client.get(f"/beheer/accounts/{path}", status=403)
        client.post(f"/beheer/accounts/{path}", status=403)


def test_who_looked_is_found_by_trajectnummer(client):
    access_log.record(None, "learners", 2, at=AT, numbers=["T-1001", "T-1002"])
    access_log.record(None, "original", 1, at=AT, about=12)
    client.sign_in("auditor")

    page = client.get("/beheer/wie-keek/?trajectnummer=T-1002")

    assert [row[1:5] for row in page.rows()] == [["onbekend", "bekeken", "deelnemers", "–"]]
    client.get("/beheer/wie-keek/export/csv/?trajectnummer=T-1002")
    assert "T-1002" not in str(AuditLine.select().order_by(AuditLine.id.desc()).first().after)
