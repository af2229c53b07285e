"""A month of all providers: measures against a full GROUP BY, and how sure the scores are."""

from collections.abc import Iterator
from itertools import count, islice

from core.db import database
from providers.models import CURRENT, ProgressRecord, Provider
from quality.cards import inputs as metrics, operations, queries as cards
from quality.method.model import BASIS_2027
from tests.benchmarks import Ratio, region, timing
from tests.benchmarks.region import AT, MONTH

TENTH = round(region.MONTHS / 10)
"""Months of a region with the same providers and a tenth of the rows."""
REPEATS = 4
_deliveries = count(1)


def measure() -> Iterator[Ratio]:
    """One provider-month after a delivery, in a large and a small region; draws and measures."""
    with region.filled(TENTH):
        region.judge_every_month(TENTH)
        small = _after_a_delivery()
    with region.filled():
        rows = region.rows_held()
        region.judge_every_month()
        yield from _of_a_delivery(rows, small)
        yield from _of_a_month()


def _of_a_delivery(rows: int, small: float) -> Iterator[Ratio]:
    large = _after_a_delivery()
    yield Ratio(
        f"Eén aanbieder en maand na een levering, bij {rows} rijen", large, 0.3, "de processor", "s"
    )
    yield Ratio(
        "Hetzelfde", large / small, 1.2, "een tiende van de maanden",
        note=f"{large:.3f} s tegen {small:.3f} s processor",
    )  # fmt: skip
    whole = timing.processor_of(_group_by, 2)
    kept = timing.processor_of(
        lambda: cards.document(MONTH, cards.cards_of(MONTH), today=AT.date()), 3
    )
    yield Ratio(
        "Alle maten van de maand weer bij, na een levering", (large + kept) / whole, 1 / 25,
        "een volledige GROUP BY", note=f"{large + kept:.2f} s tegen {whole:.1f} s processor",
    )  # fmt: skip


def _of_a_month() -> Iterator[Ratio]:
    from quality.cards.region import kept_regions  # noqa: PLC0415  numpy, once it is needed
    from quality.method.draws import draw  # noqa: PLC0415

    everyone = metrics.providers_named()

    def judged() -> None:
        now, ago, _ = kept_regions(MONTH, BASIS_2027, everyone)
        judgements = now.judgements(ago).values()
        draw(judgements)
        for judgement in judgements:
            judgement.tree()

    judged()
    spent = timing.processor_of(judged, 2)
    yield Ratio(
        f"Oordeel en interval van {len(everyone)} aanbieders samen", spent, 1, "de processor", "s"
    )


def _after_a_delivery() -> float:
    """Processor seconds of what follows a corrected month: all its hours are others each time."""
    provider = Provider.get(code="P007")
    hours = ProgressRecord.minutes_offered
    rows = (CURRENT, ProgressRecord.provider == provider, ProgressRecord.month == MONTH, hours > 0)

    def follow() -> None:
        operations.recompute_after(provider, [MONTH], by="bench", at=AT)

    spent = []
    for number in islice(_deliveries, REPEATS):
        ProgressRecord.update({hours: hours + number}).where(*rows).execute()
        spent.append(timing.processor_of(follow, 1))
    return min(spent)


def _document() -> None:
    cards.document(MONTH, cards.cards_of(MONTH), today=AT.date())


def _group_by() -> None:
    database.obj.execute_sql(
        "SELECT provider_id, route, track_id, SUM(minutes_offered), SUM(minutes_certified),"
        " SUM(minutes_evening_weekend), SUM(minutes_attended), MAX(month), MIN(first_lesson_on)"
        " FROM progress_record WHERE superseded_by_id IS NULL"
        " GROUP BY provider_id, route, track_id"
    ).fetchall()
