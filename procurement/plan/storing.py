"""Write the difference between two documents of one inkooptraject into its tables."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from core.errors import DomainError
from procurement.models import (
    Action,
    Baseline,
    ClosedPeriod,
    ContractingProcess,
    Decision,
    Dependency,
    Meeting,
    Milestone,
    Participation,
    PlannedDate,
    Risk,
)
from procurement.plan.documents import PlanBaseline, PlanDocument
from procurement.plan.queries import HEADER_FIELDS, STEP_FIELDS

Changes = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """One part of a document and the table that holds it.

    ``key`` names the fields that identify a row; ``columns`` maps fields to columns that are
    called otherwise.
    """

    part: str
    model: Any
    key: tuple[str, ...]
    renamed: dict[str, str]

    def key_of(self, item: Any) -> tuple[Any, ...]:
        """What identifies this item among its kind."""
        return tuple(getattr(item, name) for name in self.key)


LINKS = Table("links", Dependency, ("before", "after", "type"), {})
TABLES = (
    LINKS,
    Table("decisions", Decision, ("step", "municipality"), {"step": "milestone"}),
    Table("participations", Participation, ("municipality", "route"), {}),
    Table("recesses", ClosedPeriod, ("first", "last", "name"), {}),
    Table("meetings", Meeting, ("municipality", "body", "held_on"), {}),
    Table("actions", Action, ("text",), {}),
    Table("risks", Risk, ("title",), {"step": "milestone"}),
)


def store(
    process: ContractingProcess, before: PlanDocument, after: PlanDocument
) -> tuple[Changes, Changes]:
    """Make the tables say ``after``; return what was and what is, only where they differ."""
    was: Changes = {}
    now: Changes = {}
    _header(process, before, after, was=was, now=now)
    removed = {s.code for s in before.steps} - {s.code for s in after.steps}
    if removed:
        Milestone.delete().where(
            Milestone.process == process, Milestone.code.in_(removed)
        ).execute()
    _steps(process, before, after, was=was, now=now)
    query: Any = Milestone.select(Milestone.code, Milestone.id).where(Milestone.process == process)
    keys: dict[str, int] = dict(query.tuples())
    for table in TABLES:
        _sync(process, table, before, after, keys=keys, gone=removed, was=was, now=now)
    _baselines(process, before, after, now)
    return was, now


def _header(
    process: ContractingProcess,
    before: PlanDocument,
    after: PlanDocument,
    *,
    was: Changes,
    now: Changes,
) -> None:
    for name in HEADER_FIELDS:
        old, new = getattr(before.header, name), getattr(after.header, name)
        setattr(process, name, new)
        if old != new:
            was[name], now[name] = plain(old), plain(new)


def _steps(
    process: ContractingProcess,
    before: PlanDocument,
    after: PlanDocument,
    *,
    was: Changes,
    now: Changes,
) -> None:
    old = {step.code: (place, step) for place, step in enumerate(before.steps, start=1)}
    fresh = []
    for place, step in enumerate(after.steps, start=1):
        existing = old.pop(step.code, None)
        row = {name: plain_code(getattr(step, name)) for name in STEP_FIELDS}
        row["position"] = place
        if existing is None:
            fresh.append(row | {"process": process})
            now[f"mijlpaal {step.code}"] = step.title
        elif existing != (place, step):
            Milestone.update(row).where(
                Milestone.process == process, Milestone.code == step.code
            ).execute()
            _note(f"mijlpaal {step.code}", existing[1], step, was=was, now=now)
    for code, (_, step) in old.items():
        was[f"mijlpaal {code}"] = step.title
    insert(Milestone, fresh)


def _sync(
    process: ContractingProcess,
    table: Table,
    before: PlanDocument,
    after: PlanDocument,
    *,
    keys: dict[str, int],
    gone: set[str],
    was: Changes,
    now: Changes,
) -> None:
    old = {table.key_of(item): item for item in getattr(before, table.part)}
    fresh = []
    for item in getattr(after, table.part):
        existing = old.pop(table.key_of(item), None)
        name = f"{table.part} {' '.join(str(plain(v)) for v in table.key_of(item))}"
        if existing is None:
            fresh.append(_row(table, item, keys) | {"process": process})
            now[name] = brief(item)
        elif existing != item:
            table.model.update(_row(table, item, keys)).where(
                *_where(process, table, item, keys)
            ).execute()
            _note(name, existing, item, was=was, now=now)
    for key, item in old.items():
        was[f"{table.part} {' '.join(str(plain(v)) for v in key)}"] = brief(item)
        # Rows of a milestone that went away went with it.
        steps = [getattr(item, n, None) for n in ("step", "before", "after")]
        if table.model is Risk or not gone.intersection(filter(None, steps)):
            table.model.delete().where(*_where(process, table, item, keys)).execute()
    insert(table.model, fresh)


def _row(table: Table, item: Any, keys: dict[str, int]) -> dict[str, Any]:
    row = {}
    for field in fields(item):
        value = plain_code(getattr(item, field.name))
        if field.name in ("step", "before", "after"):
            value = keys.get(value)
        row[table.renamed.get(field.name, field.name)] = value
    return row


def _where(process: ContractingProcess, table: Table, item: Any, keys: dict[str, int]) -> list[Any]:
    row = _row(table, item, keys)
    names = [table.renamed.get(name, name) for name in table.key]
    return [table.model.process == process] + [
        getattr(table.model, name) == row[name] for name in names
    ]


def _baselines(
    process: ContractingProcess, before: PlanDocument, after: PlanDocument, now: Changes
) -> None:
    kept = {b.number: b for b in after.baselines}
    for old in before.baselines:
        if kept.pop(old.number, None) != old:
            raise DomainError(
                "baseline_fixed",
                f"Planversie {old.number} ligt vast en verandert niet meer. "
                "Maak een nieuwe versie.",
            )
    for baseline in kept.values():
        _add_baseline(process, baseline)
        now[f"planversie {baseline.number}"] = (
            f"{baseline.reason} (verschoven door {baseline.moved_by})"
            if baseline.moved_by
            else baseline.reason
        )


def _add_baseline(process: ContractingProcess, baseline: PlanBaseline) -> None:
    row = Baseline.create(
        process=process,
        number=baseline.number,
        made_on=baseline.made_on,
        reason=baseline.reason,
        go_live=baseline.go_live,
        cause=baseline.cause and str(baseline.cause),
    )
    insert(
        PlannedDate,
        [
            {
                "baseline": row,
                "step": d.step,
                "municipality": d.municipality,
                "starts_on": d.starts_on,
                "ends_on": d.ends_on,
            }
            for d in baseline.dates
        ],
    )


def insert(model: Any, rows: list[dict[str, Any]]) -> None:
    """Add many rows; in pieces, for SQLite takes a limited number of values at once."""
    for start in range(0, len(rows), 500):
        model.insert_many(rows[start : start + 500]).execute()


def _note(name: str, old: Any, new: Any, *, was: Changes, now: Changes) -> None:
    for field in fields(new):
        a, b = getattr(old, field.name), getattr(new, field.name)
        if a != b:
            was[f"{name}: {field.name}"], now[f"{name}: {field.name}"] = plain(a), plain(b)


def brief(item: Any) -> dict[str, Any]:
    """What is filled in of an item, for the audit line."""
    values = {field.name: plain(getattr(item, field.name)) for field in fields(item)}
    return {name: value for name, value in values.items() if value not in (None, "", 0, False)}


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    return value.isoformat() if hasattr(value, "isoformat") else plain_code(value)


def plain_code(value: Any) -> Any:
    """The text of a code."""
    return str(value) if isinstance(value, str) else value


def replace_item(items: Iterable[Any], old: Any, new: Any) -> tuple[Any, ...]:
    """The same items with one of them changed."""
    return tuple(new if item == old else item for item in items)
