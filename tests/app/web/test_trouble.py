"""Others are writing, the disk is full, the database is away: said in Dutch, nothing typed lost."""

import errno
import json
import logging
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import peewee
import pytest
from flask import Flask

from app.server_log import AsJson, NotAgain
from core.access_log import AccessLine, record
from core.admin import signed_in
from core.db import (
    database,
    give_way,
    limit_waiting,
    open_database,
    postponed_writes,
    postponing,
    retried,
    transaction,
    write_postponed,
)
from core.errors import BUSY, trouble_of
from core.migrations import migrate
from tests.app.tasks.test_jobs import make_job
from tests.providers.feed.door import AT


@pytest.fixture
def holder(tmp_path) -> Iterator[sqlite3.Connection]:
    """Somebody who writes to a database, and goes on writing."""
    connection = sqlite3.connect(tmp_path / "x.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("CREATE TABLE t (n)")
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


@pytest.fixture
def view(client, app: Flask, monkeypatch) -> Callable[[Callable[[], object]], str]:
    """Give an address whose page does what is asked of it."""

    def put(step: Callable[[], object]) -> str:
        @signed_in
        def page(number: int) -> str:
            step()
            return f"taak {number}"

        monkeypatch.setitem(app.view_functions, "jobs.again", page)
        client.sign_in("contractmanager")
        return f"/taken/{make_job().id}/opnieuw/"

    return put


def seconds_in_figures(client) -> float:
    """How long changes waited for others so far, as Prometheus reads it."""
    figures = client.get("/metrics").data.decode()
    return float(re.findall(r"^taalinkoop_lock_wait_seconds_sum (\S+)", figures, re.M)[0])


def test_a_lock_that_lasts_is_told_and_what_was_typed_goes_along(client, view, holder, tmp_path):
    other = open_database(f"sqlite:///{tmp_path}/x.sqlite")

    def write() -> None:
        other.execute_sql("PRAGMA busy_timeout = 20")
        with other.atomic():
            pass

    address, waited = f"{view(write)}?van=lijst", seconds_in_figures(client)
    page = client.post(address, {"reden": 'Op "verzoek"'}, status=503)
    assert page.title == "Een ander slaat net iets op"
    assert "Er is niets gewijzigd. Probeer het zo opnieuw." in page.text
    assert page.headers["Retry-After"] == "5"
    assert page.headers["X-Request-Id"] in page.html
    form = page.all("main")[0].find("form")
    assert form is not None
    assert form.get("action") == address
    typed = {e.get("name"): e.get("value") for e in form.iter("input")}
    assert typed == {"csrf_token": "", "reden": 'Op "verzoek"'}
    figures = client.get("/metrics").data.decode()
    assert "taalinkoop_lock_refusals_total" in figures
    assert seconds_in_figures(client) - waited >= 0.02
    other.close()


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "De schijf van Taalinkoop is vol"),
        (BlockingIOError(errno.EAGAIN, "no process left"), "De server heeft het te druk"),
        (peewee.OperationalError("server closed the connection"), "De database is niet bereikbaar"),
    ],
)
def test_what_is_the_matter_is_said_with_what_is_safe(client, view, error, title):
    def fail() -> None:
        raise error

    page = client.post(view(fail), {}, status=503)
    assert page.title == title
    assert "Er is niets gewijzigd." in page.text


def test_what_was_saved_before_something_broke_is_not_denied(client, view):
    def save_and_break() -> None:
        with transaction():
            make_job()
        raise RuntimeError("daarna")

    page = client.post(view(save_and_break), {}, status=500)
    assert "Een deel kan al zijn bewaard: kijk eerst of je wijziging er staat." in page.text


@pytest.fixture
def own_database(tmp_path) -> Iterator[Path]:
    """A database of which the test may hold the lock."""
    before, path = database.obj, tmp_path / "own.sqlite"
    database.initialize(open_database(f"sqlite:///{path}"))
    database.connect()
    migrate(database.obj)
    yield path
    database.close()
    database.initialize(before)


def test_reading_and_signing_in_wait_for_nobody_who_writes(own_database):
    limit_waiting(60_000)
    writer = sqlite3.connect(own_database, isolation_level=None)
    with closing(writer), postponing():
        writer.execute("BEGIN IMMEDIATE")
        record(None, "learners", 50, at=AT)
        assert (AccessLine.select().count(), postponed_writes()) == (0, 1)
        write_postponed()
        assert postponed_writes() == 1
        writer.execute("ROLLBACK")
        write_postponed()
        assert (AccessLine.select().count(), postponed_writes()) == (1, 0)
    writer.close()


def test_a_transaction_in_the_way_of_another_is_done_again(own_database):
    writer = sqlite3.connect(own_database, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    limit_waiting(0)
    tries = []

    def save() -> str:
        tries.append(len(tries))
        if len(tries) == 2:
            writer.execute("ROLLBACK")
        with transaction():
            record(None, "learners", at=AT)
        return "bewaard"

    assert retried(save) == "bewaard"
    assert tries == [0, 1]
    writer.close()


def test_who_waits_comes_between_two_transactions_of_long_work(own_database):
    order = []

    def save() -> None:
        with database.connection_context(), transaction():
            order.append("een ander")

    other = threading.Thread(target=save)
    with transaction():
        other.start()
        while not database.obj.somebody_waits():
            other.join(0.01)
        assert order == []
    give_way()
    with transaction():
        order.append("wie nog meer te doen heeft")
    other.join()
    assert order == ["een ander", "wie nog meer te doen heeft"]


def test_an_error_of_our_own_is_no_trouble_of_the_database(own_database):
    with pytest.raises(peewee.OperationalError) as caught:
        database.execute_sql("SELECT nothing FROM nowhere")
    assert trouble_of(caught.value) is None
    deadlock = peewee.OperationalError("deadlock detected")
    deadlock.__cause__ = type("Deadlock", (Exception,), {"sqlstate": "40P01"})()
    assert trouble_of(deadlock) is BUSY


def test_a_log_as_json_has_the_request_and_nothing_twice():
    line = logging.LogRecord("app.web", logging.WARNING, __file__, 9, "away %s", ("db",), None)
    line.request = "abc123"
    once = NotAgain()
    assert [once.filter(line), once.filter(line), once.filter(line)] == [True, False, False]
    line.created += 61
    assert once.filter(line)
    written = json.loads(AsJson().format(line))
    assert (written["message"], written["request"]) == ("away db (and 2 times before)", "abc123")


def test_figures_are_for_the_machine_itself_or_whoever_has_the_token(client, app, monkeypatch):
    def status(**headers: str) -> int:
        return int(client.browser.get("/metrics", headers=headers).status_code)

    figures = client.get("/metrics").data.decode()
    assert "taalinkoop_database_up 1.0" in figures
    assert "taalinkoop_last_backup_timestamp_seconds 0.0" in figures
    assert status(**{"X-Forwarded-For": "127.0.0.1"}) == 404
    monkeypatch.setitem(app.config, "TAALINKOOP_METRICS_TOKEN", "x" * 32)
    assert status() == 404
    assert status(Authorization=f"Bearer {'x' * 32}") == 200


def test_a_watcher_with_a_session_needs_no_database_either(client, engine):
    client.sign_in("beheerder")
    database.initialize(open_database("sqlite:////nergens/x.sqlite"))
    answer = client.browser.get("/healthz", headers={"X-Request-Id": "van-de-proxy"})
    unready = client.browser.get("/readyz")
    database.initialize(engine)
    assert (answer.data, answer.headers["X-Request-Id"]) == (b"ok\n", "van-de-proxy")
    assert (unready.status_code, unready.data) == (503, b"database antwoordt niet\n")
