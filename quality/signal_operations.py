"""Keep the signals of a provider up to date, and what a gemeente does with them."""

from datetime import date, datetime

from core import audit
from core.db import transaction
from providers.models import Provider
from quality import signal_metrics
from quality.models import Signal
from quality.signals import Finding


def refresh(provider: Provider, month: date) -> None:
    """Open what holds at the end of the month, close what does not; what was seen stays seen."""
    wanted = signal_metrics.signals_of(provider.id, month)
    with transaction():
        held = {
            (signal.__data__["track"], signal.route, signal.kind): signal
            for signal in Signal.select().where(Signal.provider == provider)
        }
        for key, signal in held.items():
            if key not in wanted and signal.open:
                signal.open = False
                signal.save()
        for key, (municipality, found) in wanted.items():
            track, route, kind = key
            signal = held.get(key) or Signal(
                track=track, provider=provider, route=route, kind=kind, since=month
            )
            _open(signal, found, municipality=municipality, month=month)


def _open(signal: Signal, found: Finding, *, municipality: int, month: date) -> None:
    told = (signal.month, signal.municipality, signal.detail, signal.escalated)
    if signal.id and signal.open and told == (month, municipality, found.detail, found.escalated):
        return
    if not signal.open:
        # It passed and came back: somebody has to look again.
        signal.since, signal.seen_by, signal.seen_at = month, None, None
    elif found.escalated and not signal.escalated:
        signal.seen_by = signal.seen_at = None
    signal.open, signal.month, signal.municipality = True, month, municipality
    signal.detail, signal.escalated = found.detail, found.escalated
    signal.save()


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
