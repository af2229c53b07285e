"""Keep the signals of a provider up to date, and what a gemeente does with them."""

from datetime import date, datetime
from typing import Any

from peewee import chunked

from core import audit
from core.db import transaction
from providers.models import Provider
from quality import signal_metrics
from quality.models import Signal
from quality.signals import Finding

ROWS_AT_ONCE = 500
KEY = ("track", "route", "kind")
OPENED = (
    *KEY, "open", "month", "municipality", "detail", "escalated", "since", "seen_by", "seen_at",
)  # fmt: skip
"""What is told of a signal that holds; what was noted about it stays."""


def refresh(provider: Provider, month: date) -> None:
    """Open what holds at the end of the month, close what does not; what was seen stays seen."""
    wanted = signal_metrics.signals_of(provider.id, month)
    with transaction():
        held = {
            (signal.__data__["track"], signal.route, signal.kind): signal
            for signal in Signal.select().where(Signal.provider == provider)
        }
        passed = [one.id for key, one in held.items() if one.open and key not in wanted]
        for ids in chunked(passed, ROWS_AT_ONCE):
            Signal.update(open=False).where(Signal.id.in_(ids)).execute()
        rows = [
            _opened(held.get(key), key, found, municipality, month) | {"provider": provider.id}
            for key, (municipality, found) in wanted.items()
        ]
        kept = [name for name in OPENED if name not in KEY]
        for some in chunked(rows, ROWS_AT_ONCE):
            Signal.insert_many(some).on_conflict(
                conflict_target=[getattr(Signal, name) for name in KEY],
                preserve=[getattr(Signal, name) for name in kept],
            ).execute()


def _opened(
    signal: Signal | None, key: tuple[int, int, str], found: Finding, municipality: int, month: date
) -> dict[str, Any]:
    """A signal as it is open now."""
    since, seen_by, seen_at = month, None, None
    if signal is not None and signal.open:
        since = signal.since
        # It passed and came back, or became urgent: somebody has to look again.
        if signal.escalated or not found.escalated:
            seen_by, seen_at = signal.seen_by, signal.seen_at
    told = (month, municipality, found.detail, found.escalated)
    return dict(zip(OPENED, (*key, True, *told, since, seen_by, seen_at), strict=True))


def mark_seen(signal: Signal, *, follow_up: str, by: str, at: datetime) -> None:
    """Note who saw a signal, and what comes of it."""
    with transaction():
        signal.seen_by, signal.seen_at, signal.follow_up = by, at, follow_up.strip()[:1000]
        signal.save()
        audit.record(
            at=at,
            actor=by,
            action="see_signal",
            thing="signals",
            thing_id=signal.id,
            after={"kind": signal.kind, "follow_up": bool(signal.follow_up)},
        )
