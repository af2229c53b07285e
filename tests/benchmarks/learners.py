"""The list of learners and the page of one: 55,000 learners who were reported for 36 months."""

import os
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from flask.testing import FlaskClient

from core.accounts import Role
from core.dates import add_months, month_end, month_number
from core.db import database, open_database, transaction
from core.migrations import migrate
from providers.models import Provider
from quality.learners.models import LearnerSummary
from quality.learners.operations import refresh
from tests.benchmarks import Ratio, region, timing

LEARNERS, PROVIDERS = 55_000, 40
LIMIT = 0.1
"""Seconds of processor that a page may take."""
REPEATS = 9
FILTERS = ("route=3", "gemeld=nee", "niveau=1", "status=wachtend")
SORTS = (
    "number", "registered_on", "lowest_level", "weekly_attended", "attended_share", "exams_passed",
    "month",
)  # fmt: skip
TRACKS = """
INSERT INTO course_track (id, provider_id, number)
WITH RECURSIVE k(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM k WHERE n < {count} - 1)
SELECT p.id * 10000 + k.n, p.id, 'B' || p.id || '-' || k.n FROM provider p, k
"""
# Everybody is there in every month; a third lives in Zwolle. Every fifth learns nothing, the others
# rise a level in eight months or more.
ROWS = """
INSERT INTO progress_record (provider_id, month, track_id, delivery_id, "row", municipality, route,
  status, registered_on, first_lesson_on, pip_level, minutes_offered, minutes_attended,
  minutes_authorised, minutes_unauthorised, minutes_evening_weekend, minutes_certified,
  level_reading, level_listening, level_writing, level_speaking)
WITH RECURSIVE m(month, first, last) AS (
  VALUES {months}
), r AS (
  SELECT t.id, t.provider_id, m.*, 15 * (160 + (t.id * 31 + m.month * 17) % 100) AS minutes,
         MIN(5, 1 + (m.month - {first}) * (t.id % 5 > 0) / (8 + t.id % 7)) AS level
  FROM m CROSS JOIN course_track t
)
SELECT provider_id, month, id, provider_id * 100 + {last} - month, 1,
  CASE id % 3 WHEN 0 THEN 193 WHEN 1 THEN 148 ELSE 150 END, 1 + 2 * (id % 4 = 0), 2,
  {start} + id % 28, {start} + 30 + id % 28, 4 - (id % 4 = 0), minutes,
  minutes * (60 + id % 40) / 100, 0, minutes - minutes * (60 + id % 40) / 100, 0, minutes,
  level, level, level, level
FROM r ORDER BY month, provider_id
"""


def fill() -> None:
    """Register, deliveries, rows, and the list as it is kept."""
    migrate(database.obj)
    execute = database.obj.execute_sql
    last = month_number(region.MONTH)
    listed = [add_months(region.MONTH, -back) for back in range(region.MONTHS)]
    with transaction():
        region._register(PROVIDERS)
        execute(region.DELIVERIES.format(months=region.MONTHS))
        execute(region.DELIVERY_MONTHS.format(last=last))
        execute(TRACKS.format(count=LEARNERS // PROVIDERS))
        values = ", ".join(
            f"({month_number(m)}, {m.toordinal()}, {month_end(m).toordinal()})" for m in listed
        )
        start = listed[-1].toordinal() - 60
        first = month_number(listed[-1])
        execute(ROWS.format(months=values, first=first, start=start, last=last))
    execute("ANALYZE")


def measure() -> Iterator[Ratio]:
    """What one delivery costs the list, and each page as a gemeente and as a contract manager."""
    kept = os.environ.get("BENCH_FOLDER")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(kept or temporary) / "learners"
        folder.mkdir(parents=True, exist_ok=True)
        there = (folder / "taalinkoop.sqlite").exists()
        database.initialize(open_database(f"sqlite:///{folder / 'taalinkoop.sqlite'}"))
        database.connect()
        if there:
            migrate(database.obj)
        else:
            fill()
        today = add_months(region.MONTH, 1)
        for provider in Provider.select():
            spent = timing.processor_of(partial(refresh, provider, today=today), 1)
        yield Ratio(
            "lijst en signalen van een aanbieder bijwerken", spent / 5, 1, "vijf seconden",
            note=f"{1000 * spent:.0f} ms processor, {LEARNERS // PROVIDERS} cursisten",
        )  # fmt: skip
        database.obj.execute_sql("ANALYZE")
        one = LearnerSummary.get(LearnerSummary.municipality == 193)
        app = region.application(folder)
        for role in (Role.MUNICIPALITY, Role.CONTRACT_MANAGER):
            client = region.client_of(app, role)
            yield from _pages(client, role, f"/cursisten/0193/{one.number}/", one)
        if not database.is_closed():
            database.close()


def _pages(client: FlaskClient, role: Role, page: str, one: LearnerSummary) -> Iterator[Ratio]:
    pages = {
        "eerste bladzijde": "/cursisten/",
        "gefilterd op aanbieder en niveau": f"/cursisten/?aanbieder={one.provider_id}&niveau=3",
        "gefilterd op status, gesorteerd": "/cursisten/?status=lopend&sorteer=-waited_days",
        "gezocht": f"/cursisten/?zoek={one.number[:5]}",
        "bladzijde van een cursist": page,
        **{f"gefilterd, {query}": f"/cursisten/?{query}" for query in FILTERS},
        **{f"gesorteerd op {name}": f"/cursisten/?sorteer=-{name}" for name in SORTS},
    }
    if role is Role.MUNICIPALITY:
        pages |= {
            "gefilterd op signaal": "/cursisten/?signaal=koers&sorteer=-urgency",
            "gefilterd op doelgroep": "/cursisten/?doelgroep=1",
            "korte termijn": "/cursisten/?termijn=kort&sorteer=term_until",
            "signalen": "/signalen/",
            "gesprek": page.replace("/cursisten/", "/cursisten/gesprek/"),
        }
    for name, address in pages.items():
        client.get(address)
        spent = timing.processor_of(partial(_ask, client, address), REPEATS)
        yield Ratio(
            f"{role}: {name}, bij {LEARNERS} cursisten", spent / LIMIT, 1, "honderd milliseconden",
            note=f"{1000 * spent:.1f} ms processor",
        )  # fmt: skip


def _ask(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 200, address
