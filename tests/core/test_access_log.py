"""Who looked, and that nobody can quietly change what the logs say."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from app.tasks import retention
from core import access_log, audit
from core.access_log import AccessLine, AccessSubject
from core.audit import AuditLine
from core.checks import logs_are_whole
from core.db import transaction
from core.log_chain import LogLink
from tests.builders import AT


def _two_of_each() -> None:
    for number in ("T-1001", "T-1002"):
        audit.record(
            at=AT, actor="a@example.nl", action="change", thing="signals", thing_id=number,
            before={"hours": 1.5, "b": None}, after={"b": [1, "é"], "a": True},
        )  # fmt: skip
        access_log.record(None, "learners", at=AT, numbers=[number, "T-9"], purpose="voortgang")


def test_a_look_is_found_by_number_and_holds_none(db):
    _two_of_each()

    assert [line.count for line in AccessLine.select().where(access_log.seen_by("T-1002"))] == [2]
    assert AccessLine.select().where(access_log.seen_by("T-9")).count() == 2
    assert not any("T-" in one.pseudonym for one in AccessSubject.select())


def _changed() -> None:
    AuditLine.update(actor="b@example.nl").execute()


def _about_somebody_else() -> None:
    AccessSubject.delete().execute()


def _removed() -> None:
    AccessLine.delete().execute()


def _added() -> None:
    AuditLine.create(at=AT, actor="b", action="x", thing="y", thing_id="z")


def _unlinked() -> None:
    LogLink.select().order_by(LogLink.id).first().delete_instance()


@pytest.mark.parametrize(
    ("tamper", "finding"),
    [
        (_changed, "later gewijzigd, en 1 andere"),
        (_about_somebody_else, "later gewijzigd, en 1 andere"),
        (_removed, "buiten Taalinkoop om verwijderd, en 1 andere"),
        (_added, "buiten Taalinkoop om toegevoegd"),
        (_unlinked, "verbroken"),
    ],
)
def test_check_names_what_was_done_behind_its_back(db, tamper, finding):
    _two_of_each()
    assert logs_are_whole() == []
    tamper()
    assert len(logs_are_whole()) == 1
    assert finding in logs_are_whole()[0]


def test_lines_of_before_the_chain_are_its_beginning(db):
    AuditLine.create(at=AT, actor="b", action="x", thing="y", thing_id="z")
    _two_of_each()
    assert logs_are_whole() == []
    assert LogLink.select().count() == 5


def test_what_was_rolled_back_leaves_no_link(db):
    with transaction():
        with suppress(ZeroDivisionError), transaction():
            access_log.record(None, "learners", 1, at=AT)
            raise ZeroDivisionError
        access_log.record(None, "learners", 2, at=AT)
    assert [line.count for line in AccessLine.select()] == [2]
    assert logs_are_whole() == []


def test_old_lines_go_by_the_rule_alone(app, db):
    old = datetime(2024, 10, 3, tzinfo=UTC)
    access_log.record(None, "learners", 1, at=old, numbers=["T-1"])
    access_log.record(None, "learners", 2, at=AT - timedelta(days=300))

    assert list(retention.apply(app.config, by="opdrachtregel", at=AT))

    assert [line.count for line in AccessLine.select()] == [2]
    assert not AccessSubject.select().exists()
    assert logs_are_whole() == []
    AccessLine.delete().execute()
    assert logs_are_whole() != []
