"""The first delivery, when it is large, goes straight in while it is being checked.

There is nothing to compare it with, so that its rows need not be staged and copied. It happens in
the transaction that holds them: what breaks off leaves nothing behind. Views take the place of the
staging tables, so that every question about staged rows is asked in the same words.

On PostgreSQL this is for the first delivery of each provider. On SQLite nobody else can write
meanwhile, so that it is for the first delivery of an installation only; there is nothing to look at
then, and its indexes are made afterwards, which is quicker than row by row.
"""

from collections.abc import Sequence
from dataclasses import replace

from core.db import database, is_postgresql
from providers.feed.checking import Batch, Tally
from providers.feed.columns import Column
from providers.feed.staging import TEXT_COLUMNS, Staging, copy_rows, rows_of, run, trusted_keys
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


class Straight(Staging):
    """The rows of one delivery, held already and not committed yet."""

    compares = False

    def __init__(self, provider: int, delivery: int, held: Sequence[Column]) -> None:
        self.provider = provider
        self.delivery = delivery
        self.ids: list[int] = [0]
        """Key of each traject, by its number within the file."""
        super().__init__(held)

    def _make(self) -> None:
        # On SQLite nobody else writes now, so that the keys to come are known.
        last_record, self.last_track = rows_of(
            "SELECT (SELECT COALESCE(MAX(id), 0) FROM progress_record), "
            "(SELECT COALESCE(MAX(id), 0) FROM course_track)"
        )[0]
        mine = f"delivery_id = {self.delivery}" if is_postgresql() else f"id > {last_record}"
        self.indexes = [] if is_postgresql() else rows_of(_INDEXES)
        for name, _ in self.indexes:
            self._run(f"DROP INDEX {name}")
        values = ", ".join(map(_as_staged, self.present))
        self._run(
            'CREATE TEMPORARY VIEW staged AS SELECT "row" AS row_number, track_id AS track, month, '
            f"{values} FROM progress_record WHERE {mine}"
        )
        self._run(
            f"CREATE TEMPORARY VIEW staged_track AS SELECT id AS local, {_as_staged('number')}, id "
            f"FROM course_track WHERE provider_id = {self.provider}"
        )

    def add(self, batch: Batch) -> None:
        """Hold what a batch has."""
        known = len(self.ids)
        self.ids += self._keys(len(batch.numbers))
        tracks = [
            (key, self.provider, number)
            for key, number in zip(self.ids[known:], batch.numbers, strict=True)
        ]
        names = ("provider_id", "delivery_id", "row", "track_id", "month", *self.present)
        if is_postgresql():
            rows = [
                (self.provider, self.delivery, row, self.ids[track], *rest)  # type: ignore[index]
                for row, track, *rest in batch.rows
            ]
            with trusted_keys():
                copy_rows("course_track", ("id", "provider_id", "number"), tracks)
                copy_rows("progress_record", names, rows)
        else:
            connection = database.connection()
            connection.executemany(
                "INSERT INTO course_track (id, provider_id, number) VALUES (?, ?, ?)", tracks
            )
            values = f"{self.provider}, {self.delivery}, ?, ? + {self.last_track}"
            marks = ", ".join("?" * (len(names) - 4))
            connection.executemany(
                f"INSERT INTO progress_record ({', '.join(names)}) VALUES ({values}, {marks})",
                batch.rows,
            )
        self.add_problems(batch.problems)
        self.add_rejected(
            [(row, track and self.ids[track], month) for row, track, month in batch.rejected]
        )

    def _keys(self, count: int) -> Sequence[int]:
        if is_postgresql():
            sequence = "nextval(pg_get_serial_sequence('course_track', 'id'))"
            found = rows_of(f"SELECT {sequence} FROM generate_series(1, ?)", count)
            return [key for (key,) in found]
        first = self.last_track + len(self.ids)
        return range(first, first + count)

    def finish(self) -> None:
        """Make ready to ask: the indexes, and for PostgreSQL what came in."""
        for _, statement in self.indexes:
            self._run(statement)
        if is_postgresql():
            self._run("ANALYZE course_track")
            self._run("ANALYZE progress_record")

    def keyed(self, tally: Tally) -> Tally:
        """Trajecten go by their key here."""
        ids = self.ids
        return replace(
            tally,
            duplicates={(ids[t], month): rows for (t, month), rows in tally.duplicates.items()},
            rejected_keys={(ids[t], month): row for (t, month), row in tally.rejected_keys.items()},
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


def _as_staged(name: str) -> str:
    """A column with the type of its staged twin: PostgreSQL keeps the plans of questions."""
    kind = "text" if name == "number" or name in TEXT_COLUMNS else "integer"
    return f"CAST({name} AS {kind}) AS {name}" if is_postgresql() else name
