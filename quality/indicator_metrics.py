"""Questions about indicators: one query each."""

from typing import Any

import peewee

from core.accounts import Account, visible
from quality.indicator_models import CohortCount, Indicator, IndicatorValue
from quality.indicators import Figure


def figures_of(indicator_ids: list[int]) -> dict[tuple[int, str], dict[int, Figure]]:
    """Every figure of these indicators: {(indicator, kind): {year: figure}}."""
    rows: Any = (
        IndicatorValue.select()
        .where(IndicatorValue.indicator.in_(indicator_ids))
        .order_by(IndicatorValue.year)
        .dicts()
    )
    found: dict[tuple[int, str], dict[int, Figure]] = {}
    for row in rows:
        by_year = found.setdefault((row["indicator"], row["kind"]), {})
        by_year[row["year"]] = Figure(row["value"], row["people"], row["source"])
    return found


def indicator_list(account: Account, *, search: str = "") -> peewee.ModelSelect:
    """Indicators that this account may see, in the order of their numbers."""
    query = visible(Indicator, account)
    if search:
        query = query.where(Indicator.name.contains(search))
    return query.order_by(Indicator.number, Indicator.municipality)


def cohort_rows(account: Account) -> list[dict[str, Any]]:
    """The cohort tables that this account may see, newest first."""
    return list(
        visible(CohortCount, account)
        .order_by(
            CohortCount.measured_on.desc(),
            CohortCount.municipality,
            CohortCount.id,
        )
        .dicts()
    )
