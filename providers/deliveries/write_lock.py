"""Whoever writes a delivery waits for its turn, and has room to write."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import peewee

from core.db import database, is_postgresql
from providers.models import Provider

PATIENCE_MS = 600_000
"""How long a delivery waits for its turn to write: another large one may be busy."""
CACHE_KB = 48_000
"""Cache of SQLite while a delivery is written: its indexes are filled in another order."""
ROOM = {"work_mem": "'64MB'", "jit": "off"}
"""Of PostgreSQL: a delivery is sorted and joined in memory, by plans that are used only once."""


def one_at_a_time(provider: Provider) -> None:
    """Let deliveries of one provider wait for each other; SQLite lets all writers wait anyway.

    What their rows will name cannot go meanwhile: a contract, or a traject that is long over.
    """
    if is_postgresql():
        database.execute_sql("SELECT id FROM provider WHERE id = %s FOR UPDATE", (provider.id,))
        query = "SELECT id FROM contract WHERE provider_id = %s FOR KEY SHARE"
        database.execute_sql(query, (provider.id,))
        database.execute_sql("LOCK TABLE course_track IN ROW SHARE MODE")


@contextmanager
def patience() -> Iterator[None]:
    """Wait longer than a page would for another delivery to finish writing."""
    with _room_on_postgresql() if is_postgresql() else _patience_of_sqlite():
        yield


@contextmanager
def _room_on_postgresql() -> Iterator[None]:
    for name, value in ROOM.items():
        database.execute_sql(f"SET {name} = {value}")
    try:
        yield
    finally:
        with suppress(peewee.PeeweeException):
            for name in ROOM:
                database.execute_sql(f"RESET {name}")


@contextmanager
def _patience_of_sqlite() -> Iterator[None]:
    wanted = {"busy_timeout": PATIENCE_MS, "cache_size": -CACHE_KB}
    before = {name: database.execute_sql(f"PRAGMA {name}").fetchone()[0] for name in wanted}
    for name, value in wanted.items():
        database.execute_sql(f"PRAGMA {name} = {int(value)}")
    try:
        yield
    finally:
        with suppress(peewee.OperationalError):
            for name, value in before.items():
                database.execute_sql(f"PRAGMA {name} = {int(value)}")
