"""The database of the tests: the real migrations, once; each test in a transaction rolled back."""

import gc
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import peewee
import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from app import create_app
from core import log_chain
from core.db import database, open_database
from core.identity import account_operations
from core.jobs import child_process
from core.migrations import migrate
from tests.databases import own_database
from tests.pages import Client

KEY = "only for the tests, and nowhere else"
WALKS = "test_every_page_is_accessible"
# How fast a machine draws random cases says nothing of the code.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
# What coverage tells the processes that a test starts.
MEASURED = "COVERAGE_PROCESS_CONFIG"
FILLED = pytest.StashKey[bool]()
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say what ``make check`` asks for."""
    parser.addoption("--thorough", action="store_true", help="every role, and what takes long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to ``make check`` what takes long, unless it was named.

    Of a file the tests that need nothing in the database go before those that begin with a filled
    one. The files of no package go first: the longest are among them, and at the end one worker
    would wait for the other.
    """
    top = Path(__file__).parent
    paths = sorted(dict.fromkeys(item.path for item in items), key=lambda path: path.parent != top)
    files = {path: number for number, path in enumerate(paths)}
    items.sort(key=lambda item: (files[item.path], "file_db" in getattr(item, "fixturenames", ())))
    if config.getoption("thorough"):
        return
    later = [item for item in items if _takes_long(item) and item.path.name not in str(config.args)]
    config.hook.pytest_deselected(items=later)
    items[:] = [item for item in items if item not in later]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look less often for garbage, and not among what lives until the end: thousands of tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count what is skipped as failed where everything must hold (``REQUIRE_ALL=1``).

    But for the container: its base image is on few machines, and a test fetches none.
    """
    report = yield
    expected = hasattr(report, "wasxfail") or item.get_closest_marker("container")
    if report.skipped and not expected and os.environ.get("REQUIRE_ALL"):
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_ALL asks for {item.nodeid}: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure which lines run, at twice the price, but not in what ``_is_unmeasured``."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    if not plugin or not _is_unmeasured(item):
        return (yield)
    of_children = os.environ.pop(MEASURED, None)
    plugin.cov_controller.pause()
    try:
        return (yield)
    finally:
        plugin.cov_controller.resume()
        if of_children is not None:
            os.environ[MEASURED] = of_children


def _is_unmeasured(item: pytest.Item) -> bool:
    """What runs once more: on PostgreSQL after SQLite, or in full with another value.

    But the kernel and what takes in a delivery have lines for either engine.
    """
    of_value = {mark.name for mark in getattr(getattr(item, "callspec", None), "marks", ())}
    own_lines = {Path(__file__).parent / name for name in ("core", "providers")}
    elsewhere = "postgresql" in of_value and not own_lines.intersection(item.path.parents)
    return elsewhere or "thorough" in of_value


def _takes_long(item: pytest.Item) -> bool:
    marked = item.get_closest_marker
    return bool(marked("thorough") or (marked("sqlite_first") and marked("postgresql")))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Divide the tests over the workers; ``--dist loadgroup`` does nothing since pytest 9.2."""
    return ByFile(config, log)


class ByFile(LoadScopeScheduling):
    """A file of tests stays on one worker, as it fills a database once; a walk goes by itself."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if WALKS in nodeid else nodeid.partition("::")[0]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what touches the database on both engines, and what looks at pages on one.

    A page shows what queries gave it, and those have tests of their own; where the page itself
    makes the query (lists, filters, sorting), ``@pytest.mark.both_engines`` says so. What does much
    with few queries that are tested elsewhere is marked ``sqlite_first``.
    """
    if "engine" not in metafunc.fixturenames:
        return
    of_pages = "app" in metafunc.fixturenames
    both = not of_pages or metafunc.definition.get_closest_marker("both_engines")
    metafunc.parametrize("engine", ENGINES if both else ENGINES[:1], indirect=True, scope="session")


@pytest.fixture(scope="session")
def engines(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], peewee.Database]]:
    """Opens and migrates the database of an engine: once, however often the tests change engine."""
    with ExitStack() as until_the_end:

        @cache
        def migrated(name: str) -> peewee.Database:
            if name == "postgresql":
                db = open_database(until_the_end.enter_context(own_database("test")))
            else:
                db = open_database(f"sqlite:///{tmp_path_factory.mktemp('db')}/test.sqlite")
            database.initialize(db)
            db.connect()
            until_the_end.callback(db.close)
            migrate(db)
            if name == "sqlite":
                # A query without ORDER BY promises no order; SQLite then gives the last row first.
                db.execute_sql("PRAGMA reverse_unordered_selects = ON")
            return db

        yield migrated


@pytest.fixture(scope="session")
def engine(
    request: pytest.FixtureRequest, engines: Callable[[str], peewee.Database]
) -> peewee.Database:
    """A migrated database on each engine; PostgreSQL where ``TEST_DATABASE_URL`` names a server."""
    return engines(request.param)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to copy for an installation of its own."""
    path = tmp_path_factory.mktemp("empty") / "taalinkoop.sqlite"
    was = database.obj
    db = open_database(f"sqlite:///{path}")
    database.initialize(db)
    with db.connection_context():
        migrate(db)
    database.initialize(was)
    return path


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
def _key_of_the_logs() -> None:
    log_chain.use_key(lambda: KEY)


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> None:
    # A hash that takes long is for guessers; here it would take half of the time of all tests.
    account_operations.HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(scope="session", autouse=True)
def _coverage_of_readers() -> None:
    # A child process learns nothing of where it is, unless it is being measured.
    child_process.PASSED_ON.append(MEASURED)


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
            "TAALINKOOP_SECOND_STEP": "nee",
        }
    )


@pytest.fixture
def client(app: Flask, db: peewee.Database) -> Client:
    """A browser that is not signed in; ``client.sign_in("regio")`` makes it somebody."""
    return Client(app)
