"""What would become of a large file: found by the queue, kept beside the file, shown on its page.

A page may not take long, so that it cannot look through a large file itself. What is kept counts
for the mapping with which it was made, and goes when the delivery is decided on.
"""

import json
from dataclasses import asdict, astuple
from datetime import date
from typing import Any

from core.storage import Storage
from providers.feed.check.checking import Problem
from providers.feed.tell.outcome import Counts, Outcome, Replaces, Status
from providers.mapping.queries import mapping_of
from providers.models import Delivery


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
        "replaces": [(one.month.isoformat(), one.rows, one.held) for one in outcome.replaces],
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
    found = json.loads(path.read_bytes())
    if found["mapping"] != mapping_of(delivery.provider.id).version:
        return None
    return Outcome(
        delivery.file_name,
        delivery.sha256,
        Status(found["status"]),
        counts=Counts(**found["counts"]),
        provider=delivery.provider.id,
        months=[date.fromisoformat(month) for month in found["months"]],
        missing_columns=found["missing_columns"],
        ignored_columns=found["ignored_columns"],
        problems=[Problem(*problem) for problem in found["problems"]],
        findings=found["findings"],
        replaces=[
            Replaces(date.fromisoformat(month), rows, held)
            for month, rows, held in found.get("replaces", ())
        ],
        provisional=[date.fromisoformat(month) for month in found.get("provisional", ())],
        seconds=found["seconds"],
    )


def forget_preview(storage: Storage, delivery: Delivery) -> None:
    """Remove what was kept."""
    storage.arrived(delivery.sha256, _suffix(delivery)).unlink(missing_ok=True)
