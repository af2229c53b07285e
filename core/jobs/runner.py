"""Doing a job: at once in the request when it is small, from the queue when it is large.

What each kind of job does is registered by the shell, which may import every package; whoever
asks for work needs to know its name only.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import peewee

from core.db import retried
from core.errors import DomainError, trouble_of
from core.jobs.locks import job_lock
from core.jobs.models import QUEUED, RUNNING, Job
from core.jobs.operations import claim, enqueue, fail, finish, note_progress

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
UNEXPECTED = (
    "De taak is mislukt door een fout van ons. Er is niets half bewaard. "
    "Start de taak opnieuw; gaat het weer mis, geef dan de beheerder het nummer van de taak."
)
AGAIN = "Er is niets half bewaard. Start de taak daarna opnieuw."


@dataclass(frozen=True)
class Work:
    """What a kind of job gets: its row, the settings, and a clock."""

    job: Job
    settings: Mapping[str, Any]
    clock: Clock

    @property
    def data_directory(self) -> Path:
        """Where files are kept."""
        return Path(self.settings["TAALINKOOP_DATA_DIR"])

    def progress(self, step: str, done: int = 0, total: int | None = None) -> None:
        """Say how far it is; that this cannot be written down now is no reason to fail."""
        with suppress(peewee.OperationalError):
            note_progress(self.job, step, done=done, total=total)


Kind = Callable[[Work], dict[str, Any]]
KINDS: dict[str, Kind] = {}


def kind(name: str) -> Callable[[Kind], Kind]:
    """Register what a kind of job does; it returns its result, with ``url`` to look at."""

    def register(function: Kind) -> Kind:
        KINDS[name] = function
        return function

    return register


def submit(
    *,
    kind: str,
    title: str,
    arguments: dict[str, Any],
    large: bool,
    settings: Mapping[str, Any],
    by: str,
    clock: Clock,
    provider_code: str | None = None,
) -> Job:
    """Do a small job now, put a large one in the queue; return the job as it stands then."""
    job = enqueue(
        kind=kind,
        title=title,
        arguments=arguments,
        by=by,
        at=clock(),
        provider_code=provider_code,
        state=QUEUED if large else RUNNING,
    )
    if not large:
        do(job, settings, clock=clock)
    return Job.get_by_id(job.id)


def do(job: Job, settings: Mapping[str, Any], *, clock: Clock) -> None:
    """Do a job that is marked as running, and mark how it ended."""
    work = Work(job, settings, clock)
    with job_lock(job.id):
        try:
            result = KINDS[job.kind](work)
        except DomainError as error:
            retried(partial(fail, job, error.message, at=clock()))
        except Exception as error:
            logger.exception("job %s (%s) failed", job.id, job.kind)
            trouble = trouble_of(error)
            message = UNEXPECTED if trouble is None else f"{trouble.sentence} {AGAIN}"
            retried(partial(fail, job, message, at=clock()))
        else:
            retried(partial(finish, job, result, at=clock()))


def do_next(settings: Mapping[str, Any], *, worker: str, clock: Clock) -> bool:
    """Do the oldest job of the queue; ``False`` when there is none."""
    job = claim(worker=worker, at=clock())
    if job is None:
        return False
    do(job, settings, clock=clock)
    return True
