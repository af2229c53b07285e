"""What is no longer needed of learners, and of files that brought them, is removed.

What stays: deliveries with their counts, how many rows each brought per month, and every score.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from core.dates import month_number
from core.db import is_postgresql
from core.storage import Storage
from providers.deliveries.outcomes import RECEIVED
from providers.feed.hold.confirming import take_apart
from providers.feed.hold.staging import rows_of, run
from providers.models import Delivery, Problem, RejectedRow

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
    if is_postgresql():
        # A delivery that brings a row of one of them waits, and makes the traject anew.
        run("LOCK TABLE course_track IN EXCLUSIVE MODE")
    _list_over(before)
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
    take_apart(ended)
    run(f"DELETE FROM confirmation WHERE record_id IN ({ended})")  # noqa: S608  our own words
    run("DELETE FROM progress_record WHERE track_id IN (SELECT track FROM ended_track)")
    run("DELETE FROM course_track WHERE id IN (SELECT track FROM ended_track)")
    run("DELETE FROM open_tracks WHERE month IN (SELECT month FROM ended_rows)")
    # Of rows that were sent back the number goes with its traject, or when it never got one.
    run(
        "UPDATE rejected_row SET number = NULL WHERE number IS NOT NULL AND month < ? "
        "AND NOT EXISTS (SELECT 1 FROM course_track t JOIN delivery d "
        "ON d.provider_id = t.provider_id WHERE d.id = rejected_row.delivery_id "
        "AND t.number = rejected_row.number)",
        month_number(before),
    )
    run("DROP TABLE ended_rows")


def _list_over(before: date) -> None:
    run("DROP TABLE IF EXISTS ended_track")
    month = month_number(before)
    run(f"CREATE TEMPORARY TABLE ended_track AS {_OVER}", month, month)


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


def remove_rows_of_old_files(found: OldFiles) -> None:
    """Remove what is kept of the rejected rows of files; the receipts keep their counts."""
    for number in found.deliveries:
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
