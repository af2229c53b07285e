"""The database: one proxy, one base model, one way to change things.

SQLite is the embedded default, PostgreSQL serves the shared installation. What differs between
the two stands in this module and nowhere else.
"""

import fcntl
import json
import random
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeVar

import peewee

from core.dates import month_from_number, month_number
from core.errors import is_busy
from core.personal_data import refuse

Result = TypeVar("Result")
Item = TypeVar("Item")

database = peewee.DatabaseProxy()


class BaseModel(peewee.Model):
    """Every table of the product."""

    id = peewee.AutoField()

    class Meta:
        """Tables are named after their class: ``CourseTrack`` is ``course_track``."""

        database = database
        legacy_table_names = False


class MonthField(peewee.IntegerField):
    """A month, held as the number of months since year 0, seen as the first day of it.

    An integer sorts, compares and subtracts the same way on both engines.
    """

    def db_value(self, value: date | int | None) -> int | None:
        """Months since year 0."""
        return month_number(value) if isinstance(value, date) else value

    def python_value(self, value: int | None) -> date | None:
        """The first day of the month."""
        return None if value is None else month_from_number(value)


class DayField(peewee.IntegerField):
    """A date, held as its proleptic Gregorian ordinal (``date.toordinal()``).

    Used for the progress rows only: four bytes instead of ten, and the days between two dates are
    a subtraction on both engines.
    """

    def db_value(self, value: date | int | None) -> int | None:
        """Days since 31-12-0000."""
        return value.toordinal() if isinstance(value, date) else value

    def python_value(self, value: int | None) -> date | None:
        """The date."""
        return None if value is None else date.fromordinal(value)


class MomentField(peewee.DateTimeField):
    """A moment in UTC, to the second; held without a zone, seen with one."""

    def db_value(self, value: datetime | None) -> Any:
        """Naive UTC."""
        if value is not None:
            value = value.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        return super().db_value(value)

    def python_value(self, value: Any) -> datetime | None:
        """Aware UTC."""
        moment = super().python_value(value)
        return None if moment is None else moment.replace(tzinfo=UTC)


class _AboutNobody:
    """A column of free text that refuses personal data, whatever door the text came through.

    ``names=False`` where people may be named because of their work.
    """

    name: str

    def __init__(self, *args: Any, names: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def db_value(self, value: Any) -> Any:
        """The text, or ``DomainError`` when somebody is in it."""
        if isinstance(value, str):
            refuse(value, field=self.name, names=self.names)
        return super().db_value(value)  # type: ignore[misc]


class NoteField(_AboutNobody, peewee.TextField):
    """A text of any length about nobody."""


class ShortNoteField(_AboutNobody, peewee.CharField):
    """A short text about nobody."""


def is_postgresql() -> bool:
    """Tell which engine is behind the proxy."""
    return isinstance(database.obj, peewee.PostgresqlDatabase)


class _LockWaits(threading.local):
    """How long this thread has waited for locks of the database, in seconds."""

    seconds = 0.0


_lock_waits = _LockWaits()
_wait_observers: list[Callable[[float], object]] = []


def tell_of_lock_waits(observe: Callable[[float], object]) -> None:
    """Have every lock that is asked for told: after how many seconds it was got, or given up."""
    _wait_observers[:] = [observe]


def seconds_waited() -> float:
    """How long this thread has waited for locks so far."""
    return _lock_waits.seconds


@contextmanager
def waiting_for_lock() -> Iterator[None]:
    """Around a statement that does little else than getting a lock."""
    began = time.perf_counter()
    try:
        yield
    finally:
        seconds = time.perf_counter() - began
        _lock_waits.seconds += seconds
        for observe in _wait_observers:
            observe(seconds)


class _Nesting(threading.local):
    """How deep this thread is in transactions, and what is to be done when the outermost ends."""

    def __init__(self) -> None:
        self.depth = 0
        self.commits = 0
        self.longest_wait: int | None = None
        self.steps: list[Callable[[], object]] = []
        self.after: list[Callable[[], object]] = []


_nesting = _Nesting()


@contextmanager
def transaction() -> Iterator[None]:
    """Do all of it or nothing; nested calls are savepoints."""
    _nesting.depth += 1
    try:
        with database.atomic():
            if _nesting.depth == 1 and _nesting.longest_wait is not None and is_postgresql():
                database.execute_sql(f"SET LOCAL lock_timeout = {_nesting.longest_wait}")
            yield
            if _nesting.depth == 1:
                for step in _nesting.steps:
                    step()
        if _nesting.depth == 1:
            _nesting.commits += 1
            for step in _nesting.after:
                step()
    finally:
        _nesting.depth -= 1
        if _nesting.depth == 0:
            _nesting.steps.clear()
            _nesting.after.clear()


def empty_log_of_database() -> None:
    """Write the log of SQLite into the database and cut it: what was removed is in neither."""
    if not is_postgresql() and not database.in_transaction():
        database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def before_commit(step: Callable[[], object]) -> None:
    """Have something done as the last thing of the outermost transaction, while it is open."""
    if not _nesting.depth:
        raise RuntimeError("there is no transaction to do this in")
    _nesting.steps.append(step)


def after_commit(step: Callable[[], object]) -> None:
    """Have something done once the outermost transaction is committed; it must not fail."""
    _nesting.after.append(step)


def commits() -> int:
    """How many transactions this thread has committed: the same again means that nothing was."""
    return _nesting.commits


def retried(step: Callable[[], Result], *, times: int = 5) -> Result:
    """Do a whole transaction, again when others were in its way: a deadlock, a lock that lasts.

    To be called outside a transaction; ``step`` must be one that can be done again.
    """
    for attempt in range(1, times):
        try:
            return step()
        except peewee.DatabaseError as error:
            if _nesting.depth or not is_busy(error):
                raise
            # Two who met do not wait for equally long.
            time.sleep(random.uniform(0.05, 0.1) * attempt)
    return step()


def give_way() -> None:
    """Let who waits for the lock of SQLite have it, between two transactions of long work."""
    if isinstance(database.obj, _FairSqlite) and not database.in_transaction():
        database.obj.give_way()


SMALL_WAIT_MS = 250
"""How long a reader or somebody who signs in waits for a write that can be done later."""


class _Postponed:
    """Small writes that were in nobody's hurry, kept by a server until the lock is free."""

    def __init__(self) -> None:
        self.enabled = False
        self.steps: deque[Callable[[], object]] = deque()


_postponed = _Postponed()


def write_soon(step: Callable[[], object]) -> None:
    """Do a small write that reading or signing in must not depend on.

    While others hold the lock, a server keeps it for ``write_postponed``; whatever is not a server
    waits. Inside a transaction it is a part of that one.
    """
    if _nesting.depth or not _postponed.enabled:
        with transaction():
            step()
    elif not _written(step):
        _postponed.steps.append(step)


@contextmanager
def postponing() -> Iterator[None]:
    """Let this process postpone small writes; it calls ``write_postponed`` every second or so."""
    _postponed.enabled = True
    try:
        yield
    finally:
        _postponed.enabled = False
        with database.connection_context():
            write_postponed()


def postponed_writes() -> int:
    """How many small writes wait for the lock."""
    return len(_postponed.steps)


def write_postponed() -> None:
    """Do what was postponed, the first one first, until the lock is in the way again."""
    while _postponed.steps:
        step = _postponed.steps.popleft()
        if not _written(step):
            _postponed.steps.appendleft(step)
            return


def _written(step: Callable[[], object]) -> bool:
    try:
        with _patience(SMALL_WAIT_MS), transaction():
            if is_postgresql():
                database.execute_sql(f"SET LOCAL lock_timeout = {SMALL_WAIT_MS}")
            step()
    except peewee.DatabaseError as error:
        if not is_busy(error):
            raise
        return False
    return True


READING = "DEFERRED"
"""How a transaction of SQLite begins that only reads, or writes what is temporary: it waits for
nobody. The others take the lock at once, since a read that turns into a write cannot wait."""
LOOK_AGAIN_SECONDS = 0.005
"""How often who waits for the lock of SQLite looks whether it is free."""
GIVE_WAY_SECONDS = 0.1
"""How long who has more to do leaves the lock to others, at most."""


class _FairSqlite(peewee.SqliteDatabase):
    """Who waits for the lock can get it between two transactions of long work.

    SQLite itself looks ever less often, at last ten times a second: whoever takes the lock again at
    once would keep it from all others. Who waits shares a lock on a file, so that it shows.
    """

    def begin(self, lock_type: str | None = None) -> None:
        """Begin a transaction as soon as the lock is free, or fail when patience is over."""
        with nullcontext() if lock_type == READING else waiting_for_lock():
            self._begin_in_turn(lock_type)

    def _begin_in_turn(self, lock_type: str | None) -> None:
        connection = self.connection()
        patience = connection.execute("PRAGMA busy_timeout").fetchone()[0]
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            if not self._began(lock_type):
                with self._waiting():
                    until = time.monotonic() + patience / 1000
                    while time.monotonic() < until:
                        time.sleep(LOOK_AGAIN_SECONDS)
                        if self._began(lock_type):
                            return
                    super().begin(lock_type)
        finally:
            connection.execute(f"PRAGMA busy_timeout = {patience}")

    def _began(self, lock_type: str | None) -> bool:
        try:
            super().begin(lock_type)
        except peewee.OperationalError as error:
            if not is_busy(error):
                raise
            return False
        return True

    def give_way(self) -> None:
        """Leave the lock alone while somebody waits for it, but not for long."""
        until = time.monotonic() + GIVE_WAY_SECONDS
        while self.somebody_waits() and time.monotonic() < until:
            time.sleep(LOOK_AGAIN_SECONDS)

    def somebody_waits(self) -> bool:
        """Whether another connection waits for the lock."""
        with suppress(OSError), self._line() as line:
            try:
                fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        with ExitStack() as stack:
            with suppress(OSError):  # a read-only disk: nobody writes on it for long either
                fcntl.flock(stack.enter_context(self._line()), fcntl.LOCK_SH)
            yield

    def _line(self) -> IO[bytes]:
        return Path(f"{self.database}-wachtrij").open("ab")


@contextmanager
def _patience(milliseconds: int) -> Iterator[None]:
    """How long SQLite waits for its lock."""
    if is_postgresql():
        yield
        return
    before = database.execute_sql("PRAGMA busy_timeout").fetchone()[0]
    database.execute_sql(f"PRAGMA busy_timeout = {milliseconds}")
    try:
        yield
    finally:
        database.execute_sql(f"PRAGMA busy_timeout = {before}")


def limit_waiting(milliseconds: int) -> None:
    """Let this thread wait so long for a lock, and no longer: for a page, not for a command.

    PostgreSQL is told in each transaction: a session may be another's the next moment (PgBouncer).
    """
    _nesting.longest_wait = milliseconds
    if not is_postgresql():
        database.execute_sql(f"PRAGMA busy_timeout = {milliseconds}")


def waiters() -> tuple[int, float]:
    """How many wait at this moment for a lock in this database, and for how long at most.

    Of PostgreSQL, where any statement may wait; SQLite has one lock, of which each wait is told.
    """
    if not is_postgresql():
        return 0, 0.0
    many, seconds = database.execute_sql(
        "SELECT COUNT(*), COALESCE(MAX(EXTRACT(EPOCH FROM clock_timestamp() - query_start)), 0) "
        "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ).fetchone()
    return many, float(seconds)


def lock_until_commit(name: str, number: int) -> None:
    """Let others who lock the same thing wait until this transaction ends.

    Rows that several processes change are locked this way first, in no particular order after
    that. SQLite has one writer at a time anyway.
    """
    if is_postgresql():
        with waiting_for_lock():
            database.execute_sql("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", (name, number))


def locked(query: Any) -> Any:
    """The row of a query, or ``None``; nobody else changes it until this transaction ends."""
    if not is_postgresql():
        return query.get_or_none()
    with waiting_for_lock():
        return query.for_update().get_or_none()


SQLITE_PRAGMAS = {
    # First, for the next one waits too. A command has time; a page says sooner that others are in
    # its way (limit_waiting).
    "busy_timeout": 60_000,
    "journal_mode": "wal",
    "foreign_keys": 1,
    "synchronous": 1,
}


# The driver looks for a way to adapt None, in vain and slowly, at every empty cell: give it one.
sqlite3.register_adapter(type(None), {None: None}.__getitem__)


def open_sqlite(path: str) -> peewee.SqliteDatabase:
    """Make an SQLite database of which one connection at a time writes, in turns."""
    return _FairSqlite(path, pragmas=SQLITE_PRAGMAS, lock_type="IMMEDIATE")


def open_database(url: str) -> peewee.Database:
    """Make a database object from a ``DATABASE_URL``: ``sqlite:///path`` or ``postgresql://...``."""
    if url.startswith("sqlite:///"):
        return open_sqlite(url.removeprefix("sqlite:///"))
    from playhouse.db_url import connect  # noqa: PLC0415  only a shared installation needs it

    # Without prepared statements: behind PgBouncer the next transaction has another session.
    # And as UTF-8, also where the database was made without an encoding: names would be bytes.
    return connect(
        url,
        unquote_user=True,
        unquote_password=True,
        prepare_threshold=None,
        client_encoding="UTF8",
    )


def replace_many(
    model: type[peewee.Model], key: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows, in place of those with the same key; all name the same columns.

    The statement is made once: for hundreds of wide rows making it costs more than doing it.
    """
    if not rows:
        return
    fields = [model._meta.fields[name] for name in rows[0]]
    others = [field for field in fields if field.name not in key]
    target = [model._meta.fields[name] for name in key]
    first = model.insert_many([[rows[0][one.name] for one in fields]], fields=fields)
    sql, _ = first.on_conflict(conflict_target=target, preserve=others).sql()
    # As the driver takes it; peewee hands JSON to SQLite as a call around the text.
    bound = [
        (one.name, _json if isinstance(one, peewee.JSONField) else one.db_value) for one in fields
    ]
    with peewee.__exception_wrapper__:  # type: ignore[attr-defined]
        database.cursor().executemany(
            sql, [[bind(row[name]) for name, bind in bound] for row in rows]
        )


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


def batched(values: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Values in lists of at most so many; that of peewee pads the last one to its full size."""
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch


def among(column: Any, values: Iterable[Any]) -> Any:
    """Condition that a column is one of these values, handed to the database as one.

    Of a plain list peewee makes a statement with a place for each value: of hundreds that costs
    more than to execute it.
    """
    listed = list(values)
    if is_postgresql():
        array = peewee.Value(listed, converter=False, unpack=False)
        return peewee.Expression(column, "=", peewee.fn.ANY(array))
    return column.in_(peewee.SQL("(SELECT value FROM json_each(?))", [json.dumps(listed)]))


def starts_with(column: peewee.Field, text: str) -> Any:
    """Condition that an ordinary index answers on both engines; capitals count."""
    if is_postgresql():
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return peewee.Expression(column, "LIKE", f"{escaped}%")
    return (column >= text) & (column < text + chr(0x10FFFF))


def constraint_name(error: peewee.IntegrityError) -> str:
    """Name of the constraint that refused a row, the same on both engines; empty when unknown.

    SQLite names the columns of a unique index (``location.provider_id, location.name``),
    PostgreSQL the index (``location_provider_id_name``): the latter is what this gives.
    """
    text = str(error).splitlines()[0]
    if is_postgresql():
        return text.split('"')[1] if text.count('"') >= 2 else ""
    _, _, what = text.partition("constraint failed: ")
    if text.startswith("UNIQUE"):
        columns = [part.strip() for part in what.split(",")]
        table = columns[0].partition(".")[0]
        return "_".join([table, *(column.partition(".")[2] for column in columns)])
    return what.strip()
