"""What every reader makes of a file: a table of text, or the reason why it is refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.workbooks.sheets import COVERED
from providers.feed.check.rules import sentence
from providers.feed.columns import Layout, Mapping, recognised
from providers.feed.values import clean

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


def read_sheets(findings: dict[str, Any]) -> list[str]:
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


def doubled(layout: Layout) -> RefusedFileError:
    """Some columns stand there twice, or all of them do: two tables beside each other."""
    if len(layout.doubled) == len(layout.positions) > 1:
        return RefusedFileError("F021")
    return RefusedFileError("F005", doubled=", ".join(layout.doubled))


@dataclass
class Table:
    """A table of text: its layout, its rows under the header, and what was assumed."""

    layout: Layout
    records: Iterable[Record]
    assumed: dict[str, object] = field(default_factory=dict)
    epoch_1904: bool = False
    sheets: list[SheetRead] = field(default_factory=list)
    """The sheets of a workbook, once all rows have been taken."""


@dataclass(frozen=True)
class Header:
    """A header: the place of its last row among the rows, its names, how many of them we know."""

    at: int
    titles: tuple[str, ...]
    score: int


def find_header(rows: Sequence[Sequence[str]], mapping: Mapping) -> Header | None:
    """The row that names most columns; with the row above or below it when they name more."""
    scores = [recognised(cells, mapping) for cells in rows]
    if not any(scores):
        return None
    best = scores.index(max(scores))
    header = Header(best, _titles(rows[best]), scores[best])
    for top in (best - 1, best):
        if 0 <= top < len(rows) - 1:
            titles = _titles(_combined(rows[top], rows[top + 1], mapping))
            score = recognised(titles, mapping)
            if score > header.score:
                header = Header(top + 1, titles, score)
    return header


def _titles(cells: Sequence[str]) -> tuple[str, ...]:
    titles = ["" if cell == COVERED else clean(cell) for cell in cells]
    while titles and not titles[-1]:
        titles.pop()
    return tuple(titles)


def _combined(upper: Sequence[str], lower: Sequence[str], mapping: Mapping) -> list[str]:
    """Names of two rows: ``Uren`` above ``gevolgd`` is ``Uren gevolgd``.

    A name above stands over the cells to its right too, as far as these are empty above.
    """
    width = max(len(upper), len(lower))
    above, below = ([*_titles(row)] + [""] * width for row in (upper, lower))
    combined, over = [], ""
    for at in range(width):
        over = above[at] or over
        options = (below[at], f"{over} {below[at]}", above[at])
        names = [name for name in options if name.strip() and mapping.column(name)]
        combined.append(names[0] if names else f"{above[at]} {below[at]}".strip())
    return combined
