"""What two deliveries of one provider say differently about a month, set by set.

What a delivery says is what it brought and what it repeated. ``narrow`` leaves of a query of rows
what the account may see, as ``core.accounts.visible`` does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from core.db import database
from providers.deliveries.history_queries import Narrow
from providers.feed.columns import SHOWN
from providers.feed.hold.staging import same
from providers.models import (
    Confirmation,
    Delivery,
    DeliveryMonth,
    ProgressRecord,
    RejectedRow,
)

BATCH = 500


class Kind(StrEnum):
    """How a row of one delivery stands to the other."""

    CHANGED = "veranderd"
    NEW = "nieuw"
    GONE = "weg"
    SAME = "gelijk"


DIFFERENT = (Kind.CHANGED, Kind.NEW, Kind.GONE)


@dataclass(frozen=True)
class Pair:
    """Two deliveries, the later one first, and the month to compare them on."""

    later: Delivery
    earlier: Delivery
    month: date


@dataclass
class Summary:
    """How many rows there are of each kind, and in how many each column changed."""

    rows: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))
    columns: dict[str, int] = field(default_factory=dict)

    @property
    def different(self) -> int:
        """Rows that are not the same in both."""
        return sum(self.rows[kind] for kind in DIFFERENT)


@dataclass(frozen=True)
class Difference:
    """One traject: what the later delivery says, and what the earlier one said.

    ``sent_back`` is its row in the later file, when it is missing there because it was rejected.
    """

    key: int
    number: str
    kind: Kind
    after: ProgressRecord | None
    before: ProgressRecord | None
    sent_back: int | None = None


def _said(delivery: Delivery, month: date, narrow: Narrow) -> tuple[str, list[Any]]:
    """The newest version of each traject that a delivery has for a month, as SQL."""
    rows = ProgressRecord.select(ProgressRecord.track, ProgressRecord.id)
    brought = rows.where(ProgressRecord.delivery == delivery, ProgressRecord.month == month)
    repeated = rows.join(Confirmation, on=Confirmation.record == ProgressRecord.id).where(
        Confirmation.delivery == delivery, ProgressRecord.month == month
    )
    (first, values), (second, more) = (
        narrow(ProgressRecord, query).sql() for query in (brought, repeated)
    )
    both = f"SELECT * FROM ({first}) AS brought UNION ALL SELECT * FROM ({second}) AS repeated"
    return f"SELECT track_id, MAX(id) AS id FROM ({both}) AS said GROUP BY track_id", [
        *values,
        *more,
    ]


def _compared(pair: Pair, narrow: Narrow) -> tuple[str, list[Any]]:
    """``compared``: track, new_id, old_id and kind of every traject of either delivery."""
    later, values = _said(pair.later, pair.month, narrow)
    earlier, more = _said(pair.earlier, pair.month, narrow)
    equal = " AND ".join(same(f"n.{c.held_as}", f"o.{c.held_as}") for c in SHOWN)
    return (
        f"WITH later AS ({later}), earlier AS ({earlier}), compared AS ("
        "SELECT l.track_id AS track, l.id AS new_id, e.id AS old_id, "
        f"CASE WHEN e.id IS NULL THEN '{Kind.NEW}' WHEN e.id = l.id OR ({equal}) "
        f"THEN '{Kind.SAME}' ELSE '{Kind.CHANGED}' END AS kind "
        "FROM later l LEFT JOIN earlier e ON e.track_id = l.track_id "
        "LEFT JOIN progress_record n ON n.id = l.id AND l.id <> e.id "
        "LEFT JOIN progress_record o ON o.id = e.id AND l.id <> e.id "
        f"UNION ALL SELECT e.track_id, NULL, e.id, '{Kind.GONE}' FROM earlier e "
        "WHERE NOT EXISTS (SELECT 1 FROM later l WHERE l.track_id = e.track_id)) "
    ), [*values, *more]


def summary_of(pair: Pair, narrow: Narrow) -> Summary:
    """Count the rows of each kind, and per column the rows in which it changed."""
    compared, values = _compared(pair, narrow)
    changes = ", ".join(
        f"SUM(CASE WHEN {same(f'n.{c.held_as}', f'o.{c.held_as}')} THEN 0 ELSE 1 END)"
        for c in SHOWN
    )
    summary = Summary()
    query = (
        f"{compared}SELECT c.kind, COUNT(*), {changes} FROM compared c "
        f"LEFT JOIN progress_record n ON n.id = c.new_id AND c.kind = '{Kind.CHANGED}' "
        f"LEFT JOIN progress_record o ON o.id = c.old_id AND c.kind = '{Kind.CHANGED}' "
        "GROUP BY c.kind"
    )
    for kind, count, *in_column in database.execute_sql(query, values).fetchall():
        summary.rows[Kind(kind)] = count
        if kind == Kind.CHANGED:
            counts = zip(SHOWN, in_column, strict=True)
            summary.columns = {column.name: int(count) for column, count in counts if count}
    return summary


def differences(
    pair: Pair,
    narrow: Narrow,
    *,
    kinds: Sequence[Kind] = DIFFERENT,
    after: int = 0,
    limit: int | None = None,
) -> Iterator[Difference]:
    """The trajecten of some kinds, from a key on; the records are fetched some hundreds at once."""
    compared, values = _compared(pair, narrow)
    wanted = ", ".join(f"'{kind}'" for kind in kinds)
    query = (
        f"{compared}SELECT c.track, t.number, c.kind, c.new_id, c.old_id FROM compared c "
        f"JOIN course_track t ON t.id = c.track WHERE c.kind IN ({wanted}) "
        f"AND c.track > {int(after)} ORDER BY c.track"
    )
    if limit is not None:
        query += f" LIMIT {int(limit)}"
    rows = database.execute_sql(query, values).fetchall()
    for start in range(0, len(rows), BATCH):
        yield from _with_records(rows[start : start + BATCH], pair)


def _with_records(rows: Sequence[tuple[Any, ...]], pair: Pair) -> Iterator[Difference]:
    keys = [key for *_, new, old in rows for key in (new, old) if key is not None]
    records = {r.id: r for r in ProgressRecord.select().where(ProgressRecord.id.in_(keys))}
    gone = [number for _, number, kind, *_ in rows if kind == Kind.GONE]
    rejected: Any = (
        RejectedRow.select(RejectedRow.number, RejectedRow.row)
        .where(
            RejectedRow.delivery == pair.later,
            RejectedRow.month == pair.month,
            RejectedRow.number.in_(gone),
        )
        .tuples()
    )
    sent_back: dict[str, int] = dict(rejected)
    for key, number, kind, new, old in rows:
        yield Difference(
            key, number, Kind(kind), records.get(new), records.get(old), sent_back.get(number)
        )


def neighbours(delivery: Delivery, months: Sequence[date]) -> list[Pair]:
    """The held delivery before and after this one, for each of some months."""
    query: Any = (
        DeliveryMonth.select(DeliveryMonth, Delivery)
        .join(Delivery)
        .where(
            Delivery.provider == delivery.provider,
            Delivery.state == "held",
            Delivery.id != delivery.id,
            DeliveryMonth.month.in_(months),
            DeliveryMonth.rows > 0,
        )
        .order_by(Delivery.id)
    )
    before: dict[date, Delivery] = {}
    after: dict[date, Delivery] = {}
    for one in query:
        if one.delivery.id < delivery.id:
            before[one.month] = one.delivery
        else:
            after.setdefault(one.month, one.delivery)
    return [
        pair
        for month in sorted(months)
        for pair in (
            Pair(delivery, before[month], month) if month in before else None,
            Pair(after[month], delivery, month) if month in after else None,
        )
        if pair is not None
    ]
