"""Open the database for a command, and say what to do when it is not ready."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import peewee

from app.settings import prepare_data_directory, read_settings, secret_key
from core import log_chain
from core.db import database, open_database
from core.errors import DomainError
from core.migrations import pending


@contextmanager
def opened_database(*, needs_schema: bool = True) -> Iterator[None]:
    """Hold the database of the settings open; a database that is open already stays as it is."""
    if database.obj is not None and not database.is_closed():
        yield
        return
    settings = read_settings()
    if settings["DATABASE_URL"].startswith("sqlite"):
        prepare_data_directory(settings)
    database.initialize(open_database(settings["DATABASE_URL"]))
    log_chain.use_key(partial(secret_key, settings))
    try:
        database.connect()
    except peewee.OperationalError as error:
        raise DomainError(
            "no_database",
            f"De database is niet te openen ({' '.join(str(error).split())}). "
            "Controleer DATABASE_URL en of de databaseserver draait.",
        ) from error
    try:
        if needs_schema:
            check_schema()
        yield
    finally:
        database.close()


def check_schema() -> None:
    """Refuse to work on a schema of another release."""
    if pending(database.obj):
        raise DomainError(
            "schema", "De database is nog niet bij. Werk haar bij met: taalinkoop db migrate"
        )
