"""Two people at once: a delivery is taken in once, and withdrawn once."""

import io
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Timer
from typing import Any

import peewee
import pytest

from core import log_chain
from core.audit import AuditLine
from core.db import database, open_database
from core.errors import DomainError
from core.migrations import migrate
from core.storage import Storage
from providers.deliveries import operations
from providers.feed.read.cleaning import received_file
from providers.models import CURRENT, Delivery, ProgressRecord, RejectedRow
from tests.builders import make_provider
from tests.providers.feed.door import AT, REQUEST, deliver
from tests.providers.feed.lines import csv, row


@pytest.fixture
def own_database(tmp_path) -> Iterator[None]:
    """A database without a transaction around the test, for connections of several threads."""
    before = database.obj
    database.initialize(open_database(f"sqlite:///{tmp_path}/own.sqlite"))
    database.connect()
    log_chain.use_key(lambda: "only for the tests")
    migrate(database.obj)
    yield
    database.close()
    database.initialize(before)


def both(do: Callable[[], Any]) -> list[Any]:
    """Do the same from two threads at once; a refusal is an outcome too."""
    start = Barrier(2)

    def one() -> Any:
        with database.connection_context():
            start.wait()
            try:
                return do()
            except DomainError as error:
                return error.code

    with ThreadPoolExecutor(2) as threads:
        return [done.result() for done in [threads.submit(one) for _ in range(2)]]


def actions(action: str) -> int:
    return AuditLine.select().where(AuditLine.action == action).count()


def test_two_accept_the_same_delivery(own_database, tmp_path):
    school, storage = make_provider(), Storage(tmp_path)
    good = (row(trajectnummer=f"T-{n}") for n in range(200))
    delivery, _ = operations.receive(
        io.BytesIO(csv(*good, row(trajectnummer="T-X", leerroute="?"))),
        file_name="x.csv", provider=school, storage=storage, by="test", at=AT,
    )  # fmt: skip
    outcomes = both(
        lambda: operations.accept(
            Delivery.get_by_id(delivery.id), storage=storage, request=REQUEST, by="x", at=AT
        )
    )
    statuses = sorted(outcome.status.value for outcome in outcomes)
    assert statuses == ["already_delivered", "partly_accepted"]
    assert {outcome.delivery for outcome in outcomes} == {delivery.id}
    assert (ProgressRecord.select().count(), RejectedRow.select().count()) == (200, 1)
    assert actions("accept") == 1


def test_the_same_bytes_for_two_schools_stay_until_both_are_taken_in(own_database, tmp_path):
    storage, schools = Storage(tmp_path), [make_provider("TA001"), make_provider("TA002")]
    first, second = (
        operations.receive(
            io.BytesIO(csv(row())),
            file_name="x.csv", provider=school, storage=storage, by="test", at=AT,
        )[0]
        for school in schools
    )  # fmt: skip
    # The second is found, and not opened yet, when the first is taken in.
    result = received_file(storage, second.sha256)
    operations.accept(first, storage=storage, request=REQUEST, by="x", at=AT)
    assert result.exists()
    operations.accept(second, storage=storage, request=REQUEST, by="x", at=AT)
    assert (result.exists(), ProgressRecord.select().count()) == (False, 2)


def test_who_accepts_what_another_just_accepted_is_told_so(own_database, tmp_path):
    school, storage = make_provider(), Storage(tmp_path)
    delivery, _ = operations.receive(
        io.BytesIO(csv(row(), row(trajectnummer="T-X", leerroute="?"))),
        file_name="x.csv", provider=school, storage=storage, by="test", at=AT,
    )  # fmt: skip
    seen_by_both = [Delivery.get_by_id(delivery.id) for _ in range(2)]
    statuses = [
        operations.accept(one, storage=storage, request=REQUEST, by="x", at=AT).status.value
        for one in seen_by_both
    ]
    assert statuses == ["partly_accepted", "already_delivered"]


def test_a_delivery_waits_for_another_writer_longer_than_a_page_would(own_database, tmp_path):
    school = make_provider()
    database.execute_sql("PRAGMA busy_timeout = 1")
    writer = sqlite3.connect(tmp_path / "own.sqlite", isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    done = Timer(0.3, writer.close)
    done.start()
    outcome = deliver(tmp_path, school, csv(row()))
    done.join()
    assert outcome.counts.accepted == 1
    assert database.execute_sql("PRAGMA busy_timeout").fetchone() == (1,)


def test_two_withdraw_the_middle_of_three(own_database, tmp_path):
    school = make_provider()
    numbers = [
        deliver(tmp_path, school, csv(row(groep=group), row(trajectnummer=f"T-{group}1"))).delivery
        for group in "ABC"
    ]
    done = both(
        lambda: operations.withdraw(Delivery.get_by_id(numbers[1]), reason="x", by="x", at=AT)
    )
    assert sorted(map(str, done))[-1] == "not_held"
    assert actions("withdraw") == 1
    stored = (
        ProgressRecord.select(ProgressRecord.delivery).where(CURRENT).order_by(ProgressRecord.id)
    )
    assert [number for (number,) in stored.tuples()] == [numbers[0], numbers[2], numbers[2]]


def test_a_file_whose_delivery_could_not_be_kept_waits_where_it_waited(own_database, tmp_path):
    # As a disk that is full when the transaction ends.
    database.execute_sql(
        "CREATE TRIGGER full BEFORE INSERT ON follow_up WHEN NEW.kind = 'remove_files' "
        "BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    with pytest.raises(peewee.IntegrityError):
        deliver(tmp_path, make_provider(), csv(row()))
    assert Delivery.get().state == "received"
    assert list((tmp_path / "originals").glob("??/*")) == []
    assert len(list((tmp_path / "incoming").glob("*"))) == 1
    database.execute_sql("DROP TRIGGER full")
    deliver(tmp_path, Delivery.get().provider, csv(row()))
    assert len(list((tmp_path / "originals").glob("??/*"))) == 1
