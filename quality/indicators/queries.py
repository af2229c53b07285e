"""Questions about indicators: one query each."""

from collections import defaultdict
from datetime import date
from typing import Any

from peewee import fn

import quality.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, visible
from core.dates import month_from_number
from core.municipalities import with_merged
from providers.codes import EndReason, Outflow, Participation
from providers.models import CURRENT, ProgressRecord
from quality.indicators.computed import Person
from quality.indicators.duration import Learner
from quality.indicators.models import (
    CohortCount,
    CriterionReference,
    Indicator,
    IndicatorValue,
    ReferenceLine,
)
from quality.indicators.rules import Figure
from quality.learners.models import LearnerFacts


def figures_of(indicator_ids: list[int]) -> dict[tuple[int, str], dict[int, Figure]]:
    """Every figure of these indicators: {(indicator, kind): {year: figure}}."""
    rows: Any = (
        IndicatorValue.select()
        .where(IndicatorValue.indicator.in_(indicator_ids))
        .order_by(IndicatorValue.year)
        .dicts()
    )
    figures: dict[tuple[int, str], dict[int, Figure]] = {}
    for row in rows:
        by_year = figures.setdefault((row["indicator"], row["kind"]), {})
        by_year[row["year"]] = Figure(
            row["value"], row["people"], row["source"], row["detail"], row["definition"]
        )
    return figures


def indicator_list(account: Account, *, search: str = "") -> Any:
    """Indicators that this account may see, in the order of their numbers."""
    query = visible(Indicator, account)
    if search:
        query = query.where(Indicator.name.contains(search))
    return query.order_by(Indicator.number, Indicator.municipality)


def references_of(indicator: Indicator, account: Account) -> list[ReferenceLine]:
    """What others reached, by name and year."""
    return list(
        visible(ReferenceLine, account)
        .where(ReferenceLine.indicator == indicator)
        .order_by(ReferenceLine.name, ReferenceLine.year)
    )


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


def people_of(municipality: str | None) -> list[Person]:
    """What gemeenten know of their learners; of the whole region without one."""
    facts = LearnerFacts
    query: Any = facts.select()
    if municipality is not None:
        query = query.where(facts.municipality.in_(with_merged([municipality])))
    return [
        Person(
            settled_on=row.settled_on,
            notified_on=row.notified_on,
            plan_on=row.plan_on,
            term_from=row.term_from,
            passed_on=row.passed_on,
            participation=_word(Participation, row.participation),
            participation_from=row.participation_from,
            outflow=_word(Outflow, row.outflow),
            outflow_on=row.outflow_on,
        )
        for row in query.order_by(facts.id).iterator()
    ]


def _word(codes: Any, number: int | None) -> str | None:
    return None if number is None else codes(number).code


PASSED = (EndReason.DIPLOMA, EndReason.SELF_RELIANCE_COMPLETED)


def learners_until(month: date, municipality: str | None) -> list[Learner]:
    """Every trajectory reported up to this month, by its newest row, for the mean duration.

    Counted: current rows of the gemeente, or of the whole region without one. Passed is ended with
    a diploma or with the Z-route completed; any other end is left. Known from the first day of
    the first month that was reported.
    """
    row = ProgressRecord
    newest = fn.ROW_NUMBER().over(partition_by=[row.track], order_by=[row.month.desc()])
    first = fn.MIN(row.month).over(partition_by=[row.track])
    rows = row.select(
        row.registered_on,
        row.ended_on,
        row.end_reason,
        first.alias("first_month"),
        newest.alias("place"),
    ).where(CURRENT, row.month <= month)
    if municipality is not None:
        rows = rows.where(row.municipality == int(municipality))
    inner = rows.alias("rows")
    query: Any = (
        row.select(inner.c.registered_on, inner.c.ended_on, inner.c.end_reason, inner.c.first_month)
        .from_(inner)
        .where(inner.c.place == 1)
        .order_by(inner.c.registered_on, inner.c.ended_on)
        .tuples()
    )
    return [_learner(*values) for values in query]


def _learner(registered: Any, ended: Any, reason: int | None, first_month: Any) -> Learner:
    day = _ordinal(ended) if ended is not None else None
    passed = reason in PASSED
    seen_from = first_month if isinstance(first_month, date) else month_from_number(first_month)
    return Learner(
        registered=_ordinal(registered),
        seen_from=seen_from.toordinal(),
        passed=day if passed else None,
        left=None if passed else day,
    )


def _ordinal(day: date | int) -> int:
    return day.toordinal() if isinstance(day, date) else day


def criterion_references() -> Any:
    """What others reached on criteria, by criterion, route and name, the newest year first."""
    return CriterionReference.select().order_by(
        CriterionReference.criterion,
        CriterionReference.route,
        CriterionReference.name,
        CriterionReference.year.desc(),
    )


References = dict[tuple[str, int], list[tuple[float, str]]]
"""Criterion and route -> value, and whose it is of which year."""


def newest_references(year: int) -> References:
    """Of each name its newest figure up to a year."""
    lines: References = defaultdict(list)
    done = set()
    for one in criterion_references().where(CriterionReference.year <= year):
        if (key := (one.criterion, one.route, one.name)) not in done:
            done.add(key)
            lines[key[:2]].append((one.value, f"{one.name} {one.year}"))
    return lines
