"""How a held value looks to a reader, and what changed between two versions of a row. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.formats import MISSING, day_text, hours_text
from core.municipalities import name as municipality_name
from providers.feed.columns import COLUMNS, Column, Kind

SHOWN = tuple(c for c in COLUMNS if c.held_as not in ("", "month", "track_id"))
"""The columns of which a row holds a value, besides its key."""


def held_text(column: Column, value: Any, contracts: Mapping[int, str]) -> str:  # noqa: PLR0911  a table
    """A held value as a file would have it; ``contracts`` are their numbers by key."""
    if value is None:
        return MISSING
    if column.codes is not None:
        return column.codes(value).code
    if column.kind is Kind.DAY:
        return day_text(value if isinstance(value, date) else date.fromordinal(value))
    if column.kind is Kind.HOURS:
        return hours_text(value)
    if column.kind is Kind.MUNICIPALITY:
        return f"{value:04d} ({municipality_name(value)})"
    if column.kind is Kind.CONTRACT:
        return contracts.get(value, MISSING)
    return str(value)


def changed(
    before: Mapping[str, Any], after: Mapping[str, Any], contracts: Mapping[int, str]
) -> list[tuple[str, str, str]]:
    """Column, old and new of every value that differs; values go by ``Column.held_as``."""
    return [
        (
            column.name,
            held_text(column, before[column.held_as], contracts),
            held_text(column, after[column.held_as], contracts),
        )
        for column in SHOWN
        if before[column.held_as] != after[column.held_as]
    ]
