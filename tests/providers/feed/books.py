"""Workbooks for tests, made in memory."""

import html
import io
import zipfile
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from tests.providers.feed.lines import row


class Shown(float):
    """A number with a percent sign behind it: by its format, or only as a text."""

    literal = False


class ShownLiterally(Shown):
    """The sign is a text behind the number."""

    literal = True


def xlsx(rows: Sequence[Sequence[Any]], *, sheets: Sequence[str] = (), **options: Any) -> bytes:
    """A workbook with these rows on its last sheet; other sheets hold a word."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, **options})
    day = book.add_format({"num_format": "dd-mm-yyyy"})
    percent = book.add_format({"num_format": "0.0%"})
    literal = book.add_format({"num_format": '0.00" %"'})
    for name in sheets:
        book.add_worksheet(name).write(0, 0, "Toelichting")
    page = book.add_worksheet("Data")
    for at, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if hasattr(cell, "toordinal"):
                page.write_datetime(at, column, cell, day)
            elif isinstance(cell, str) and cell.startswith("=ERR"):
                page.write_formula(at, column, "=NA()", None, "#N/A")
            elif isinstance(cell, Shown):
                page.write_number(at, column, cell, literal if cell.literal else percent)
            elif cell is not None:
                page.write(at, column, cell)
    book.close()
    return file.getvalue()


def table(*rows: dict[str, Any]) -> list[list[Any]]:
    """Header and cells of feed rows."""
    result = list(rows) or [row()]
    header = list(dict.fromkeys(name for one in result for name in one))
    return [header, *([one.get(name, "") for name in header] for one in result)]


def _ods_cell(cell: Any) -> str:
    if isinstance(cell, Shown) and not cell.literal:
        kind = f'office:value-type="percentage" office:value="{float(cell)!r}"'
        displayed = f"{cell:.1%}"
    elif isinstance(cell, float):
        kind, displayed = (
            f'office:value-type="float" office:value="{float(cell)!r}"',
            str(float(cell)),
        )
    elif str(cell).startswith("=ERR"):
        kind = (
            'table:formula="of:=NA()" office:value-type="string" office:string-value="" '
            'calcext:value-type="error"'
        )
        displayed = "#N/A"
    else:
        kind, displayed = 'office:value-type="string"', html.escape(str(cell))
    if displayed == "":
        return "<table:table-cell/>"
    return f"<table:table-cell {kind}><text:p>{displayed}</text:p></table:table-cell>"


def ods(rows: Sequence[Sequence[Any]]) -> bytes:
    """The same as an ODS, on the second of two sheets and below two blank rows."""
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in names)
    spaces += (
        ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    )
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, r))}</table:table-row>" for r in rows)
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}>'
        "<office:body><office:spreadsheet>"
        '<table:table table:name="Uitleg"><table:table-row>'
        '<table:table-cell calcext:value-type="error" office:value-type="string"><text:p>#REF!'
        "</text:p></table:table-cell></table:table-row></table:table>"
        '<table:table table:name="Data">'
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        f"{body}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
        packed.writestr("content.xml", text)
    return file.getvalue()
