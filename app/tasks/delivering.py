"""Taking a delivery in, scores included: what upload, API, command and queue all do."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from core.storage import Storage
from providers.deliveries.operations import Request, accept
from providers.feed.tell.outcome import Outcome
from providers.models import Delivery
from quality.cards.operations import recompute_after

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
    tell: Callable[[str], Any] = _silent,
) -> Outcome:
    """Take a received file in, then compute again what its rows can change."""
    tell("Het bestand wordt gelezen en gecontroleerd")
    outcome = accept(delivery, storage=storage, request=request, by=by, at=at)
    if outcome.changed:
        tell("De maandcijfers worden opnieuw berekend")
        recompute_after(delivery.provider, outcome.months, by=by, at=at)
    return outcome
