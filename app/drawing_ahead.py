"""What is made after new scores, before anyone asks: computed indicators, and the charts."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from peewee import fn

from core import pictures
from core.dates import now, today
from providers.models import Provider
from quality import gallery
from quality.indicator_operations import refresh_computed
from quality.metrics import latest_month
from quality.models import ScoreCard

ACTOR = "taalinkoop"
"""Who works on its own, in the audit trail."""


def newest() -> tuple[date, Any] | None:
    """The newest month with scores, and when one of these was computed last."""
    months: Any = ScoreCard.select(ScoreCard.month).order_by(ScoreCard.month.desc())
    last = months.first()
    if last is None:
        return None
    computed = ScoreCard.select(fn.MAX(ScoreCard.computed_at)).where(ScoreCard.month == last.month)
    return last.month, computed.scalar()


def prepare_figures() -> None:
    """Work the computed indicators out with the newest deliveries: they rest on every row."""
    latest = latest_month()
    if latest is not None:
        refresh_computed(last_month=latest, by=ACTOR, at=now())


def draw_ahead(settings: Mapping[str, Any]) -> int:
    """Draw what is not drawn of the newest month, as the region sees it; return how many charts."""
    found = newest()
    if found is None:
        return 0
    pictures.keep_in(Path(settings["TAALINKOOP_DATA_DIR"]).absolute() / "pictures")
    known = gallery.history(found[0], Provider.select(Provider.id), today=today())
    charts = gallery.region_charts(known)
    for provider in known.providers:
        for listed in gallery.provider_charts(known, provider).values():
            charts += listed
    missing = [chart for chart in charts if not pictures.is_drawn(chart, "svg")]
    # One after the other: the other core is for who waits for a page.
    for chart in missing:
        chart.svg()
    return len(missing)
