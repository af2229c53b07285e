"""The database of the tests: the real migrations, once; each test in a transaction rolled back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import peewee
import pytest
from argon2 import PasswordHasher
from flask import Flask

from app import create_app
from core import log_chain
from core.db import database, open_database
from core.identity import account_operations
from core.migrations import migrate
from providers.feed.read import workbook
from tests.pages import Client

KEY = "only for the tests, and nowhere else"
FILLED = pytest.StashKey[bool]()
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


def _fresh_postgresql(url: str) -> peewee.Database:
    # A schema of this process alone: several test runs may share one server.
    schema = f"taalinkoop_test_{os.getpid()}"
    db = open_database(url)
    db.execute_sql(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
    db.execute_sql(f'CREATE SCHEMA "{schema}"')
    db.close()
    separator = "&" if "?" in url else "?"
    return open_database(f"{url}{separator}options=-csearch_path%3D{schema}")


@pytest.fixture(scope="session", params=ENGINES)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[peewee.Database]:
    """A migrated database on each engine; PostgreSQL where ``TEST_DATABASE_URL`` names a server."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("db") / "test.sqlite"
        db = open_database(f"sqlite:///{path}")
    else:
        url = os.environ.get("TEST_DATABASE_URL")
        if not url:
            if os.environ.get("REQUIRE_ALL"):
                pytest.fail("TEST_DATABASE_URL is not set, and REQUIRE_ALL asks for PostgreSQL")
            pytest.skip("TEST_DATABASE_URL is not set")
        db = _fresh_postgresql(url)
    database.initialize(db)
    db.connect()
    migrate(db)
    yield db
    if request.param == "postgresql":
        db.execute_sql(f'DROP SCHEMA "taalinkoop_test_{os.getpid()}" CASCADE')
    db.close()


@contextmanager
def _forgotten(engine: peewee.Database) -> Iterator[peewee.Database]:
    """A database that forgets what happens in it; inside another one it is a savepoint."""
    database.initialize(engine)
    log_chain.use_key(lambda: KEY)
    with engine.atomic() as transaction:
        yield engine
        transaction.rollback()


@pytest.fixture(scope="module")
def file_db(request: pytest.FixtureRequest, engine: peewee.Database) -> Iterator[peewee.Database]:
    """A database for what all tests of a file begin with: filled once, each test is rolled back."""
    request.node.stash[FILLED] = True
    with _forgotten(engine) as db:
        yield db
    del request.node.stash[FILLED]


@pytest.fixture
def db(request: pytest.FixtureRequest, engine: peewee.Database) -> Iterator[peewee.Database]:
    """A database that forgets the test."""
    if FILLED in request.node.getparent(pytest.Module).stash:
        assert "file_db" in request.fixturenames, "name the fixture that earlier tests began with"
    with _forgotten(engine) as db:
        yield db


@pytest.fixture
def root() -> Path:
    """The checkout."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> None:
    # A hash that takes long is for guessers; here it would take half of the time of all tests.
    account_operations.HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(scope="session", autouse=True)
def _coverage_of_readers() -> None:
    # The process that reads a workbook learns nothing of where it is, unless it is being measured.
    workbook.PASSED_ON.append("COVERAGE_PROCESS_CONFIG")


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application, made once; its database is whatever ``db`` opened."""
    folder = tmp_path_factory.mktemp("instance")
    return create_app(
        {
            "TAALINKOOP_DATA_DIR": folder,
            "TAALINKOOP_SECRET_KEY": KEY,
            "DATABASE_URL": f"sqlite:///{folder}/unused.sqlite",
            "PROPAGATE_EXCEPTIONS": False,
        }
    )


@pytest.fixture
def client(app: Flask, db: peewee.Database) -> Client:
    """A browser that is not signed in; ``client.sign_in("regio")`` makes it somebody."""
    return Client(app)
