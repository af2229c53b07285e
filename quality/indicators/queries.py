"""Questions about indicators: one query each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from peewee import Value, fn

import quality.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, Role, visible
from core.municipalities import current, with_merged
from providers.codes import EndReason, Outflow, Participation
from quality.indicators.computed import Person
from quality.indicators.models import (
    CohortCount,
    CriterionReference,
    Indicator,
    IndicatorValue,
    ReferenceLine,
)
from quality.indicators.rules import Figure, gives_away
from quality.learners.models import LearnerFacts, LearnerSummary


def figures_of(
    indicators: Sequence[Indicator], account: Account
) -> dict[tuple[int, str], dict[int, Figure]]:
    """Every figure of these indicators, as this account may see it.

    {(indicator, kind): {year: figure}}. A figure of the region is withheld from a gemeente that
    could work out another's with its own.
    """
    regional = {one.id: one.number for one in indicators if one.municipality is None}
    others = _beside(set(regional.values())) if account.role == Role.MUNICIPALITY else {}
    rows: Any = (
        IndicatorValue.select()
        .where(IndicatorValue.indicator.in_([one.id for one in indicators]))
        .order_by(IndicatorValue.year)
        .dicts()
    )
    figures: dict[tuple[int, str], dict[int, Figure]] = {}
    for row in rows:
        by_year = figures.setdefault((row["indicator"], row["kind"]), {})
        figure = Figure(
            row["value"], row["people"], row["source"], row["detail"], row["definition"]
        )
        number = regional.get(row["indicator"])
        if number and row["kind"] == "realised" and account.role == Role.MUNICIPALITY:
            parts = _parts(row["detail"], others.get((number, row["year"]), {}))
            own = with_merged(account.municipalities)
            figure = replace(figure, is_withheld=gives_away(parts, own))
        by_year[row["year"]] = figure
    return figures


def _beside(numbers: set[str]) -> dict[tuple[str, int], dict[int, int | None]]:
    """Which gemeenten have a figure of their own under the same number: {(number, year): people}"""
    own, value = Indicator, IndicatorValue
    rows: Any = (
        value.select(own.number, value.year, own.municipality, value.people)
        .join(own)
        .where(own.number.in_(numbers), own.municipality.is_null(False), value.kind == "realised")
        .tuples()
    )
    beside: dict[tuple[str, int], dict[int, int | None]] = defaultdict(dict)
    for number, year, code, people in rows:
        beside[number, year][current(int(code))] = people
    return beside


def _parts(
    detail: dict[str, Any] | None, beside: dict[int, int | None]
) -> dict[int, int | None] | None:
    """How many people each gemeente has in a figure of the region; None when that is not known."""
    if detail is None:
        return beside
    if "municipalities" not in detail:
        return None
    return {int(code): people for code, people in detail["municipalities"].items()}


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


LEFT = (EndReason.MOVED, EndReason.EXEMPTED, EndReason.DECEASED)
"""Ends after which nobody goes on with the inburgering in this gemeente."""


def people_of(municipality: str | None) -> list[Person]:
    """What gemeenten know of their learners; of the whole region without one.

    The day on which someone left the gemeente comes from the newest row that is held.
    """
    facts, row = LearnerFacts, LearnerSummary
    newest = (
        (row.municipality == facts.municipality)
        & (row.number == facts.number)
        & row.latest
        & row.end_reason.in_(LEFT)
    )
    query: Any = facts.select(facts, row.ended_on.alias("left_on")).left_outer_join(row, on=newest)
    if municipality is not None:
        query = query.where(facts.municipality.in_(with_merged([municipality])))
    return [
        Person(
            municipality=one.municipality,
            settled_on=one.settled_on,
            notified_on=one.notified_on,
            plan_on=one.plan_on,
            term_from=one.term_from,
            term_until=one.term_extended_until or one.term_until,
            pvt_on=one.pvt_on,
            map_on=one.map_on,
            passed_on=one.passed_on,
            left_on=one.left_on,
            participation=_word(Participation, one.participation),
            participation_from=one.participation_from,
            outflow=_word(Outflow, one.outflow),
            outflow_on=one.outflow_on,
        )
        for one in query.order_by(facts.id).objects().iterator()
    ]


def _word(codes: Any, number: int | None) -> str | None:
    return None if number is None else codes(number).code


def without_facts(municipality: str | None) -> int:
    """How many learners are in the deliveries of whom the gemeente has filled in nothing."""
    facts, row = LearnerFacts, LearnerSummary
    own = facts.select(Value(1)).where(
        facts.municipality == row.municipality, facts.number == row.number
    )
    query = row.select().where(row.latest, ~fn.EXISTS(own))
    if municipality is not None:
        query = query.where(row.municipality.in_(with_merged([municipality])))
    return int(query.count())


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
