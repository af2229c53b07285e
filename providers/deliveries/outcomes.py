"""What became of a delivery that was decided on, read back from what is kept of it."""

import json
from dataclasses import asdict, astuple
from datetime import date
from pathlib import Path
from typing import Any

from core.dates import parse_month
from core.personal_data import without
from core.storage import Storage
from providers.deliveries.history_queries import Narrow
from providers.deliveries.mapping import mapping_of
from providers.deliveries.queries import completed_by, sent_back
from providers.feed.check.checking import Problem
from providers.feed.tell.outcome import (
    STATUS_LABELS,
    Counts,
    Outcome,
    Replaces,
    Status,
    held_status,
    status_word,
)
from providers.models import Delivery, DeliveryMonth, Problem as HeldProblem, ProgressRecord

RECEIVED, HELD, REFUSED, WITHDRAWN = "received", "held", "refused", "withdrawn"
"""The states of a delivery."""


def shown_name(file_name: str) -> str:
    """The name of a file as it is kept and shown: no folder, no signs to steer, nobody's data."""
    name = Path(file_name.replace("\\", "/")).name
    harmless = without("".join(c for c in name if c.isprintable())[-200:].strip())[-200:]
    return harmless or "levering"


def already_delivered(
    delivery: Delivery, *, file_name: str, narrow: Narrow | None = None
) -> Outcome:
    """The receipt of a file that came before, with what replaced its rows since."""
    outcome = outcome_of(delivery, narrow=narrow)
    outcome.file = shown_name(file_name)
    outcome.status = Status.ALREADY_DELIVERED
    for later in (
        Delivery.select(Delivery.id)
        .where(
            Delivery.provider == delivery.provider,
            Delivery.id > delivery.id,
            Delivery.state == HELD,
        )
        .order_by(Delivery.id)
    ):
        rows = (
            ProgressRecord.select()
            .where(ProgressRecord.superseded_by == later, ProgressRecord.delivery == delivery)
            .count()
        )
        if rows:
            outcome.superseded_by = later.id
            outcome.differing += rows
    return outcome


def outcome_of(delivery: Delivery, *, narrow: Narrow | None = None) -> Outcome:
    """The outcome of a delivery that was decided on, as it is kept.

    ``narrow`` leaves of the problems those that the account may see.
    """
    counts = Counts(
        rows=delivery.rows,
        accepted=delivery.accepted,
        unchanged=delivery.unchanged,
        rejected=delivery.rejected,
        skipped=delivery.skipped,
        replaced=delivery.findings.get("replaced", 0),
        warnings=delivery.warnings,
    )
    query = HeldProblem.select().where(HeldProblem.delivery == delivery).order_by(HeldProblem.id)
    problems = query if narrow is None else narrow(HeldProblem, query)
    return Outcome(
        file=delivery.file_name,
        sha256=delivery.sha256,
        status=_status(delivery, counts),
        counts=counts,
        delivery=delivery.id,
        provider=delivery.provider.id,
        months=_held_months(delivery),
        missing_columns=delivery.findings.get("missing_columns", []),
        ignored_columns=delivery.findings.get("ignored_columns", []),
        problems=[
            Problem(p.row, p.column, p.code, p.severity, p.value, p.message) for p in problems
        ],
        findings=delivery.findings,
        sent_back=sent_back(delivery.id),
        completes=completed_by(delivery.id),
        replaces=[
            Replaces(date.fromisoformat(one["month"]), one["rows"], one["held"])
            for one in delivery.findings.get("replaces", ())
        ],
        provisional=[parse_month(month) for month in delivery.findings.get("provisional", ())],
        seconds=delivery.seconds or 0.0,
    )


STATE_WORDS = {
    RECEIVED: "wacht op aannemen",
    HELD: STATUS_LABELS[Status.ACCEPTED],
    REFUSED: STATUS_LABELS[Status.REFUSED],
    WITHDRAWN: "ingetrokken",
}


def state_word(delivery: Delivery) -> str:
    """How a delivery stands, as its receipt says it; or what it waits for."""
    if delivery.state == HELD:
        counts = Counts(
            accepted=delivery.accepted, unchanged=delivery.unchanged, rejected=delivery.rejected,
            warnings=delivery.warnings,
        )  # fmt: skip
        return status_word(held_status(counts), counts)
    if delivery.state == RECEIVED and delivery.findings.get("to_map"):
        return "kolommen kiezen"
    if delivery.state == RECEIVED and delivery.findings.get("replaces"):
        return "wacht op bevestiging"
    return STATE_WORDS[delivery.state]


def _status(delivery: Delivery, counts: Counts) -> Status:
    if delivery.state == RECEIVED and delivery.findings.get("replaces"):
        return Status.NEEDS_CONSENT
    return Status.REFUSED if delivery.state == REFUSED else held_status(counts)


def _held_months(delivery: Delivery) -> list[date]:
    months = DeliveryMonth.select(DeliveryMonth.month).where(
        DeliveryMonth.delivery == delivery, DeliveryMonth.rows > 0
    )
    return [row.month for row in months.order_by(DeliveryMonth.month)]


def _suffix(delivery: Delivery) -> str:
    return f".{delivery.id}.preview.json"


def keep_preview(storage: Storage, delivery: Delivery, outcome: Outcome) -> None:
    """Keep what was found."""
    document: dict[str, Any] = {
        "mapping": mapping_of(delivery.provider.id).version,
        "status": outcome.status.value,
        "counts": asdict(outcome.counts),
        "months": [month.isoformat() for month in outcome.months],
        "missing_columns": outcome.missing_columns,
        "ignored_columns": outcome.ignored_columns,
        "problems": [astuple(problem) for problem in outcome.problems],
        "findings": outcome.findings,
        "replaces": [(one.month.isoformat(), one.rows, one.active) for one in outcome.replaces],
        "provisional": [month.isoformat() for month in outcome.provisional],
        "seconds": outcome.seconds,
    }
    with storage.replacement(storage.arrived(delivery.sha256, _suffix(delivery))) as file:
        file.write(json.dumps(document).encode())


def kept_preview(storage: Storage, delivery: Delivery) -> Outcome | None:
    """What was found, when it was and when the file would still be read the same way."""
    path = storage.arrived(delivery.sha256, _suffix(delivery))
    if not path.exists():
        return None
    document = json.loads(path.read_bytes())
    if document["mapping"] != mapping_of(delivery.provider.id).version:
        return None
    return Outcome(
        delivery.file_name,
        delivery.sha256,
        Status(document["status"]),
        counts=Counts(**document["counts"]),
        provider=delivery.provider.id,
        months=[date.fromisoformat(month) for month in document["months"]],
        missing_columns=document["missing_columns"],
        ignored_columns=document["ignored_columns"],
        problems=[Problem(*problem) for problem in document["problems"]],
        findings=document["findings"],
        replaces=[
            Replaces(date.fromisoformat(month), rows, active)
            for month, rows, active in document.get("replaces", ())
        ],
        provisional=[date.fromisoformat(month) for month in document.get("provisional", ())],
        seconds=document["seconds"],
    )


def forget_preview(storage: Storage, delivery: Delivery) -> None:
    """Remove what was kept."""
    storage.arrived(delivery.sha256, _suffix(delivery)).unlink(missing_ok=True)
