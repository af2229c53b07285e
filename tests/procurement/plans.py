"""Plans for tests, with sensible values."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from procurement.models import Baseline, ContractingProcess, Milestone

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
_numbers = count(1)


def make_process(**more: Any) -> ContractingProcess:
    """An inkooptraject without anything in it."""
    number = next(_numbers)
    values = {
        "code": f"T-{number}",
        "name": f"Traject {number}",
        "procedure": "SAS",
        "starts_on": date(2026, 1, 5),
        "changed_at": AT,
    } | more
    return ContractingProcess.create(**values)


def make_milestone(process: ContractingProcess | None = None, **more: Any) -> Milestone:
    """A task of ten calendar days."""
    number = next(_numbers)
    values = {
        "code": str(number),
        "position": number,
        "title": f"Stap {number}",
        "kind": "taak",
        "duration": 10,
    } | more
    return Milestone.create(process=process or make_process(), **values)


def make_baseline(process: ContractingProcess | None = None, **more: Any) -> Baseline:
    """A first planversie without dates."""
    values = {"number": 1, "made_on": date(2026, 1, 5), "reason": "Eerste plan"} | more
    return Baseline.create(process=process or make_process(), **values)
