"""How a value of a table stands on a page, in a download and in the audit trail."""

import json
from decimal import Decimal
from enum import Enum
from typing import Any

import peewee

from core import formats
from core.db import MonthField


def cell_text(value: Any, field: peewee.Field | None = None) -> Any:  # noqa: PLR0911  a table
    """Write a value as a Dutch reader expects it."""
    if isinstance(field, MonthField):
        return formats.month_text(value)
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, Enum):
        return getattr(value, "label", value.value)
    if hasattr(value, "hour"):
        return formats.moment_text(value)
    if hasattr(value, "isoformat"):
        return formats.day_text(value)
    if isinstance(value, Decimal):
        return formats.number_text(value, 0 if value == int(value) else 2)
    if isinstance(value, list):
        return ", ".join(map(str, value)) or formats.MISSING
    return formats.MISSING if value is None or value == "" else value


def downloaded(value: Any) -> Any:
    """Give a value that fits in one cell of a download."""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return ", ".join(map(str, value)) if isinstance(value, list) else value


NAMING = ("number", "code", "name", "teacher_ref", "provider")
"""Values that say which row it is: they stay in a line of the audit trail."""


def changed_values(
    before: dict[str, Any] | None, after: dict[str, Any]
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """What differs, and what names the row: a line tells what changed, not all there is."""
    if before is None:
        return None, after
    kept = {name for name in after if name in NAMING or before.get(name) != after[name]}
    return (
        {name: before[name] for name in before if name in kept},
        {name: after[name] for name in after if name in kept},
    )


def recorded(value: Any) -> Any:
    """Give a value as JSON can hold it."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if hasattr(value, "isoformat") else value
