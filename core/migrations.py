"""Bring a database to the schema of this release, with peewee's own runner."""

from pathlib import Path

import peewee
from playhouse.migrations import Runner

from core.jobs.locks import named_lock

DIRECTORY = Path(__file__).parent.parent / "migrations"


def migrate(db: peewee.Database) -> list[str]:
    """Run what has not run yet, each migration in its own transaction; return their names.

    Of two that start at once, the second waits and finds nothing to do.
    """
    with named_lock("migrate", wait=True):
        return Runner(db, str(DIRECTORY)).up()


def pending(db: peewee.Database) -> list[str]:
    """Migrations of this release that the database has not had."""
    return [m.name for m in Runner(db, str(DIRECTORY)).status() if m.path and not m.applied]


def applied(db: peewee.Database) -> list[str]:
    """Migrations that the database has had."""
    return [m.name for m in Runner(db, str(DIRECTORY)).status() if m.applied]
