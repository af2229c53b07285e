"""The queue: taken once, told, ended, and found again when the worker died."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import peewee
import pytest

from core.audit import AuditLine
from core.errors import DomainError
from core.jobs.models import DONE, FAILED, INTERRUPTED, QUEUED, RUNNING, Job
from core.jobs.operations import claim, enqueue, find_interrupted, restart
from core.jobs.runner import KINDS, UNEXPECTED, Work, do_next, submit
from tests.databases import held_elsewhere

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def clock() -> datetime:
    return AT


@pytest.fixture
def kinds() -> Iterator[dict[str, Any]]:
    """Kinds of work that only these tests know."""
    before = dict(KINDS)
    KINDS.clear()
    yield KINDS
    KINDS.clear()
    KINDS.update(before)


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    return {"TAALINKOOP_DATA_DIR": tmp_path}


def queue(title: str = "Levering", **more: Any) -> Job:
    values = {"kind": "work", "arguments": {}, "by": "regio@example.nl", "at": AT}
    return enqueue(title=title, **{**values, **more})


def again(job: Job) -> Job:
    return Job.get_by_id(job.id)


def test_jobs_are_taken_oldest_first_and_once(db):
    first, second = queue("een"), queue("twee")
    taken = [claim(worker=w, at=AT) for w in ("a", "b", "c")]
    assert [job and job.id for job in taken] == [first.id, second.id, None]
    assert (again(first).state, again(first).worker) == (RUNNING, "a")


def test_a_small_job_is_done_at_once(db, kinds, settings):
    def work(given: Work) -> dict[str, Any]:
        given.progress("halverwege", 1, 2)
        assert (again(given.job).step, again(given.job).total) == ("halverwege", 2)
        return {"url": "/leveringen/1/"}

    kinds["work"] = work
    more = {"kind": "work", "title": "Klein", "arguments": {}, "by": "x", "clock": clock}
    job = submit(large=False, settings=settings, **more)
    assert (job.state, job.result, job.step) == (DONE, {"url": "/leveringen/1/"}, "")
    assert not do_next(settings, worker="a", clock=clock)
    large = submit(large=True, settings=settings, **more)
    assert large.state == QUEUED
    assert do_next(settings, worker="a", clock=clock)
    assert again(large).state == DONE


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (DomainError("too_large", "Het bestand is te groot."), "Het bestand is te groot."),
        (ZeroDivisionError("secret"), UNEXPECTED),
    ],
)
def test_a_job_that_fails_says_what_to_do(db, kinds, settings, error, message):
    def work(given: Work) -> dict[str, Any]:
        raise error

    kinds["work"] = work
    job = queue()
    assert do_next(settings, worker="a", clock=clock)
    assert (again(job).state, again(job).message) == (FAILED, message)
    restart(job, by="x", at=AT)
    assert (again(job).state, again(job).message, again(job).worker) == (QUEUED, "", None)
    actions = [line.action for line in AuditLine.select().order_by(AuditLine.id)]
    assert actions == ["enqueue", "failed", "restart"]


def test_a_job_that_is_done_is_not_started_again(db, kinds, settings):
    kinds["work"] = lambda work: {}
    job = queue()
    do_next(settings, worker="a", clock=clock)
    with pytest.raises(DomainError, match="hoeft niet opnieuw"):
        restart(job, by="x", at=AT)


def test_a_running_job_is_left_alone_while_its_worker_lives(db):
    job = queue()
    claim(worker="a", at=AT)
    with held_elsewhere(f"job-{job.id}", db):
        assert find_interrupted(at=AT) == []
        assert again(job).state == RUNNING
    # once more by itself, and the second time a person is told
    assert find_interrupted(at=AT) == [job.id]
    assert again(job).state == QUEUED
    claim(worker="b", at=AT)
    assert find_interrupted(at=AT) == [job.id]
    assert again(job).state == INTERRUPTED
    assert "Start de taak opnieuw" in again(job).message
    assert find_interrupted(at=AT) == []


def test_the_database_refuses_another_state(db):
    with pytest.raises(peewee.IntegrityError), db.atomic():
        Job.create(kind="x", title="x", state="lost", created_by="x", created_at=AT)
