"""Downloads: CSV that a Dutch Excel opens right, and XLSX; streamed, and never a live formula."""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from flask import Response, send_file, stream_with_context

from core.dates import AMSTERDAM

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
ROWS_PER_CHUNK = 500
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


NUMBER = re.compile(r"[+-]?\d[\d.]*(,\d+)?( ?%)?")
"""A number as it is shown here; a spreadsheet takes it for a number, whatever its sign."""


def may_be_formula(value: object) -> bool:
    """Whether a spreadsheet could take this text for a formula."""
    risky = isinstance(value, str) and value.startswith(FORMULA_STARTS)
    return risky and NUMBER.fullmatch(str(value)) is None


def csv_cell(value: Any) -> str:
    """Write one cell: Dutch dates and decimals, and an apostrophe before what looks a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, datetime):
        return f"{value.astimezone(AMSTERDAM):%d-%m-%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    if isinstance(value, float | Decimal):
        return str(value).replace(".", ",")
    return f"'{value}" if may_be_formula(value) else str(value)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Write a CSV with semicolons and a byte order mark, some hundreds of rows at a time."""
    buffer = io.StringIO()
    buffer.write(BYTE_ORDER_MARK)
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([csv_cell(name) for name in header])
    for number, row in enumerate(rows, start=1):
        writer.writerow([csv_cell(value) for value in row])
        if number % ROWS_PER_CHUNK == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def write_xlsx(
    file: IO[bytes],
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    sheet: str = "Gegevens",
) -> None:
    """Write a workbook with one sheet, row by row, in constant memory."""
    import xlsxwriter  # noqa: PLC0415  only when a workbook is asked for

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(file, options)
    # The quote prefix keeps text as text, even after somebody edits the cell.
    quoted = book.add_format({"quote_prefix": True})
    day = book.add_format({"num_format": "dd-mm-yyyy"})
    moment = book.add_format({"num_format": "dd-mm-yyyy hh:mm"})
    bold = book.add_format({"bold": True})
    page = book.add_worksheet(sheet)
    page.freeze_panes(1, 0)
    for column, name in enumerate(header):
        page.write_string(0, column, name, bold)
    page.set_column(0, max(len(header) - 1, 0), 18)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, bool):
                page.write_string(number, column, "ja" if value else "nee")
            elif isinstance(value, datetime):
                local = value.astimezone(AMSTERDAM).replace(tzinfo=None)
                page.write_datetime(number, column, local, moment)
            elif isinstance(value, date):
                page.write_datetime(number, column, value, day)
            elif isinstance(value, int | float | Decimal):
                page.write_number(number, column, value)
            elif value is not None:
                shape = quoted if may_be_formula(value) else None
                page.write_string(number, column, str(value), shape)
    book.close()


def download(
    name: str, kind: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Response:
    """Answer with a download ``name.csv`` or ``name.xlsx``; ``rows`` may be a generator."""
    if kind == "csv":
        response = Response(stream_with_context(csv_text(header, rows)), content_type=CSV_TYPE)
        response.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
        return response
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    write_xlsx(file, header, rows)
    file.seek(0)
    return send_file(file, XLSX_TYPE, as_attachment=True, download_name=f"{name}.xlsx")
