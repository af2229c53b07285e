"""Databases for tests alone, on the PostgreSQL server that ``TEST_DATABASE_URL`` names."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import peewee
import psycopg
import pytest

from core.db import database, open_database
from core.jobs.locks import named_lock


def server() -> str:
    """Address of the server; the test is skipped where there is none."""
    address = os.environ.get("TEST_DATABASE_URL")
    if address:
        return address
    pytest.skip("TEST_DATABASE_URL is not set")


def address_of(name: str) -> str:
    """Address of a database on the server."""
    return urlsplit(server())._replace(path=f"/{name}").geturl()


@contextmanager
def own_database(purpose: str, options: str = "") -> Iterator[str]:
    """Make an empty database and yield its address; locks of other databases do not reach it."""
    name = f"taalinkoop_{purpose}_{os.getpid()}"
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} {options}")
        yield address_of(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def held_elsewhere(lock: str, db: peewee.Database) -> Iterator[None]:
    """Another process holds this lock, and is killed at the end; on return the lock is free."""
    postgresql = isinstance(db, peewee.PostgresqlDatabase)
    url = address_of(db.database) if postgresql else f"sqlite:///{db.database}"
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    child = context.Process(target=_hold, args=(lock, url, ready), daemon=True)
    child.start()
    try:
        assert ready.wait(60)
        yield
    finally:
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        # PostgreSQL notices a moment later that its connection is gone.
        with named_lock(lock, wait=True):
            pass


def _hold(lock: str, url: str, ready: Any) -> None:
    database.initialize(open_database(url))
    database.connect()
    with named_lock(lock) as free:
        assert free
        ready.set()
        signal.pause()
