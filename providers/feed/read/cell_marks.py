"""What the reader of workbooks leaves out about a cell: an error, no result, or a percentage.

An error (``#N/B``), and a formula that no program has calculated yet, are read as an empty cell,
which may be fine where these never are. A number that is shown as ``40 %`` is read as 0,4, and what
is meant is unclear. Each comes back as a text that no column takes for something else.
"""

import zipfile
from collections.abc import Iterable
from pathlib import Path

from providers.feed.read.cell_mark import Mark


def cell_marks(path: Path, sheet: str) -> dict[int, dict[int, str]]:
    """Per row (from 1) the text of those cells by column (from 0)."""
    found: dict[int, dict[int, str]] = {}
    for row, column, text in _marks(path, sheet):
        found.setdefault(row, {})[column] = text
    return found


def _marks(path: Path, sheet: str) -> Iterable[Mark]:
    # Each kind is searched by its own module, loaded only for a workbook of that kind.
    if not zipfile.is_zipfile(path):
        from providers.feed.read.cell_marks_xls import marks as of_xls  # noqa: PLC0415

        return of_xls(path, sheet)
    with zipfile.ZipFile(path) as packed:
        is_ods = "content.xml" in packed.namelist()
    if is_ods:
        from providers.feed.read.cell_marks_ods import marks as of_ods  # noqa: PLC0415

        return of_ods(path, sheet)
    from providers.feed.read.cell_marks_xlsx import marks as of_xlsx  # noqa: PLC0415

    return of_xlsx(path, sheet)
