"""Which held rows a delivery repeated without a change, noted by the stretch.

A file that comes again has mostly the same rows in the same order. Rows that follow each other in
the file and repeat held rows that follow each other are one confirmation: a fraction of the work.
"""

from providers.feed.hold.staging import run
from providers.models import LONGEST_STRETCH


def confirm(delivery: int) -> None:
    """Note the staged rows that repeat a held one."""
    run(
        "INSERT INTO confirmation (delivery_id, record_id, row, length) "
        "SELECT ?, MIN(old), MIN(row_number), COUNT(*) FROM (SELECT old, row_number, "
        "ROW_NUMBER() OVER (PARTITION BY old - row_number ORDER BY old) AS place "
        "FROM staged_old WHERE same = 1) AS repeated "
        f"GROUP BY old - row_number, old - place, place / {LONGEST_STRETCH}",
        delivery,
    )


def covers(record: str) -> str:
    """Condition that confirmation ``c`` is of this record; ``models.CONFIRMED`` in SQL."""
    return (
        f"{record} >= c.record_id AND {record} < c.record_id + c.length "
        f"AND c.record_id > {record} - {LONGEST_STRETCH}"
    )


def take_apart(records: str) -> None:
    """Break up every stretch with one of these records, so that each row can go its own way."""
    run(
        "CREATE TEMPORARY TABLE stretch AS SELECT DISTINCT c.id AS id "
        f"FROM ({records}) r JOIN confirmation c ON {covers('r.id')} WHERE c.length > 1"
    )
    run(
        "INSERT INTO confirmation (delivery_id, record_id, row) "
        "SELECT c.delivery_id, p.id, c.row + p.id - c.record_id FROM stretch x "
        "JOIN confirmation c ON c.id = x.id "
        "JOIN progress_record p ON p.id > c.record_id AND p.id < c.record_id + c.length"
    )
    run("UPDATE confirmation SET length = 1 WHERE id IN (SELECT id FROM stretch)")
    run("DROP TABLE stretch")
