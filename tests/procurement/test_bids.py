"""From a lot to a contract: what is refused on the way, and what the plan and OCDS hear of it."""

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import jsonschema
import peewee
import pytest

from core.accounts import Account, Role, visible
from core.audit import AuditLine
from core.errors import DomainError
from procurement import bid_metrics as found
from procurement import bid_operations as operations
from procurement import metrics
from procurement.award import Criterion, Method
from procurement.bid_models import AssessorScore, Award, AwardDecision, Bid, Lot
from procurement.bid_operations import BidDraft, Judgement, LotDraft
from procurement.documents import Header
from procurement.exchange.ocds import release
from procurement.operations import start_plan
from procurement.outlook import look
from procurement.terms import Purpose

CLOSES = datetime(2026, 9, 1, 10, tzinfo=UTC)
AT = datetime(2026, 10, 1, 10, tzinfo=UTC)
ANNE, BO = "anne@example.nl", "bo@example.nl"
BY = {"by": ANNE, "at": AT}
CRITERIA = (Criterion("G1", "Wachttijd", 40), Criterion("G2", "Begeleiding", 30))
DRAFT = LotDraft("P1", "B1-route", "B", CLOSES, CRITERIA, price_weight=30, suppliers=1)


@pytest.fixture
def process(db):
    header = Header("T-9", "Traject", starts_on=date(2026, 1, 5), go_live=date(2027, 7, 1))
    return start_plan(header, template="SAS regionaal", by=ANNE, at=AT)


@pytest.fixture
def lot(process):
    return operations.put_lot(process, DRAFT, **BY)


def bid(lot, name="De Brug", price=1_000_000, minutes=-60):
    received = CLOSES + timedelta(minutes=minutes)
    return operations.receive_bid(lot, BidDraft(name, received, price, "12345678"), **BY)


def checked(it, passed=True):
    rules = found.FOR_ROUTE[it.lot.route]
    operations.put_checks(it, dict.fromkeys(rules, (passed, "register geraadpleegd")), **BY)
    return it


def both(first, second, why="besproken"):
    return {"G1": Judgement(first, why), "G2": Judgement(second, why)}


def judged(lot):
    """Two bids with consensus: De Brug 28,50 + 32 + 21, Oever 30 + 24 + 0 (no answer)."""
    bids = [checked(bid(lot)), checked(bid(lot, "Oever", 950_000))]
    for who in (ANNE, BO):
        for it in bids:
            operations.put_scores(it, both(7, None), by=who, at=AT)
    operations.open_consensus(lot, **BY)
    operations.put_consensus(bids[0], both(8, 7), **BY)
    operations.put_consensus(bids[1], both(6, None), **BY)
    return bids


def refused(code, call, *arguments, **more):
    with pytest.raises(DomainError) as error:
        call(*arguments, **more)
    assert error.value.code == code


def test_a_lot_has_weights_of_100_and_is_fixed_once_someone_bids(process, lot):
    off = (Criterion("G1", "Wachttijd", 41), CRITERIA[1])
    draft = LotDraft("P2", "x", "B", CLOSES, off, price_weight=30)
    refused("weights", operations.put_lot, process, draft, **BY)
    operations.put_lot(process, DRAFT, **BY)
    assert Lot.select().count() == 1
    bid(lot)
    refused("bids", operations.put_lot, process, DRAFT, **BY)


def test_a_late_bid_is_put_aside_with_the_reason(lot):
    assert bid(lot, minutes=0).put_aside == ""
    late = bid(lot, "Oever", minutes=1)
    assert late.put_aside == (
        "Te laat: ontvangen op 01-09-2026 12:01, inschrijven kon tot 01-09-2026 12:00."
    )
    refused("out", operations.put_scores, late, both(1, 1), **BY)
    refused("twice", bid, lot)
    assert [b.tenderer for b in found.lot_file(lot.process, "P1").admitted] == ["De Brug"]


def test_a_failed_check_puts_out_and_asks_for_evidence(lot):
    it = bid(lot)
    refused("unchecked", operations.put_scores, it, both(1, 1), **BY)
    refused("evidence", operations.put_checks, it, {"keurmerk": (True, " ")}, **BY)
    checked(it, passed=False)
    file = found.lot_file(lot.process, "P1")
    assert file.why_out(it).startswith("Voldoet niet aan: Keurmerk")
    assert not file.complete
    assert found.FOR_ROUTE["O"][0] == "tst"


def test_assessors_score_apart_until_consensus_is_opened(lot):
    it = checked(bid(lot))
    anne, auditor = Account(email=ANNE, role=Role.REGION), Account(email="a", role=Role.AUDITOR)
    manager = Account(email="m", role=Role.CONTRACT_MANAGER)
    operations.put_scores(it, both(7, 6), **BY)
    refused("assessors", operations.open_consensus, lot, **BY)
    refused("closed", operations.put_consensus, it, both(7, 7), **BY)
    operations.put_scores(it, both(9, None), by=BO, at=AT)

    def seen(account):
        return [s.score for s in visible(AssessorScore, account).order_by(AssessorScore.id)]

    assert (seen(anne), seen(auditor), seen(manager)) == ([7, 6], [], [])
    other = checked(bid(lot, "Oever"))
    operations.put_scores(other, both(5, 5), **BY)
    refused("unfinished", operations.open_consensus, lot, **BY)
    operations.put_scores(other, both(4, 4), by=BO, at=AT)
    operations.open_consensus(lot, **BY)
    assert len(seen(anne)) == len(seen(auditor)) == 8
    assert seen(manager) == []
    refused("opened", operations.put_scores, it, both(1, 1), **BY)
    refused("motivation", operations.put_consensus, it, both(7, 7, ""), **BY)
    refused("score", operations.put_consensus, it, both(11, 7), **BY)
    assert list(visible(Bid, manager)) == list(visible(Lot, manager)) == []


def test_the_decision_keeps_the_ranking_and_freezes_everything(lot):
    bids = judged(lot)
    say = {"sent_on": date(2026, 9, 4), "motivation": "Beste verhouding.", **BY}
    refused("chosen", operations.decide_award, lot, ["Oever"], **say)
    refused("motivation", operations.decide_award, lot, ["De Brug"], **say | {"motivation": " "})
    refused("sent_on", operations.decide_award, lot, ["De Brug"], **say | {"sent_on": AT.date() + timedelta(days=1)})  # fmt: skip  # noqa: E501
    decision = operations.decide_award(lot, ["De Brug"], **say)
    assert [(r["name"], r["total"]) for r in decision.ranking] == [("De Brug", 8150), ("Oever", 5400)]  # fmt: skip  # noqa: E501
    assert decision.ranking[1]["remarks"] == ("Geen antwoord op G2.",)
    # Friday 4 September plus 20 days is Thursday the 24th.
    assert decision.standstill_until == date(2026, 9, 24)
    for call in (operations.put_consensus, operations.put_scores):
        refused("decided", call, bids[0], both(1, 1), **BY)
    refused("decided", bid, lot, "Nieuw")
    told = " ".join(str(line.after) for line in AuditLine.select())
    assert "Oever" not in told
    assert "950000" not in told


def test_final_after_standstill_then_contract_and_the_plan_follows(process, lot):
    judged(lot)
    operations.decide_award(lot, ["De Brug"], sent_on=date(2026, 9, 4), motivation="x", **BY)
    (award,) = Award.select()
    contract = {"signed_on": date(2026, 9, 28), "starts_on": date(2027, 7, 1), "ends_on": None}
    refused("not_final", operations.sign_contract, award, "C1", **contract, **BY)
    refused("standstill", operations.award_finally, lot, awarded_on=date(2026, 9, 24), **BY)
    operations.award_finally(lot, awarded_on=date(2026, 9, 25), **BY)
    award = Award.get()
    early = contract | {"signed_on": date(2026, 9, 24)}
    refused("signed_on", operations.sign_contract, award, "C1", **early, **BY)
    operations.sign_contract(award, "C1", **contract, **BY)
    refused("signed", operations.sign_contract, award, "C1", **contract, **BY)
    ends = {s.purpose: s.actual_end for s in metrics.load(process).steps}
    assert ends[Purpose.AWARD_DECISION] == date(2026, 9, 4)
    assert ends[Purpose.STANDSTILL_END] == date(2026, 9, 24)
    assert ends[Purpose.AWARD] == date(2026, 9, 25)


def test_value_based_takes_the_lowest_after_deduction(process):
    criteria = (Criterion("G1", "Wachttijd", value_cents=200_000), Criterion("G2", "x", 0, 1))
    draft = LotDraft("P9", "Onderwijsroute", "O", CLOSES, criteria, Method.VALUE_BASED)
    lot = operations.put_lot(process, draft, **BY)
    judged(lot)
    # 10.000 - 0,8 x 2.000 = 8.400, less 0,7 of a cent rounded; 9.500 - 0,6 x 2.000 = 8.300.
    ranked = found.lot_file(process, "P9").ranking()
    assert [(r.name, r.total) for r in ranked] == [("Oever", 830_000), ("De Brug", 839_999)]


def test_the_release_has_lots_counts_awards_and_contracts(process, lot):
    def made():
        outlook = look(metrics.load(process), AT.date())
        return release(outlook, moment=AT, lots=found.published(process))

    judged(lot)
    assert "bids" not in made()
    assert made()["tender"]["lots"][0]["status"] == "active"
    operations.decide_award(lot, ["De Brug"], sent_on=date(2026, 9, 4), motivation="x", **BY)
    operations.award_finally(lot, awarded_on=date(2026, 9, 25), **BY)
    operations.sign_contract(
        Award.get(), "C1", signed_on=date(2026, 9, 28), starts_on=date(2027, 7, 1), ends_on=None,
        **BY,
    )  # fmt: skip
    it = made()
    assert [s["value"] for s in it["bids"]["statistics"]] == [2, 2]
    assert it["awards"][0]["suppliers"] == [{"id": "NL-KVK-12345678", "name": "De Brug"}]
    assert it["contracts"][0]["awardID"] == it["awards"][0]["id"]
    assert "Oever" not in json.dumps(it)
    if reference := os.environ.get("REFERENCE_DIR"):
        path = Path(reference) / "ocds-1.1.5" / "release-schema.json"
        schema = json.loads(path.read_text(encoding="utf-8"))
        validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
        assert [e.message for e in validator.iter_errors(it)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        lambda lot: Lot.update(price_weight=101).execute(),
        lambda lot: Lot.update(suppliers=0).execute(),
        lambda lot: Lot.update(method="raar").execute(),
        lambda lot: Bid.update(price_cents=0).execute(),
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
