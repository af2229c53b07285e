"""A second step at sign-in, as a person with an authenticator app."""

import argparse
import re
from datetime import timedelta

import pytest
from flask import Flask

from app.commands import user
from core.accounts import Account, Role, SignInFailure
from core.audit import AuditLine
from core.dates import now
from core.errors import DomainError
from core.identity.account_operations import add_account, make_link
from core.identity.models import RecoveryCode, SecondStep, SignInSession
from core.identity.second_step_operations import (
    has_second_step,
    pass_second_step,
    turn_off,
    turn_on,
)
from core.identity.totp import code_of, step_at
from tests.pages import Client, Page

PASSWORD = "lantaarn kruiwagen zeester"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
HOME = "/account/tweede-stap/"
CODE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{8}){3}")


@pytest.fixture
def vera(client: Client) -> Account:
    return add_account(
        email="vera@zwolle.example", role=Role.ADMINISTRATOR, password=PASSWORD, by="t", at=now()
    )


def code(ahead: int = 0, secret: str = SECRET) -> str:
    """What the app shows now, or some steps further."""
    return code_of(secret, step_at(now()) + ahead)


def with_password(client: Client, email: str = "vera@zwolle.example", **more: str) -> Page:
    return client.post(
        "/account/aanmelden/", {"email": email, "password": PASSWORD} | more, status=302
    )


def with_code(client: Client, typed: str, **more: str) -> Page:
    return client.post(f"{HOME}code/", {"code": typed} | more)


def switched_on(app: Flask, account: Account) -> list[str]:
    """Turn it on as if some time ago, so that the code of this moment is not used yet."""
    moment = now() - timedelta(minutes=5)
    return turn_on(
        account,
        secret=SECRET,
        code=code_of(SECRET, step_at(moment)),
        password=PASSWORD,
        key=str(app.secret_key),
        at=moment,
    )


def test_sets_it_up_and_signs_in_with_it(client, vera):
    with_password(client)
    page = client.get("/account/")
    assert "Stel een tweede stap in" in page.text
    page = client.get(HOME)
    secret = page.all("code")[0].text.replace(" ", "")
    assert "data:image/svg+xml" in page.html
    assert page.html.count(secret) == 0  # in groups of four, as a person types it
    wrong = client.post(HOME, {"current": PASSWORD, "code": "000000"})
    assert wrong.errors == ["Deze code klopt niet. Vul de zes cijfers in die de app nu toont."]
    assert wrong.all("code")[0].text == page.all("code")[0].text
    refused = client.post(HOME, {"current": "nee", "code": code(secret=secret)})
    assert refused.errors == ["Dit is niet je huidige wachtwoord."]
    assert not has_second_step(vera)

    other = Client(client.app)
    with_password(other)
    page = client.post(HOME, {"current": PASSWORD, "code": code(secret=secret)}, status=200)

    assert len(CODE.findall(page.text)) == 10
    assert page.headers["Cache-Control"] == "no-store"
    other.get("/account/", status=302)
    assert "De tweede stap staat aan" in client.get("/account/").text
    assert secret not in client.get(HOME).text
    client.post("/account/afmelden/")
    assert with_password(client, volgende="/methode/").location == (
        f"{HOME}code/?volgende=/methode/"
    )
    client.get("/", status=302)
    page = client.get(f"{HOME}code/")
    assert page.title == "Code invullen"
    # The code it was set up with does not work twice; the next one does.
    assert with_code(client, code(secret=secret)).errors[0].startswith("Deze code klopt niet, of")
    entered = with_code(client, code(1, secret), volgende="/methode/")
    assert (entered.status, entered.location) == (302, "/methode/")
    assert client.get("/").title == "Vandaag"


def test_the_secret_is_not_in_the_database(app, vera):
    codes = switched_on(app, vera)
    stored = SecondStep.get()
    assert SECRET not in stored.sealed_secret
    assert not {row.digest for row in RecoveryCode.select()} & set(codes)
    line = AuditLine.select().where(AuditLine.action == "second_step_on").get()
    assert (line.actor, line.thing_id, line.after) == (vera.email, vera.email, None)


def test_a_recovery_code_works_once(app, client, vera):
    codes = switched_on(app, vera)
    with_password(client)
    assert with_code(client, f" {codes[3].upper().replace('-', ' ')}").location == "/"
    assert AuditLine.select().where(AuditLine.action == "recovery_code_used").count() == 1
    client.post("/account/afmelden/")
    with_password(client)
    assert with_code(client, codes[3]).errors
    assert with_code(client, codes[4]).location == "/"
    assert RecoveryCode.select().count() == 8


def test_each_code_works_once_also_for_two_at_the_same_moment(app, client, vera):
    switched_on(app, vera)

    def enter(typed: str) -> bool:
        return pass_second_step(
            vera, code=typed, address="10.0.0.1", key=str(app.secret_key), at=now()
        )

    typed = code()
    assert enter(typed)
    assert not enter(typed)
    assert enter(code(1))
    # A step behind the one that was used last is refused too.
    assert not enter(code(-1))


def test_five_wrong_codes_close_the_door_also_for_the_right_one(app, client, vera):
    switched_on(app, vera)
    with_password(client)
    for _ in range(5):
        assert with_code(client, "000000").errors
    assert with_code(client, code()).errors
    # The password is still right, and its failures are counted apart.
    with_password(client)
    assert with_code(client, code()).errors
    SignInFailure.update(at=now() - timedelta(minutes=16)).execute()
    assert with_code(client, code()).location == "/"
    assert SignInFailure.select().count() == 0


@pytest.mark.parametrize("end", ["late", "password changed", "closed", "nothing"])
def test_the_page_of_the_code_needs_a_fresh_right_password(app, client, vera, end):
    switched_on(app, vera)
    if end != "nothing":
        with_password(client)
    if end == "late":
        SignInSession.update(began_at=now() - timedelta(seconds=301)).execute()
    elif end == "password changed":
        Account.update(session_key="another").execute()
    elif end == "closed":
        Account.update(active=False).execute()
    assert client.get(f"{HOME}code/", status=302).location == "/account/aanmelden/"


def test_a_new_password_asks_for_the_second_step_all_the_same(client, app, vera):
    switched_on(app, vera)
    with_password(client)
    with_code(client, code())
    client.sign_out()
    link = f"/account/wachtwoord/{make_link(vera, at=now())}/"
    client.post(link, {"password": "paraplu dakgoot kievit"}, status=302)
    client.get("/account/", status=302)
    page = client.post(
        "/account/aanmelden/", {"email": vera.email, "password": "paraplu dakgoot kievit"}
    )
    assert page.location == f"{HOME}code/"


def test_turns_it_off_with_the_password(app, client, vera):
    switched_on(app, vera)
    with_password(client)
    with_code(client, code())
    assert client.post(f"{HOME}uitzetten/", {"current": "nee"}).errors
    assert has_second_step(vera)
    page = client.post(f"{HOME}uitzetten/", {"current": PASSWORD}, follow=True)
    assert "De tweede stap staat uit" in page.text
    assert RecoveryCode.select().count() == 0
    client.post("/account/afmelden/")
    assert with_password(client).location == "/"
    for nothing_left in ("uitzetten/", "herstelcodes/"):
        assert client.get(HOME + nothing_left, status=302).location == HOME


def test_new_recovery_codes_replace_those_of_before(app, client, vera):
    before = switched_on(app, vera)
    with_password(client)
    with_code(client, code())
    assert client.post(f"{HOME}herstelcodes/", {"current": "nee"}).errors
    page = client.post(f"{HOME}herstelcodes/", {"current": PASSWORD}, status=200)
    after = CODE.findall(page.text)
    assert len(after) == 10
    assert not set(after) & set(before)
    client.post("/account/afmelden/")
    with_password(client)
    assert with_code(client, before[0]).errors
    assert with_code(client, after[0]).location == "/"


def test_the_administrator_and_the_command_line_help_who_lost_the_phone(app, client, db):
    kim = add_account(email="kim@b.nl", role="regio", password=PASSWORD, by="t", at=now())
    switched_on(app, kim)
    client.sign_in("beheerder")
    page = client.get(f"/beheer/accounts/details/?id={kim.id}")
    assert any("tweede-stap" in link for link in page.links)
    address = f"/beheer/accounts/tweede-stap/?id={kim.id}"
    assert "terug te bellen" in client.get(address).text
    assert "De tweede stap staat uit" in client.post(address, follow=True).text
    client.get(address, status=404)
    line = AuditLine.select().where(AuditLine.action == "second_step_off").get()
    assert (line.actor, line.thing_id) == ("beheerder@example.org", kim.email)
    with pytest.raises(DomainError) as error:
        turn_off(kim, by="t", at=now())
    assert error.value.code == "no_second_step"


def test_the_command_line_turns_it_off(app, db, capsys):
    kim = add_account(email="kim@b.nl", role="regio", password=PASSWORD, by="t", at=now())
    switched_on(app, kim)
    assert user.run_second_step_off(argparse.Namespace(email="KIM@b.nl")) == 0
    assert capsys.readouterr().out == "De tweede stap van kim@b.nl staat uit.\n"
    assert not has_second_step(kim)


def test_a_server_with_another_key_says_so(app, client, vera):
    switched_on(app, vera)
    with_password(client)
    SecondStep.update(sealed_secret="iets van een andere sleutel").execute()
    (message,) = with_code(client, code()).errors
    assert message.endswith("Vraag de beheerder om de tweede stap uit te zetten.")


def test_where_it_is_asked_of_everyone_setting_it_up_comes_first(app, client, vera):
    app.config["TAALINKOOP_SECOND_STEP"] = "ja"
    try:
        with_password(client)
        assert client.get("/", status=302).location == HOME
        client.get(HOME)
        switched_on(app, vera)
        client.post("/account/afmelden/")
        with_password(client)
        assert with_code(client, code()).location == "/"
        client.get("/")
    finally:
        app.config["TAALINKOOP_SECOND_STEP"] = "nee"


@pytest.mark.parametrize(
    ("role", "asked"),
    [("beheerder", True), ("contractmanager", True), ("auditor", True), ("regio", False)],
)
def test_by_itself_it_is_asked_of_the_beheerder_and_who_sees_learners(app, client, role, asked):
    app.config["TAALINKOOP_SECOND_STEP"] = "rollen"
    try:
        client.sign_in(role)
        assert client.get("/", status=None).status == (302 if asked else 200)
    finally:
        app.config["TAALINKOOP_SECOND_STEP"] = "nee"


def test_the_secret_that_is_being_set_up_is_not_in_the_cookie(client):
    client.sign_in("regio")
    page = client.get(HOME)
    secret = re.search(r"<code[^>]*>([A-Z2-7 ]{32,})</code>", page.html)[1].replace(" ", "")
    again = client.get(HOME)
    assert secret in again.html.replace(" ", "")
    with client.browser.session_transaction() as session:
        assert secret not in str(dict(session))
    assert secret not in SignInSession.get().sealed_secret
