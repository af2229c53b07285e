"""XLSX, XLS and ODS: which sheets are the delivery, and their rows under one header."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.workbooks import reading
from core.workbooks.sheets import Reason, WorkbookError
from providers.feed.columns import BY_NAME, KEY_COLUMNS, Kind, Layout, Mapping, lay_out
from providers.feed.table import (
    HEADER_WITHIN,
    MAXIMUM_COLUMNS,
    SHEETS_AT_MOST,
    Header,
    Record,
    RefusedFileError,
    SheetRead,
    Table,
    doubled,
    find_header,
    row_key,
)
from providers.feed.values import clean, echo, fold

CODES = {Reason.UNREADABLE: "F001", Reason.TOO_LARGE: "F002", Reason.PASSWORD: "F007"}
KEYS = frozenset(
    column.name
    for column in BY_NAME.values()
    if column.kind in (Kind.TRACK, Kind.TEXT, Kind.CONTRACT, Kind.PROVIDER)
)
"""Columns of which a cell is the text that a person sees, and not the number behind it."""
TABLE_WIDTH, TABLE_ROWS = 3, 2
"""So many filled cells in so many rows are data, and not a title or a note."""


@dataclass(frozen=True)
class _Page:
    """A sheet with the header that was found on it."""

    name: str
    visible: bool
    head: list[Record]
    header: Header | None

    def layout(self, mapping: Mapping) -> Layout:
        """What its header names."""
        return lay_out(self.header.titles if self.header else (), mapping)

    def is_complete(self, mapping: Mapping) -> bool:
        """Whether all mandatory columns are there; the month may be told apart from the file."""
        missing = set(self.layout(mapping).missing) - {"rapportagemaand"}
        return self.header is not None and not missing


@dataclass(frozen=True)
class _Source:
    """A workbook, and how it is to be read."""

    book: reading.Workbook
    mapping: Mapping
    keys: frozenset[str]


@contextmanager
def open_workbook(
    path: Path,
    *,
    sheet: str | None,
    mapping: Mapping,
    keys: frozenset[str] = KEYS,
    book: reading.Workbook | None = None,
) -> Iterator[Table]:
    """Read every visible sheet with the whole header, or the one that is named.

    Hidden sheets are read only when no other sheet has a header. Of a workbook that we sent back
    to be mended only the sheet with the mended rows is read. ``keys`` are the columns of which the
    text counts that a person sees. ``book`` is the file, when it is open.
    """
    try:
        with nullcontext(book) if book else reading.open_workbook(path) as opened:
            yield _table(opened, sheet, mapping, keys)
    except WorkbookError as error:
        details = {} if error.reason is Reason.PASSWORD else {"reason": error.message}
        raise RefusedFileError(CODES[error.reason], **details) from None


def _table(
    book: reading.Workbook, sheet: str | None, mapping: Mapping, keys: frozenset[str]
) -> Table:
    names = [page.name for page in book.sheets]
    if sheet is not None and sheet not in names:
        listed = ", ".join(echo(name, 30) for name in names)
        reason = f"Er is geen blad {echo(sheet)}. De bladen zijn: {listed}."
        raise RefusedFileError("F001", reason=reason)
    pages = [_look(book, page.name, page.visible, mapping) for page in book.sheets]
    chosen = _chosen([p for p in pages if sheet in (None, p.name)], mapping)
    if not chosen:
        cells = [echo(c, 30) for page in pages for _, row in page.head[:3] for c in row if clean(c)]
        raise RefusedFileError("F003", found=", ".join(cells[:12]) or "niets")
    header = _united(chosen, mapping)
    if len(header) > MAXIMUM_COLUMNS:
        raise RefusedFileError("F002", reason=f"Het blad heeft {len(header)} kolommen.")
    first = chosen[0]
    assumed: dict[str, object] = {"kind": "werkboek", "sheet": first.name}
    if len(chosen) > 1:
        assumed |= {"sheet": None, "sheets": [page.name for page in chosen]}
    assert first.header is not None  # noqa: S101  chosen for it  # nosec B101
    assumed["header_row"] = first.head[first.header.at][0]
    if book.epoch_1904:
        assumed["epoch"] = "1904"
    table = Table(lay_out(header, mapping), (), assumed, book.epoch_1904)
    table.records = _records(_Source(book, mapping, keys), pages, chosen, table)
    return table


def _look(book: reading.Workbook, name: str, visible: bool, mapping: Mapping) -> _Page:
    head = list(book.rows(name, at_most=HEADER_WITHIN))
    return _Page(name, visible, head, find_header([cells for _, cells in head], mapping))


def _chosen(pages: Sequence[_Page], mapping: Mapping) -> list[_Page]:
    with_header = [page for page in pages if page.header is not None]
    mended = [page for page in with_header if page.layout(mapping).key_position is not None]
    if mended:
        return mended
    for visible in (True, False):
        complete = [p for p in with_header if p.visible is visible and p.is_complete(mapping)]
        if complete:
            return complete[:SHEETS_AT_MOST]
    # None is complete: the best one tells what is missing.
    best = sorted(with_header, key=lambda page: (-_score(page), not page.visible))
    return best[:1]


def _score(page: _Page) -> int:
    return page.header.score if page.header else 0


def _meaning(title: str, mapping: Mapping) -> str:
    return title if title in KEY_COLUMNS else mapping.column(title) or fold(title)


def _united(pages: Sequence[_Page], mapping: Mapping) -> list[str]:
    """The header of the first sheet, with the columns that only others have behind it."""
    header: list[str] = []
    meanings: set[str] = set()
    for page in pages:
        titles = page.header.titles if page.header else ()
        layout = page.layout(mapping)
        if layout.doubled:
            raise doubled(layout)
        new = [
            t for t in titles if page is pages[0] or (t and _meaning(t, mapping) not in meanings)
        ]
        header += new
        meanings |= {_meaning(title, mapping) for title in new}
    return header


def _records(
    source: _Source, pages: Sequence[_Page], chosen: Sequence[_Page], table: Table
) -> Iterator[Record]:
    """The rows of all chosen sheets; at the end of it, what sheets there were is known."""
    mapping, header = source.mapping, table.layout.header
    counts: dict[str, int] = {}
    for index, page in enumerate(chosen):
        titles = page.header.titles if page.header else ()
        as_displayed = frozenset(
            at for at, t in enumerate(titles) if mapping.column(t) in source.keys
        )
        places = {_meaning(title, mapping): at for at, title in enumerate(titles) if title}
        order = [places.get(_meaning(title, mapping), -1) for title in header]
        in_order = len(chosen) == 1 or order == list(range(len(header)))
        start = page.header.at + 1 if page.header else 0
        count, width = 0, len(header)
        for row, cells in islice(
            source.book.rows(page.name, as_displayed=as_displayed), start, None
        ):
            count += any(cells)
            if not in_order:
                arranged = [cells[at] if 0 <= at < len(cells) else "" for at in order]
                cells = arranged + cells[len(titles) :] if cells else cells  # noqa: PLW2901
            # A spreadsheet leaves out the last cells of a row when they are empty.
            short = width - len(cells)
            yield row_key(index, row), cells + [""] * short if short > 0 and cells else cells
        counts[page.name] = count
    table.sheets += [_sheet_read(source, page, counts.get(page.name)) for page in pages]


def _sheet_read(source: _Source, page: _Page, read: int | None) -> SheetRead:
    if read is not None:
        return SheetRead(page.name, read, read=True)
    filled = [sum(map(bool, cells)) for _, cells in source.book.rows(page.name)]
    table = sum(count >= TABLE_WIDTH for count in filled) >= TABLE_ROWS
    has_data = table and (page.visible or page.is_complete(source.mapping))
    return SheetRead(page.name, sum(map(bool, filled)), read=False, has_data=has_data)
