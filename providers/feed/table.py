"""What every reader makes of a file: a table of text, or the reason why it is refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from providers.feed.check.rules import sentence
from providers.feed.columns import Layout

Record = tuple[int, list[str]]

MAXIMUM_COLUMNS = 500
HEADER_WITHIN = 60
"""The header stands in the first so many rows."""
ARCHIVE = "Dit is een ingepakt bestand. Pak het eerst uit."


SHEET_STEP = 10_000_000
"""The rows of the second sheet of a workbook are counted on from here, of the third from twice it:
so that a row of any sheet is one number, and of the first sheet the number that a person sees."""
SHEETS_AT_MOST = 200


def row_key(sheet: int, row: int) -> int:
    """The number of a row of the file, of a row of its sheet (from 0)."""
    return sheet * SHEET_STEP + row


def row_place(key: int, sheets: Sequence[str]) -> tuple[str | None, int]:
    """Sheet and row as a person sees them; ``sheets`` are the names of those that were read."""
    if not sheets:
        return None, key
    sheet, row = divmod(key, SHEET_STEP)
    return (sheets[sheet], row) if sheet < len(sheets) else (None, key)


def row_text(key: int, sheets: Sequence[str]) -> str:
    """A row as a person looks it up: ``14``, or ``blad Groep 2, rij 14`` when there are more."""
    sheet, row = row_place(key, sheets)
    return f"blad {sheet}, rij {row}" if len(sheets) > 1 else str(row)


def read_sheets(findings: Mapping[str, Any]) -> list[str]:
    """Names of the sheets that were read, of what a delivery keeps."""
    return [sheet["name"] for sheet in findings.get("sheets", ()) if sheet["read"]]


@dataclass(frozen=True)
class SheetRead:
    """A sheet of a workbook: its rows with something in them, and whether they were read."""

    name: str
    rows: int
    read: bool
    has_data: bool = False
    """Of a sheet that was not read: whether it looks like a table, and not a title or a note."""


class RefusedFileError(Exception):
    """The whole file is refused: the rule, and what fills in its sentence."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
        self.layout: Layout | None = None

    @property
    def message(self) -> str:
        """What the provider reads."""
        return sentence(self.code, **self.details)


@dataclass
class Table:
    """A table of text: its layout, its rows under the header, and what was assumed."""

    layout: Layout
    records: Iterable[Record]
    assumed: dict[str, object] = field(default_factory=dict)
    epoch_1904: bool = False
    sheets: list[SheetRead] = field(default_factory=list)
    """The sheets of a workbook, once all rows have been taken."""
