"""Keeping how many trajecten are open, and throwing it away once rows change."""

from collections.abc import Collection
from datetime import date

from core.dates import add_months
from core.db import transaction
from providers.deliveries.write_lock import one_at_a_time
from providers.models import Provider
from providers.open_tracks.models import FIELDS, OpenTracks
from providers.open_tracks.queries import counted


def forget_open_tracks(provider: Provider, months: Collection[date]) -> None:
    """Throw away what rows of these months count in: their own month, and the one before."""
    touched = _touched(months)
    OpenTracks.delete().where(
        OpenTracks.provider == provider, OpenTracks.month.in_(touched)
    ).execute()


def keep_open_tracks(provider: Provider, months: Collection[date]) -> None:
    """Count again what rows of these months count in."""
    touched = _touched(months)
    if not touched:
        return
    with transaction():
        # A delivery that comes in meanwhile would leave an old count standing.
        one_at_a_time(provider)
        forget_open_tracks(provider, months)
        rows = counted({(provider.id, month) for month in touched})
        OpenTracks.insert_from(rows, FIELDS).execute()


def _touched(months: Collection[date]) -> list[date]:
    return sorted({one for month in months for one in (add_months(month, -1), month)})
