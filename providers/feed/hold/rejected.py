"""Rows that were sent back: which they are, and which later delivery has them again.

Of a rejected row no more is kept than its place in the file and, where they are right by
themselves, its trajectnummer and month. A later delivery takes it up in one of three ways: the
workbook that we sent back says which row it was; the delivery has a row with the same key; or, when
there never was a key, it has a row of that month that is new. The first two are exact.
"""

from providers.feed.hold.intake import Sources
from providers.feed.hold.staging import count_for_plans, insert, rows_of, run

_TO_MEND = (
    "NOT r.mended AND r.delivery_id IN "
    "(SELECT id FROM delivery WHERE provider_id = ? AND state = 'held')"
)


def keep_rejected(delivery: int) -> None:
    """Note the rejected rows of a delivery that is being taken in.

    One without a readable month is counted under the newest month of its file.
    """
    run(
        "INSERT INTO rejected_row (delivery_id, row, number, month, mended) "
        "SELECT ?, r.row_number, CASE WHEN r.month IS NOT NULL THEN t.number END, "
        "COALESCE(r.month, (SELECT MAX(month) FROM staged)), ? "
        "FROM staged_rejected r LEFT JOIN staged_track t ON t.local = r.track "
        "ORDER BY r.row_number",
        delivery,
        False,
    )


def take_up(provider: int, delivery: int, sources: Sources) -> None:
    """Note which earlier rejected rows a delivery has again, once its rows are held."""
    _by_key(provider, _OF_DELIVERY, delivery, provider, delivery)
    if sources:
        _by_origin(provider, delivery, sources)
    _by_month(provider, delivery)


def release(provider: int, delivery: int) -> None:
    """Undo ``take_up`` for a withdrawn delivery; what another one has again stays taken up."""
    run(
        "UPDATE rejected_row SET taken_up_by_id = NULL, mended = ? WHERE taken_up_by_id = ?",
        False,
        delivery,
    )
    _by_key(provider)


def _by_origin(provider: int, delivery: int, sources: Sources) -> None:
    """The mended workbook names the row: what is accepted now tells its key too.

    Only where the key did not tell: a sheet may have been sorted without its hidden column.
    """
    run("CREATE TEMPORARY TABLE staged_source (sha256 text, origin integer, row_number integer)")
    origins = [(sha, origin, row) for sha, rows in sources.items() for origin, row in rows.items()]
    insert("staged_source", ("sha256", "origin", "row_number"), origins)
    origins_of = (
        "FROM staged_source o JOIN delivery d ON d.sha256 = o.sha256 AND d.provider_id = ? "
        "AND d.state = 'held' AND d.id < ? JOIN {again} ON {again}.row_number = o.row_number "
    )
    run(
        "UPDATE rejected_row SET number = f.number, month = f.month, taken_up_by_id = ?, "
        "mended = ? FROM (SELECT d.id AS delivery, o.origin AS origin, t.number AS number, "
        f"staged.month AS month {origins_of.format(again='staged')}"
        "JOIN staged_track t ON t.local = staged.track) f "
        "WHERE rejected_row.delivery_id = f.delivery AND rejected_row.row = f.origin "
        "AND NOT rejected_row.mended",
        delivery, True, provider, delivery,
    )  # fmt: skip
    run(
        "UPDATE rejected_row SET taken_up_by_id = ?, mended = ? FROM (SELECT d.id AS delivery, "
        f"o.origin AS origin {origins_of.format(again='staged_rejected')}) f "
        "WHERE rejected_row.delivery_id = f.delivery AND rejected_row.row = f.origin "
        "AND rejected_row.taken_up_by_id IS NULL",
        delivery, False, provider, delivery,
    )  # fmt: skip
    run("DROP TABLE staged_source")


_OF_DELIVERY = (
    "AND r.id IN (SELECT q.id FROM staged_track t CROSS JOIN rejected_row q CROSS JOIN staged s "
    "WHERE q.number = t.number AND s.track = t.local AND s.month = q.month "
    "UNION SELECT q.id FROM staged_rejected s CROSS JOIN staged_track t "
    "CROSS JOIN rejected_row q "
    "WHERE t.local = s.track AND q.number = t.number AND q.month = s.month "
    "UNION SELECT id FROM rejected_row WHERE delivery_id = ? AND EXISTS (SELECT 1 "
    "FROM delivery WHERE provider_id = ? AND state = 'held' AND id > ?))"
)
"""Earlier rows with a key of this delivery; and its own, when a later one was quicker."""


def _by_key(provider: int, only: str = "", *parameters: int) -> None:
    """The first later delivery that holds the key; else the first that had it sent back again."""
    run(
        "CREATE TEMPORARY TABLE candidate AS SELECT r.id AS id FROM rejected_row r "
        f"WHERE r.number IS NOT NULL AND {_TO_MEND} {only}",
        provider,
        *parameters,
    )
    count_for_plans("candidate")
    active = (
        "SELECT MIN(x.id) FROM course_track t JOIN progress_record p ON p.track_id = t.id "
        "{confirmed} JOIN delivery x ON x.id = {by}.delivery_id "
        "WHERE t.provider_id = ? AND t.number = r.number AND p.month = r.month "
        "AND x.state = 'held' AND x.id > r.delivery_id"
    )
    brought = active.format(confirmed="", by="p")
    repeated = active.format(confirmed="JOIN confirmation c ON c.record_id = p.id", by="c")
    again = (
        "SELECT MIN(x.id) FROM rejected_row q JOIN delivery x ON x.id = q.delivery_id "
        "WHERE q.number = r.number AND q.month = r.month AND x.provider_id = ? "
        "AND x.state = 'held' AND x.id > r.delivery_id"
    )
    for by, mended in ((brought, True), (repeated, True), (again, False)):
        open_still = "NOT r.mended" if mended else "r.taken_up_by_id IS NULL"
        run(
            "UPDATE rejected_row SET taken_up_by_id = f.taken, mended = ? FROM "
            f"(SELECT r.id AS id, ({by}) AS taken FROM rejected_row r "
            f"WHERE r.id IN (SELECT id FROM candidate) AND {open_still}) f "
            "WHERE f.id = rejected_row.id AND f.taken IS NOT NULL",
            mended, provider,
        )  # fmt: skip
    run("DROP TABLE candidate")


def _by_month(provider: int, delivery: int) -> None:
    """Rows without a key: as many as this delivery has rows that nothing else explains."""
    waiting: dict[int, list[int]] = {}
    for month, row in rows_of(
        "SELECT r.month, r.id FROM rejected_row r WHERE r.number IS NULL "
        "AND r.taken_up_by_id IS NULL AND r.month IS NOT NULL AND r.delivery_id < ? "
        f"AND {_TO_MEND} ORDER BY r.id",
        delivery, provider,
    ):  # fmt: skip
        waiting.setdefault(month, []).append(row)
    unexplained = _new_rows(delivery) if waiting else {}
    for month, rows in waiting.items():
        for row in rows[: max(unexplained.get(month, 0), 0)]:
            run(
                "UPDATE rejected_row SET taken_up_by_id = ?, mended = ? WHERE id = ?",
                delivery, True, row,
            )  # fmt: skip


def _new_rows(delivery: int) -> dict[int, int]:
    """How many staged rows of each month are no other version, nor a rejected row with a key."""
    counted = rows_of(
        "SELECT month, SUM(number) FROM ("
        "SELECT month, COUNT(*) AS number FROM staged GROUP BY month "
        "UNION ALL SELECT month, -COUNT(*) FROM staged_old GROUP BY month "
        "UNION ALL SELECT month, -COUNT(DISTINCT number) FROM rejected_row "
        "WHERE taken_up_by_id = ? AND mended = ? GROUP BY month) AS counted GROUP BY month",
        delivery, True,
    )  # fmt: skip
    return {month: int(number) for month, number in counted}
