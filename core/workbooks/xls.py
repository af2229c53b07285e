"""XLS (BIFF8, [MS-XLS]) as rows of text.

``python-calamine`` reads the values. It gives errors as empty and percentages as numbers, so that
these are looked up in the records themselves: a stream in a compound file ([MS-CFB]).
"""

import struct
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from core.workbooks.number_formats import (
    Kind,
    duration_text,
    number_format,
    number_text,
    percent_text,
)
from core.workbooks.sheets import (
    BLANKS_AT_MOST,
    DATE,
    EVERY_COLUMN,
    Columns,
    MergedCells,
    Reason,
    Row,
    Sheet,
    WorkbookError,
    damaged,
)

WORD_STREAM = "WordDocument".encode("utf-16-le")
"""Name of the stream that makes a compound file a document ([MS-DOC] 2.1)."""
Mark = tuple[int, int, str]
"""Row (from 1), column (from 0) and text of a cell."""


class Xls:
    """One XLS."""

    epoch_1904 = False

    def __init__(self, path: Path) -> None:
        import python_calamine as calamine  # noqa: PLC0415  only for this kind, after the limits

        self._path = path
        try:
            self._book = calamine.load_workbook(path)
        except calamine.PasswordError:
            message = "Dit werkboek is beveiligd met een wachtwoord. Haal dat eraf."
            raise WorkbookError(Reason.PASSWORD, message) from None
        except (calamine.CalamineError, OSError):
            if WORD_STREAM in path.read_bytes():
                message = "Dit is een Word-document. Kopieer de tabel naar een werkboek."
                raise WorkbookError(Reason.UNREADABLE, message) from None
            raise damaged() from None
        self.sheets = [
            Sheet(page.name, visible=str(page.visible).endswith(".Visible"))
            for page in self._book.sheets_metadata
        ]

    def rows(self, name: str, as_displayed: Columns = EVERY_COLUMN) -> Iterator[Row]:
        """The rows of a sheet; no person typed a date in the columns ``as_displayed``."""
        page = self._book.get_sheet_by_name(name)
        if page.start is None:
            return
        merged = MergedCells(
            (top + 1, left, bottom + 1, right)
            for (top, left), (bottom, right) in page.merged_cell_ranges or ()
        )
        marked: dict[int, list[tuple[int, str]]] = {}
        for row, column, text in marks(self._path, name):
            marked.setdefault(row, []).append((column, text))
        shift, widest = page.start[1], 0
        following = 1
        for number, values in enumerate(page.iter_rows(), 1):
            cells = [""] * shift + [_TEXT_OF[type(value)](value) for value in values]
            for at, value in enumerate(values, shift):
                if type(value) in (date, datetime) and at in as_displayed:
                    cells[at] = DATE
            for at, text in marked.get(number, ()):
                cells.extend([""] * (at + 1 - len(cells)))
                cells[at] = text
            widest = max(widest, len(cells))
            merged.cover(number, cells, widest)
            if any(cells):
                yield from ((n, []) for n in range(max(following, number - BLANKS_AT_MOST), number))
                following = number + 1
                yield number, cells


def _moment(value: datetime) -> str:
    nearest = value + timedelta(milliseconds=500)
    nearest = nearest.replace(microsecond=0)
    return nearest.date().isoformat() if nearest.time() == time() else nearest.isoformat(" ")


_TEXT_OF: dict[type, Callable[[Any], str]] = {
    str: str,
    float: number_text,
    int: str,
    bool: lambda value: "ja" if value else "nee",
    datetime: _moment,
    date: date.isoformat,
    time: lambda value: duration_text((value.hour * 60 + value.minute) / 1440),
    timedelta: lambda value: duration_text(value.total_seconds() / 86_400),
}


def shows_percent(code: str) -> bool:
    """Whether a number format multiplies by a hundred: ``%``, but not as a literal text."""
    return number_format(code).kind is Kind.PERCENT


ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
BUILT_IN_PERCENT = {9, 10}
FORMULA, END, SHEET, MANY_NUMBERS, STYLE, NUMBER, ERROR_OR_BOOLEAN, SHORT_NUMBER, FORMAT = (
    0x0006, 0x000A, 0x0085, 0x00BD, 0x00E0, 0x0203, 0x0205, 0x027E, 0x041E,
)  # fmt: skip
_LAST_SECTOR = 0xFFFFFFFA
_SMALL = 4_096


def marks(path: Path, sheet: str) -> Iterator[Mark]:
    """Every such cell of one sheet; nothing when the file is not built as it should be."""
    try:
        book = _workbook(path.read_bytes())
        formats = set(BUILT_IN_PERCENT)
        styles: list[int] = []
        start: int | None = None
        for kind, body in _records(book, 0):
            if kind == FORMAT and shows_percent(_text(body, 2, wide=True)):
                formats.add(struct.unpack_from("<H", body)[0])
            elif kind == STYLE:
                styles.append(struct.unpack_from("<H", body, 2)[0])
            elif kind == SHEET and _text(body, 6, wide=False) == sheet:
                start = struct.unpack_from("<I", body)[0]
        if start is not None:
            percent = {at for at, number in enumerate(styles) if number in formats}
            yield from _cells(book, start, percent)
    except (struct.error, IndexError, KeyError):
        return


def _cells(book: bytes, start: int, percent: set[int]) -> Iterator[Mark]:
    for kind, body in _records(book, start):
        if kind not in (FORMULA, MANY_NUMBERS, NUMBER, ERROR_OR_BOOLEAN, SHORT_NUMBER):
            continue
        row, column, style = struct.unpack_from("<HHH", body)
        if kind == ERROR_OR_BOOLEAN and body[7]:
            yield row + 1, column, ERRORS.get(body[6], "#N/A")
        elif kind == FORMULA and body[12:14] == b"\xff\xff":
            if body[6] == 2:
                yield row + 1, column, ERRORS.get(body[8], "#N/A")
        elif kind == MANY_NUMBERS:
            for at in range((len(body) - 6) // 6):
                style, packed = struct.unpack_from("<HI", body, 4 + 6 * at)
                if style in percent:
                    yield row + 1, column + at, percent_text(_unpacked(packed))
        elif style in percent and kind == SHORT_NUMBER:
            packed = struct.unpack_from("<I", body, 6)[0]
            yield row + 1, column, percent_text(_unpacked(packed))
        elif style in percent and kind in (NUMBER, FORMULA):
            yield row + 1, column, percent_text(struct.unpack_from("<d", body, 6)[0])


def _unpacked(packed: int) -> float:
    """A number in four bytes: two bits say whether it is whole and whether it is in hundredths."""
    if packed & 2:
        value = float(struct.unpack("<i", struct.pack("<I", packed))[0] >> 2)
    else:
        value = struct.unpack("<d", struct.pack("<Q", (packed & ~3) << 32))[0]
    return value / 100 if packed & 1 else value


def _records(book: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    at = start
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        yield kind, book[at + 4 : at + 4 + length]
        if kind == END:
            return
        at += 4 + length


def _text(body: bytes, at: int, *, wide: bool) -> str:
    """A text with its length before it, in one byte or in two."""
    length = struct.unpack_from("<H" if wide else "<B", body, at)[0]
    at += 2 if wide else 1
    if body[at] & 1:
        return body[at + 1 : at + 1 + 2 * length].decode("utf-16-le", "replace")
    return body[at + 1 : at + 1 + length].decode("latin-1")


def _workbook(file: bytes) -> bytes:
    """The stream ``Workbook`` of the compound file."""
    size = 1 << struct.unpack_from("<H", file, 30)[0]
    tables = [n for n in struct.unpack_from("<109I", file, 76) if n < _LAST_SECTOR]
    further, count = struct.unpack_from("<II", file, 68)
    for _ in range(min(count, len(file) // size)):
        *more, following = struct.unpack_from(f"<{size // 4}I", file, (further + 1) * size)
        tables += [n for n in more if n < _LAST_SECTOR]
        further = following
    following_of: list[int] = []
    for sector in tables:
        following_of += struct.unpack_from(f"<{size // 4}I", file, (sector + 1) * size)

    def chain(sector: int, within: bytes, unit: int, following: list[int], shift: int) -> bytes:
        parts: list[bytes] = []
        while sector < _LAST_SECTOR and len(parts) <= len(following):
            parts.append(within[(sector + shift) * unit : (sector + shift + 1) * unit])
            sector = following[sector]
        return b"".join(parts)

    def stream(sector: int) -> bytes:
        return chain(sector, file, size, following_of, 1)

    directory = stream(struct.unpack_from("<I", file, 48)[0])
    entries = {}
    for at in range(0, len(directory), 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
        entries[name] = struct.unpack_from("<II", directory, at + 116)
    start, length = entries["Workbook"]
    if length >= _SMALL:
        return stream(start)[:length]
    small = stream(struct.unpack_from("<I", file, 60)[0])
    following_small = list(struct.unpack(f"<{len(small) // 4}I", small))
    return chain(start, stream(entries["Root Entry"][0]), 64, following_small, 0)[:length]
