"""What is no longer needed of learners, and of files that brought them, is removed.

What stays: deliveries with their counts, how many rows each brought per month, and every score.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from core.dates import month_number
from core.db import is_postgresql, transaction
from core.errors import DomainError
from core.storage import Storage
from providers.deliveries.mapping import mapping_of
from providers.deliveries.outcomes import HELD, RECEIVED, WITHDRAWN
from providers.feed.hold.intake import one_session
from providers.feed.hold.staging import insert, rows_of, run
from providers.feed.read.cleaning import write_cleaned, write_without
from providers.feed.table import RefusedFileError
from providers.models import CourseTrack, Delivery, Problem, RejectedRow

# An end lies in the month that reports it, or before. Whoever was left waiting is not over: such a
# learner still counts in the waiting time.
_OVER = (
    "SELECT n.track_id AS track FROM (SELECT r.track_id, r.month, r.first_lesson_on, r.ended_on, "
    "ROW_NUMBER() OVER (PARTITION BY r.track_id ORDER BY r.month DESC) AS place "
    "FROM progress_record r WHERE r.superseded_by_id IS NULL) n WHERE n.place = 1 "
    "AND n.month < ? AND (n.ended_on IS NOT NULL OR n.first_lesson_on IS NOT NULL) "
    "UNION SELECT r.track_id FROM progress_record r GROUP BY r.track_id "
    "HAVING MAX(r.month) < ? AND MIN(CASE WHEN r.superseded_by_id IS NULL THEN 0 ELSE 1 END) = 1"
)


def learners_over(before: date) -> dict[str, int]:
    """Count trajecten that were last reported before a month, ended or not, and their rows."""
    with one_session():
        _list_over(before)
        rows = rows_of(
            "SELECT COUNT(*) FROM progress_record WHERE track_id IN (SELECT track FROM ended_track)"
        )
        tracks = rows_of("SELECT COUNT(*) FROM ended_track")
    return {"trajecten": tracks[0][0], "rijen": rows[0][0]}


def remove_learners_over(before: date) -> None:
    """Remove what ``learners_over`` counts; each delivery keeps how many rows it once brought.

    What other tables hold about such a traject goes with it.
    """
    with _no_traject_comes_back():
        _list_over(before)
        _remove_listed()
    # Of rows that were sent back the number goes with its traject, or when it never got one.
    run(
        "UPDATE rejected_row SET number = NULL WHERE number IS NOT NULL AND month < ? "
        "AND number NOT IN (SELECT number FROM restriction) "
        "AND NOT EXISTS (SELECT 1 FROM course_track t JOIN delivery d "
        "ON d.provider_id = t.provider_id WHERE d.id = rejected_row.delivery_id "
        "AND t.number = rejected_row.number)",
        month_number(before),
    )


def remove_tracks(tracks: Collection[int], number: str) -> None:
    """Remove some trajecten with this trajectnummer, as a person may ask."""
    with _no_traject_comes_back():
        _list(tracks)
        files = Delivery.select(Delivery.id)
        if tracks:
            # At another school the same number may be another person's.
            schools = CourseTrack.select(CourseTrack.provider).where(CourseTrack.id.in_(tracks))
            files = files.where(Delivery.provider.in_(schools))
        here = RejectedRow.delivery.in_(files) & (RejectedRow.number == number)
        sent_back: Any = RejectedRow.select(RejectedRow.delivery, RejectedRow.row).where(here)
        for delivery, row in list(sent_back.order_by(RejectedRow.id).tuples()):
            Problem.delete().where(Problem.delivery == delivery, Problem.row == row).execute()
        quoted = Problem.value.contains(number) | Problem.message.contains(number)
        Problem.delete().where(Problem.delivery.in_(files), quoted).execute()
        RejectedRow.update(number=None).where(here).execute()
        _remove_listed()


@contextmanager
def _no_traject_comes_back() -> Iterator[None]:
    """Let a delivery that brings a row of one of them wait, and make the traject anew."""
    if is_postgresql():
        run("LOCK TABLE course_track IN EXCLUSIVE MODE")
    else:
        # What is removed is overwritten, so that it is not in the file of the database either.
        run("PRAGMA secure_delete = ON")
    yield


def _remove_listed() -> None:
    run(
        "CREATE TEMPORARY TABLE ended_rows AS SELECT delivery_id AS delivery, month, "
        "COUNT(*) AS rows FROM progress_record "
        "WHERE track_id IN (SELECT track FROM ended_track) GROUP BY delivery_id, month"
    )
    run(
        "UPDATE delivery_month SET removed = removed + (SELECT o.rows FROM ended_rows o "
        "WHERE o.delivery = delivery_month.delivery_id AND o.month = delivery_month.month) "
        "WHERE EXISTS (SELECT 1 FROM ended_rows o "
        "WHERE o.delivery = delivery_month.delivery_id AND o.month = delivery_month.month)"
    )
    ended = "SELECT id FROM progress_record WHERE track_id IN (SELECT track FROM ended_track)"
    run(f"DELETE FROM confirmation WHERE record_id IN ({ended})")  # noqa: S608  our own words
    run("DELETE FROM progress_record WHERE track_id IN (SELECT track FROM ended_track)")
    run("DELETE FROM course_track WHERE id IN (SELECT track FROM ended_track)")
    run("DELETE FROM open_tracks WHERE month IN (SELECT month FROM ended_rows)")
    run("DROP TABLE ended_rows")


_SENT_BACK = (
    "SELECT d.sha256, d.provider_id, r.number FROM rejected_row r "
    "JOIN delivery d ON d.id = r.delivery_id WHERE r.number IS NOT NULL AND "
)
_NUMBER_IS_OVER = (
    "r.month < ? AND r.number NOT IN (SELECT number FROM restriction) "
    "AND NOT EXISTS (SELECT 1 FROM course_track t WHERE t.provider_id = d.provider_id "
    "AND t.number = r.number AND t.id NOT IN (SELECT track FROM ended_track))"
)


def clear_files_of_learners_over(storage: Storage, before: date) -> int:
    """Take the rows of ``learners_over`` out of the kept files; return out of how many.

    Before the rows themselves go: what is interrupted is found again the next time.
    """
    with one_session():
        _list_over(before)
        return _clear_files(storage, rows_of(_SENT_BACK + _NUMBER_IS_OVER, month_number(before)))


def clear_files_of(storage: Storage, tracks: Collection[int], number: str) -> int:
    """Take the rows of some trajecten with this number out of the kept files."""
    with one_session():
        _list(tracks)
        return _clear_files(storage, rows_of(f"{_SENT_BACK}r.number = ?", number))


def _clear_files(storage: Storage, sent_back: Iterable[Any]) -> int:
    of_tracks = (
        "SELECT d.sha256, d.provider_id, t.number FROM ended_track e "
        "JOIN course_track t ON t.id = e.track JOIN progress_record p ON p.track_id = t.id "
        "JOIN {what} "
    )
    brought = of_tracks.format(what="delivery d ON d.id = p.delivery_id")
    repeated = of_tracks.format(
        what="confirmation c ON c.record_id = p.id JOIN delivery d ON d.id = c.delivery_id"
    )
    numbers: dict[tuple[str, int], set[str]] = {}
    for sha256, provider, number in [*rows_of(f"{brought} UNION {repeated}"), *sent_back]:
        numbers.setdefault((sha256, provider), set()).add(number)
    count = 0
    for (sha256, provider), gone in sorted(numbers.items()):
        # A file that is gone, or that an older release kept and this one cannot read, has nothing.
        with suppress(DomainError, RefusedFileError):
            write_without(storage, sha256, mapping_of(provider), gone)
            count += 1
    return count


def _list(tracks: Collection[int]) -> None:
    run("DROP TABLE IF EXISTS ended_track")
    run("CREATE TEMPORARY TABLE ended_track (track integer)")
    insert("ended_track", ("track",), [(track,) for track in tracks])


def _list_over(before: date) -> None:
    run("DROP TABLE IF EXISTS ended_track")
    month = month_number(before)
    run(f"CREATE TEMPORARY TABLE ended_track AS {_OVER}", month, month)
    # Who asked for a restriction may need what is held: it stays until that is lifted.
    run(
        "DELETE FROM ended_track WHERE track IN (SELECT t.id FROM restriction r "
        "JOIN course_track t ON t.number = r.number)"
    )


def uncleaned_originals(storage: Storage) -> list[Path]:
    """Kept files of which nobody checked that every byte may stay: release 0.1.0 kept all of them.

    A delivery that was taken in since says of its file whether there is a cleaned copy instead.
    """
    may_stay: dict[str, bool] = {}
    # A month without learners was told without a file.
    with_file = Delivery.select(Delivery.sha256, Delivery.findings).where(Delivery.sha256 != "")
    for delivery in with_file:
        cleaned = delivery.findings.get("cleaned")
        may_stay[delivery.sha256] = may_stay.get(delivery.sha256, False) or cleaned is False
    paths = (storage.path(sha256) for sha256, may in sorted(may_stay.items()) if not may)
    return [path for path in paths if path.exists()]


def clean_original(storage: Storage, path: Path) -> None:
    """Keep the known columns of a file in its place; of one that was not taken in, nothing.

    A file that cannot be read any more goes as well: what is in it is unknown.
    """
    listed = list(Delivery.select().where(Delivery.sha256 == path.name).order_by(Delivery.id))
    waiting = [one for one in listed if one.state == RECEIVED]
    taken_in = [one for one in listed if one.state in (HELD, WITHDRAWN)]
    for delivery in taken_in:
        with suppress(DomainError, RefusedFileError):
            sheet = delivery.findings.get("assumed", {}).get("sheet")
            mapping = mapping_of(delivery.provider.id)
            write_cleaned(storage, path.name, path, mapping, sheet)
            break
    else:
        _note(taken_in, {"original_removed": True})
    _note(taken_in, {"cleaned": True})
    if waiting and not taken_in:
        storage.let_wait(path)
    else:
        path.unlink(missing_ok=True)


def _note(deliveries: Iterable[Delivery], findings: dict[str, Any]) -> None:
    with transaction():
        for delivery in deliveries:
            delivery.findings = delivery.findings | findings
            delivery.save(only=[Delivery.findings])


@dataclass(frozen=True)
class OldFiles:
    """Stored files that may go, and the deliveries whose problems quote them."""

    paths: tuple[Path, ...]
    deliveries: tuple[int, ...]


def old_files(storage: Storage, *, before: datetime, orphans_before: datetime) -> OldFiles:
    """Files of which every delivery came before a moment, and files that no delivery names."""
    newest: dict[str, datetime] = {}
    numbers: dict[str, list[int]] = {}
    for delivery in Delivery.select(Delivery.id, Delivery.sha256, Delivery.received_at):
        sha256 = delivery.sha256
        newest[sha256] = max(delivery.received_at, newest.get(sha256, delivery.received_at))
        numbers.setdefault(sha256, []).append(delivery.id)
    paths, deliveries = [], set()
    for path in sorted(storage.directory.glob("??/*")):
        sha256 = path.name.partition(".")[0]
        if sha256 not in newest:
            # Kept a moment ago, perhaps, with its delivery still to be written.
            if path.stat().st_mtime < orphans_before.timestamp():
                paths.append(path)
        elif newest[sha256] < before:
            paths.append(path)
            deliveries.update(numbers[sha256])
    return OldFiles(tuple(paths), tuple(sorted(deliveries)))


def remove_rows_of_old_files(old: OldFiles) -> None:
    """Remove what is kept of the rejected rows of files; the receipts keep their counts."""
    for number in old.deliveries:
        Problem.delete().where(Problem.delivery == number).execute()
        RejectedRow.delete().where(RejectedRow.delivery == number).execute()


def arrivals_over(storage: Storage, before: datetime) -> tuple[int, list[Path]]:
    """How many deliveries nobody accepted in time, and what waits longer than it may.

    What the same bytes wait for since then keeps them.
    """
    count = Delivery.select().where(*_in_time_not(before)).count()
    moment = before.timestamp()
    waiting = [path for path in storage.arrivals.glob("*") if path.stat().st_mtime < moment]
    return count, sorted(waiting)


def remove_never_accepted(before: datetime) -> None:
    """Remove the deliveries that nobody accepted in time."""
    Delivery.delete().where(*_in_time_not(before)).execute()


def _in_time_not(before: datetime) -> tuple[Any, ...]:
    return Delivery.state == RECEIVED, Delivery.received_at < before
