"""The temporary tables in which a delivery is compared with what is held, on both engines.

Filled without touching any table of the product: reading a large file locks nobody out.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from itertools import islice
from typing import Any

import peewee

from core.db import database, is_postgresql, waiting_for_lock
from providers.feed.check.checking import (
    BATCH,
    MOST_PROBLEMS,
    Batch,
    Problem,
    RejectedKey,
    Tally,
)
from providers.feed.check.rules import WARNING
from providers.feed.columns import COLUMNS, Column
from providers.models import Provider


def batched(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of at most so many items."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


TEXT_COLUMNS = frozenset({"group_name", "teaching_method"})
VALUE_COLUMNS = tuple(
    column.held_as for column in COLUMNS if column.held_as not in ("", "month", "track_id")
)
"""What a progress row holds besides its key, in one fixed order."""

_TABLES = (
    "staged", "staged_again", "staged_track", "staged_problem", "staged_old", "staged_look",
    "staged_rejected",
)  # fmt: skip


class Staging:
    """The staged rows of one delivery."""

    def __init__(self, held_columns: Sequence[Column]) -> None:
        self.present = [column.held_as for column in held_columns]
        self.tracks = 0
        self.kept_problems, self.problem_count, self.warning_count = 0, 0, 0
        self.clear()
        text = dict.fromkeys(TEXT_COLUMNS, "text")
        values = ", ".join(f"{name} {text.get(name, 'integer')}" for name in self.present)
        columns = f"row_number integer, track integer NOT NULL, month integer NOT NULL, {values}"
        for table in ("staged", "staged_again"):
            self._run(f"CREATE TEMPORARY TABLE {table} ({columns})")
        self._run(
            "CREATE TEMPORARY TABLE staged_track "
            "(local integer PRIMARY KEY, number text NOT NULL, id integer)"
        )
        self._run(
            "CREATE TEMPORARY TABLE staged_problem (row_number integer, column_name text, "
            "code text, severity text, value text, message text)"
        )
        self._run(
            "CREATE TEMPORARY TABLE staged_rejected (row_number integer, track integer, "
            "month integer)"
        )
        # Which held row a staged one replaces, or repeats.
        self._run(
            "CREATE TEMPORARY TABLE staged_old (row_number integer PRIMARY KEY, track integer, "
            "month integer, old integer, same integer, registered_on integer, route integer)"
        )

    def clear(self) -> None:
        """Drop the tables; they also go with the connection."""
        for table in _TABLES:
            self._run(f"DROP TABLE IF EXISTS {table}")

    def fill(self, batches: Iterable[Batch]) -> Tally:
        """Stage all batches, and make ready to compare; return what became of the rows."""
        tally = Tally()
        for batch in batches:
            self.add(batch)
            tally = batch.tally
        self._run("CREATE UNIQUE INDEX staged_key ON staged (track, month)")
        count_for_plans("staged", "track", "month")
        self.problem_count, self.warning_count = tally.problems, tally.warnings
        return tally

    def add(self, batch: Batch) -> None:
        """Stage what a batch holds."""
        if batch.numbers:
            first = self.tracks + 1
            insert("staged_track", ("local", "number"), list(enumerate(batch.numbers, first)))
            self.tracks += len(batch.numbers)
        names = ("row_number", "track", "month", *self.present)
        if batch.rows:
            insert("staged", names, batch.rows)
        if batch.again:
            insert("staged_again", names, batch.again)
        self._keep_problems(batch.problems)
        self.add_rejected(batch.rejected)

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Stage what the check of single rows did not find; count what is too much to tell."""
        for batch in batched(problems, BATCH):
            self.problem_count += len(batch)
            self.warning_count += sum(problem.severity == WARNING for problem in batch)
            self._keep_problems(batch)

    def _keep_problems(self, problems: Sequence[Problem]) -> None:
        room = max(MOST_PROBLEMS - self.kept_problems, 0)
        rows = [(p.row, p.column, p.code, p.severity, p.value, p.message) for p in problems[:room]]
        self.kept_problems += len(rows)
        if rows:
            names = ("row_number", "column_name", "code", "severity", "value", "message")
            insert("staged_problem", names, rows)

    def add_rejected(self, rejected: Sequence[RejectedKey]) -> None:
        """Stage which rows are rejected."""
        if rejected:
            insert("staged_rejected", ("row_number", "track", "month"), rejected)

    def take_out(self, tally: Tally, condition: str, *parameters: int) -> None:
        """Reject rows after all."""
        contract = "contract_id" if "contract_id" in self.present else "NULL"
        for *key, offered, attended in rows_of(
            f"SELECT month, municipality, route, {contract}, minutes_offered, minutes_attended "
            f"FROM staged WHERE {condition}",
            *parameters,
        ):
            tally.take_out(tuple(key), offered, attended)
        run(
            "INSERT INTO staged_rejected SELECT row_number, track, month FROM staged "
            f"WHERE {condition}",
            *parameters,
        )
        gone = f"SELECT row_number FROM staged WHERE {condition}"
        run(f"DELETE FROM staged_old WHERE row_number IN ({gone})", *parameters)
        run(f"DELETE FROM staged WHERE {condition}", *parameters)

    def hold(self, provider: int, delivery: int) -> None:
        """Write the rows: trajecten, what is replaced, what was repeated, what is new."""
        new = run(
            "INSERT INTO course_track (provider_id, number) SELECT ?, t.number "
            "FROM staged_track t WHERE t.id IS NULL "
            "AND EXISTS (SELECT 1 FROM staged s WHERE s.track = t.local) ORDER BY t.local",
            provider,
        )
        if new:
            find_tracks(provider)
        run(
            "UPDATE progress_record SET superseded_by_id = ? WHERE id IN "
            "(SELECT old FROM staged_old WHERE same = 0)",
            delivery,
        )
        names = self.present
        # In the order of the file; they were staged so, which costs SQLite no sorting.
        order = "s.row_number" if is_postgresql() else "s.rowid"
        run(
            f"INSERT INTO progress_record (provider_id, delivery_id, month, track_id, row, "
            f"{', '.join(names)}) SELECT ?, ?, s.month, t.id, s.row_number, "
            f"{', '.join(f's.{name}' for name in names)} FROM staged s "
            "JOIN staged_track t ON t.local = s.track "
            "WHERE NOT EXISTS (SELECT 1 FROM staged_old o "
            f"WHERE o.row_number = s.row_number AND o.same = 1) ORDER BY {order}",
            provider,
            delivery,
        )

    def problems(self, limit: int | None = None) -> list[Problem]:
        """All problems, by row."""
        query = (
            "SELECT row_number, column_name, code, severity, value, message FROM staged_problem "
            "ORDER BY row_number IS NULL, row_number, code, column_name"
        )
        if limit is not None:
            query += f" LIMIT {int(limit)}"
        return [Problem(*row) for row in rows_of(query)]

    @staticmethod
    def _run(sql: str) -> None:
        database.execute_sql(sql)


def insert(table: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Add rows to a temporary table."""
    if is_postgresql():
        _copy(table, names, rows)
        return
    marks = ", ".join("?" * len(names))
    sql = f"INSERT INTO temp.{table} ({', '.join(names)}) VALUES ({marks})"
    database.connection().executemany(sql, rows)


def find_tracks(provider: int) -> None:
    """Give each staged traject the key under which this provider has it, when it has."""
    run(
        "UPDATE staged_track SET id = (SELECT t.id FROM course_track t "
        "WHERE t.provider_id = ? AND t.number = staged_track.number)",
        provider,
    )
    count_for_plans("staged_track")


def count_for_plans(table: str, *columns: str) -> None:
    """Let PostgreSQL know how much a table holds before it plans a question about it."""
    if is_postgresql():
        of = f" ({', '.join(columns)})" if columns else ""
        run(f"ANALYZE {table}{of}")


MANY_ROWS = 1_000


def count_grown_tables(rows: int) -> None:
    """Let PostgreSQL count again what a delivery, once it is committed, made a tenth larger.

    It does so by itself after a minute or so. Whoever asks before that gets a plan for the rows of
    before: of a first delivery of 100,000 rows the list of learners took 10 s, and so takes 1.
    """
    if not is_postgresql() or rows < MANY_ROWS:
        return
    known = "SELECT reltuples FROM pg_class WHERE oid = 'progress_record'::regclass"
    with suppress(peewee.DatabaseError):  # the delivery itself is committed
        if rows > rows_of(known)[0][0] / 10:
            for table in ("progress_record", "course_track"):
                count_for_plans(table)


def rows_of(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Rows of a query with ``?`` for each parameter, on both engines."""
    return database.execute_sql(marked(sql), parameters).fetchall()


def run(sql: str, *parameters: Any) -> int:
    """Run a statement with ``?`` for each parameter; return how many rows it changed."""
    return int(database.execute_sql(marked(sql), parameters).rowcount)


def marked(sql: str) -> str:
    """A statement with the parameter marks of the engine."""
    return sql.replace("?", "%s") if is_postgresql() else sql


def same(left: str, right: str) -> str:
    """Condition that two values are equal, where empty equals empty."""
    word = "IS NOT DISTINCT FROM" if is_postgresql() else "IS"
    return f"{left} {word} {right}"


def _copy(table: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Send rows to PostgreSQL.

    Texts are quoted and nothing else is, so that an empty cell is the bare word ``None``.
    """
    texts = [at for at, name in enumerate(names) if name in _QUOTED]
    line = ",".join(["%s"] * len(names)) + "\n"
    quoted = ", ".join(f'"{name}"' for name in names)
    command = f"COPY {table} ({quoted}) FROM STDIN WITH (FORMAT csv, NULL 'None')"
    with database.connection().cursor() as cursor, cursor.copy(command) as copy:
        copy.write("".join([line % _with_quotes(row, texts) for row in rows]))


_QUOTED = TEXT_COLUMNS | {"number", "column_name", "code", "severity", "value", "message"}


def _with_quotes(row: Sequence[Any], texts: Sequence[int]) -> tuple[Any, ...]:
    cells = list(row)
    for at in texts:
        if cells[at] is not None:
            cells[at] = '"' + cells[at].replace('"', '""') + '"'
    return tuple(cells)


PATIENCE_MS = 600_000
"""How long a delivery waits for its turn to write: another large one may be busy."""
CACHE_KB = 48_000
"""Cache of SQLite while a delivery is written: its indexes are filled in another order."""
ROOM = {"work_mem": "'64MB'", "jit": "off"}
"""Of PostgreSQL: a delivery is sorted and joined in memory, by plans that are used only once."""


def one_at_a_time(provider: Provider) -> None:
    """Let deliveries of one provider wait for each other; SQLite lets all writers wait anyway.

    What their rows will name cannot go meanwhile: a contract, or a traject that is long over.
    """
    if is_postgresql():
        for name, value in ROOM.items():
            database.execute_sql(f"SET LOCAL {name} = {value}")
        with waiting_for_lock():
            database.execute_sql("SELECT id FROM provider WHERE id = %s FOR UPDATE", (provider.id,))
            query = "SELECT id FROM contract WHERE provider_id = %s FOR KEY SHARE"
            database.execute_sql(query, (provider.id,))
            database.execute_sql("LOCK TABLE course_track IN ROW SHARE MODE")


@contextmanager
def patience() -> Iterator[None]:
    """Wait longer than a page would for another delivery to finish writing."""
    with nullcontext() if is_postgresql() else _patience_of_sqlite():
        yield


@contextmanager
def _patience_of_sqlite() -> Iterator[None]:
    wanted = {"busy_timeout": PATIENCE_MS, "cache_size": -CACHE_KB}
    before = {name: database.execute_sql(f"PRAGMA {name}").fetchone()[0] for name in wanted}
    for name, value in wanted.items():
        database.execute_sql(f"PRAGMA {name} = {int(value)}")
    try:
        yield
    finally:
        with suppress(peewee.OperationalError):
            for name, value in before.items():
                database.execute_sql(f"PRAGMA {name} = {int(value)}")
