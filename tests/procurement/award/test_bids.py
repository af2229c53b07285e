"""From a lot to a contract: what is refused on the way, and what the plan and OCDS hear of it."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import peewee
import pytest

from core.accounts import Account, Role, visible
from core.audit import AuditLine
from procurement.award import (
    decision_operations as awards,
    operations as bid_operations,
    queries as bid_queries,
)
from procurement.award.decision_operations import Signed
from procurement.award.models import AssessorScore, Award, AwardDecision, Bid, BidPrice, Lot
from procurement.award.operations import LotDraft
from procurement.award.rules import Criterion, Method
from procurement.exchange.ocds import content_of, release
from procurement.plan import queries
from procurement.plan.outlook import look
from procurement.plan.terms import Purpose
from tests.procurement.lots import (
    ANNE,
    AT,
    BO,
    BY,
    CLOSES,
    CRITERIA,
    DRAFT,
    bid,
    both,
    checked,
    judged,
    refused,
)

pytestmark = pytest.mark.sqlite_first

OCDS = Path(__file__).parents[2] / "data" / "ocds-1.1.5"


def test_a_lot_has_weights_of_100_and_is_fixed_once_someone_bids(process, lot):
    off = (Criterion("G1", "Wachttijd", 41), CRITERIA[1])
    draft = LotDraft("P2", "x", "B", CLOSES, off, price_weight=30)
    refused("weights", bid_operations.put_lot, process, draft, **BY)
    bid_operations.put_lot(process, DRAFT, **BY)
    assert Lot.select().count() == 1
    bid(lot)
    refused("bids", bid_operations.put_lot, process, DRAFT, **BY)


def test_a_late_bid_is_put_aside_with_the_reason(lot):
    assert bid(lot, minutes=0).put_aside == ""
    late = bid(lot, "Oever", minutes=1)
    assert late.put_aside == (
        "Te laat: ontvangen op 01-09-2026 12:01, inschrijven kon tot 01-09-2026 12:00."
    )
    refused("out", bid_operations.put_scores, late, both(1, 1), **BY)
    refused("twice", bid, lot)
    assert [b.tenderer for b in bid_queries.lot_file(lot.process, "P1").admitted] == ["De Brug"]


def test_a_failed_check_puts_out_and_asks_for_evidence(lot):
    it = bid(lot)
    refused("unchecked", bid_operations.put_scores, it, both(1, 1), **BY)
    refused("evidence", bid_operations.put_checks, it, {"keurmerk": (True, " ")}, **BY)
    checked(it, passed=False)
    file = bid_queries.lot_file(lot.process, "P1")
    assert file.why_out(it).startswith("Voldoet niet aan: Keurmerk")
    assert not file.complete
    assert bid_queries.FOR_ROUTE["O"][0] == "tst"


def test_assessors_score_apart_until_consensus_is_opened(lot):
    it = checked(bid(lot))
    anne, auditor = Account(email=ANNE, role=Role.REGION), Account(email="a", role=Role.AUDITOR)
    manager = Account(email="m", role=Role.CONTRACT_MANAGER)
    bid_operations.put_scores(it, both(7, 6), **BY)
    refused("assessors", bid_operations.open_consensus, lot, **BY)
    refused("closed", bid_operations.put_consensus, it, both(7, 7), **BY)
    bid_operations.put_scores(it, both(9, None), by=BO, at=AT)

    def seen(account):
        return [s.score for s in visible(AssessorScore, account).order_by(AssessorScore.id)]

    assert (seen(anne), seen(auditor), seen(manager)) == ([7, 6], [], [])
    other = checked(bid(lot, "Oever"))
    bid_operations.put_scores(other, both(5, 5), **BY)
    refused("unfinished", bid_operations.open_consensus, lot, **BY)
    bid_operations.put_scores(other, both(4, 4), by=BO, at=AT)
    bid_operations.open_consensus(lot, **BY)
    assert len(seen(anne)) == len(seen(auditor)) == 8
    assert seen(manager) == []
    refused("opened", bid_operations.put_scores, it, both(1, 1), **BY)
    refused("motivation", bid_operations.put_consensus, it, both(7, 7, ""), **BY)
    refused("score", bid_operations.put_consensus, it, both(11, 7), **BY)
    assert list(visible(Bid, manager)) == list(visible(Lot, manager)) == []


def test_the_decision_keeps_the_ranking_and_freezes_everything(lot):
    bids = judged(lot)
    say = {"sent_on": date(2026, 9, 4), "motivation": "Beste verhouding.", **BY}
    refused("chosen", awards.decide_award, lot, ["Oever"], **say)
    refused(
        "motivation",
        awards.decide_award,
        lot,
        ["De Brug"],
        **say | {"motivation": " "},
    )
    refused("sent_on", awards.decide_award, lot, ["De Brug"], **say | {"sent_on": AT.date() + timedelta(days=1)})  # fmt: skip  # noqa: E501
    decision = awards.decide_award(lot, ["De Brug"], **say)
    assert [(r["name"], r["total"]) for r in decision.ranking] == [("De Brug", 8150), ("Oever", 5400)]  # fmt: skip  # noqa: E501
    assert decision.ranking[1]["remarks"] == ("Geen antwoord op G2.",)
    # Friday 4 September plus 20 days is Thursday the 24th.
    assert decision.standstill_until == date(2026, 9, 24)
    for call in (bid_operations.put_consensus, bid_operations.put_scores):
        refused("decided", call, bids[0], both(1, 1), **BY)
    refused("decided", bid, lot, "Nieuw")
    text = " ".join(str(line.after) for line in AuditLine.select())
    assert "Oever" not in text
    assert "950000" not in text


def test_final_after_standstill_then_contract_and_the_plan_follows(process, lot):
    judged(lot)
    awards.decide_award(lot, ["De Brug"], sent_on=date(2026, 9, 4), motivation="x", **BY)
    (award,) = Award.select()
    contract = Signed("C1", (), date(2026, 9, 28), date(2027, 7, 1), None)
    refused("not_final", awards.sign_contract, award, contract, **BY)
    refused("standstill", awards.award_finally, lot, awarded_on=date(2026, 9, 24), **BY)
    awards.award_finally(lot, awarded_on=date(2026, 9, 25), **BY)
    award = Award.get()
    early = replace(contract, signed_on=date(2026, 9, 24))
    refused("signed_on", awards.sign_contract, award, early, **BY)
    awards.sign_contract(award, contract, **BY)
    refused("signed", awards.sign_contract, award, contract, **BY)
    ends = {s.purpose: s.actual_end for s in queries.load(process).steps}
    assert ends[Purpose.AWARD_DECISION] == date(2026, 9, 4)
    assert ends[Purpose.STANDSTILL_END] == date(2026, 9, 24)
    assert ends[Purpose.AWARD] == date(2026, 9, 25)


def test_value_based_takes_the_lowest_after_deduction(process):
    criteria = (Criterion("G1", "Wachttijd", value_cents=200_000), Criterion("G2", "x", 0, 1))
    draft = LotDraft("P9", "Onderwijsroute", "O", CLOSES, criteria, Method.VALUE_BASED)
    lot = bid_operations.put_lot(process, draft, **BY)
    judged(lot)
    # 10.000 - 0,8 x 2.000 = 8.400, less 0,7 of a cent rounded; 9.500 - 0,6 x 2.000 = 8.300.
    ranked = bid_queries.lot_file(process, "P9").ranking()
    assert [(r.name, r.total) for r in ranked] == [("Oever", 830_000), ("De Brug", 839_999)]


def test_the_release_has_lots_counts_awards_and_contracts(process, lot):
    def made():
        outlook = look(queries.load(process), AT.date())
        return release(content_of(outlook, lots=bid_queries.published(process)), moment=AT)

    judged(lot)
    assert "bids" not in made()
    assert made()["tender"]["lots"][0]["status"] == "active"
    awards.decide_award(lot, ["De Brug"], sent_on=date(2026, 9, 4), motivation="x", **BY)
    awards.award_finally(lot, awarded_on=date(2026, 9, 25), **BY)
    signed = Signed("C1", (), date(2026, 9, 28), date(2027, 7, 1), None)
    awards.sign_contract(Award.get(), signed, **BY)
    it = made()
    assert [s["value"] for s in it["bids"]["statistics"]] == [2, 2]
    assert it["awards"][0]["suppliers"] == [{"id": "NL-KVK-12345678", "name": "De Brug"}]
    assert it["contracts"][0]["awardID"] == it["awards"][0]["id"]
    assert "Oever" not in json.dumps(it)
    schema = json.loads((OCDS / "release-schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [e.message for e in validator.iter_errors(it)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        lambda lot: Lot.update(price_weight=101).execute(),
        lambda lot: Lot.update(suppliers=0).execute(),
        lambda lot: Lot.update(method="raar").execute(),
        lambda lot: BidPrice.update(price_cents=0).execute(),
        lambda lot: AwardDecision.create(
            lot=lot, sent_on=date(2026, 9, 4), standstill_until=date(2026, 9, 24), ranking=[],
            awarded_on=date(2026, 9, 24),
        ),
    ],
)  # fmt: skip
def test_refused_by_the_database(db, lot, wrong):
    bid(lot)
    with pytest.raises(peewee.IntegrityError), db.atomic():
        wrong(lot)
