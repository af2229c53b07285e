"""Deliver as the command line does, in tests."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from core.dates import month_from_number
from core.jobs.follow_up_operations import settled
from core.storage import Storage
from providers.deliveries import operations
from providers.deliveries.outcomes import already_delivered
from providers.feed.tell.outcome import Outcome
from providers.models import CURRENT, CourseTrack, Delivery, ProgressRecord, Provider

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
REQUEST = operations.Request(today=date(2026, 11, 23), replace=operations.EVERY_MONTH)


def deliver(
    folder: Path,
    provider: Provider,
    content: bytes,
    *,
    again: bool = False,
    name: str = "x.csv",
    month: date | None = None,
    request: operations.Request = REQUEST,
) -> Outcome:
    """Send a file, with the month that is said beside it, and accept it."""
    storage = Storage(folder)
    delivery, earlier = operations.receive(
        io.BytesIO(content), file_name=name, provider=provider, storage=storage, by="test",
        at=AT, again=again,
    )  # fmt: skip
    if earlier:
        return already_delivered(delivery, file_name=name)
    request = replace(request, only_month=month)
    outcome = operations.accept(delivery, storage=storage, request=request, by="test", at=AT)
    settled("judge")  # Nothing is judged here.
    return outcome


def withdraw(number: int | None) -> None:
    """Withdraw a delivery."""
    operations.withdraw(Delivery.get_by_id(number), reason="proef", by="test", at=AT)
    settled("judge")


def current(provider: Provider) -> dict[tuple[str, str], tuple[Any, ...]]:
    """What is held now: (traject, month) -> what the row says."""
    query: Any = (
        ProgressRecord.select(
            CourseTrack.number, ProgressRecord.month, ProgressRecord.minutes_attended,
            ProgressRecord.status, ProgressRecord.registered_on, ProgressRecord.group_name,
        )
        .join(CourseTrack)
        .where(CURRENT, ProgressRecord.provider == provider)
    )  # fmt: skip
    return {
        (number, f"{month if isinstance(month, date) else month_from_number(month):%Y-%m}"): rest
        for number, month, *rest in query.tuples()
    }


def faults_of(outcome: Outcome) -> list[tuple[int | None, str | None, str]]:
    """Problems as (row, column, code)."""
    return [(p.row, p.column, p.code) for p in outcome.problems]


def sums(outcome: Outcome) -> tuple[int, int, int, int, int]:
    """rows, accepted, unchanged, rejected, skipped."""
    counts = outcome.counts
    return counts.rows, counts.accepted, counts.unchanged, counts.rejected, counts.skipped
