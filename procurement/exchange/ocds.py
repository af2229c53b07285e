"""An OCDS 1.1 release of one inkooptraject: planning, tender, and award and contract when made."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from core import municipalities
from core.dates import AMSTERDAM
from procurement.award.bidding import PublishedLot, Winner
from procurement.plan.documents import PlanStep
from procurement.plan.health import Health
from procurement.plan.outlook import Outlook
from procurement.plan.terms import PROCEDURE_NAMES, Procedure, Purpose

# A publisher registers its own prefix with the Open Contracting Partnership.
DEFAULT_PREFIX = "ocds-000000"
METHOD = {
    Procedure.SOCIAL: "open",
    Procedure.OPEN: "open",
    Procedure.ADMISSION: "open",
    Procedure.PRIVATE: "limited",
}
TYPE = {
    Purpose.ESTIMATE: "preProcurement",
    Purpose.MARKET_CONSULTATION: "engagement",
    Purpose.CLARIFICATIONS: "engagement",
    Purpose.PUBLICATION: "approval",
    Purpose.SUBMISSION: "assessment",
    Purpose.ASSESSMENT: "assessment",
    Purpose.AWARD_DECISION: "approval",
    Purpose.STANDSTILL_END: "approval",
    Purpose.AWARD: "approval",
    Purpose.CONTRACT: "approval",
    Purpose.AWARD_NOTICE: "reporting",
    Purpose.GO_LIVE: "delivery",
    Purpose.RENEWAL: "approval",
}
DONE = (Health.DONE, Health.DONE_LATE)
IN_TENDER = (
    Purpose.PUBLICATION, Purpose.CLARIFICATIONS, Purpose.SUBMISSION, Purpose.ASSESSMENT,
    Purpose.AWARD_DECISION, Purpose.STANDSTILL_END,
)  # fmt: skip


def release(
    outlook: Outlook,
    *,
    moment: datetime,
    prefix: str = DEFAULT_PREFIX,
    lots: Sequence[PublishedLot] = (),
) -> dict[str, Any]:
    """The release, as valid against the official schema; lots and bids as their extensions say."""
    header = outlook.document.header
    ocid = f"{prefix}-{header.code}"
    steps = {s.purpose: s for s in outlook.document.steps if s.purpose is not None}
    tags = ["planning"]
    found: dict[str, Any] = {
        "ocid": ocid,
        "id": f"{ocid}-{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        "date": moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "tag": tags,
        "initiationType": "tender",
        "language": "nl",
        "parties": [*_parties(outlook), *_suppliers(lots)],
        "planning": {
            "rationale": outlook.sentence,
            "milestones": [
                _milestone(outlook, s) for s in outlook.document.steps if s.purpose not in IN_TENDER
            ],
        },
        "tender": _tender(outlook, steps),
    }
    if header.lead_municipality:
        found["buyer"] = _reference(header.lead_municipality)
    if header.value_cents is not None:
        found["planning"]["budget"] = {
            "description": "Aantal trajecten maal prijs per traject",
            "amount": _amount(header.value_cents),
        }
    if _done(outlook, steps.get(Purpose.PUBLICATION)):
        tags.append("tender")
    if _done(outlook, decided := steps.get(Purpose.AWARD_DECISION)) and decided:
        tags.append("award")
        found["awards"] = [_award(outlook, decided, steps)]
    if _done(outlook, signed := steps.get(Purpose.CONTRACT)) and signed:
        tags.append("contract")
        found["contracts"] = [_contract(outlook, signed)]
    _put_lots(found, lots)
    return found


def _put_lots(found: dict[str, Any], lots: Sequence[PublishedLot]) -> None:
    """Lots of the tender, counts of bids, and an award and a contract per tenderer that won."""
    if not lots:
        return
    found["tender"]["lots"] = [
        {"id": lot.code, "title": lot.title, "status": "complete" if lot.awarded_on else "active"}
        for lot in lots
    ]
    decided = [lot for lot in lots if lot.sent_on is not None]
    if not decided:
        return
    found["tender"]["numberOfTenderers"] = sum(lot.received or 0 for lot in decided)
    found["bids"] = {
        "statistics": [
            {"id": f"{lot.code}-{measure}", "measure": measure, "value": value,
             "relatedLot": lot.code}
            for lot in decided
            for measure, value in (("bids", lot.received), ("validBids", lot.valid))
        ]
    }  # fmt: skip
    prefix = found["tender"]["id"]
    found["awards"] = [_lot_award(prefix, lot, winner) for lot in decided for winner in lot.winners]
    contracts = [
        _lot_contract(prefix, lot, winner)
        for lot in decided
        for winner in lot.winners
        if winner.contract_number
    ]
    if contracts:
        found["contracts"] = contracts
    tags = ["award", "contract"] if contracts else ["award"]
    found["tag"] += [tag for tag in tags if tag not in found["tag"]]


def _lot_award(prefix: str, lot: PublishedLot, winner: Winner) -> dict[str, Any]:
    award: dict[str, Any] = {
        "id": f"{prefix}-{lot.code}-{winner.key}",
        "title": f"Gunning {lot.title}",
        "description": lot.motivation,
        "status": "active" if lot.awarded_on else "pending",
        "suppliers": [{"id": winner.party, "name": winner.name}],
        "relatedLots": [lot.code],
    }
    if lot.sent_on:
        award["date"] = _moment(lot.sent_on)
    return award


def _lot_contract(prefix: str, lot: PublishedLot, winner: Winner) -> dict[str, Any]:
    period = {"startDate": winner.starts_on, "endDate": winner.ends_on}
    contract: dict[str, Any] = {
        "id": winner.contract_number,
        "awardID": f"{prefix}-{lot.code}-{winner.key}",
        "status": "active",
        "period": {name: _moment(day) for name, day in period.items() if day},
    }
    if winner.signed_on:
        contract["dateSigned"] = _moment(winner.signed_on)
    return contract


def _suppliers(lots: Sequence[PublishedLot]) -> Iterator[dict[str, Any]]:
    """Each winner once, also when it won several lots."""
    winners = {winner.party: winner for lot in lots for winner in lot.winners}
    for party, winner in winners.items():
        found: dict[str, Any] = {"id": party, "name": winner.name, "roles": ["supplier"]}
        if winner.chamber_number:
            found["identifier"] = {"scheme": "NL-KVK", "id": winner.chamber_number}
        yield found


def package(
    releases: list[dict[str, Any]], *, moment: datetime, publisher: str, address: str
) -> dict[str, Any]:
    """Releases in the package that OCDS publishes them in."""
    return {
        "uri": address,
        "version": "1.1",
        "publishedDate": moment.astimezone(UTC).isoformat(timespec="seconds"),
        "publisher": {"name": publisher},
        "releases": releases,
    }


def _parties(outlook: Outlook) -> Iterator[dict[str, Any]]:
    header = outlook.document.header
    everyone = {*outlook.document.municipalities}
    if header.lead_municipality:
        everyone.add(header.lead_municipality)
    for code in sorted(everyone):
        lead = code == header.lead_municipality
        yield {
            **_reference(code),
            "roles": ["buyer", "procuringEntity"] if lead else ["buyer"],
            "address": {
                "locality": municipalities.name(code),
                "region": header.region,
                "countryName": "Nederland",
            },
        }


def _reference(municipality: str) -> dict[str, str]:
    return {
        "id": f"NL-CBS-{municipality}",
        "name": f"Gemeente {municipalities.name(municipality)}",
    }


def _tender(outlook: Outlook, steps: dict[Purpose, PlanStep]) -> dict[str, Any]:
    header = outlook.document.header
    tender: dict[str, Any] = {
        "id": header.code,
        "title": header.name,
        "status": _tender_status(outlook, steps),
        "procurementMethod": METHOD[header.procedure],
        "procurementMethodDetails": PROCEDURE_NAMES[header.procedure],
        "mainProcurementCategory": "services",
        "awardCriteria": "ratedCriteria",
        "submissionMethod": ["electronicSubmission" if header.electronic else "written"],
        "milestones": [
            _milestone(outlook, s) for s in outlook.document.steps if s.purpose in IN_TENDER
        ],
    }
    if header.value_cents is not None:
        tender["value"] = _amount(header.value_cents)
    if header.lead_municipality:
        tender["procuringEntity"] = _reference(header.lead_municipality)
    tender |= _periods(outlook, steps)
    return tender


def _periods(outlook: Outlook, steps: dict[Purpose, PlanStep]) -> dict[str, Any]:
    """When people may ask, bid, and when is decided."""
    ends = {p: outlook.forecasts[s.code].end for p, s in steps.items()}
    bounds = {
        "tenderPeriod": (Purpose.PUBLICATION, Purpose.SUBMISSION),
        "enquiryPeriod": (Purpose.PUBLICATION, Purpose.CLARIFICATIONS),
        "awardPeriod": (Purpose.SUBMISSION, Purpose.AWARD_DECISION),
    }
    return {
        name: {"startDate": _moment(ends[first]), "endDate": _moment(ends[last])}
        for name, (first, last) in bounds.items()
        if first in ends and last in ends
    }


def _tender_status(outlook: Outlook, steps: dict[Purpose, PlanStep]) -> str:
    if outlook.document.header.status == "gestopt":
        return "cancelled"
    if _done(outlook, steps.get(Purpose.AWARD)):
        return "complete"
    return "active" if _done(outlook, steps.get(Purpose.PUBLICATION)) else "planned"


def _award(outlook: Outlook, decided: PlanStep, steps: dict[Purpose, PlanStep]) -> dict[str, Any]:
    final = _done(outlook, steps.get(Purpose.AWARD))
    return {
        "id": f"{outlook.document.header.code}-gunning",
        "title": decided.title,
        "status": "active" if final else "pending",
        "date": _moment(outlook.forecasts[decided.code].end),
    }


def _contract(outlook: Outlook, signed: PlanStep) -> dict[str, Any]:
    header = outlook.document.header
    contract: dict[str, Any] = {
        "id": f"{header.code}-contract",
        "awardID": f"{header.code}-gunning",
        "status": "active",
        "dateSigned": _moment(outlook.forecasts[signed.code].end),
    }
    period = {"startDate": header.go_live, "endDate": header.contract_until}
    if any(period.values()):
        contract["period"] = {name: _moment(day) for name, day in period.items() if day}
    return contract


def _done(outlook: Outlook, step: PlanStep | None) -> bool:
    return step is not None and outlook.judgements[step.code].health in DONE


def _milestone(outlook: Outlook, step: PlanStep) -> dict[str, Any]:
    found, judgement = outlook.forecasts[step.code], outlook.judgements[step.code]
    met = judgement.health in DONE
    milestone: dict[str, Any] = {
        "id": step.code,
        "title": step.title,
        "description": judgement.reason,
        "code": step.code,
        "type": TYPE.get(step.purpose, "preProcurement") if step.purpose else "preProcurement",
        "dueDate": _moment(step.deadline or found.end),
        "status": "met" if met else "notMet" if judgement.health is Health.LATE else "scheduled",
    }
    if met:
        milestone["dateMet"] = _moment(found.end)
    return milestone


def _amount(cents: int) -> dict[str, Any]:
    return {"amount": cents / 100, "currency": "EUR"}


def _moment(day: date) -> str:
    return datetime.combine(day, time(12), AMSTERDAM).isoformat()
