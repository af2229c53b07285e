"""Invented bids for the finished inkooptraject of the demo: two lots, awarded in 2021."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from procurement.award import decision_operations as awards, operations as bid_operations
from procurement.award.decision_operations import Case
from procurement.award.models import Bid, Lot
from procurement.award.operations import BidDraft, Judgement, LotDraft
from procurement.award.queries import FOR_ROUTE
from procurement.award.rules import Criterion, Method
from procurement.models import ContractingProcess
from procurement.plan.court import Verdict

CLOSES = datetime(2021, 8, 16, 10, tzinfo=UTC)
ASSESSORS = ("a.beoordelaar@regio.example", "b.beoordelaar@regio.example")
SENT_ON, FINAL_ON = date(2021, 9, 24), date(2021, 10, 18)

B1 = LotDraft(
    "P1", "B1-route in Dalfsen en omgeving", "B", CLOSES,
    (
        Criterion("G1", "Korte wachttijd", 30), Criterion("G2", "Begeleiding op maat", 25),
        Criterion("G3", "Les dicht bij huis", 15),
    ),
    price_weight=30, suppliers=2,
)  # fmt: skip
EDUCATION = LotDraft(
    "P2", "Onderwijsroute regio Zwolle", "O", CLOSES,
    (
        Criterion("G1", "Doorstroom naar een opleiding", value_cents=180_000),
        Criterion("G2", "Begeleiding op maat", value_cents=90_000),
    ),
    Method.VALUE_BASED,
)  # fmt: skip
B1_BIDS: tuple[tuple[str, int, int | None, tuple[int | None, ...]], ...] = (
    ("Taalhuis De Wilg", -2900, 1_120_000, (8, 7, 9)),
    ("Vechtdal Talen", -1500, 1_045_000, (7, 8, 7)),
    ("Stichting Nieuwe Woorden", -180, 985_000, (6, None, 6)),
    ("Lingua Nova Oost", 14, 990_000, ()),
    ("Academie Het Anker", -60, 1_010_000, ()),
)
"""Tenderer, minutes after the deadline, price, consensus; the last one fails a check."""
EDUCATION_BIDS: tuple[tuple[str, int, int | None, tuple[int | None, ...]], ...] = (
    ("Hanzecollege Taal", -4000, 1_480_000, (8, 7)),
    ("Vechtdal Talen", -1400, 1_445_000, (6, 7)),
    ("Taalhuis De Wilg", -2800, None, (7, 8)),
)
FAILS = "Academie Het Anker"
CASE = Case(
    "Vechtdal Talen", date(2021, 10, 5), "C/08/270001", None, Verdict.WITHDRAWN, date(2021, 10, 15)
)


def load_bids(process: ContractingProcess, *, by: str) -> None:
    """Both lots: one awarded and waiting for its contracts, one decided upon."""
    first = _lot(process, B1, B1_BIDS, by=by)
    second = _lot(process, EDUCATION, EDUCATION_BIDS, by=by)
    at = _at(SENT_ON)
    say: dict[str, Any] = {"sent_on": SENT_ON, "by": by, "at": at}
    awards.decide_award(
        first, ["Taalhuis De Wilg", "Vechtdal Talen"], **say,
        motivation="Beide bieden korte wachttijden en goede begeleiding voor een reële prijs.",
    )  # fmt: skip
    awards.decide_award(
        second, ["Hanzecollege Taal"], **say,
        motivation="De beste doorstroom; dat weegt op tegen de hogere prijs.",
    )  # fmt: skip
    awards.put_proceedings(second, CASE, by=by, at=_at(FINAL_ON))
    for lot in (first, second):
        awards.award_finally(lot, awarded_on=FINAL_ON, by=by, at=_at(FINAL_ON))


def _lot(
    process: ContractingProcess,
    draft: LotDraft,
    rows: tuple[tuple[str, int, int | None, tuple[int | None, ...]], ...],
    *,
    by: str,
) -> Lot:
    lot = bid_operations.put_lot(process, draft, by=by, at=CLOSES - timedelta(days=45))
    opened = CLOSES + timedelta(days=1)
    bids = []
    for place, (name, minutes, price, marks) in enumerate(rows, start=1):
        received = CLOSES + timedelta(minutes=minutes)
        came = BidDraft(name, received, price, f"{90_000_000 + len(name) * 1_111 + place:08d}")
        bid = bid_operations.receive_bid(lot, came, by=by, at=opened)
        if not bid.put_aside:
            _check(bid, draft.route, by=by, at=opened)
        if marks:
            bids.append((bid, marks))
    later = CLOSES + timedelta(days=14)
    for shift, assessor in enumerate(ASSESSORS):
        for bid, marks in bids:
            given = {
                c.code: Judgement(None if mark is None else max(0, min(10, mark + shift * 2 - 1)))
                for c, mark in zip(draft.criteria, marks, strict=True)
            }
            bid_operations.put_scores(bid, given, by=assessor, at=later)
    bid_operations.open_consensus(lot, by=by, at=later + timedelta(days=1))
    for bid, marks in bids:
        answers = zip(draft.criteria, marks, strict=True)
        given = {c.code: Judgement(mark, _why(mark)) for c, mark in answers}
        bid_operations.put_consensus(bid, given, by=by, at=later + timedelta(days=2))
    bid_operations.open_prices(lot, by=by, at=later + timedelta(days=3))
    return lot


def _check(bid: Bid, route: str, *, by: str, at: datetime) -> None:
    proofs = {
        "keurmerk": "Register van Blik op Werk",
        "tst": "Erkenning in het plan gevonden",
        "uitsluitingsgronden": "Eigen verklaring en GVA",
    }
    fails = bid.tenderer == FAILS
    checks = {rule: (True, proofs[rule]) for rule in FOR_ROUTE[route]}
    if fails:
        checks["keurmerk"] = (False, "Keurmerk ingetrokken op 1-7-2021")
    bid_operations.put_checks(bid, checks, by=by, at=at)


def _why(mark: int | None) -> str:
    if mark is None:
        return "Op deze vraag staat geen antwoord in de inschrijving."
    return "Concreet en toetsbaar." if mark >= 8 else "Voldoende, maar op punten algemeen."


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
