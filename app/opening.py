"""Open the database for a command, and say what to do when it is not ready."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import peewee

from app.settings import prepare_data_directory, read_settings, secret_key
from core import log_chain, municipalities
from core.dates import now, today
from core.db import database, open_database
from core.errors import AWAY, BROKEN, DomainError, trouble_of
from core.jobs.models import FollowUp
from core.migrations import migrate, pending


@contextmanager
def opened_database(*, needs_schema: bool = True, settles: bool = True) -> Iterator[None]:
    """Hold the database of the settings open; a database that is open already stays as it is.

    What an interrupted change still owes is done first, unless ``settles`` says otherwise.
    """
    if database.obj is not None and not database.is_closed():
        yield
        return
    settings = read_settings()
    municipalities.use(
        settings["TAALINKOOP_MUNICIPALITIES"], today, region=settings["TAALINKOOP_REGION"]
    )
    if settings["DATABASE_URL"].startswith("sqlite"):
        prepare_data_directory(settings)
    database.initialize(open_database(settings["DATABASE_URL"]))
    log_chain.use_key(partial(secret_key, settings), folder=settings["TAALINKOOP_DATA_DIR"])
    try:
        database.connect()
    except peewee.OperationalError as error:
        # SQLite says "unable to open" when it cannot write the files beside it.
        trouble = trouble_of(error)
        if trouble is not None and trouble is not AWAY:
            raise DomainError(trouble.code, trouble.sentence) from error
        raise DomainError(
            "no_database",
            f"De database is niet te openen ({' '.join(str(error).split())}). "
            "Controleer DATABASE_URL en of de databaseserver draait.",
        ) from error
    try:
        if needs_schema:
            check_schema()
            if settles and FollowUp.select().exists():
                _settle(settings["TAALINKOOP_DATA_DIR"])
        yield
    finally:
        database.close()


def _settle(data_directory: Path) -> None:
    from app.tasks.delivering import settle_owed  # noqa: PLC0415  slow to import, and seldom needed

    settle_owed(data_directory, at=now())


def set_broken_aside(settings: Mapping[str, Any], *, at: datetime) -> Path | None:
    """Move an SQLite file that cannot be read out of the way, so that a backup can take its place.

    Returns where it is now; ``None`` when there is nothing wrong with it, or none.
    """
    path = Path(settings["DATABASE_URL"].removeprefix("sqlite:///"))
    if not settings["DATABASE_URL"].startswith("sqlite") or not path.exists():
        return None
    connection = sqlite3.connect(path)
    try:
        connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        if trouble_of(error) is not BROKEN:
            raise
    else:
        return None
    finally:
        connection.close()
    aside = path.with_name(f"voor-terugzetten-{at:%Y%m%d-%H%M%S}.beschadigd.sqlite")
    path.replace(aside)
    for ending in ("-wal", "-shm"):
        path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)
    return aside


def check_schema() -> None:
    """Refuse to work on a schema of another release."""
    if pending(database.obj):
        raise DomainError(
            "schema", "De database is nog niet bij. Werk haar bij met: taalinkoop db migrate"
        )


def upgrade(*, by: str, at: datetime) -> list[str]:
    """Bring schema and kept data up to this release; return the migrations that ran."""
    from app.tasks.retention import clean_originals  # noqa: PLC0415  the other commands do without
    from quality.cards.operations import owe_outdated  # noqa: PLC0415
    from quality.learners.operations import refresh_missing  # noqa: PLC0415

    done = migrate(database.obj)
    if done:
        owe_outdated(by=by, at=at)
    refresh_missing(today=at.date())
    clean_originals(read_settings(), by=by, at=at)
    return done
