"""What every reader of workbooks gives: sheets, and rows of text with the number of a row."""

from collections.abc import Container
from dataclasses import dataclass

Row = tuple[int, list[str]]
"""Number of the row as a spreadsheet shows it (from 1), and the text of its cells."""
Columns = Container[int]
"""Columns by place, from 0."""

BLANKS_AT_MOST = 1_000
"""So many blank rows between two others are given; a longer gap is only seen in the numbers."""


class _Every:
    def __contains__(self, _: object) -> bool:
        return True


NO_COLUMN: Columns = frozenset()
EVERY_COLUMN: Columns = _Every()


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    visible: bool = True
