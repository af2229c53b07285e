"""A lock that the operating system or the server lets go of when its holder dies.

Whoever does a job holds its lock. A job that is "running" while its lock is free was interrupted:
the machine stopped, the process was killed.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.db import database, is_postgresql

# Any fixed number: it keeps these locks apart from other advisory locks in the same database.
FAMILY = 7_205_311


@contextmanager
def job_lock(job_id: int, directory: Path) -> Iterator[bool]:
    """Try to hold the lock of a job; gives whether it was free.

    PostgreSQL keeps it for the connection, so that it also works between servers; with SQLite
    everyone is on one machine and a file in the data directory does.
    """
    if is_postgresql():
        free = _answer("SELECT pg_try_advisory_lock(%s, %s)", job_id)
        try:
            yield free
        finally:
            if free:
                _answer("SELECT pg_advisory_unlock(%s, %s)", job_id)
        return
    folder = directory / "jobs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{job_id}.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
        path.unlink(missing_ok=True)


def _answer(sql: str, job_id: int) -> bool:
    return bool(database.execute_sql(sql, (FAMILY, job_id)).fetchone()[0])
