"""How many people registered, per gemeente and leerroute: what an estimate can start from."""

from datetime import date
from typing import Any

import peewee

from core.dates import add_months, days
from providers.codes import LearningRoute
from providers.models import CURRENT, ProgressRecord

YEAR = 12


def last_month_held() -> date | None:
    """The newest month of which anything is held."""
    found: date | None = (
        ProgressRecord.select(peewee.fn.MAX(ProgressRecord.month)).where(CURRENT).scalar()
    )
    return found


def registrations(last_month: date) -> dict[tuple[str, str], int]:
    """Trajecten that registered in the twelve months up to ``last_month``, by gemeente and route.

    A traject counts once, in the gemeente and on the route that its rows of those months say last.
    """
    first, after = add_months(last_month, 1 - YEAR), add_months(last_month, 1)
    newest = ProgressRecord.alias()
    last: Any = (
        newest.select(newest.track, peewee.fn.MAX(newest.month).alias("month"))
        .where(
            newest.superseded_by.is_null(),
            newest.month <= last_month,
            newest.registered_on.between(first, after - days(1)),
        )
        .group_by(newest.track)
        .alias("last")
    )
    query: Any = (
        ProgressRecord.select(
            ProgressRecord.municipality, ProgressRecord.route, peewee.fn.COUNT(ProgressRecord.id)
        )
        .join(
            last,
            on=(ProgressRecord.track == last.c.track_id) & (ProgressRecord.month == last.c.month),
        )
        .where(CURRENT)
        .group_by(ProgressRecord.municipality, ProgressRecord.route)
    )
    return {
        (f"{municipality:04d}", LearningRoute(route).code): count
        for municipality, route, count in query.tuples()
    }
