"""Everything that happened to one row: aanbieder x traject x maand, over all deliveries.

``narrow`` leaves of a query of rows what the account may see, as ``core.accounts.visible`` does.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from core.audit import AuditLine
from providers.feed.columns import SHOWN
from providers.models import (
    Confirmation,
    CourseTrack,
    Delivery,
    Problem,
    ProgressRecord,
    Provider,
    RejectedRow,
)

Narrow = Callable[[type[Any], Any], Any]


class Happening(StrEnum):
    """What a delivery did to a row."""

    BROUGHT = "brought"
    REPEATED = "repeated"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class RowKey:
    """Which row this is about."""

    provider: Provider
    number: str
    month: date


@dataclass
class Event:
    """One thing that happened to the row.

    ``before`` is the version that held until then, ``after`` the one that has held since.
    """

    at: datetime
    happening: Happening
    delivery: Delivery
    row: int | None
    by: str
    before: ProgressRecord | None = None
    after: ProgressRecord | None = None
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class RowHistory:
    """The versions of one row, and its events, newest first."""

    versions: list[ProgressRecord]
    events: list[Event]

    @property
    def current(self) -> ProgressRecord | None:
        """The version that counts today."""
        return next((v for v in self.versions if v.superseded_by is None), None)


def values_of(record: ProgressRecord) -> dict[str, Any]:
    """What a version says."""
    return {column.held_as: getattr(record, column.held_as) for column in SHOWN}


def key_of(delivery: int, row: int, narrow: Narrow) -> RowKey | None:
    """The key of a row of a file, when the account may see it and the row has one."""
    records = ProgressRecord.select(ProgressRecord, CourseTrack, Provider).join(CourseTrack)
    records = records.join_from(ProgressRecord, Provider)
    brought = records.where(ProgressRecord.delivery == delivery, ProgressRecord.row == row)
    of_record = Confirmation.record == ProgressRecord.id
    repeated = records.join_from(ProgressRecord, Confirmation, on=of_record).where(
        Confirmation.delivery == delivery, Confirmation.row == row
    )
    for query in (brought, repeated):
        record: Any = narrow(ProgressRecord, query).first()
        if record is not None:
            return RowKey(record.provider, record.track.number, record.month)
    sent_back: Any = narrow(
        RejectedRow,
        RejectedRow.select(RejectedRow, Delivery, Provider)
        .join(Delivery, on=RejectedRow.delivery)
        .join(Provider)
        .where(
            RejectedRow.delivery == delivery,
            RejectedRow.row == row,
            RejectedRow.number.is_null(False),
        ),
    ).first()
    if sent_back is None:
        return None
    return RowKey(sent_back.delivery.provider, sent_back.number, sent_back.month)


def rows_with_history(delivery: int, rows: Iterable[int], narrow: Narrow) -> set[int]:
    """Which rows of a file have a history that the account may see."""
    wanted = list(rows)
    active = ProgressRecord.select(ProgressRecord.row).where(
        ProgressRecord.delivery == delivery, ProgressRecord.row.in_(wanted)
    )
    sent_back = RejectedRow.select(RejectedRow.row).where(
        RejectedRow.delivery == delivery,
        RejectedRow.row.in_(wanted),
        RejectedRow.number.is_null(False),
    )
    with_history: set[int] = set()
    for model, query in ((ProgressRecord, active), (RejectedRow, sent_back)):
        with_history |= {row for (row,) in narrow(model, query).tuples()}
    return with_history


def history_of(key: RowKey, narrow: Narrow) -> RowHistory:
    """What happened to a row, as far as the account may see it."""
    query: Any = (
        ProgressRecord.select(ProgressRecord, Delivery)
        .join(CourseTrack)
        .join_from(ProgressRecord, Delivery, on=ProgressRecord.delivery)
        .where(
            CourseTrack.provider == key.provider,
            CourseTrack.number == key.number,
            ProgressRecord.month == key.month,
        )
    )
    versions = sorted(narrow(ProgressRecord, query), key=lambda v: _order(v.delivery))
    events = [*_brought(versions), *_repeated(versions), *_sent_back(key, narrow)]
    # What is withdrawn was brought before, also within the same second.
    events.sort(key=lambda e: (e.at, e.delivery.id, e.happening == Happening.WITHDRAWN))
    for event, by in zip(events, _actors(events), strict=True):
        event.by = by
    return RowHistory(versions[::-1], events[::-1])


def _order(delivery: Delivery) -> tuple[datetime, int]:
    return delivery.decided_at or delivery.received_at, delivery.id


def _standing(
    versions: list[ProgressRecord], at: datetime, *, but: Delivery | None = None
) -> ProgressRecord | None:
    """The version that held at a moment, leaving the rows of one delivery out."""
    alive = [
        version
        for version in versions
        if version.delivery != but
        and _order(version.delivery)[0] <= at
        and (version.delivery.withdrawn_at is None or version.delivery.withdrawn_at > at)
    ]
    return alive[-1] if alive else None


def _brought(versions: list[ProgressRecord]) -> Iterable[Event]:
    for place, version in enumerate(versions):
        delivery = version.delivery
        at = _order(delivery)[0]
        before = _standing(versions[:place], at)
        yield Event(at, Happening.BROUGHT, delivery, version.row, delivery.sender, before, version)
        if delivery.withdrawn_at is not None:
            now = _standing(versions, delivery.withdrawn_at, but=delivery)
            stood = now is None or _order(now.delivery) < _order(delivery)
            before = version if stood else now
            yield Event(delivery.withdrawn_at, Happening.WITHDRAWN, delivery, None, "", before, now)


def _repeated(versions: list[ProgressRecord]) -> Iterable[Event]:
    """Who sent a version again; when that is what it holds by now, it was told already."""
    in_versions = {version.delivery.id for version in versions}
    query: Any = (
        Confirmation.select(Confirmation, Delivery)
        .join(Delivery)
        .where(Confirmation.record.in_([v.id for v in versions]))
    )
    for one in query:
        if one.delivery.id not in in_versions:
            at = _order(one.delivery)[0]
            yield Event(at, Happening.REPEATED, one.delivery, one.row, one.delivery.sender)


def _sent_back(key: RowKey, narrow: Narrow) -> Iterable[Event]:
    query = (
        RejectedRow.select(RejectedRow, Delivery)
        .join(Delivery, on=RejectedRow.delivery)
        .where(
            RejectedRow.number == key.number,
            RejectedRow.month == key.month,
            Delivery.provider == key.provider,
        )
    )
    for one in narrow(RejectedRow, query):
        problems = narrow(
            Problem,
            Problem.select()
            .where(Problem.delivery == one.delivery, Problem.row == one.row)
            .order_by(Problem.id),
        )
        yield Event(
            _order(one.delivery)[0], Happening.SENT_BACK, one.delivery, one.row,
            one.delivery.sender, problems=list(problems),
        )  # fmt: skip


def _actors(events: list[Event]) -> list[str]:
    """Who decided on each delivery: the audit trail tells; the sender where it does not."""
    action = {Happening.WITHDRAWN: "withdraw"}
    query: Any = AuditLine.select().where(
        AuditLine.at.in_({event.at for event in events}), AuditLine.thing == "delivery"
    )
    actors = {(line.thing_id, line.action): line.actor for line in query}
    return [
        actors.get((str(e.delivery.id), action.get(e.happening, "accept")), e.by) for e in events
    ]


def deliveries_with(number: str) -> list[int]:
    """Deliveries that brought a row of this trajectnummer, or had one sent back."""
    brought: Any = (
        ProgressRecord.select(ProgressRecord.delivery)
        .join(CourseTrack)
        .where(CourseTrack.number == number)
    )
    sent_back: Any = RejectedRow.select(RejectedRow.delivery).where(RejectedRow.number == number)
    return sorted({one for query in (brought, sent_back) for (one,) in query.tuples()})
