"""From a register file to its tables, with the reader and the reading rules of a feed."""

from collections.abc import Iterable, Mapping as AnyMapping, Sequence
from pathlib import Path
from typing import IO

from core.errors import DomainError
from core.export import may_be_formula
from core.workbooks import reading
from core.workbooks.sheets import WorkbookError
from providers.codes import MarkStatus, TeacherRegistration
from providers.feed.columns import Mapping
from providers.feed.read.reader import kind_of, open_table
from providers.feed.read.workbook import CODES
from providers.feed.table import HEADER_WITHIN, RefusedFileError, find_header
from providers.feed.values import fold
from providers.register.cells import day
from providers.register.rows import REGISTER, FileKind, RegisterTable

FEW_COLUMNS = 2
"""A sheet with so many names of columns of the register, or cells in a row, is part of it."""


def tables_of(
    path: Path, sheet: str | None = None, kind: FileKind = REGISTER
) -> list[RegisterTable]:
    """The tables in a file: the named one, or every sheet that is known.

    A CSV of which the sheet is not named goes by its file name: ``keurmerken.csv``. A sheet with
    data that has another name comes along without columns: it is told, and not passed over.
    """
    with path.open("rb") as file:
        is_workbook = kind_of(file.read(512)) == "workbook"
    if not is_workbook:
        if sheet is None and fold(path.stem) not in kind.sheets:
            raise _unknown(path, "een los bestand", kind)
        return [_read(path, sheet or fold(path.stem), None, kind)]
    try:
        with reading.open_workbook(path) as book:
            return _tables_of(path, book, sheet, kind)
    except WorkbookError as error:
        raise _unreadable(path, CODES[error.reason], error.message, kind) from None


def _tables_of(
    path: Path, book: reading.Workbook, sheet: str | None, kind: FileKind
) -> list[RegisterTable]:
    with_data = _rows_of_tables(book, kind)
    names = [one.name for one in book.sheets]
    if sheet is not None:
        chosen = next((name for name in names if fold(name) == sheet), names[0] if names else None)
        return [_read(path, sheet, chosen, kind, book)]
    parts = [(name, fold(name)) for name in names if fold(name) in kind.sheets]
    if not parts and fold(path.stem) in kind.sheets:
        return [_read(path, fold(path.stem), next(iter(with_data), None), kind, book)]
    if not parts:
        raise _unknown(path, f"de bladen {', '.join(names)}", kind)
    tables = [_read(path, part, name, kind, book) for name, part in parts]
    others = [(name, count) for name, count in with_data.items() if fold(name) not in kind.sheets]
    return tables + [RegisterTable(name, (), [(count, ())]) for name, count in others]


def _unknown(path: Path, content: str, kind: FileKind) -> DomainError:
    return DomainError(
        "R001",
        f"In {path.name} staat niet welk deel van {kind.called} dit is (gevonden: {content}). "
        f"Kies welk deel het is (--kind), of gebruik een van deze namen: {', '.join(kind.sheets)}.",
    )


def _unreadable(path: Path, code: str, message: str, kind: FileKind) -> DomainError:
    return DomainError(code, f"{path.name} is niet als {kind.called} te lezen. {message}")


def _rows_of_tables(book: reading.Workbook, kind: FileKind) -> dict[str, int]:
    """Of the sheets that look like a table the number of rows."""
    with_data: dict[str, int] = {}
    every_column = Mapping(
        headers={name: name for columns in kind.sheets.values() for name in columns}
    )
    for sheet in book.sheets:
        rows = [cells for _, cells in book.rows(sheet.name) if any(cells)]
        header = find_header(rows[:HEADER_WITHIN], every_column)
        wide = [cells for cells in rows if sum(map(bool, cells)) > FEW_COLUMNS]
        if (header and header.score >= FEW_COLUMNS) or (sheet.visible and len(wide) > 1):
            with_data[sheet.name] = len(rows)
    return with_data


def _read(
    path: Path,
    sheet: str,
    name: str | None,
    kind: FileKind,
    book: reading.Workbook | None = None,
) -> RegisterTable:
    columns = kind.sheets[sheet]
    mapping = Mapping(headers={column: column for column in columns})
    # The text that a person sees (00012345), and not a date.
    texts = frozenset(name for name, column in columns.items() if column.parse != day)
    try:
        with open_table(path, sheet=name, mapping=mapping, keys=texts, book=book) as table:
            return RegisterTable(sheet, table.layout.header, list(table.records))
    except RefusedFileError as error:
        if error.code != "F003" or name is None:
            sheets = f"Deze bladen horen erin: {', '.join(kind.sheets)}."
            raise _unreadable(path, error.code, f"{error.message} {sheets}", kind) from None
        # No known column at all: say which ones are missing, as for a half header.
        return RegisterTable(sheet, (), ())


ROWS = 500
CHOICES = {
    ("keurmerken", "status"): [one.code for one in MarkStatus],
    ("docenten", "registratie"): [one.code for one in TeacherRegistration],
    ("locaties", "avond_weekend"): ["ja", "nee"],
}
NOTES = {
    "gemeenten": "Codes met een komma ertussen, of * voor de hele regio.",
    "leerroutes": "B, O of Z, met een komma ertussen.",
    "norm_wachttijd_dagen": "Leeg: de norm van het rekenmodel.",
    "levering_werkdag": "Op welke werkdag van de maand erna de levering er moet zijn; leeg: 10.",
    "docentcode": "Een eigen code van de aanbieder, geen naam.",
    "postcode4": "Alleen de vier cijfers.",
}


def write_template(
    target: IO[bytes],
    kind: FileKind = REGISTER,
    *,
    choices: AnyMapping[tuple[str, str], list[str]] = CHOICES,
    notes: AnyMapping[str, str] = NOTES,
    rows: AnyMapping[str, Iterable[Sequence[str]]] | None = None,
) -> None:
    """Write the workbook; mandatory columns are bold. ``rows`` are what is held, per sheet."""
    import xlsxwriter  # noqa: PLC0415  only when a workbook is asked for

    book = xlsxwriter.Workbook(target)
    needed = book.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1})
    optional = book.add_format({"italic": True, "bg_color": "#F2F2F2", "bottom": 1})
    text = book.add_format({"num_format": "@"})
    quoted = book.add_format({"num_format": "@", "quote_prefix": True})
    for sheet, columns in kind.sheets.items():
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        for at, column in enumerate(columns.values()):
            page.set_column(at, at, max(12, len(column.name) + 2), text)
            page.write_string(0, at, column.name, needed if column.required else optional)
            note = "Verplicht." if column.required else "Mag leeg blijven."
            page.write_comment(0, at, f"{note} {notes.get(column.name, '')}".strip())
            if listed := choices.get((sheet, column.name)):
                page.data_validation(1, at, ROWS, at, {"validate": "list", "source": listed})
        for place, cells in enumerate((rows or {}).get(sheet, ()), 1):
            for at, cell in enumerate(cells):
                page.write_string(place, at, cell, quoted if may_be_formula(cell) else text)
    book.close()
