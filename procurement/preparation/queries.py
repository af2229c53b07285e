"""What is prepared for the tender: expected numbers, the trace, questions and answers."""

from typing import Any

import peewee

from procurement.models import (
    ContractingProcess,
    ExpectedNumber,
    GroupPlan,
    Participation,
    Question,
    TraceItem,
    TraceLink,
)
from procurement.preparation.scale import RouteScale, route_scale
from procurement.preparation.trace import Item


def numbers(process: ContractingProcess) -> list[ExpectedNumber]:
    """Expected trajecten per gemeente, route and year."""
    query: Any = (
        ExpectedNumber.select()
        .where(ExpectedNumber.process == process)
        .order_by(ExpectedNumber.route, ExpectedNumber.year, ExpectedNumber.municipality)
    )
    return list(query)


def groups(process: ContractingProcess) -> list[GroupPlan]:
    """How groups are made, per route."""
    query: Any = GroupPlan.select().where(GroupPlan.process == process).order_by(GroupPlan.route)
    return list(query)


def scales(process: ContractingProcess) -> list[RouteScale]:
    """The choice of scale argued with figures, for the first year of every route."""
    joining: Any = Participation.select(
        Participation.route, Participation.municipality, Participation.scale
    ).where(Participation.process == process)
    chosen: dict[str, dict[str, str]] = {}
    for route, municipality, scale in joining.tuples():
        chosen.setdefault(route, {})[municipality] = scale
    expected: dict[tuple[str, int], dict[str, int]] = {}
    for row in numbers(process):
        expected.setdefault((row.route, row.year), {})[row.municipality] = row.tracks
    plans = {plan.route: plan for plan in groups(process)}
    first: dict[str, int] = {}
    for route, year in expected:
        first[route] = min(year, first.get(route, year))
    return [
        route_scale(
            route,
            year,
            numbers=expected[route, year],
            scales=chosen.get(route, {}),
            group_size=plans[route].group_size,
            start_every=plans[route].start_every_weeks,
        )
        for route, year in first.items()
        if route in plans
    ]


def trace(process: ContractingProcess) -> list[Item]:
    """Every item of the trace with what it leads to."""
    origin, result = TraceItem.alias(), TraceItem.alias()
    pairs: Any = (
        TraceLink.select(origin.code, result.code)
        .join(origin, on=TraceLink.origin == origin.id)
        .switch(TraceLink)
        .join(result, on=TraceLink.result == result.id)
        .where(origin.process == process)
        .order_by(TraceLink.id)
        .tuples()
    )
    after: dict[str, list[str]] = {}
    for start, end in pairs:
        after.setdefault(start, []).append(end)
    rows: Any = TraceItem.select().where(TraceItem.process == process).order_by(TraceItem.id)
    return [
        Item(r.kind, r.code, r.text, r.source, r.weight, tuple(after.get(r.code, ()))) for r in rows
    ]


def questions(process: ContractingProcess) -> list[Question]:
    """Questions by number."""
    query: Any = Question.select().where(Question.process == process).order_by(Question.number)
    return list(query)


def next_number(process: ContractingProcess) -> int:
    """The number of the next question."""
    query: Any = Question.select(peewee.fn.MAX(Question.number)).where(Question.process == process)
    return (query.scalar() or 0) + 1
