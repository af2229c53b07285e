"""The first delivery, when it is large, goes straight in while it is being checked.

There is nothing to compare it with, so that its rows need not be staged and copied. It happens in
the transaction that holds them: what breaks off leaves nothing behind. Views take the place of the
staging tables, so that every question about staged rows is asked in the same words.

On PostgreSQL this is for the first delivery of each provider. On SQLite nobody else can write
meanwhile, so that it is for the first delivery of an installation only; there is nothing to look at
then, and its indexes are made afterwards, which is quicker than row by row.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from core.db import database, is_postgresql
from providers.feed.check.checking import BATCH, Batch, Problem, RejectedKey, Tally
from providers.feed.columns import Column
from providers.feed.hold.staging import (
    TEXT_COLUMNS,
    Staging,
    copy_rows,
    copying,
    count_for_plans,
    insert,
    rows_of,
    run,
)
from providers.models import CourseTrack

_INDEXES = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'progress_record' "
    "AND sql IS NOT NULL ORDER BY rowid"
)


def may_go_straight(provider: int) -> bool:
    """Whether there is nothing to compare with, and nobody who would have to wait for long."""
    tracks = CourseTrack.select()
    if is_postgresql():
        tracks = tracks.where(CourseTrack.provider == provider)
    return not tracks.exists()


def make_straight(provider: int, delivery: int, held: Sequence[Column]) -> "Straight":
    """Make ready to hold the rows of a delivery, on the engine that is there."""
    engine = _OnPostgresql if is_postgresql() else _OnSqlite
    return engine(provider, delivery, held)


class Straight(Staging):
    """The rows of one delivery, held already and not committed yet."""

    compares = False

    def __init__(self, provider: int, delivery: int, held: Sequence[Column]) -> None:
        self.provider = provider
        self.delivery = delivery
        self.ids: list[int] = [0]
        """Key of each traject, by its number within the file."""
        super().__init__(held)

    def _make_views(self, mine: str) -> None:
        """Show what is staged: the progress rows for which this condition holds."""
        values = ", ".join(map(_as_staged, self.present))
        self._run(
            'CREATE TEMPORARY VIEW staged AS SELECT "row" AS row_number, track_id AS track, month, '
            f"{values} FROM progress_record WHERE {mine}"
        )
        self._run(
            f"CREATE TEMPORARY VIEW staged_track AS SELECT id AS local, {_as_staged('number')}, id "
            f"FROM course_track WHERE provider_id = {self.provider}"
        )

    def _rejected(self, batch: Batch) -> list[RejectedKey]:
        return [(row, track and self.ids[track], month) for row, track, month in batch.rejected]

    def _add_again(self, batch: Batch) -> None:
        if batch.again:
            names = ("row_number", "track", "month", *self.present)
            rows = [(row, self.ids[int(track or 0)], *rest) for row, track, *rest in batch.again]
            insert("staged_again", names, rows)

    def _named(self, numbers: Sequence[str], keys: Iterable[int]) -> list[tuple[int, int, str]]:
        """New trajecten as they are held."""
        self.ids += keys
        known = len(self.ids) - len(numbers)
        return [
            (key, self.provider, number)
            for key, number in zip(self.ids[known:], numbers, strict=True)
        ]

    def keyed(self, tally: Tally) -> Tally:
        """Trajecten go by their key here."""
        ids = self.ids
        return replace(
            tally,
            look_back={ids[track] for track in tally.look_back},
        )

    def _remove(self, condition: str, *parameters: int) -> None:
        rows = rows_of(f"SELECT track, month FROM staged WHERE {condition}", *parameters)
        for track, month in rows:
            run(
                "DELETE FROM progress_record WHERE delivery_id = ? AND track_id = ? AND month = ?",
                self.delivery,
                track,
                month,
            )

    def hold(self, provider: int, delivery: int) -> None:  # noqa: ARG002  as the staging does
        """Take out the trajecten of which no row was accepted; the rest is held already."""
        run(
            "DELETE FROM course_track WHERE provider_id = ? AND NOT EXISTS "
            "(SELECT 1 FROM progress_record r WHERE r.track_id = course_track.id)",
            provider,
        )

    def clear(self) -> None:
        """Drop the views and the other tables."""
        if self.ids != [0]:
            self._run("DROP VIEW IF EXISTS staged")
            self._run("DROP VIEW IF EXISTS staged_track")
        super().clear()


class _OnSqlite(Straight):
    """Nobody else writes now, so that the keys to come are known."""

    def _make(self) -> None:
        last_record, self.last_track = rows_of(
            "SELECT (SELECT COALESCE(MAX(id), 0) FROM progress_record), "
            "(SELECT COALESCE(MAX(id), 0) FROM course_track)"
        )[0]
        self.indexes = rows_of(_INDEXES)
        for name, _ in self.indexes:
            self._run(f"DROP INDEX {name}")
        self._make_views(f"id > {last_record}")

    def add(self, batch: Batch) -> None:
        """Hold what a batch has."""
        connection = database.connection()
        first = self.last_track + len(self.ids)
        connection.executemany(
            "INSERT INTO course_track (id, provider_id, number) VALUES (?, ?, ?)",
            self._named(batch.numbers, range(first, first + len(batch.numbers))),
        )
        names = ", ".join(("provider_id", "delivery_id", "row", "track_id", "month", *self.present))
        values = f"{self.provider}, {self.delivery}, ?, ? + {self.last_track}, ?"
        marks = ", ?" * len(self.present)
        connection.executemany(
            f"INSERT INTO progress_record ({names}) VALUES ({values}{marks})", batch.rows
        )
        self._add_again(batch)
        self._keep_problems(batch.problems)
        self.add_rejected(self._rejected(batch))

    def finish(self) -> None:
        """Make ready to ask: the indexes."""
        for _, statement in self.indexes:
            self._run(statement)


class _OnPostgresql(Straight):
    """Rows go in one stream, which the server takes in while the next ones are made ready.

    It answers nothing meanwhile: what has to be asked or said besides makes the stream end first.
    """

    def __init__(self, provider: int, delivery: int, held: Sequence[Column]) -> None:
        self.stream = ExitStack()
        self.send: Callable[[Iterable[Any]], None] | None = None
        self.problems_to_add: list[Problem] = []
        self.rejected_to_add: list[RejectedKey] = []
        super().__init__(provider, delivery, held)

    def _make(self) -> None:
        self._make_views(f"delivery_id = {self.delivery}")

    def fill(self, batches: Iterable[Batch]) -> Tally:
        """Hold all batches; when that breaks off, the stream does too."""
        with self.stream:
            return super().fill(batches)

    def add(self, batch: Batch) -> None:
        """Hold what a batch has."""
        if batch.numbers:
            self._end_stream()
            self._add_tracks(batch.numbers)
        if self.send is None:
            names = ("provider_id", "delivery_id", "row", "track_id", "month", *self.present)
            self.send = self.stream.enter_context(copying("progress_record", names))
        provider, delivery, ids = self.provider, self.delivery, self.ids
        self.send(
            (provider, delivery, row, ids[track], *rest)  # type: ignore[index]
            for row, track, *rest in batch.rows
        )
        if batch.again:
            self._end_stream()
            self._add_again(batch)
        self.problems_to_add += batch.problems
        self.rejected_to_add += self._rejected(batch)
        if len(self.problems_to_add) > BATCH:
            self._end_stream()

    def _add_tracks(self, numbers: Sequence[str]) -> None:
        sequence = "nextval(pg_get_serial_sequence('course_track', 'id'))"
        keys = rows_of(f"SELECT {sequence} FROM generate_series(1, ?)", len(numbers))
        tracks = self._named(numbers, (key for (key,) in keys))
        copy_rows("course_track", ("id", "provider_id", "number"), tracks)

    def _end_stream(self) -> None:
        self.stream.close()
        self.send = None
        self._keep_problems(self.problems_to_add)
        self.add_rejected(self.rejected_to_add)
        self.problems_to_add, self.rejected_to_add = [], []

    def finish(self) -> None:
        """Make ready to ask: all is in, and known to be."""
        self._end_stream()
        count_for_plans("course_track")
        count_for_plans("progress_record", "provider_id", "month", "track_id", "delivery_id")


def _as_staged(name: str) -> str:
    """A column with the type of its staged twin: PostgreSQL keeps the plans of questions."""
    kind = "text" if name == "number" or name in TEXT_COLUMNS else "integer"
    return f"CAST({name} AS {kind}) AS {name}" if is_postgresql() else name
