"""ODS (OpenDocument 1.2 and later, part 1 chapters 9 and 19) as rows of text."""

import re
from collections.abc import Iterator

from core.workbooks.number_formats import duration_text, number_text, percent_text
from core.workbooks.packing import SEPARATOR, Package, local, parse
from core.workbooks.sheets import (
    BLANKS_AT_MOST,
    DATE,
    EVERY_COLUMN,
    NO_RESULT,
    Columns,
    MergedCells,
    Reason,
    Row,
    Sheet,
    WorkbookError,
    too_large,
)

CONTENT = "content.xml"
REPEATED_AT_MOST = 10_000
"""An honest sheet does not have this many equal rows with something in them."""
WIDEST = 16_384
_CELL_PATHS = (["table-row", "table-cell"], ["table-row", "covered-table-cell"])
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:([\d.,]+)S)?")


class Ods:
    """One ODS."""

    epoch_1904 = False

    def __init__(self, package: Package) -> None:
        self.package = package
        if package.mentions("META-INF/manifest.xml", b"encryption-data"):
            raise WorkbookError(
                Reason.PASSWORD, "Dit werkboek is beveiligd met een wachtwoord. Haal dat eraf."
            )
        self.sheets = self._read_sheets()

    def _read_sheets(self) -> list[Sheet]:
        hidden: set[str] = set()
        sheets: list[Sheet] = []
        style = ""

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal style
            name, plain = local(tag), {local(key): value for key, value in attributes.items()}
            if name == "style":
                style = plain.get("name", "")
            elif name == "table-properties" and plain.get("display") == "false":
                hidden.add(style)
            elif name == "table":
                visible = plain.get("style-name") not in hidden
                sheets.append(Sheet(plain.get("name", ""), visible=visible))

        for _ in parse(self.package.chunks(CONTENT), start=start):
            pass
        return sheets

    def rows(self, name: str, as_displayed: Columns = EVERY_COLUMN) -> Iterator[Row]:
        """The rows of a sheet; in the columns ``as_displayed`` cells as a person sees them."""
        reader = _SheetReader(name, as_displayed)
        following = 1
        for _ in parse(
            self.package.chunks(CONTENT), start=reader.start, end=reader.end, text=reader.text
        ):
            for number, cells in reader.take():
                yield from ((n, []) for n in range(max(following, number - BLANKS_AT_MOST), number))
                following = number + 1
                yield number, cells
            if reader.is_done:
                return


class _SheetReader:
    """Handlers for the elements of one sheet, and the rows that they made."""

    def __init__(self, sheet: str, as_displayed: Columns) -> None:
        self._sheet = sheet
        self._as_displayed = as_displayed
        self.is_done = False
        self._inside = False
        self._names: dict[str, str] = {}
        self._path: list[str] = []
        self._merged = MergedCells()
        self._rows: list[Row] = []
        self._row, self._times, self._widest = 0, 1, 0
        self._cells: list[str] = []
        self._cell: dict[str, str] = {}
        self._pieces: list[str] = []
        self._paragraph = 0
        """How deep the paragraph is that is being read; 0 when none is."""

    def take(self) -> list[Row]:
        """The rows that are complete and have something in them."""
        rows, self._rows = self._rows, []
        return rows

    def _name(self, tag: str) -> str:
        name = self._names.get(tag)
        if name is None:
            name = self._names[tag] = tag.rpartition(SEPARATOR)[2]
        return name

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        name = self._name(tag)
        if not self._inside:
            if name == "table" and not self.is_done:
                plain = {local(key): value for key, value in attributes.items()}
                self._inside = plain.get("name", "") == self._sheet
                self._path = []
            return
        self._path.append(name)
        if name == "table-row":
            self._times = _number(attributes, "number-rows-repeated")
            self._cells = []
        elif name in ("table-cell", "covered-table-cell") and self._path[-2:-1] == ["table-row"]:
            self._open_cell(attributes)
        elif name == "p" and self._path[-3:-1] in _CELL_PATHS:
            # Text of the cell itself, not of a note or a drawing on it.
            if self._pieces:
                self._pieces.append("\n")
            self._paragraph = len(self._path)
        elif self._paragraph:
            self._add_space(name, attributes)

    def _open_cell(self, attributes: dict[str, str]) -> None:
        self._cell = {}
        for key, value in attributes.items():
            space, _, name = key.rpartition(SEPARATOR)
            # LibreOffice says in a space of its own that a text stands for an error.
            self._cell["error" if "calcext" in space and value == "error" else name] = value
        self._pieces = []

    def _add_space(self, name: str, attributes: dict[str, str]) -> None:
        if name == "s":
            self._pieces.append(" " * min(_number(attributes, "c"), 100))
        elif name == "tab":
            self._pieces.append("\t")
        elif name == "line-break":
            self._pieces.append("\n")

    def text(self, data: str) -> None:
        """Text within an element."""
        if self._paragraph:
            self._pieces.append(data)

    def end(self, tag: str) -> None:
        """Close an element."""
        if not self._inside:
            return
        name = self._name(tag)
        if name == "table" and not self._path:
            self._inside, self.is_done = False, True
            return
        self._path.pop()
        if len(self._path) < self._paragraph:
            self._paragraph = 0
        if name in ("table-cell", "covered-table-cell") and self._path[-1:] == ["table-row"]:
            self._close_cell()
        elif name == "table-row":
            self._close_row()

    def _close_cell(self) -> None:
        cell = self._cell
        times = int(cell.get("number-columns-repeated", 1))
        at = len(self._cells)
        value = self._value(cell, "".join(self._pieces), as_displayed=at in self._as_displayed)
        if value:
            if at + times > WIDEST:
                raise too_large()
            self._cells.extend([value] * times)
        else:
            self._cells.extend([""] * min(times, WIDEST - at))
        down, right = (int(cell.get(f"number-{kind}-spanned", 1)) for kind in ("rows", "columns"))
        if down > 1:
            top = self._row + 1
            self._merged.add((top, at, top + down - 1, at + right - 1))

    def _close_row(self) -> None:
        cells = self._cells
        while cells and not cells[-1]:
            cells.pop()
        self._widest = max(self._widest, len(cells))
        if any(cells):
            if self._times > REPEATED_AT_MOST:
                raise too_large()
            for again in range(self._times):
                number = self._row + 1 + again
                own = list(cells)
                self._merged.cover(number, own, self._widest)
                self._rows.append((number, own))
        self._row += self._times

    def _value(  # noqa: PLR0911  a table of kinds
        self, cell: dict[str, str], text: str, *, as_displayed: bool
    ) -> str:
        kind = cell.get("value-type", "")
        if "error" in cell or (cell.get("formula") and text.startswith("Err:")):
            return text.strip() or "#N/A"
        if "formula" in cell and not kind:
            return NO_RESULT
        if kind in ("", "string"):
            return text or cell.get("string-value", "")
        if kind == "boolean":
            return "ja" if cell.get("boolean-value") == "true" else "nee"
        if kind == "date":
            return DATE if as_displayed else _moment(cell.get("date-value", text))
        if kind == "time":
            return _duration(cell.get("time-value", ""), text)
        value = float(cell.get("value", text))
        if kind == "percentage":
            return percent_text(value)
        plain = number_text(value)
        # A key keeps its zeros and words; signs between thousands are no part of it.
        seen = as_displayed and plain.isdecimal() and re.sub(r"[.,\s]", "", text) != plain
        return text.strip() if seen else plain


def _number(attributes: dict[str, str], name: str) -> int:
    return next((int(value) for key, value in attributes.items() if local(key) == name), 1)


def _moment(text: str) -> str:
    day, _, time = text.partition("T")
    return day if time.strip("0:.") == "" else f"{day} {time}"


def _duration(value: str, text: str) -> str:
    match = _DURATION.fullmatch(value)
    if match is None:
        return text
    sign, days, hours, minutes, seconds = match.groups()
    total = int(days or 0) * 24 + int(hours or 0) + int(minutes or 0) / 60
    total += float((seconds or "0").replace(",", ".")) / 3600
    return duration_text(-total / 24 if sign else total / 24)
