"""Getting an account, a new password, and in: by whoever it belongs to and by nobody else."""

import re
from datetime import timedelta

import pytest

from app.tasks.jobs import drain
from core import access_log
from core.accounts import Account, Role, SignInFailure
from core.dates import now
from core.identity.account_operations import add_account, set_password, sign_in
from core.identity.models import OneTimeLink
from tests.mailbox import mailbox

PASSWORD = "lantaarn kruiwagen zeester"
OTHER = "paraplu dakgoot kievit"
EMAIL = "vera@zwolle.example"


@pytest.fixture
def vera(db) -> Account:
    return add_account(email=EMAIL, role=Role.REGION, password=PASSWORD, by="test", at=now())


def link_in(text: str) -> str:
    match = re.search(r"http://localhost(/account/wachtwoord/[\w-]{40,}/)", text)
    assert match, text
    return match[1]


def test_a_new_account_gets_a_link_that_works_once(client):
    client.sign_in("beheerder")
    page = client.post("/beheer/accounts/new/", {"email": EMAIL, "role": "regio"}, status=200)
    link = link_in(page.text)
    assert link.split("/")[3] not in OneTimeLink.get().token_hash
    client.sign_out()
    assert client.get(link).title == "Kies een wachtwoord"
    assert client.post(link, {"password": "welkom123456"}, status=200).errors
    client.post(link, {"password": PASSWORD}, status=302)
    assert client.get(link, status=404).title == "Deze link werkt niet meer"
    assert sign_in(email=EMAIL, password=PASSWORD, address="::1", at=now())


def test_a_link_expires_and_another_password_ends_it(client, vera):
    client.sign_in("beheerder")
    reset = f"/beheer/accounts/wachtwoord/?id={vera.id}"
    link = link_in(client.post(reset, status=200).text)
    OneTimeLink.update(expires_at=now() - timedelta(seconds=1)).execute()
    client.get(link, status=404)
    link = link_in(client.post(reset, status=200).text)
    set_password(vera, password=OTHER, by="test", at=now())
    client.get(link, status=404)


def test_a_forgotten_password_is_mailed_to_whom_it_is_and_told_to_nobody(client, app, vera):
    with mailbox() as box:
        mail = {"TAALINKOOP_SMTP_URL": box.url, "TAALINKOOP_MAIL_FROM": "taal@regio.example"}
        was = {name: app.config[name] for name in mail}
        app.config.update(mail)
        try:
            answers = [
                client.post("/account/wachtwoord-vergeten/", {"email": email}, follow=True).text
                for email in (EMAIL, "wie@x.example")
            ]
            assert answers[0] == answers[1]
            drain(app.config)
            (letter,) = box.letters
            link = link_in(letter.get_content())
            client.post(link, {"password": OTHER}, status=302)
            drain(app.config)
        finally:
            app.config.update(was)
    assert [subject for _, subject in box.subjects] == [
        "Nieuw wachtwoord kiezen",
        "Het wachtwoord van je account in Taalinkoop is gewijzigd",
    ]


def guess(times: int, address: str) -> None:
    for _ in range(times):
        sign_in(email=EMAIL, password="fout", address=address, at=now())


def test_nobody_keeps_another_out(vera):
    guess(5, "192.0.2.1")
    assert sign_in(email=EMAIL, password=PASSWORD, address="192.0.2.1", at=now()) is None
    assert sign_in(email=EMAIL, password=PASSWORD, address="198.51.100.1", at=now())


def test_a_crowd_that_guesses_is_stopped_and_the_owner_is_not(vera):
    access_log.record(vera, "account", at=now(), action="sign_in", address="198.51.100.1")
    for n in range(12):
        guess(5, f"192.0.2.{n}")
    assert SignInFailure.select().count() == 50
    assert sign_in(email=EMAIL, password=PASSWORD, address="192.0.2.99", at=now()) is None
    assert sign_in(email=EMAIL, password=PASSWORD, address="198.51.100.1", at=now())


def test_a_new_password_lifts_the_lock(vera):
    guess(5, "192.0.2.1")
    set_password(vera, password=OTHER, by="beheerder", at=now())
    assert sign_in(email=EMAIL, password=OTHER, address="192.0.2.1", at=now())
