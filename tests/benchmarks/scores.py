"""A month of all providers: measures against a full GROUP BY, and how sure the scores are."""

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from core.dates import add_months, month_end, month_number
from core.db import database, open_database
from core.migrations import migrate
from providers.models import Provider, QualityMark
from quality import metrics, operations
from quality.scoring import Judgement, judge
from quality.scoring_model import BASIS_2026
from quality.uncertainty import score_draws
from tests.benchmarks import Ratio, timing

PROVIDERS, MONTHS = 150, 36
MONTH = date(2026, 10, 1)
AT = datetime(2026, 11, 23, tzinfo=UTC)
# A provider has a new trajectory every 0.6 day, that is reported for fifteen months: about 730
# rows a month, of two routes.
TRACKS = """
INSERT INTO course_track (id, provider_id, number)
WITH RECURSIVE k(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM k WHERE n < {count} - 1)
SELECT p.id * 10000 + k.n * {thin}, p.id, 'B' || p.id || '-' || k.n FROM provider p, k
"""
ROWS = """
INSERT INTO progress_record (provider_id, month, track_id, delivery_id, "row", municipality, route,
  status, registered_on, first_lesson_on, evening_weekend_wish, minutes_offered, minutes_attended,
  minutes_authorised, minutes_unauthorised, minutes_evening_weekend, minutes_certified,
  minutes_in_training, level_reading, level_listening, level_writing, level_speaking)
WITH RECURSIVE m(month, first, last) AS (
  VALUES {months}
), t AS (
  SELECT id, provider_id, {start} + (id % 10000) * 6 / 10 AS applied,
         (id * 7919) % (20 + provider_id % 50) AS waited FROM course_track
), r AS (
  SELECT t.*, m.*, applied + waited <= last AS begun,
         15 * (160 + (t.id * 31 + m.month * 17) % 100) AS minutes
  FROM m CROSS JOIN t WHERE applied <= last AND applied > first - 456
)
SELECT provider_id, month, id, 1, 1, 193, 1 + 2 * (id % 4 = 0), CASE WHEN begun THEN 2 ELSE 1 END,
  applied, CASE WHEN begun THEN applied + waited END, id % 3 = 0,
  minutes * begun, minutes * begun, 0, 0,
  begun * 15 * (id % 40), begun * minutes * (60 + provider_id % 40) / 100,
  0, 3, 3, 3, 3 FROM r ORDER BY month, provider_id
"""


def fill(months: int = MONTHS, *, thin: int = 1) -> int:
    """A register of providers and one in so many of their rows; return how many rows."""
    migrate(database.obj)
    for number in range(PROVIDERS):
        provider = Provider.create(code=f"P{number:03}", name=f"School {number:03}")
        QualityMark.create(provider=provider, status=2, valid_from=date(2020, 1, 1))
    execute = database.obj.execute_sql
    execute(
        "INSERT INTO delivery (id, provider_id, file_name, sha256, size, sender, received_at,"
        " state, rows, accepted, unchanged, rejected, skipped, warnings, findings) VALUES"
        " (1, 1, 'x.csv', 'x', 1, 'x', '2026-01-01', 'held', 0, 0, 0, 0, 0, 0, '{}')"
    )
    listed = [add_months(MONTH, -i) for i in range(months)]
    start = add_months(MONTH, 1 - months).toordinal() - 456
    count = int((MONTH.toordinal() + 31 - start) / 0.6)
    values = ", ".join(
        f"({month_number(m)}, {m.toordinal()}, {month_end(m).toordinal()})" for m in listed
    )
    execute(TRACKS.format(count=count // thin, thin=thin))
    execute(ROWS.format(months=values, start=start))
    execute("ANALYZE")
    return int(execute("SELECT COUNT(*) FROM progress_record").fetchone()[0])


def seconds(action: Callable[[], object]) -> float:
    """Seconds of one run."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def measure() -> Iterator[Ratio]:
    """Measures and draws of a month, and one provider-month after a delivery."""
    with tempfile.TemporaryDirectory() as folder:
        database.initialize(open_database(f"sqlite:///{Path(folder) / 'bench.sqlite'}"))
        database.connect()
        rows = fill()
        yield from measure_filled(rows)
        database.close()


def measure_filled(rows: int) -> Iterator[Ratio]:
    """As ``measure``, of the open database."""
    providers = metrics.providers_named()
    whole = timing.best_of(_group_by, 2)
    measured: list[Judgement] = []

    def measures() -> None:
        measured[:] = [
            judge(one, BASIS_2026)
            for provider in providers
            for one in metrics.route_inputs(provider, MONTH, BASIS_2026)
        ]

    spent = timing.best_of(measures, 2)
    yield Ratio(
        "Maten van een maand, alle aanbieders", spent / whole, 1 / 25, "een volledige GROUP BY",
        note=f"{spent:.2f} s van {whole:.1f} s bij {rows} rijen",
    )  # fmt: skip
    drawn = seconds(lambda: [score_draws(one) for one in measured])
    yield Ratio(
        "Trekkingen van een maand, alle aanbieders", drawn, 10, "niets", "s",
        note=f"{len(measured)} oordelen",
    )  # fmt: skip
    operations.compute(MONTH, by="bench", at=AT)
    again = timing.best_of(
        lambda: operations.recompute_after(providers[0], [MONTH], by="bench", at=AT), 3
    )
    yield Ratio("Eén aanbieder en maand na een levering", again, 1, "niets", "s")


def _group_by() -> None:
    database.obj.execute_sql(
        "SELECT provider_id, route, track_id, SUM(minutes_offered), SUM(minutes_certified),"
        " SUM(minutes_evening_weekend), SUM(minutes_attended), MAX(month), MIN(first_lesson_on)"
        " FROM progress_record WHERE superseded_by_id IS NULL"
        " GROUP BY provider_id, route, track_id"
    ).fetchall()
