"""Taking a delivery in, scores included: what upload, API, command and queue all do."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import quality.cards.operations  # noqa: F401  registers what judging again is
from core.jobs.follow_up_operations import settle
from core.storage import Storage
from providers.deliveries.operations import Request, accept
from providers.feed.tell.outcome import Outcome
from providers.models import Delivery

LARGE_BYTES = 2_000_000
"""Above this a file can take more than two seconds, and goes to the queue."""


def is_large(delivery: Delivery) -> bool:
    """Whether this delivery is for the queue."""
    return bool(delivery.size > LARGE_BYTES)


def _silent(_step: str) -> None:
    return None


def take_in(
    delivery: Delivery,
    *,
    storage: Storage,
    request: Request,
    by: str,
    at: datetime,
    report: Callable[[str], Any] = _silent,
) -> Outcome:
    """Take a received file in, then compute again what its rows can change."""
    report("Het bestand wordt gelezen en gecontroleerd")
    outcome = accept(delivery, storage=storage, request=request, by=by, at=at)
    if outcome.changed:
        report("De maandcijfers worden opnieuw berekend")
        settle_owed(storage.directory.parent, at=at, kind="judge", subject=delivery.provider.code)
    return outcome


_left_to_worker = threading.Event()


def leave_to_worker() -> None:
    """Leave what is owed to the worker, from now on: a process that serves pages is for pages."""
    _left_to_worker.set()


def settle_owed(data_directory: Path, *, at: datetime, **about: Any) -> int:
    """Do what committed changes still owe, unless that is for the worker; return how much."""
    return 0 if _left_to_worker.is_set() else settle(data_directory, at=at, **about)
