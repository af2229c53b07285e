"""'Wat als': shift one step or one gemeente's decision, and see what moves, before saving."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from core.errors import DomainError
from procurement.plan.planning import Forecast, schedule
from procurement.plan.steps import Plan, Step


@dataclass(frozen=True, slots=True)
class Change:
    """One step that ends on another day."""

    code: str
    title: str
    before: date
    after: date
    municipalities: tuple[str, ...]

    @property
    def days(self) -> int:
        """Calendar days later, or earlier when negative."""
        return (self.after - self.before).days


def shifted(plan: Plan, code: str, days: int, municipality: str | None = None) -> Plan:
    """The plan with one step, or one gemeente's decision at it, ``days`` calendar days later."""
    step = next((s for s in plan.steps if s.code == code), None)
    if step is None:
        raise DomainError("no_step", f"Stap {code} staat niet in dit plan. Kies een andere.")
    if municipality is not None:
        changed = _one_decision(step, days, municipality)
    elif step.decisions:
        local = tuple(replace(d, shift=days) for d in step.decisions)
        changed = replace(step, decisions=local)
    elif step.actual_end is not None:
        raise DomainError("finished", f"'{step.title}' is al gereed. Kies een open stap.")
    else:
        changed = replace(step, shift=days)
    return replace(plan, steps=tuple(changed if s is step else s for s in plan.steps))


def _one_decision(step: Step, days: int, municipality: str) -> Step:
    own = next((d for d in step.decisions if d.municipality == municipality), None)
    if own is None:
        raise DomainError("no_decision", "Deze gemeente besluit niet bij deze stap.")
    if own.decided_on is not None:
        raise DomainError("decided", "Deze gemeente heeft al besloten. Kies een open besluit.")
    local = tuple(replace(d, shift=days) if d is own else d for d in step.decisions)
    return replace(step, decisions=local)


def differences(plan: Plan, before: Mapping[str, Forecast], changed: Plan) -> list[Change]:
    """Every step that ends on another day, in the order of the plan."""
    after = schedule(changed)
    return [
        Change(
            step.code, step.title, before[step.code].end, after[step.code].end,
            tuple(d.municipality for d in step.decisions),
        )
        for step in plan.steps
        if before[step.code].end != after[step.code].end
    ]  # fmt: skip
