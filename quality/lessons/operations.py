"""Keep the claimed hours of certified docenten of a provider up to date."""

from datetime import date

from core.db import transaction
from providers.models import Provider
from quality.lessons.models import DocentHours
from quality.lessons.queries import taught
from quality.lessons.teacher_claim import TaughtMonth


def refresh(provider: Provider, month: date) -> None:
    """Keep what is claimed of the newest month, in place of an older one."""
    found = taught([provider.id], month, months=1).get((provider.id, month), TaughtMonth())
    with transaction():
        held = DocentHours.get_or_none(DocentHours.provider == provider)
        kept = held or DocentHours(provider=provider)
        kept.month, kept.tracks = month, found.tracks
        kept.certified, kept.claimed = found.certified, int(found.claimed)
        kept.save()
