"""Invented bids: of the plan of 2019, and of the tender that led to the running contracts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from core.dates import add_months
from procurement.award import decision_operations as awards, operations as bid_operations
from procurement.award.decision_operations import Case, Signed
from procurement.award.models import Bid, Lot
from procurement.award.operations import BidDraft, Judgement, LotDraft
from procurement.award.queries import FOR_ROUTE, joining
from procurement.award.rules import Criterion, Method
from procurement.models import ContractingProcess
from procurement.plan import operations
from procurement.plan.documents import Header, PlanDocument, PlanParticipation, with_decision_rows
from procurement.plan.operations import baseline_of
from procurement.plan.outlook import look
from procurement.plan.steps import Outcome, Verdict
from procurement.plan.templates import TEMPLATES
from procurement.preparation.operations import put_trace
from procurement.preparation.trace import Item
from providers.models import Contract

ASSESSORS = ("a.beoordelaar@regio.example", "b.beoordelaar@regio.example")
Marks = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """A bid: minutes after the deadline (negative: before), price in euros, consensus.

    Without marks it is not assessed: it came too late, or ``fails`` a check.
    """

    name: str
    minutes: int
    price: int | None
    marks: Marks = ()
    fails: str = ""
    chamber_number: str = ""


CLOSES = datetime(2021, 8, 16, 10, tzinfo=UTC)
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
B1_BIDS = (
    Offered("Taalhuis De Wilg", -2900, 11_200, (8, 7, 9)),
    Offered("Vechtdal Talen", -1500, 10_450, (7, 8, 7)),
    Offered("Stichting Nieuwe Woorden", -180, 9_850, (6, None, 6)),
    Offered("Lingua Nova Oost", 14, 9_900),
    Offered("Academie Het Anker", -60, 10_100, fails="keurmerk"),
)
EDUCATION_BIDS = (
    Offered("Hanzecollege Taal", -4000, 14_800, (8, 7)),
    Offered("Vechtdal Talen", -1400, 14_450, (6, 7)),
    Offered("Taalhuis De Wilg", -2800, None, (7, 8)),
)
CASE = Case(
    "Vechtdal Talen", date(2021, 10, 5), "C/08/270001", None, Verdict.WITHDRAWN, date(2021, 10, 15)
)


def load_bids(process: ContractingProcess, *, by: str) -> None:
    """Both lots of the plan of 2019, awarded and waiting for their contracts."""
    first = _lot(process, B1, B1_BIDS, by=by)
    second = _lot(process, EDUCATION, EDUCATION_BIDS, by=by)
    say: dict[str, Any] = {"sent_on": SENT_ON, "by": by, "at": _at(SENT_ON)}
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


CRITERIA = (
    Criterion("G1", "Korte wachttijd", 20),
    Criterion("G2", "Passend aanbod voor werkenden", 20),
    Criterion("G3", "Bevoegde docenten", 15),
    Criterion("G4", "Begeleiding en opvang", 15),
)
PRICE_WEIGHT = 30
BEGIN, CANCELLED = "21", "24"
"""The start of the lessons; and the step about the next tender, which became a plan of its own."""
LOTS = (
    ("P1", "B1-route", "B", (
        ("TA001", 10_450, (9, 9, 9, 7)), ("TA002", 9_850, (8, 8, 7, 8)),
        ("TA003", 9_400, (7, 7, 8, 7)), ("TA004", 9_700, (8, 8, 7, 5)),
        ("TA005", 9_650, (9, 7, 8, 8)), ("TA006", 9_700, (7, 7, 8, 7)),
        ("TA007", 9_500, (7, 8, 8, 7)), ("TA008", 9_900, (7, 7, 8, 8)),
        ("Taalcentrum Sallandrand", 9_300, (6, 7, 7, 6)),
        ("Lingua Vechtstroom", 9_150, (5, 7, 6, 7)),
        ("Leren aan de IJssel", 9_550, (9, 5, 7, 7)),
        ("Startpunt Taal", 8_700, (7, 6, 7, 6)),
    )),
    ("P2", "Z-route", "Z", (
        ("TA001", 9_900, (9, 9, 9, 8)), ("TA002", 9_300, (8, 7, 7, 8)),
        ("TA003", 8_900, (7, 6, 8, 7)), ("TA004", 9_300, (8, 7, 8, 7)),
        ("TA005", 9_200, (8, 7, 8, 9)), ("TA006", 9_250, (7, 8, 8, 7)),
        ("TA007", 9_100, (7, 8, 7, 8)),
        ("Taalcentrum Sallandrand", 8_800, (6, 7, 7, 6)),
        ("Startpunt Taal", 8_100, (7, 6, 6, 6)),
        ("Lingua Vechtstroom", 8_950, (5, 6, 6, 9)),
    )),
    ("P3", "Onderwijsroute", "O", (
        ("TA001", 12_900, (8, 9, 9, 7)), ("TA008", 12_400, (8, 8, 8, 8)),
        ("Hanzecollege Taal", 12_300, (7, 8, 8, 8)),
        ("Startpunt Taal", 11_700, (7, 5, 7, 6)),
        ("Noorderpoort Talen", 12_000, (6, 6, 8, 7)),
    )),
)  # fmt: skip
"""Codes are of aanbieders that were awarded; the others did not win."""


def running_contracts(
    code: str, trace: Sequence[Item], participations: Sequence[PlanParticipation], *, by: str
) -> None:
    """The tender that led to the contracts of the demo region, as it went."""
    contracts = {one.provider.code: one for one in Contract.select().order_by(Contract.number)}
    if not contracts:
        return
    start = min(one.valid_from for one in contracts.values())
    document = _finished(code, start, participations)
    ends = {step.code: step.actual_end for step in document.steps}
    closes, sent, final, signed = (ends[one] for one in ("13", "15", "17", "18"))
    if closes is None or sent is None or final is None or signed is None:
        return
    process = operations.add_document(document, by=by, at=_at(start), reason="demo")
    put_trace(process, trace, by=by, at=_at(closes - timedelta(days=60)))
    made = []
    for lot, title, route, rows in LOTS:
        won = [contracts[name].provider for name, *_ in rows if name in contracts]
        draft = LotDraft(
            lot, title, route, _at(closes), CRITERIA, price_weight=PRICE_WEIGHT, suppliers=len(won)
        )
        winners = {provider.code: provider for provider in won}
        bids = [
            Offered(
                winners[name].name if name in winners else name, -60 * place, price, marks,
                chamber_number=(winners[name].chamber_number or "") if name in winners else "",
            )
            for place, (name, price, marks) in enumerate(rows, start=1)
        ]  # fmt: skip
        made.append(_lot(process, draft, bids, by=by))
        awards.decide_award(
            made[-1], [provider.name for provider in won], sent_on=sent, by=by, at=_at(sent),
            motivation="De hoogste totalen; zie het verslag van het beoordelingsteam.",
        )  # fmt: skip
    numbers = {one.provider.name: one for one in contracts.values()}
    for one in made:
        awards.award_finally(one, awarded_on=final, by=by, at=_at(final))
        places = tuple(joining(process, one.route))
        for award in bid_operations.file_of(one).awards:
            contract = numbers[award.bid.tenderer]
            signed_contract = Signed(
                contract.number, places, signed, contract.valid_from, contract.valid_until
            )
            awards.sign_contract(award, signed_contract, by=by, at=_at(signed))


def _finished(code: str, start: date, participations: Sequence[PlanParticipation]) -> PlanDocument:
    """A plan in which every step was done when it was due; the last waits for the next tender."""
    header = Header(
        code, "Inburgeringscursussen regio Zwolle, lopende contracten", "Regio Zwolle",
        lead_municipality="0193", starts_on=add_months(start, -15), go_live=start,
        contract_until=add_months(start, 48) - timedelta(days=1), status="afgerond",
    )  # fmt: skip
    document = with_decision_rows(
        replace(TEMPLATES["SAS regionaal"](header), participations=tuple(participations))
    )
    ends = baseline_of(look(document, header.starts_on or start), 1, start, "").ends()
    steps = tuple(
        replace(step, cancelled=True, note="Gaat op in de volgende inkoop.")
        if step.code == CANCELLED
        else replace(
            step,
            progress=100,
            actual_end=start if step.code == BEGIN else min(start, ends[step.code, ""]),
        )
        for step in document.steps
    )
    due = {(d.step, d.municipality): ends.get((d.step, d.municipality)) or ends[d.step, ""]
           for d in document.decisions if d.step != CANCELLED}  # fmt: skip
    decisions = tuple(
        replace(d, outcome=Outcome.DECIDED, meeting_on=day, decided_on=day)
        if (day := due.get((d.step, d.municipality)))
        else d
        for d in document.decisions
    )
    return replace(document, steps=steps, decisions=decisions)


def _lot(
    process: ContractingProcess, draft: LotDraft, offered: Sequence[Offered], *, by: str
) -> Lot:
    """A lot with its bids, judged and with the prices opened."""
    closes = draft.closes_at
    lot = bid_operations.put_lot(process, draft, by=by, at=closes - timedelta(days=45))
    opened = closes + timedelta(days=1)
    bids = []
    for place, one in enumerate(offered, start=1):
        received = closes + timedelta(minutes=one.minutes)
        price = None if one.price is None else one.price * 100
        number = one.chamber_number or f"{90_000_000 + len(one.name) * 1_111 + place:08d}"
        bid = bid_operations.receive_bid(
            lot, BidDraft(one.name, received, price, number), by=by, at=opened
        )
        if not bid.put_aside:
            _check(bid, draft.route, one.fails, by=by, at=opened)
        if one.marks:
            bids.append((bid, one.marks))
    later = closes + timedelta(days=14)
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


def _check(bid: Bid, route: str, fails: str, *, by: str, at: datetime) -> None:
    proofs = {
        "keurmerk": "Register van Blik op Werk",
        "tst": "Erkenning in het plan gevonden",
        "uitsluitingsgronden": "Eigen verklaring en GVA",
    }
    checks = {rule: (True, proofs[rule]) for rule in FOR_ROUTE[route]}
    if fails:
        checks[fails] = (False, "Keurmerk ingetrokken op 1-7-2021")
    bid_operations.put_checks(bid, checks, by=by, at=at)


def _why(mark: int | None) -> str:
    if mark is None:
        return "Op deze vraag staat geen antwoord in de inschrijving."
    return "Concreet en toetsbaar." if mark >= 8 else "Voldoende, maar op punten algemeen."


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
