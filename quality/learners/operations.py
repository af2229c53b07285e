"""Keep the signals of a provider up to date, and what a gemeente does with them."""

from datetime import date, datetime
from typing import Any

from peewee import chunked

from core import audit
from core.db import transaction
from providers.models import Provider
from quality.learners import queries as learner_queries
from quality.learners.signals import Finding
from quality.models import Signal

ROWS_AT_ONCE = 500
Key = tuple[int, int, str]
OPENED = (
    "track", "route", "kind",
    "open", "month", "municipality", "detail", "escalated", "since", "seen_by", "seen_at",
)  # fmt: skip
"""What is told of a signal that holds: what it is known by (a ``Key``), then what may change."""
KEY_WIDTH = 3


def refresh(provider: Provider, month: date) -> None:
    """Open what holds at the end of the month, close what does not; what was seen stays seen."""
    wanted = learner_queries.signals_of(provider.id, month)
    with transaction():
        columns: list[Any] = [getattr(Signal, name) for name in OPENED]
        query: Any = Signal.select(Signal.id, *columns).where(Signal.provider == provider)
        ids: dict[Key, int] = {}
        held: dict[Key, dict[str, Any]] = {}
        for number, *values in query.tuples():
            track, route, kind, *_ = values
            ids[track, route, kind] = number
            held[track, route, kind] = dict(zip(OPENED, values, strict=True))
        passed = [ids[key] for key, one in held.items() if one["open"] and key not in wanted]
        for numbers in chunked(passed, ROWS_AT_ONCE):
            Signal.update(open=False).where(Signal.id.in_(numbers)).execute()
        told = {key: _opened(key, held.get(key), found, month) for key, found in wanted.items()}
        changed = [one for key, one in told.items() if one != held.get(key)]
        for some in chunked(changed, ROWS_AT_ONCE):
            Signal.insert_many([one | {"provider": provider.id} for one in some]).on_conflict(
                conflict_target=columns[:KEY_WIDTH], preserve=columns[KEY_WIDTH:]
            ).execute()


def _opened(
    key: Key, before: dict[str, Any] | None, found: tuple[int, Finding], month: date
) -> dict[str, Any]:
    """A signal as it is open now."""
    municipality, finding = found
    since, seen_by, seen_at = month, None, None
    if before is not None and before["open"]:
        since = before["since"]
        # It passed and came back, or became urgent: somebody has to look again.
        if before["escalated"] or not finding.escalated:
            seen_by, seen_at = before["seen_by"], before["seen_at"]
    what = (municipality, finding.detail, finding.escalated)
    return dict(zip(OPENED, (*key, True, month, *what, since, seen_by, seen_at), strict=True))


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
