"""Plan files: a workbook, one CSV with the milestones, a ZIP with a CSV per sheet, or MSPDI.

What a file is follows from its bytes, not from its name.
"""

import codecs
import csv
import io
import re
import tempfile
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path, PurePath
from typing import Any

from core.workbooks.packing import DAMAGED_ZIP
from core.workbooks.text_files import NAMES, EncodingError, find_encoding
from procurement.exchange.msproject_read import read_mspdi
from procurement.exchange.msproject_write import write_mspdi
from procurement.exchange.sheets import (
    SHEET_NAMES,
    PlanFile,
    PlanFileError,
    Row,
    Sheets,
    from_sheets,
    to_sheets,
)
from procurement.plan.documents import PlanDocument
from procurement.plan.outlook import Outlook

FORMULA = ("=", "+", "-", "@", "\t", "\r")
FOREIGN = {
    b"%PDF": "een PDF", b"\x89PNG": "een afbeelding", b"\xff\xd8\xff": "een afbeelding",
    b"GIF8": "een afbeelding", b"{\\rtf": "een tekstdocument", b"{": "JSON",
}  # fmt: skip
WANTED = "Een plan is een werkboek (XLSX), een CSV, een ZIP met CSV of een XML van MS Project."
MOST_ROWS = 20_000
LARGEST = 20_000_000
LARGEST_UNPACKED = 60_000_000
KINDS = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".zip": "application/zip",
    ".xml": "application/xml",
}


def write_plan(outlook: Outlook, suffix: str) -> bytes:
    """The plan as a file of this kind."""
    sheets = to_sheets(outlook.document)
    if suffix == ".xlsx":
        return _xlsx(sheets)
    if suffix == ".csv":
        return _csv(sheets["mijlpalen"])
    if suffix == ".zip":
        return _zip(sheets)
    if suffix == ".xml":
        return write_mspdi(outlook)
    raise PlanFileError([f"Kies een bestand dat eindigt op {', '.join(KINDS)}."])


def read_plan(name: str, content: bytes, base: PlanDocument | None) -> PlanFile:
    """A plan file; what it does not carry stays as in ``base``. ``PlanFileError`` when refused."""
    if not content.strip():
        raise PlanFileError([f"Dit bestand is leeg. {WANTED}"])
    if len(content) > LARGEST:
        raise PlanFileError(["Dit bestand is te groot voor een plan. Stuur hoogstens 20 MB."])
    if content.startswith((b"\xd0\xcf\x11\xe0", b"PK")):
        if _is_zip_of_tables(content):
            return from_sheets(_from_zip(content), base)
        return from_sheets(_from_workbook(content), base)
    for magic, kind in FOREIGN.items():
        if content.startswith(magic):
            raise PlanFileError([f"Dit is {kind}, geen plan. {WANTED}"])
    if _looks_like_xml(content):
        return read_mspdi(content, base)
    rows, notices = _from_csv(content)
    stem = PurePath(name).stem.lower()
    sheet = stem if stem in SHEET_NAMES else "mijlpalen"
    plan = from_sheets({sheet: rows}, base)
    return PlanFile(plan.document, (*notices, *plan.notices))


def pack(document: PlanDocument) -> str:
    """A plan as text that a form can carry; ``unpack`` reads it."""
    return b64encode(_zip(to_sheets(document))).decode("ascii")


def unpack(text: str, base: PlanDocument) -> PlanDocument:
    """The plan of ``pack``, as a file is read."""
    try:
        content = b64decode(text, validate=True)
    except ValueError:
        raise PlanFileError(
            ["Het gekozen plan is er niet meer. Kies het bestand opnieuw."]
        ) from None
    return read_plan("plan.zip", content, base).document


def _looks_like_xml(content: bytes) -> bool:
    start = content[:200].replace(b"\0", b"")
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        start = start.removeprefix(mark)
    return start.lstrip().startswith(b"<")


def _xlsx(sheets: Sheets) -> bytes:
    import xlsxwriter  # noqa: PLC0415  only when a workbook is asked for

    file = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book = xlsxwriter.Workbook(file, options)
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "dd-mm-yyyy"})
    wrapped = book.add_format({"quote_prefix": True})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        page.freeze_panes(1, 0)
        page.set_column(0, len(rows[0]) - 1, 18)
        for place, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, bool):
                    page.write_string(place, column, "ja" if value else "nee")
                elif isinstance(value, date):
                    page.write_datetime(place, column, value, day)
                elif isinstance(value, int):
                    page.write_number(place, column, value)
                elif value != "":
                    shape = wrapped if value.startswith(FORMULA) else None
                    page.write_string(place, column, value, bold if place == 0 else shape)
    book.close()
    return file.getvalue()


def _from_workbook(content: bytes) -> Sheets:
    from core.workbooks.reading import open_workbook  # noqa: PLC0415
    from core.workbooks.sheets import WorkbookError  # noqa: PLC0415  only when one is read

    sheets: Sheets = {}
    try:
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            with open_workbook(Path(file.name)) as book:
                for sheet in book.sheets:
                    rows = book.rows(sheet.name, at_most=MOST_ROWS)
                    title = sheet.name.strip()
                    name = title.lower() if title.lower() in SHEET_NAMES else title
                    sheets[name] = _by_number(rows)
    except WorkbookError as error:
        raise PlanFileError([f"{error.message} {WANTED}"]) from None
    return sheets


def _by_number(rows: Iterable[tuple[int, list[str]]]) -> list[Row]:
    """Rows so that the place of each is its number, however many blank ones were left out."""
    numbered: list[Row] = []
    for number, cells in rows:
        numbered.extend(() for _ in range(min(number - 1, MOST_ROWS) - len(numbered)))
        numbered.append(cells)
    return numbered


def _is_zip_of_tables(content: bytes) -> bool:
    """Whether it is a ZIP of CSV files; a workbook is a ZIP too."""
    if not content.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = [part.filename.lower() for part in parts]
            tables = any(name.endswith(".csv") for name in names)
            size = sum(part.file_size for part in parts)
    except (zipfile.BadZipFile, OSError, EOFError):
        raise PlanFileError([f"Dit bestand is beschadigd. {WANTED}"]) from None
    if tables and size > LARGEST_UNPACKED:
        raise PlanFileError(["Uitgepakt is dit bestand te groot voor een plan."])
    return tables and "[content_types].xml" not in names


def _csv(rows: list[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _csv_cell(value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    # An apostrophe keeps a spreadsheet from reading text as a formula; reading takes it off again.
    return f"'{text}" if text.startswith((*FORMULA, "''", *(f"'{c}" for c in FORMULA))) else text


def _from_csv(content: bytes) -> tuple[list[Row], list[str]]:
    """Rows of a CSV in any of the shapes that a spreadsheet saves, and what was assumed of it."""
    text, notices = _decoded(content)
    declared = re.match(r'"?sep=(.)"?\r?\n?', text, re.IGNORECASE)
    head = text[:20_000]
    delimiter = declared[1] if declared else max(";,\t|", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise PlanFileError([f"Deze CSV is niet te lezen. {WANTED}"]) from None
    if len(rows) > MOST_ROWS:
        raise PlanFileError([f"Dit bestand heeft meer dan {MOST_ROWS} regels. {WANTED}"])
    return [tuple(_plain(cell) for cell in row) for row in rows], notices


def _decoded(content: bytes) -> tuple[str, list[str]]:
    """Text of a CSV, and what was assumed of its letters when it does not say so itself."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            encoding = find_encoding(Path(file.name))
        except EncodingError as error:
            raise PlanFileError([f"{error.message} {WANTED}"]) from None
    text = content.decode(encoding)
    if encoding in ("utf-8-sig", "utf-16"):
        return text, []
    return text, [
        f"De letters zijn gelezen als {NAMES[encoding]}. Klopt er een niet? Bewaar als UTF-8."
    ]


def _plain(cell: str) -> str:
    if cell.startswith(("''", *(f"'{c}" for c in FORMULA))):
        return cell[1:]
    return cell


def _zip(sheets: Mapping[str, list[Row]]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in sheets.items():
            # A fixed moment: the same plan gives the same bytes.
            archive.writestr(zipfile.ZipInfo(f"{name}.csv", (1980, 1, 1, 0, 0, 0)), _csv(rows))
    return file.getvalue()


def _from_zip(content: bytes) -> Sheets:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {
                PurePath(item.filename).stem.lower(): _from_csv(archive.read(item))[0]
                for item in archive.infolist()
                if item.filename.lower().endswith(".csv")
            }
    except DAMAGED_ZIP:
        raise PlanFileError([f"Dit bestand is beschadigd. {WANTED}"]) from None
