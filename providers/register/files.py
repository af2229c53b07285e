"""From a register file to its tables, with the reader and the reading rules of a feed."""

from pathlib import Path
from typing import IO

from core.errors import DomainError
from core.workbooks import reading
from core.workbooks.sheets import Sheet, WorkbookError
from providers.codes import MarkStatus, TeacherRegistration
from providers.feed.columns import Mapping
from providers.feed.read.reader import kind_of, open_table
from providers.feed.read.workbook import CODES
from providers.feed.table import HEADER_WITHIN, RefusedFileError, find_header
from providers.feed.values import fold
from providers.register.cells import day
from providers.register.rows import SHEETS, RegisterTable

EVERY_COLUMN = Mapping(headers={name: name for columns in SHEETS.values() for name in columns})
TEXTS = frozenset(
    name for columns in SHEETS.values() for name, column in columns.items() if column.parse != day
)
"""Columns of which a cell is the text that a person sees (00012345), and not a date."""
FEW_COLUMNS = 2
"""A sheet with so many names of columns of the register, or cells in a row, is part of it."""


def tables_of(path: Path, kind: str | None = None) -> list[RegisterTable]:
    """The register tables in a file: one of the named kind, or every sheet that is known.

    A CSV without a kind goes by its file name: ``keurmerken.csv``. A sheet with data that has
    another name comes along without columns, so that it is told and not passed over.
    """
    with path.open("rb") as file:
        is_workbook = kind_of(file.read(512)) == "workbook"
    if not is_workbook:
        if kind is None and fold(path.stem) not in SHEETS:
            raise _unknown(path, "een los bestand")
        return [_read(path, kind or fold(path.stem), None)]
    sheets, with_data = _look(path)
    names = [sheet.name for sheet in sheets]
    if kind is not None:
        chosen = next((name for name in names if fold(name) == kind), names[0] if names else None)
        return [_read(path, kind, chosen)]
    parts = [(name, fold(name)) for name in names if fold(name) in SHEETS]
    if not parts and fold(path.stem) in SHEETS:
        return [_read(path, fold(path.stem), next(iter(with_data), None))]
    if not parts:
        raise _unknown(path, f"de bladen {', '.join(names)}")
    tables = [_read(path, sheet, name) for name, sheet in parts]
    others = [(name, count) for name, count in with_data.items() if fold(name) not in SHEETS]
    return tables + [RegisterTable(name, (), [(count, ())]) for name, count in others]


def _unknown(path: Path, content: str) -> DomainError:
    return DomainError(
        "R001",
        f"In {path.name} staat niet welk deel van het register dit is (gevonden: {content}). "
        f"Geef het mee met --kind, of gebruik een van deze namen: {', '.join(SHEETS)}.",
    )


def _look(path: Path) -> tuple[list[Sheet], dict[str, int]]:
    """The sheets of a workbook, and of those that look like a table the number of rows."""
    with_data: dict[str, int] = {}
    try:
        with reading.open_workbook(path) as book:
            for sheet in book.sheets:
                rows = [cells for _, cells in book.rows(sheet.name) if any(cells)]
                header = find_header(rows[:HEADER_WITHIN], EVERY_COLUMN)
                wide = [cells for cells in rows if sum(map(bool, cells)) > FEW_COLUMNS]
                if (header and header.score >= FEW_COLUMNS) or (sheet.visible and len(wide) > 1):
                    with_data[sheet.name] = len(rows)
            return book.sheets, with_data
    except WorkbookError as error:
        raise DomainError(
            CODES[error.reason], f"{path.name} is niet als register te lezen. {error.message}"
        ) from None


def _read(path: Path, sheet: str, name: str | None) -> RegisterTable:
    mapping = Mapping(headers={column: column for column in SHEETS[sheet]})
    try:
        with open_table(path, sheet=name, mapping=mapping, keys=TEXTS) as table:
            return RegisterTable(sheet, table.layout.header, list(table.records))
    except RefusedFileError as error:
        if error.code != "F003" or name is None:
            raise DomainError(
                error.code,
                f"{path.name} is niet als register te lezen. {error.message} "
                f"Een register heeft deze bladen: {', '.join(SHEETS)}.",
            ) from None
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


def write_template(target: IO[bytes]) -> None:
    """Write the workbook; mandatory columns are bold."""
    import xlsxwriter  # noqa: PLC0415  only when a workbook is asked for

    book = xlsxwriter.Workbook(target)
    needed = book.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1})
    optional = book.add_format({"italic": True, "bg_color": "#F2F2F2", "bottom": 1})
    text = book.add_format({"num_format": "@"})
    for sheet, columns in SHEETS.items():
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        for at, column in enumerate(columns.values()):
            page.set_column(at, at, max(12, len(column.name) + 2), text)
            page.write_string(0, at, column.name, needed if column.required else optional)
            note = "Verplicht." if column.required else "Mag leeg blijven."
            page.write_comment(0, at, f"{note} {NOTES.get(column.name, '')}".strip())
            if choices := CHOICES.get((sheet, column.name)):
                page.data_validation(1, at, ROWS, at, {"validate": "list", "source": choices})
    book.close()
