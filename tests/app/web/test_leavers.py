"""Somebody leaves: the account closes, and the open work goes to another."""

from datetime import date

import pytest

from core.accounts import Account, Role
from procurement.models import Action, CalendarLink, Milestone
from procurement.plan.documents import PlanAction, PlanStep
from procurement.plan.operations import put_action, put_step
from tests.builders import AT
from tests.procurement.plans import make_process

LEAVER, HEIR = "vertrekt@regio.example", "blijft@regio.example"


@pytest.fixture
def leaver(client) -> Account:
    """Owner of an open milestone by address, an open action by name, and a finished milestone."""
    client.sign_in(Role.REGION, email=HEIR)
    account = client.sign_in(Role.REGION, email=LEAVER)
    account.name = "Vera Vertrekt"
    account.save()
    client.sign_in(Role.ADMINISTRATOR)
    make_process(code="T1")
    for step in (
        PlanStep("1", "Gereed", owner=LEAVER, actual_start=date(2026, 1, 5),
                 actual_end=date(2026, 2, 2)),
        PlanStep("2", "Open", owner=LEAVER),
    ):  # fmt: skip
        put_step("T1", step, by="test", at=AT)
    put_action("T1", PlanAction("Bellen", owner="Vera Vertrekt"), by="test", at=AT)
    CalendarLink.create(token_hash="x", owner=LEAVER, made_by=LEAVER, made_at=AT)
    return account


def owners() -> dict[str, str]:
    return {one.code: one.owner for one in Milestone.select().order_by(Milestone.position)}


def closed(leaver: Account, **more: str) -> dict[str, str]:
    return {"name": leaver.name, "role": "regio", "provider_code": "", "municipalities": ""} | more


def test_open_work_needs_somebody_else_first(client, leaver):
    page = client.post(f"/beheer/accounts/edit/?id={leaver.id}", closed(leaver))
    assert "nog eigenaar van 2 open mijlpalen, acties of risico's (T1)" in page.text
    assert Account.get_by_id(leaver.id).active


def test_the_work_moves_and_the_account_is_over(client, leaver):
    heir = str(Account.get(Account.email == HEIR).id)
    client.post(f"/beheer/accounts/edit/?id={leaver.id}", closed(leaver, successor=heir))

    assert not Account.get_by_id(leaver.id).active
    assert owners() == {"1": LEAVER, "2": HEIR}
    assert Action.get().owner == Account.get(Account.email == HEIR).name
    assert CalendarLink.get().revoked_at is not None
