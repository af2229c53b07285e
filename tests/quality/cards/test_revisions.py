"""A fixed score stays; what came later stands beside it, with the difference split by its cause."""

import pytest

from providers.models import ContractScope, Delivery, QualityMark
from providers.register.operations import keep_dossiers
from quality.cards import operations, queries as cards
from tests.builders import make_contract, make_delivery, make_record, make_track
from tests.quality.cards.test_operations import OCT, deliver
from tests.quality.cards.test_versions import NOV_10, NOV_15, NOV_20, correct

URL = "/kwaliteit/2026-10/TA001/B/"


@pytest.fixture
def fixed(db):
    """Delivered, computed and fixed under a contract without a norm of its own."""
    provider = deliver("TA001")
    Delivery.update(decided_at=NOV_10).execute()
    ContractScope.create(contract=make_contract(provider, number="C-1"), route=1)
    keep_dossiers([provider.id], at=NOV_10)
    operations.compute(OCT, by="x", at=NOV_10)
    operations.fix(OCT, by="x", at=NOV_15)
    return provider


def revision_shown(client):
    """The cells of the one revision: score, difference, its three parts, standing."""
    client.sign_in("contractmanager")
    page = client.get(URL)
    table = [t for t in page.all("table") if "Herzieningen" in "".join(t.itertext())]
    assert len(table) == 1
    ((_, *cells),) = page.rows(page.all("table").index(table[0]))
    return cells


def add_learners(provider, at):
    delivery = make_delivery(provider, decided_at=at, received_at=at)
    for number in range(6):
        make_record(
            month=OCT, track=make_track(provider, f"nieuw-{number}"), delivery=delivery,
            minutes_certified=0,
        )  # fmt: skip
    operations.recompute_after(provider, [OCT], by="x", at=at)


def test_another_norm_in_the_contract_is_told_apart(client, fixed):
    before = cards.cards_of(OCT).get().result
    client.sign_in("contractmanager")
    contract = fixed.contracts.get()
    page = client.post(
        f"/beheer/contracten/edit/?id={contract.id}",
        {
            "provider": fixed.id, "number": "C-1", "valid_from": "01-01-2022",
            "due_workday": "10", "waiting_norm_days": "14", "routes": "1", "municipalities": "*",
            "change_reason": "Register", "bevestigd": "ja",
        },
    )  # fmt: skip
    assert page.status == 302, page.errors
    kept = cards.cards_of(OCT).get()
    assert (kept.status, kept.result) == ("vastgesteld", before)
    _, total, rules, corrected, added, standing = revision_shown(client)
    assert total == rules != "0,0"
    assert (corrected, added, standing) == ("0,0", "0,0", "onvoldoende")


def test_corrected_rows_are_told_apart(client, fixed):
    correct(fixed, NOV_20, minutes_certified=0)
    operations.recompute_after(fixed, [OCT], by="x", at=NOV_20)
    _, total, rules, corrected, added, _ = revision_shown(client)
    assert total == corrected != "0,0"
    assert (rules, added) == ("0,0", "0,0")


def test_new_rows_are_told_apart(client, fixed):
    add_learners(fixed, NOV_20)
    _, total, rules, corrected, added, _ = revision_shown(client)
    assert total == added != "0,0"
    assert (rules, corrected) == ("0,0", "0,0")


def test_all_at_once_add_up(client, fixed):
    QualityMark.update(status=3).where(QualityMark.provider == fixed).execute()
    keep_dossiers([fixed.id], at=NOV_20)
    correct(fixed, NOV_20, minutes_evening_weekend=0)
    add_learners(fixed, NOV_20)
    _, total, *parts, _ = revision_shown(client)
    numbers = [float(text.replace("\N{MINUS SIGN}", "-").replace(",", ".")) for text in parts]
    assert all(numbers)
    assert sum(numbers) == pytest.approx(
        float(total.replace("\N{MINUS SIGN}", "-").replace(",", ".")), abs=0.15
    )
