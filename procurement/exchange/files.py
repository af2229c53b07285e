"""Plan files: a workbook, one CSV with the milestones, or a ZIP with a CSV per sheet."""

import csv
import io
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import PurePath
from typing import Any

from procurement.exchange.msproject_read import read_mspdi
from procurement.exchange.msproject_write import write_mspdi
from procurement.exchange.sheets import PlanFile, PlanFileError, Row, Sheets, from_sheets, to_sheets
from procurement.plan.documents import PlanDocument
from procurement.plan.outlook import Outlook

FORMULA = ("=", "+", "-", "@", "\t", "\r")
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
    """A plan file; what the file does not carry stays as in ``base``."""
    if len(content) > LARGEST:
        raise PlanFileError(["Dit bestand is te groot voor een plan. Stuur hoogstens 20 MB."])
    suffix = PurePath(name).suffix.lower()
    if suffix == ".xml":
        return read_mspdi(content, base)
    if suffix == ".xlsx":
        return PlanFile(from_sheets(_from_xlsx(content), base))
    if suffix == ".csv":
        return PlanFile(from_sheets({"mijlpalen": _from_csv(content)}, base))
    if suffix == ".zip":
        return PlanFile(from_sheets(_from_zip(content), base))
    raise PlanFileError([f"Kies een bestand dat eindigt op {', '.join(KINDS)}."])


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


def _from_xlsx(content: bytes) -> Sheets:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415  only when one is read

    _require_small(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return {
            name.strip().lower(): [tuple(row) for row in book.get_sheet_by_name(name).to_python()]
            for name in book.sheet_names
        }
    except PlanFileError:
        raise
    except Exception as error:
        raise PlanFileError(
            ["Dit is geen werkmap die te lezen is. Sla haar op als .xlsx, zonder wachtwoord."]
        ) from error


def _require_small(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(item.file_size for item in archive.infolist())
    except zipfile.BadZipFile:
        raise PlanFileError(
            ["Dit is geen werkmap of ZIP die te lezen is. Sla het bestand opnieuw op."]
        ) from None
    if size > LARGEST_UNPACKED:
        raise PlanFileError(["Uitgepakt is dit bestand te groot voor een plan."])


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


def _from_csv(content: bytes) -> list[Row]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise PlanFileError(["Deze CSV is niet te lezen. Sla haar opnieuw op."]) from None
    return [tuple(_plain(cell) for cell in row) for row in rows]


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
    _require_small(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            PurePath(item.filename).stem.lower(): _from_csv(archive.read(item))
            for item in archive.infolist()
            if item.filename.lower().endswith(".csv")
        }
