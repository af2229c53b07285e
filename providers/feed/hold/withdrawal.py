"""Undo one delivery as if it had never come, which takes knowing who repeated which row."""

from providers.feed.hold.staging import rows_of, run
from providers.models import ProgressRecord


def confirm(delivery: int) -> None:
    """Note the staged rows that repeat a held one."""
    run(
        "INSERT INTO confirmation (delivery_id, record_id, row) "
        "SELECT ?, old, row_number FROM staged_old WHERE same = 1 ORDER BY old",
        delivery,
    )


_VALUES = [
    field.column_name
    for field in ProgressRecord._meta.sorted_fields
    if field.name not in ("id", "delivery", "superseded_by", "row")
]


def touched_months(delivery: int) -> list[int]:
    """The months in which a delivery brought rows."""
    query = "SELECT DISTINCT month FROM progress_record WHERE delivery_id = ? ORDER BY month"
    return [month for (month,) in rows_of(query, delivery)]


def take_back(delivery: int) -> tuple[int, int]:
    """Withdraw the rows of a delivery; return how many, and how many came back in their place.

    What a row replaced takes over by what the row itself was replaced. A row that a later delivery
    repeated stays: it becomes a row of that delivery.
    """
    for table in ("withdrawn", "heir"):
        run(f"DROP TABLE IF EXISTS {table}")
    run(
        "CREATE TEMPORARY TABLE withdrawn AS SELECT r.id AS id, r.track_id AS track, "
        "r.month AS month, r.superseded_by_id AS successor FROM progress_record r "
        "WHERE r.delivery_id = ?",
        delivery,
    )
    run(
        "CREATE TEMPORARY TABLE heir AS SELECT c.record_id AS record, MIN(c.delivery_id) AS heir "
        "FROM confirmation c JOIN withdrawn w ON w.id = c.record_id "
        "JOIN delivery d ON d.id = c.delivery_id AND d.state = 'held' GROUP BY c.record_id"
    )
    run(
        "UPDATE progress_record SET superseded_by_id = ? WHERE id IN (SELECT id FROM withdrawn)",
        delivery,
    )
    _copy_to_heirs()
    restored = run(
        "UPDATE progress_record SET superseded_by_id = (SELECT COALESCE(h.heir, w.successor) "
        "FROM withdrawn w LEFT JOIN heir h ON h.record = w.id "
        "WHERE w.track = progress_record.track_id AND w.month = progress_record.month) "
        "WHERE superseded_by_id = ? AND delivery_id <> ?",
        delivery,
        delivery,
    )
    number = rows_of("SELECT COUNT(*) FROM withdrawn")[0][0]
    for table in ("withdrawn", "heir"):
        run(f"DROP TABLE IF EXISTS {table}")
    return number, restored


def _copy_to_heirs() -> None:
    values = ", ".join(f"r.{name}" for name in _VALUES)
    run(
        f"INSERT INTO progress_record (delivery_id, superseded_by_id, row, {', '.join(_VALUES)}) "
        f"SELECT h.heir, w.successor, c.row, {values} FROM heir h "
        "JOIN withdrawn w ON w.id = h.record JOIN progress_record r ON r.id = h.record "
        "JOIN confirmation c ON c.record_id = h.record AND c.delivery_id = h.heir"
    )
    # Who repeated the row after its heir now repeats the heir's.
    run(
        "UPDATE confirmation SET record_id = (SELECT n.id FROM heir h "
        "JOIN withdrawn w ON w.id = h.record JOIN progress_record n "
        "ON n.delivery_id = h.heir AND n.track_id = w.track AND n.month = w.month "
        "WHERE h.record = confirmation.record_id) "
        "WHERE record_id IN (SELECT record FROM heir) "
        "AND delivery_id > (SELECT heir FROM heir WHERE record = confirmation.record_id)"
    )
