"""A lock that the operating system or the server lets go of when its holder dies.

Whoever does a job holds its lock. A job that is "running" while its lock is free was interrupted:
the machine stopped, the process was killed.
"""

import fcntl
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import peewee

from core.db import database, is_postgresql

FAMILY = 7_205_311
"""Any fixed number: it keeps these locks apart from other advisory locks in the same database."""


@contextmanager
def named_lock(name: str, *, wait: bool = False) -> Iterator[bool]:
    """Hold the lock of this name; gives whether it was free, or waits until it is.

    PostgreSQL keeps it for a transaction, so that it also works between servers; with SQLite
    everyone is on one machine, and a file beside the database does.
    """
    with (_postgresql_lock if is_postgresql() else _file_lock)(name, wait=wait) as free:
        yield free


@contextmanager
def job_lock(job_id: int) -> Iterator[bool]:
    """Try to hold the lock of a job; gives whether it was free."""
    with named_lock(f"job-{job_id}") as free:
        yield free


@contextmanager
def _postgresql_lock(name: str, *, wait: bool) -> Iterator[bool]:
    key = zlib.crc32(name.encode()) - 2**31
    function = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    # A transaction that lasts as long, on a connection of its own: behind PgBouncer nothing else
    # keeps a session, and what is done under the lock has transactions of its own.
    with peewee.__exception_wrapper__:  # type: ignore[attr-defined]
        connection = database.obj._connect()
    try:
        with peewee.__exception_wrapper__:  # type: ignore[attr-defined]
            connection.execute("BEGIN")
            answer = connection.execute(f"SELECT {function}(%s, %s)", (FAMILY, key)).fetchone()[0]
        # What waits answers with nothing, which counts as yes.
        yield answer is not False
    finally:
        # With its connection, the lock is gone as well.
        with suppress(Exception):
            connection.execute("ROLLBACK")
        connection.close()


@contextmanager
def _file_lock(name: str, *, wait: bool) -> Iterator[bool]:
    folder = Path(database.obj.database).absolute().parent / "locks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{name}.lock"
    while True:
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            if not _is_still_there(file.fileno(), path):
                continue  # Its holder removed it between our opening and our lock.
            try:
                yield True
            finally:
                path.unlink(missing_ok=True)
            return


def _is_still_there(handle: int, path: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(handle), path.stat())
    return False
