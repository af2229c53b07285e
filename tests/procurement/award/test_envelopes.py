"""Prices stay in their envelope until quality is fixed, at every door and for every role."""

import json
from datetime import UTC, datetime

import pytest

from core.accounts import Account, Role, visible
from core.audit import AuditLine
from procurement.award import decision_operations as awards, operations as bid_operations
from procurement.award.models import Award, BidPrice
from procurement.award.queries import lot_file, lots, price_of
from procurement.models import ContractingProcess
from tests.procurement.lots import (
    ANNE,
    AT,
    BO,
    BY,
    CLOSES,
    assessed,
    bid,
    both,
    checked,
    decided,
    refused,
)

pytestmark = pytest.mark.sqlite_first

BUYERS = (Role.REGION, Role.AUDITOR)
HOME = "/planning/T-9/inschrijvingen/P1/"
PRICES = ("10.000", "9.500")


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_a_price_and_when(lot, role):
    account = Account(email="x@example.nl", role=role, municipalities=["0148"])
    assessed(lot)
    assert list(visible(BidPrice, account)) == []
    assert lot_file(lot.process, "P1").prices == {}
    assert all(not file.prices for file in lots(lot.process, account))
    bid_operations.open_prices(lot, **BY)
    seen = sorted(row.price_cents for row in visible(BidPrice, account))
    assert seen == ([950_000, 1_000_000] if role in BUYERS else [])


def everything_told(client):
    """What the region and the auditor can read of the lot at any door."""
    results = []
    for role in ("regio", "auditor"):
        client.sign_in(role, email=f"{role}@example.nl")
        results += [client.get(url).text for url in (HOME, "/planning/T-9/inschrijvingen/")]
        for name in ("brieven", "rangorde"):
            results.append(client.get(f"{HOME}{name}/csv/").data.decode())
        results.append(client.get("/planning/T-9/geschiedenis/").text)
    results.append(json.dumps([line.after for line in AuditLine.select()]))
    return " ".join(results)


def test_no_page_download_or_trail_tells_a_price_before_opening(client, lot):
    assessed(lot)
    text = everything_told(client)
    assert "in de envelop" in text
    assert [p for p in (*PRICES, "950000", "1000000", "28,50") if p in text] == []
    bid_operations.open_prices(lot, **BY)
    text = everything_told(client)
    assert [p for p in PRICES if p not in text] == []
    opened = AuditLine.select().where(AuditLine.action == "prijzen geopend").get()
    assert (opened.actor, opened.after) == (ANNE, {"inschrijvingen": 2})


def test_prices_open_once_quality_is_fixed_and_then_quality_is(process, lot):
    first, second = checked(bid(lot)), checked(bid(lot, "Oever", 950_000))
    for who in (ANNE, BO):
        for it in (first, second):
            bid_operations.put_scores(it, both(7, None), by=who, at=AT)
    refused("incomplete", bid_operations.open_prices, lot, **BY)
    bid_operations.open_consensus(lot, **BY)
    bid_operations.put_consensus(first, both(8, 7), **BY)
    refused("incomplete", bid_operations.open_prices, lot, **BY)
    bid_operations.put_consensus(second, both(6, None), **BY)
    refused("open_still", bid_operations.open_prices, lot, by=ANNE, at=CLOSES)
    sent = {"sent_on": datetime(2026, 9, 4, tzinfo=UTC).date(), "motivation": "x"}
    refused("sealed", awards.decide_award, lot, ["De Brug"], **sent, **BY)

    bid_operations.open_prices(lot, **BY)
    refused("opened", bid_operations.put_consensus, first, both(9, 9), **BY)
    refused("opened", bid, lot, "Nieuw")
    # Who turns out to fail a check still goes out, and does not come back in.
    checked(second, passed=False)
    refused("opened", checked, second)
    bid_operations.open_prices(lot, by=BO, at=AT)
    assert AuditLine.select().where(AuditLine.action == "prijzen geopend").count() == 1


def test_an_empty_envelope_shows_only_when_it_is_opened(client, lot):
    bids = [checked(bid(lot)), checked(bid(lot, "Oever", None))]
    for who in (ANNE, BO):
        for it in bids:
            bid_operations.put_scores(it, both(7, 7), by=who, at=AT)
    bid_operations.open_consensus(lot, **BY)
    for it in bids:
        bid_operations.put_consensus(it, both(7, 7), **BY)
    client.sign_in("regio")
    assert "geen prijs" not in client.get(HOME).text
    client.post(f"{HOME}prijzen/", {}, status=302)
    text = client.get(HOME).text
    assert "geen prijs" in text
    assert "2 inschrijvingen, 1 doen mee" in text


def test_the_winner_has_a_price_for_the_register(lot):
    decided(lot)
    assert price_of(Award.get()) == 1_000_000
    assert ContractingProcess.select().count() == 1
