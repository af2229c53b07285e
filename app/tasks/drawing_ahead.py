"""Drawing the charts of the newest month before anyone asks, so that pages only read them.

Measured on a region of eight schools: who opens a page first waits 20 ms of processor time instead
of 90 for the charts of the month, and 100 instead of 180 for a judgement. It draws 288 pictures in
4 s, in a process that lets others go first.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from peewee import fn

from core.charts import pictures
from core.dates import today
from providers.models import Provider
from quality.charts import gallery
from quality.models import ScoreCard


def newest() -> tuple[date, Any] | None:
    """The newest month with scores, and when one of these was computed last."""
    months: Any = ScoreCard.select(ScoreCard.month).order_by(ScoreCard.month.desc())
    last = months.first()
    if last is None:
        return None
    computed = ScoreCard.select(fn.MAX(ScoreCard.computed_at)).where(ScoreCard.month == last.month)
    return last.month, computed.scalar()


def draw_ahead(settings: Mapping[str, Any]) -> int:
    """Draw what is not drawn of the newest month, as the region sees it; return how many charts."""
    latest = newest()
    if latest is None:
        return 0
    pictures.keep_in(Path(settings["TAALINKOOP_DATA_DIR"]).absolute() / "pictures")
    history = gallery.history(latest[0], Provider.select(Provider.id), today=today())
    charts = gallery.region_charts(history)
    for provider in history.providers:
        for listed in gallery.provider_charts(history, provider).values():
            # Wide on the page of charts, narrow on those of a provider.
            charts += [*listed, *(chart.narrow() for chart in listed)]
    missing = [chart for chart in charts if not pictures.is_drawn(chart, "svg")]
    # One after the other: the other core is for who waits for a page.
    for chart in missing:
        chart.svg()
    return len(missing)
