"""The queue: put a job in, take the oldest out, say how it goes, and find what was interrupted."""

from datetime import datetime
from typing import Any

from core.audit import record
from core.db import transaction
from core.errors import DomainError
from core.jobs.locks import job_lock
from core.jobs.models import DONE, FAILED, INTERRUPTED, QUEUED, RUNNING, Job

MOST_ATTEMPTS = 2
"""An interrupted job is done again once; what breaks its worker twice waits for a person."""
INTERRUPTED_TEXT = (
    "Deze taak is twee keer afgebroken omdat de server stopte. Wat af was, is bewaard; "
    "de rest niet. Start de taak opnieuw."
)


def enqueue(
    *,
    kind: str,
    title: str,
    arguments: dict[str, Any],
    by: str,
    at: datetime,
    provider_code: str | None = None,
    state: str = QUEUED,
) -> Job:
    """Put a job in the queue, in the transaction of whatever asks for it.

    With ``state`` running it is no work for the queue: whoever asks does it at once.
    """
    with transaction():
        job = Job.create(
            kind=kind,
            title=title[:200],
            arguments=arguments,
            state=state,
            started_at=at if state == RUNNING else None,
            attempts=1 if state == RUNNING else 0,
            provider_code=provider_code,
            created_by=by,
            created_at=at,
        )
        record(
            at=at, actor=by, action="enqueue", thing="job", thing_id=job.id, after={"kind": kind}
        )
    return job


def claim(*, worker: str, at: datetime) -> Job | None:
    """Take the oldest queued job, or none; two workers never take the same one."""
    with transaction():
        oldest: Any = Job.select(Job.id).where(Job.state == QUEUED).order_by(Job.id).limit(1)
        for (number,) in oldest.tuples():
            taken = (
                Job.update(
                    state=RUNNING,
                    worker=worker,
                    started_at=at,
                    attempts=Job.attempts + 1,
                    step="",
                    message="",
                )
                # The state is asked again: on PostgreSQL another worker may have been first.
                .where(Job.id == number, Job.state == QUEUED)
                .execute()
            )
            if taken:
                return Job.get_by_id(number)
    return None


def note_progress(job: Job, step: str, *, done: int = 0, total: int | None = None) -> None:
    """Say how far a job is; call it between transactions, or nobody sees it."""
    with transaction():
        Job.update(step=step, done=done, total=total).where(Job.id == job.id).execute()


def finish(job: Job, result: dict[str, Any], *, at: datetime) -> None:
    """Mark a job as done."""
    _end(job, DONE, result=result, step="", at=at)


def fail(job: Job, message: str, *, at: datetime) -> None:
    """Mark a job as failed, with a sentence for whoever started it."""
    _end(job, FAILED, message=message, at=at)


def _end(job: Job, state: str, *, at: datetime, **values: Any) -> None:
    with transaction():
        Job.update(state=state, finished_at=at, **values).where(Job.id == job.id).execute()
        record(at=at, actor=job.created_by, action=state, thing="job", thing_id=job.id)


def find_interrupted(*, at: datetime) -> list[int]:
    """Find every running job whose worker is gone; return their numbers.

    Every kind of job can be done twice without harm, so that it goes back in the queue; after a
    second time it is told to whoever started it.
    """
    numbers = []
    running: Any = Job.select().where(Job.state == RUNNING).order_by(Job.id)
    for job in list(running):
        with job_lock(job.id) as free:
            # Asked again: it may have ended between the question and the lock.
            if free and Job.get_by_id(job.id).state == RUNNING:
                _interrupted(job, at=at)
                numbers.append(job.id)
    return numbers


def _interrupted(job: Job, *, at: datetime) -> None:
    if job.attempts >= MOST_ATTEMPTS:
        _end(job, INTERRUPTED, message=INTERRUPTED_TEXT, at=at)
        return
    with transaction():
        Job.update(state=QUEUED, worker=None, started_at=None).where(Job.id == job.id).execute()
        record(at=at, actor=job.created_by, action="requeue", thing="job", thing_id=job.id)


def restart(job: Job, *, by: str, at: datetime) -> None:
    """Put a job that failed or was interrupted in the queue again."""
    with transaction():
        again = (
            Job.update(
                state=QUEUED,
                attempts=0,
                step="",
                message="",
                worker=None,
                started_at=None,
                finished_at=None,
            )
            .where(Job.id == job.id, Job.state.in_((FAILED, INTERRUPTED)))
            .execute()
        )
        if not again:
            raise DomainError("job_not_ended", "Deze taak hoeft niet opnieuw te worden gestart.")
        record(at=at, actor=by, action="restart", thing="job", thing_id=job.id)
