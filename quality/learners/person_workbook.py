"""Everything about one person as a workbook: a sheet per kind."""

from typing import IO, Any


def write_workbook(file: IO[bytes], document: dict[str, Any]) -> None:
    """Write what ``person_operations.everything_about`` gave."""
    import xlsxwriter  # noqa: PLC0415  only when a workbook is asked for

    book = xlsxwriter.Workbook(
        file, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    bold = book.add_format({"bold": True})
    for name, rows in document.items():
        if not isinstance(rows, list):
            continue
        page = book.add_worksheet(name[:31])
        listed = [row if isinstance(row, dict) else {name: row} for row in rows]
        header = list(dict.fromkeys(key for row in listed for key in row))
        page.write_row(0, 0, header, bold)
        for at, row in enumerate(listed, start=1):
            for column, key in enumerate(header):
                if (value := row.get(key)) is not None:
                    page.write_string(at, column, str(value))
    book.close()
