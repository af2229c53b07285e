"""What became of rejected rows: which later delivery has them again, and what is still to mend.

``providers`` is always which providers may be counted: keys, or a query of keys, as
``core.accounts.visible`` narrows it.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

import peewee

from providers.deliveries.queries import as_month
from providers.feed.check.rule import ERROR
from providers.feed.table import read_sheets
from providers.feed.tell.outcome import Completed, SentBack
from providers.models import Delivery, Problem, RejectedRow

Providers = Any
"""Keys of providers: a list, or a query that selects them."""


def _tuples(query: Any) -> Iterable[Any]:
    return query.tuples()


def sent_back(delivery: int) -> list[SentBack]:
    """The rejected rows of a delivery, by what became of them: still open last."""
    fates = (
        RejectedRow.select(
            RejectedRow.taken_up_by, RejectedRow.mended, RejectedRow.number, RejectedRow.row
        )
        .where(RejectedRow.delivery == delivery)
        .order_by(RejectedRow.row)
    )
    without_key = _without_key(delivery)
    found: dict[tuple[int | None, bool, bool], list[int]] = defaultdict(list)
    for taken_up_by, mended, number, row in _tuples(fates):
        inferred = bool(mended) and number is None and row in without_key
        found[taken_up_by, bool(mended), inferred].append(row)
    ordered = sorted(found.items(), key=lambda item: (item[0][0] is None, not item[0][1], item[0]))
    return [SentBack(by, mended, tuple(rows), guess) for (by, mended, guess), rows in ordered]


def _without_key(delivery: int) -> set[int]:
    """Rows of which the number or the month could not be read.

    A row whose number is gone may have had one: it goes when the traject is over.
    """
    faults = Problem.select(Problem.row).where(
        Problem.delivery == delivery,
        Problem.column.in_(("trajectnummer", "rapportagemaand")),
        Problem.severity == ERROR,
        Problem.code < "F500",
    )
    return {row for (row,) in _tuples(faults)}


def completed_by(delivery: int) -> list[Completed]:
    """The rows of earlier deliveries that this one completed."""
    rows = (
        RejectedRow.select(RejectedRow.delivery, RejectedRow.row)
        .where(RejectedRow.taken_up_by == delivery, RejectedRow.mended)
        .order_by(RejectedRow.delivery, RejectedRow.row)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for earlier, row in _tuples(rows):
        found[earlier].append(row)
    earlier_deliveries = Delivery.select(Delivery.id, Delivery.findings)
    sheets = {
        earlier.id: tuple(read_sheets(earlier.findings))
        for earlier in earlier_deliveries.where(Delivery.id.in_(list(found)))
    }
    return [Completed(one, tuple(rows), sheets[one]) for one, rows in found.items()]


def rows_to_mend(
    providers: Providers, first: date, last: date
) -> list[tuple[int, date, int, Any, int]]:
    """Provider, month, delivery, when it came and how many of its rows nothing took up."""
    rows = (
        RejectedRow.select(
            Delivery.provider,
            RejectedRow.month,
            Delivery.id,
            Delivery.received_at,
            peewee.fn.COUNT(RejectedRow.id),
        )
        .join(Delivery, on=RejectedRow.delivery)
        .where(
            RejectedRow.taken_up_by.is_null(),
            RejectedRow.month.between(first, last),
            Delivery.provider.in_(providers),
            Delivery.state == "held",
        )
        .group_by(Delivery.provider, RejectedRow.month, Delivery.id, Delivery.received_at)
        .order_by(Delivery.id)
    )
    return [(provider, as_month(month), *rest) for provider, month, *rest in _tuples(rows)]
