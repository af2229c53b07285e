"""A region of five million rows: 150 providers, 36 months, two routes; and who signs in there.

``BENCH_FOLDER`` names a folder to keep it in; without one it is made in a temporary folder, and
removed after the run.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from core.accounts import Account, Role
from core.dates import add_months, month_end, month_number, now
from core.db import database, open_database, transaction
from core.identity.session_operations import begin
from core.log_chain import use_key
from core.migrations import migrate
from providers.deliveries.open_tracks import keep_open_tracks
from providers.models import Contract, ContractScope, Provider, QualityMark

PROVIDERS, MONTHS = 150, 36
MONTH = date(2026, 10, 1)
AT = datetime(2026, 11, 23, tzinfo=UTC)
DELIVERIES = """
INSERT INTO delivery (id, provider_id, file_name, sha256, size, sender, received_at, decided_at,
  state, rows, accepted, unchanged, rejected, skipped, warnings, findings)
WITH RECURSIVE k(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM k WHERE n < {months} - 1)
SELECT p.id * 100 + n, p.id, 'levering-' || p.id || '-' || n || '.csv', hex(randomblob(32)), 1,
  'school', datetime('2026-11-05', '-' || n || ' months'),
  datetime('2026-11-05', '-' || n || ' months'), 'held', 930, 930, 0, 0, 0, 0, '{{}}'
FROM provider p, k
"""
DELIVERY_MONTHS = """
INSERT INTO delivery_month (delivery_id, month, rows, removed)
SELECT id, {last} - id % 100, 930, 0 FROM delivery
"""
# A provider has a new trajectory every 0.52 day, that is reported for fifteen months: about 930
# rows a month. Twelve in a row are a group, with one docent and one timetable. Every twentieth
# learns nothing; the others rise a level in some seven months.
TRACKS = """
INSERT INTO course_track (id, provider_id, number)
WITH RECURSIVE k(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM k WHERE n < {count} - 1)
SELECT p.id * 10000 + k.n, p.id, 'B' || p.id || '-' || k.n FROM provider p, k
"""
ROWS = """
INSERT INTO progress_record (provider_id, month, track_id, delivery_id, "row", municipality, route,
  status, registered_on, first_lesson_on, evening_weekend_wish, minutes_offered, minutes_attended,
  minutes_authorised, minutes_unauthorised, minutes_evening_weekend, minutes_certified,
  minutes_in_training, group_name, level_reading, level_listening, level_writing, level_speaking)
WITH RECURSIVE m(month, first, last) AS (
  VALUES {months}
), t AS (
  SELECT id, provider_id, {start} + (id % 10000) * 52 / 100 AS applied,
         (id * 7919) % (20 + provider_id % 50) AS waited,
         (id % 10000) / 12 AS team FROM course_track
), r AS (
  SELECT t.*, m.*, applied + waited <= last AS begun, (team * 37 + provider_id * 11) % 100 AS dice,
         15 * (160 + (t.id * 31 + m.month * 17) % 100) AS minutes,
         1 + (last - applied + t.id % 200) * (t.id % 20 > 0) / 200 AS level
  FROM m CROSS JOIN t WHERE applied <= last AND applied > first - 456
)
SELECT provider_id, month, id, provider_id * 100 + {last} - month, 1,
  CASE id % 3 WHEN 0 THEN 193 WHEN 1 THEN 148 ELSE 150 END, 1 + 2 * (id % 4 = 0),
  CASE WHEN begun THEN 2 ELSE 1 END, applied, CASE WHEN begun THEN applied + waited END,
  id % 3 = 0, minutes * begun, minutes * begun, 0, 0,
  begun * minutes * (dice < 20) / 2, begun * minutes * (dice < 60 + provider_id % 40),
  0, 'G' || team, level, level, level, level FROM r ORDER BY month, provider_id
"""
CARDS = """
INSERT INTO score_card ({columns}, month)
WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < {months} - 1)
SELECT {columns}, month - n FROM score_card, k
"""
ACCOUNTS: tuple[tuple[str, Role, str | None, list[str]], ...] = (
    ("manager@bench.example", Role.CONTRACT_MANAGER, None, []),
    ("gemeente@bench.example", Role.MUNICIPALITY, None, ["0193"]),
    ("school@bench.example", Role.PROVIDER, "P001", []),
)


def fill(providers: int = PROVIDERS, months: int = MONTHS) -> int:
    """A register of providers, their deliveries and rows; return how many rows."""
    migrate(database.obj)
    execute = database.obj.execute_sql
    last = month_number(MONTH)
    with transaction():
        _register(providers)
        execute(DELIVERIES.format(months=months))
        execute(DELIVERY_MONTHS.format(last=last))
        listed = [add_months(MONTH, -i) for i in range(months)]
        start = listed[-1].toordinal() - 456
        count = int((month_end(MONTH).toordinal() - start) / 0.52)
        values = ", ".join(
            f"({month_number(m)}, {m.toordinal()}, {month_end(m).toordinal()})" for m in listed
        )
        execute(TRACKS.format(count=count))
        execute(ROWS.format(months=values, start=start, last=last))
        for provider in Provider.select():
            keep_open_tracks(provider, listed)
    execute("ANALYZE")
    return rows_held()


def _register(providers: int) -> None:
    for number in range(1, providers + 1):
        provider = Provider.create(code=f"P{number:03}", name=f"School {number:03}")
        QualityMark.create(provider=provider, status=2, valid_from=date(2020, 1, 1))
        contract = Contract.create(
            number=f"C{number:03}", provider=provider, valid_from=date(2022, 1, 1)
        )
        for route in (1, 3):
            ContractScope.create(contract=contract, route=route)
    for email, role, code, municipalities in ACCOUNTS:
        Account.create(
            email=email, role=role, provider_code=code, municipalities=municipalities,
            password_hash="-", session_key="-", created_at=AT,
        )  # fmt: skip


def rows_held() -> int:
    """How many rows the open database holds."""
    return int(database.obj.execute_sql("SELECT COUNT(*) FROM progress_record").fetchone()[0])


def judge_every_month(months: int = MONTHS) -> None:
    """Cards of the newest month as computed, and copies of them in the months before."""
    from quality.cards import operations  # noqa: PLC0415
    from quality.models import ScoreCard  # noqa: PLC0415

    if ScoreCard.select().where(ScoreCard.month < MONTH).exists():
        return
    operations.compute(MONTH, by="bench", at=AT)
    named = [
        field.column_name
        for field in ScoreCard._meta.sorted_fields
        if field.name not in {"id", "month"}
    ]
    database.obj.execute_sql(CARDS.format(columns=", ".join(named), months=months))
    database.obj.execute_sql("ANALYZE")


@contextmanager
def filled(months: int = MONTHS) -> Iterator[Path]:
    """The folder of a filled region, with its database open."""
    kept = os.environ.get("BENCH_FOLDER")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(kept or temporary) / f"region-{months}"
        folder.mkdir(parents=True, exist_ok=True)
        there = (folder / "taalinkoop.sqlite").exists()
        database.initialize(open_database(f"sqlite:///{folder / 'taalinkoop.sqlite'}"))
        database.connect()
        use_key(lambda: "bench")
        if there:
            migrate(database.obj)
        else:
            fill(months=months)
        try:
            yield folder
        finally:
            if not database.is_closed():
                database.close()


def application(folder: Path) -> Flask:
    """The app on a filled region."""
    if not database.is_closed():
        database.close()
    return create_app(
        {
            "DATABASE_URL": f"sqlite:///{folder / 'taalinkoop.sqlite'}",
            "TAALINKOOP_DATA_DIR": folder,
            "TAALINKOOP_SECOND_STEP": "nee",
        }
    )


def client_of(app: Flask, role: Role) -> FlaskClient:
    """A browser in which the account of this role is signed in."""
    email = next(address for address, held_role, *_ in ACCOUNTS if held_role == role)
    with database.connection_context():
        token = begin(Account.get(Account.email == email), at=now())
    client = app.test_client()
    with client.session_transaction() as session:
        session["token"] = token
    return client
