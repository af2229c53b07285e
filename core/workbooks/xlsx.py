"""XLSX (ECMA-376, transitional and strict) as rows of text, from one reading of the XML.

Elements go by their name in the namespace of the root, relations by their type: whatever prefix,
quotes, part names or cell references the sender's program writes.
"""

import posixpath
from collections import deque
from collections.abc import Iterator
from datetime import date
from math import isfinite
from typing import Any

from core.workbooks.number_formats import (
    GENERAL,
    Kind,
    NumberFormat,
    built_in,
    display,
    number_format,
    text_of,
)
from core.workbooks.packing import SEPARATOR, Package, local, parse, unescape
from core.workbooks.sheets import (
    BLANKS_AT_MOST,
    DATE,
    EVERY_COLUMN,
    NO_RESULT,
    Columns,
    MergedCells,
    Range,
    Reason,
    Row,
    Sheet,
    WorkbookError,
    damaged,
)

EPOCH_1900, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
WIDEST, LOWEST = 16_384, 1_048_576
REMEMBERED = 50_000
"""So many different numbers are remembered with their text."""
_FOREIGN = {
    "word": "Dit is een Word-document. Kopieer de tabel naar een werkboek.",
    "ppt": "Dit is een presentatie. Kopieer de tabel naar een werkboek.",
}


class Xlsx:
    """One XLSX: its sheets, its texts and its formats."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.epoch_1904 = False
        self.stale = False
        """Whether results of formulas have not been calculated since the last change."""
        self.sheets: list[Sheet] = []
        self._parts: dict[str, str] = {}
        self._read_book(self._main_part())

    def _main_part(self) -> str:
        for kind, target in self._relations(""):
            if kind == "officeDocument":
                folder = target.lstrip("/").split("/")[0]
                if folder in _FOREIGN:
                    raise WorkbookError(Reason.UNREADABLE, _FOREIGN[folder])
                if target.endswith(".bin"):
                    raise WorkbookError(Reason.UNREADABLE, "Dit is een binair werkboek (XLSB).")
                return target
        if "xl/workbook.xml" in self.package:
            return "xl/workbook.xml"
        raise damaged()

    def _relations(self, part: str) -> list[tuple[str, str]]:
        return [(kind, target) for kind, target, _ in self._relations_by_id(part)]

    def _relations_by_id(self, part: str) -> list[tuple[str, str, str]]:
        """Kind, part and id of what a part (or, without name, the package) refers to."""
        folder, name = posixpath.split(part)
        relations: list[tuple[str, str, str]] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "").replace("\\", "/")
                full = target.lstrip("/") if target[:1] == "/" else posixpath.join(folder, target)
                kind = attributes.get("Type", "").rpartition("/")[2]
                relations.append((kind, posixpath.normpath(full), attributes.get("Id", "")))

        _run(self.package, posixpath.join(folder, "_rels", f"{name}.rels"), start)
        return relations

    def _read_book(self, part: str) -> None:
        related = self._relations_by_id(part)
        targets = {key: target for kind, target, key in related if kind == "worksheet"}
        root = ""

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal root
            name = local(tag)
            root = root or name
            if name == "workbookPr":
                self.epoch_1904 = _true(attributes.get("date1904"))
            elif name == "calcPr":
                self.stale = _is_stale(attributes)
            elif name == "sheet":
                key = next((v for n, v in attributes.items() if local(n) == "id" and n != "id"), "")
                if key in targets:
                    title = attributes.get("name", "")
                    visible = attributes.get("state", "visible") == "visible"
                    self.sheets.append(Sheet(title, visible=visible))
                    self._parts[title] = targets[key]

        _run(self.package, part, start)
        if root != "workbook":
            raise damaged()
        kinds = {kind: target for kind, target, _ in related}
        self._strings_part = kinds.get("sharedStrings", "")
        self._styles_part = kinds.get("styles", "")
        self._strings: list[str] | None = None
        self._styles: list[NumberFormat] | None = None

    def _texts(self) -> list[str]:
        if self._strings is None:
            self._strings = _shared_strings(self.package, self._strings_part)
        return self._strings

    def _formats(self) -> list[NumberFormat]:
        if self._styles is None:
            self._styles = _cell_formats(self.package, self._styles_part)
        return self._styles

    def rows(self, name: str, as_displayed: Columns = EVERY_COLUMN) -> Iterator[Row]:
        """The rows of a sheet; in the columns ``as_displayed`` numbers as a person sees them."""
        part = self._parts[name]
        if part not in self.package:
            raise damaged("Een blad ontbreekt.")
        merged = MergedCells(_merged_ranges(self.package, part))
        reader = _SheetReader(self, as_displayed)
        widest = 0
        following = 1
        for _ in parse(
            self.package.chunks(part), start=reader.start, end=reader.end, text=reader.text
        ):
            for number, cells in reader.take():
                widest = max(widest, len(cells))
                merged.cover(number, cells, widest)
                if not any(cells):
                    continue
                yield from ((n, []) for n in range(max(following, number - BLANKS_AT_MOST), number))
                following = number + 1
                yield number, cells


def _run(package: Package, part: str, start: Any, end: Any = None, text: Any = None) -> None:
    """Parse a part from beginning to end; one that is not there has nothing in it."""
    if part in package:
        deque(parse(package.chunks(part), start=start, end=end, text=text), maxlen=0)


def _true(text: str | None) -> bool:
    return text in ("1", "true")


def _is_stale(attributes: dict[str, str]) -> bool:
    """Whether the program that wrote the file says that its formulas must still be calculated."""
    manual = attributes.get("calcMode") == "manual" and attributes.get("calcOnSave") in (
        "0",
        "false",
    )
    unfinished = attributes.get("calcCompleted") in ("0", "false")
    return manual or unfinished or _true(attributes.get("fullCalcOnLoad"))


def _shared_strings(package: Package, part: str) -> list[str]:
    strings: list[str] = []
    pieces: list[str] = []
    inside: list[str] = []

    def start(tag: str, _: dict[str, str]) -> None:
        name = local(tag)
        inside.append(name)
        if name == "si":
            pieces.clear()

    def end(tag: str) -> None:
        inside.pop()
        if local(tag) == "si":
            strings.append(unescape("".join(pieces)))

    def text(data: str) -> None:
        if inside[-1] == "t" and "rPh" not in inside:
            pieces.append(data)

    _run(package, part, start, end, text)
    return strings


def _cell_formats(package: Package, part: str) -> list[NumberFormat]:
    """The number format of each style of a cell, by its place in ``cellXfs``."""
    own: dict[int, NumberFormat] = {}
    used: list[int] = []
    inside: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "numFmt":
            number = int(attributes.get("numFmtId", "0"))
            own[number] = number_format(attributes.get("formatCode", "General"))
        elif name == "xf" and inside[-1] == "cellXfs":
            used.append(int(attributes.get("numFmtId", "0")))
        inside.append(name)

    _run(package, part, start, lambda _: inside.pop())
    return [own.get(number) or built_in(number) for number in used]


def _merged_ranges(package: Package, part: str) -> list[Range]:
    """They stand behind the rows, so that they are looked up before the rows are read."""
    ranges: list[Range] = []
    if not package.mentions(part, b"mergeCell"):
        return ranges

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "mergeCell":
            first, _, last = attributes.get("ref", "").replace("$", "").partition(":")
            (left, top), (right, bottom) = _place(first), _place(last or first)
            ranges.append((top, left, bottom, right))

    _run(package, part, start)
    return ranges


def _place(reference: str) -> tuple[int, int]:
    """Column (from 0) and row (from 1) of a reference such as ``AB12``."""
    letters = reference.rstrip("0123456789")
    return _column(letters), int(reference[len(letters) :])


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError(letters)
        number = number * 26 + ord(letter) - 64
    if not 0 < number <= WIDEST:
        raise ValueError(letters)
    return number - 1


class _SheetReader:
    """Handlers for the elements of a sheet, and the rows that they made."""

    def __init__(self, book: Xlsx, as_displayed: Columns) -> None:
        self._book = book
        self._as_displayed = as_displayed
        self._epoch = EPOCH_1904 if book.epoch_1904 else EPOCH_1900
        self._names: dict[str, str] = {}
        self._columns: dict[str, int] = {}
        self._numbers: dict[tuple[str, int, bool], str] = {}
        self._rows: list[Row] = []
        self._row = 0
        self._cells: list[str] = []
        self._pieces: list[str] = []
        self._collects = False
        self._at, self._kind, self._style, self._formula = 0, "n", 0, False
        self._has_value = False
        self._phonetic = 0

    def take(self) -> list[Row]:
        """The rows that are complete."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        name = self._names.get(tag)
        if name is None:
            name = self._names[tag] = tag.rpartition(SEPARATOR)[2]
        if name == "c":
            self._open_cell(attributes)
        elif name in ("v", "t"):
            self._collects = not self._phonetic
            self._has_value = True
        elif name == "f":
            self._formula = True
        elif name == "row":
            number = int(attributes.get("r", self._row + 1))
            if not self._row < number <= LOWEST:
                raise ValueError(number)
            self._row, self._cells = number, []
        elif name == "rPh":
            self._phonetic += 1

    def _open_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            at = len(self._cells)
        else:
            letters = reference.rstrip("0123456789")
            column = self._columns.get(letters)
            at = column if column is not None else _column(letters)
            self._columns[letters] = at
        if not len(self._cells) <= at < WIDEST:
            raise ValueError(reference)
        self._at = at
        self._kind = attributes.get("t", "n")
        self._style = int(attributes.get("s", 0))
        self._formula = self._has_value = False
        self._pieces.clear()

    def text(self, data: str) -> None:
        """Text within an element."""
        if self._collects:
            self._pieces.append(data)

    def end(self, tag: str) -> None:
        """Close an element."""
        name = self._names[tag]
        if name == "c":
            cells = self._cells
            if self._at > len(cells):
                cells.extend([""] * (self._at - len(cells)))
            cells.append(self._value())
        elif name in ("v", "t"):
            self._collects = False
        elif name == "row":
            self._rows.append((self._row, self._cells))
        elif name == "rPh":
            self._phonetic -= 1

    def _value(self) -> str:  # noqa: PLR0911  a table of kinds
        text, kind = "".join(self._pieces), self._kind
        if kind == "e":
            return text.strip() or "#N/A"
        has_result = text or (kind == "str" and self._has_value)
        if self._formula and (self._book.stale or not has_result):
            return NO_RESULT
        if not text:
            return ""
        if kind == "s":
            try:
                return self._book._texts()[int(text)]
            except IndexError:
                raise damaged() from None
        if kind in ("str", "inlineStr"):
            return unescape(text)
        if kind == "b":
            return "ja" if _true(text) else "nee"
        if kind == "d":
            return text.removesuffix("T00:00:00").removesuffix(".000").removesuffix("T00:00:00")
        return self._number(text)

    def _number(self, text: str) -> str:
        as_displayed = self._at in self._as_displayed
        key = (text, self._style, as_displayed)
        kept = self._numbers.get(key)
        if kept is not None:
            return kept
        formats = self._book._formats()
        style = formats[self._style] if self._style < len(formats) else GENERAL
        try:
            value = float(text)
        except ValueError:
            return text
        if not isfinite(value):
            return text
        if not as_displayed:
            result = text_of(value, style, self._epoch)
        elif style.kind is Kind.NUMBER:
            result = display(value, style.code)
        else:
            result = DATE if style.kind is Kind.DATE else text_of(value, style, self._epoch)
        if len(self._numbers) < REMEMBERED:
            self._numbers[key] = result
        return result
