"""An OCDS 1.1 release of one inkooptraject: planning, tender, and award and contract when made."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any

from core import municipalities
from core.dates import AMSTERDAM
from procurement.award.rules import PublishedLot, Winner
from procurement.plan.documents import PlanStep
from procurement.plan.health import Health
from procurement.plan.outlook import Outlook
from procurement.plan.terms import PROCEDURE_NAMES, Procedure, Purpose

# A publisher registers its own prefix with the Open Contracting Partnership.
DEFAULT_PREFIX = "ocds-000000"
_EXTENSION = "https://raw.githubusercontent.com/open-contracting-extensions/{}/extension.json"
EXTENSIONS = tuple(
    _EXTENSION.format(name)
    for name in (
        "ocds_lots_extension/v1.1.5",
        "ocds_bid_extension/v1.1.5",
        "ocds_requirements_extension/v1.1.5",
    )
)
"""What the lots, the counts of bids and the requirements of a release follow."""
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


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement of the tender, as it was published."""

    code: str
    text: str


def content_of(
    outlook: Outlook,
    *,
    prefix: str = DEFAULT_PREFIX,
    lots: Sequence[PublishedLot] = (),
    requirements: Sequence[Requirement] = (),
) -> dict[str, Any]:
    """What a release says, without its id, its date and its tags.

    Only facts, deadlines and the last planversie are in it: a forecast that slides from day to day
    would make a new release each day. Valid against the official schema and its extensions.
    """
    header = outlook.document.header
    steps = {s.purpose: s for s in _published_steps(outlook) if s.purpose is not None}
    content: dict[str, Any] = {
        "ocid": f"{prefix}-{header.code}",
        "initiationType": "tender",
        "language": "nl",
        "parties": [*_parties(outlook), *_suppliers(lots)],
        "planning": {
            "rationale": header.note or header.name,
            "milestones": [
                _milestone(outlook, s)
                for s in _published_steps(outlook)
                if s.purpose not in IN_TENDER
            ],
        },
        "tender": _tender(outlook, steps),
    }
    if header.lead_municipality:
        content["buyer"] = _reference(header.lead_municipality)
    if header.value_cents is not None:
        content["planning"]["budget"] = {
            "description": "Aantal trajecten maal prijs per traject",
            "amount": _amount(header.value_cents),
        }
    if requirements and _done(outlook, steps.get(Purpose.PUBLICATION)):
        content["tender"]["criteria"] = [_criterion(item) for item in requirements]
    if (decided := steps.get(Purpose.AWARD_DECISION)) and _done(outlook, decided):
        content["awards"] = [_award(outlook, decided, steps)]
    if (signed := steps.get(Purpose.CONTRACT)) and _done(outlook, signed):
        content["contracts"] = [_contract(outlook, signed)]
    _put_lots(content, lots)
    # A contract without the award that it follows from would point nowhere.
    if "awards" not in content:
        content.pop("contracts", None)
    return content


def release(
    content: dict[str, Any], *, moment: datetime, earlier: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Content as a release: its id follows from what it says, its tags from what came before."""
    parts = [name for name in ("planning", "tender", "award", "contract") if name in _said(content)]
    before = {tag.removesuffix("Update") for old in earlier for tag in old["tag"]}
    return {
        "ocid": content["ocid"],
        "id": release_id(content),
        "date": _instant(moment),
        "tag": [f"{part}Update" if part in before else part for part in parts],
        **{name: value for name, value in content.items() if name != "ocid"},
    }


def release_id(content: dict[str, Any]) -> str:
    """The same content has the same id, whenever it is asked for."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return f"{content['ocid']}-{sha256(text.encode()).hexdigest()[:16]}"


def _said(content: dict[str, Any]) -> set[str]:
    """Stages that a release tells of."""
    stages = {"planning"}
    if content["tender"]["status"] not in ("planned", "cancelled"):
        stages.add("tender")
    if "awards" in content:
        stages.add("award")
    if "contracts" in content:
        stages.add("contract")
    return stages


def _published_steps(outlook: Outlook) -> list[PlanStep]:
    """Steps that still count."""
    return [s for s in outlook.document.steps if not s.cancelled]


def _criterion(item: Requirement) -> dict[str, Any]:
    return {
        "id": item.code,
        "title": item.text,
        "relatesTo": "tender",
        "requirementGroups": [
            {"id": f"{item.code}-1", "requirements": [{"id": item.code, "title": item.text}]}
        ],
    }


def _put_lots(content: dict[str, Any], lots: Sequence[PublishedLot]) -> None:
    """Lots of the tender, counts of bids, and an award and a contract per tenderer that won."""
    if not lots:
        return
    content["tender"]["lots"] = [
        {"id": lot.code, "title": lot.title, "status": "complete" if lot.awarded_on else "active"}
        for lot in lots
    ]
    decided = [lot for lot in lots if lot.sent_on is not None]
    if not decided:
        return
    everyone = frozenset[str]().union(*(lot.tenderers for lot in decided))
    content["tender"]["numberOfTenderers"] = len(everyone)
    content["bids"] = {
        "statistics": [
            {"id": f"{lot.code}-{measure}", "measure": measure, "value": value,
             "relatedLot": lot.code}
            for lot in decided
            for measure, value in (("bids", lot.received), ("validBids", lot.valid))
        ]
    }  # fmt: skip
    prefix = content["tender"]["id"]
    content["awards"] = [
        _lot_award(prefix, lot, winner) for lot in decided for winner in lot.winners
    ]
    contracts = [
        _lot_contract(prefix, lot, winner)
        for lot in decided
        for winner in lot.winners
        if winner.contract_number
    ]
    if contracts:
        content["contracts"] = contracts
    else:
        # The contract of the whole points to an award that the lots replaced.
        content.pop("contracts", None)


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
        supplier: dict[str, Any] = {"id": party, "name": winner.name, "roles": ["supplier"]}
        if winner.chamber_number:
            supplier["identifier"] = {"scheme": "NL-KVK", "id": winner.chamber_number}
        yield supplier


def package(
    releases: Sequence[dict[str, Any]],
    *,
    moment: datetime,
    publisher: str,
    address: str,
    licence: str = "",
) -> dict[str, Any]:
    """Releases in the package that OCDS publishes them in."""
    return _around(moment, publisher, address, licence) | {"releases": list(releases)}


def record_package(
    releases: Sequence[dict[str, Any]],
    *,
    moment: datetime,
    publisher: str,
    address: str,
    licence: str = "",
) -> dict[str, Any]:
    """All releases of one inkooptraject, oldest first, and what they add up to.

    Each release tells the whole, so the last one is the compiled one.
    """
    last = releases[-1]
    record = {
        "ocid": last["ocid"],
        "releases": list(releases),
        "compiledRelease": last | {"tag": ["compiled"]},
    }
    return _around(moment, publisher, address, licence) | {"records": [record]}


def _around(moment: datetime, publisher: str, address: str, licence: str) -> dict[str, Any]:
    around: dict[str, Any] = {
        "uri": address,
        "version": "1.1",
        "extensions": list(EXTENSIONS),
        "publishedDate": _instant(moment),
        "publisher": {"name": publisher},
    }
    if licence:
        around["license"] = licence
    return around


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
            _milestone(outlook, s) for s in _published_steps(outlook) if s.purpose in IN_TENDER
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
    days = {p: _due(outlook, s) for p, s in steps.items()}
    bounds = {
        "tenderPeriod": (Purpose.PUBLICATION, Purpose.SUBMISSION),
        "enquiryPeriod": (Purpose.PUBLICATION, Purpose.CLARIFICATIONS),
        "awardPeriod": (Purpose.SUBMISSION, Purpose.AWARD_DECISION),
    }
    periods = {}
    for name, (first, last) in bounds.items():
        start, end = days.get(first), days.get(last)
        if start is not None and end is not None and start <= end:
            periods[name] = {"startDate": _moment(start), "endDate": _moment(end)}
    return periods


def _due(outlook: Outlook, step: PlanStep) -> date | None:
    """The day that a step was done, else its deadline, else the day of the last planversie."""
    if _done(outlook, step):
        return outlook.forecasts[step.code].end
    return _target(outlook, step)


def _target(outlook: Outlook, step: PlanStep) -> date | None:
    """Deadline of a step, that of the start being the target of the traject; else as planned."""
    deadline = next(s.deadline for s in outlook.plan.steps if s.code == step.code)
    return deadline or outlook.baseline.get((step.code, ""))


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
    met = _done(outlook, step)
    due = _target(outlook, step)
    overdue = due is not None and due < outlook.plan.today
    milestone: dict[str, Any] = {
        "id": step.code,
        "title": step.title,
        "code": step.code,
        "type": TYPE.get(step.purpose, "preProcurement") if step.purpose else "preProcurement",
        "status": "met" if met else "notMet" if overdue else "scheduled",
    }
    if due is not None:
        milestone["dueDate"] = _moment(due)
    if met:
        milestone["dateMet"] = _moment(outlook.forecasts[step.code].end)
    return milestone


def _amount(cents: int) -> dict[str, Any]:
    return {"amount": cents / 100, "currency": "EUR"}


def _moment(day: date) -> str:
    return datetime.combine(day, time(12), AMSTERDAM).isoformat()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
