"""Workbooks for tests, made in memory."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from tests.providers.feed.lines import row


def xlsx(rows: Sequence[Sequence[Any]], *, sheets: Sequence[str] = (), **options: Any) -> bytes:
    """A workbook with these rows on its last sheet; other sheets hold a word."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, **options})
    day = book.add_format({"num_format": "dd-mm-yyyy"})
    for name in sheets:
        book.add_worksheet(name).write(0, 0, "Toelichting")
    page = book.add_worksheet("Data")
    for at, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if hasattr(cell, "toordinal"):
                page.write_datetime(at, column, cell, day)
            elif isinstance(cell, str) and cell.startswith("=ERR"):
                page.write_formula(at, column, "=NA()", None, "#N/A")
            elif cell is not None:
                page.write(at, column, cell)
    book.close()
    return file.getvalue()


def table(*rows: dict[str, Any]) -> list[list[Any]]:
    """Header and cells of feed rows."""
    found = list(rows) or [row()]
    header = list(dict.fromkeys(name for one in found for name in one))
    return [header, *([one.get(name, "") for name in header] for one in found)]
