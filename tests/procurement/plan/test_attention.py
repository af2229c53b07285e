"""What the start page tells of the planning."""

from datetime import timedelta

import pytest

from core.accounts import Account, Role
from core.attention import Urgency
from core.dates import today
from procurement.attention import attention
from procurement.demo import CODE, LATE
from procurement.models import ContractingProcess, Decision, Milestone

pytestmark = pytest.mark.sqlite_first


def account(role, **more):
    values = {"municipalities": [], "email": "x@example.org"} | more
    return Account(role=role, **values)


def test_the_traject_that_slips_why_and_whom_it_hits(db, demo):
    items = attention(account(Role.REGION), today())
    (item,) = [i for i in items if i.url == f"/planning/{CODE}/"]
    assert item.urgency is Urgency.NOW
    assert "door het collegebesluit van Kampen" in item.text
    assert item.more.endswith("Dit raakt 15 gemeenten.")


def test_a_new_day_is_seen_before_it_is_kept(db, demo):
    ContractingProcess.update(computed_on=today() - timedelta(days=1), health="gereed").execute()
    assert any(i.url == f"/planning/{CODE}/" for i in attention(account(Role.REGION), today()))


def test_decisions_that_are_due_for_ones_own_gemeente(db, demo):
    step = Milestone.get((Milestone.code == "8") & (Milestone.process.in_(running_ids())))
    Decision.update(meeting_on=today() + timedelta(days=3)).where(
        Decision.milestone == step, Decision.municipality == LATE
    ).execute()
    mine = attention(account(Role.MUNICIPALITY, municipalities=[LATE]), today())
    assert [(i.text.split()[0], i.url) for i in mine if "besluiten" in i.url] == [
        ("Kampen", f"/planning/{CODE}/besluiten/8/#g{LATE}"),
        ("Zet", f"/planning/{CODE}/besluiten/9/#g{LATE}"),
    ]
    other = attention(account(Role.MUNICIPALITY, municipalities=["0363"]), today())
    assert other == []


def test_a_meeting_that_passed_asks_the_region_for_its_outcome(db, demo):
    Decision.update(meeting_on=today() - timedelta(days=1), outcome="geagendeerd").where(
        Decision.municipality == LATE, Decision.outcome == "geagendeerd"
    ).execute()
    results = [
        i for i in attention(account(Role.REGION), today()) if "Vul de uitkomst in" in i.more
    ]
    assert len(results) == 1
    assert results[0].urgency is Urgency.NOW


def running_ids():
    return ContractingProcess.select(ContractingProcess.id).where(ContractingProcess.code == CODE)


def test_a_provider_hears_nothing_of_it(db, demo):
    assert attention(account(Role.PROVIDER, provider_code="TA001"), today()) == []
