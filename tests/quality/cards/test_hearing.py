"""Providers are invited to react to their concept scores, and see until when."""

from datetime import date

import pytest

from core.accounts import Account, Role
from core.audit import AuditLine
from core.errors import DomainError
from core.formats import day_text
from quality.attention import attention
from quality.cards import operations, reactions
from quality.models import Invitation
from tests.builders import make_provider
from tests.quality.cards.test_operations import AT, OCT, WHO, deliver

TODAY, UNTIL = date(2026, 11, 23), date(2026, 12, 4)
URL = "/kwaliteit/2026-10/uitnodigen/"


@pytest.fixture
def concept(db):
    for code in ("TA001", "TA002"):
        deliver(code, OCT)
    operations.compute(OCT, **WHO)


def invite(*codes, until=UNTIL):
    return reactions.invite(OCT, until=until, today=TODAY, codes=codes, **WHO)


def asked(code):
    account = Account(email="a@b", role=Role.PROVIDER, provider_code=code, municipalities=[])
    return [item.text for item in attention(account, TODAY)]


def test_the_contract_manager_invites_and_the_provider_sees_until_when(client, concept):
    client.sign_in("contractmanager")
    assert URL in client.get("/kwaliteit/2026-10/").links
    assert "Taalschool TA001, Taalschool TA002" in client.get(URL).text
    assert client.post(URL, {"until": "01-10-2026"}).errors == ["Kies een dag na vandaag."]
    page = client.post(URL, {"until": "31-12-2099"}, follow=True)
    assert "2 aanbieders kunnen reageren tot en met 31-12-2099." in page.text
    warning = "2 aanbieders kunnen nog reageren"
    assert warning in client.get("/kwaliteit/2026-10/vaststellen/").text
    client.sign_out()
    client.sign_in("aanbieder", provider_code="TA001")
    assert "dat kan tot en met 31-12-2099" in client.get("/").text
    own = client.get("/kwaliteit/2026-10/TA001/B/").text
    assert "De aanbieder kan tot en met 31-12-2099 reageren." in own
    client.get(URL, status=403)


def test_the_invitation_is_over_once_there_is_a_reaction(concept):
    assert [provider.code for provider in invite("TA001", "TA002")] == ["TA001", "TA002"]
    assert day_text(UNTIL) in asked("TA001")[0]
    for code, reacts in (("TA001", True), ("TA002", False)):
        provider = make_provider(code)
        if reacts:
            reactions.react(
                provider, route=1, month=OCT, criterion="", text="Akkoord.", by="a@b", at=AT
            )
        assert bool(asked(code)) is not reacts


def test_another_day_takes_the_place_of_the_first(concept):
    invite("TA001")
    invite("TA001", until=date(2026, 12, 11))
    assert Invitation.get().until == date(2026, 12, 11)
    assert [line.action for line in AuditLine.select()].count("invite") == 2


def test_nobody_is_invited_to_react_to_what_is_fixed(client, concept):
    invite("TA001")
    operations.fix(OCT, **WHO)
    assert asked("TA001") == []
    with pytest.raises(DomainError) as error:
        invite("TA001")
    assert error.value.code == "no_concept"
    client.sign_in("contractmanager")
    client.get(URL, status=404)
