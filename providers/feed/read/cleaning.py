"""Keep no more of a file than may be kept: a copy without personal cells takes its place.

The copy is CSV: the row number of the file in front, then the columns as they were, with the cells
of personal columns and every BSN emptied. The SHA-256 stays the one of the file as received.
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import DomainError
from core.personal_data import is_citizen_number
from core.storage import Storage
from providers.feed.columns import Mapping
from providers.feed.read.reader import open_table
from providers.feed.table import Table
from providers.feed.values import clean

CLEANED = ".cleaned.csv"
ROW_HEADER = "#rij"


def fingerprint(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kept_file(storage: Storage, sha256: str) -> Path:
    """The file as received, or its cleaned copy when that took its place."""
    for path in (storage.path(sha256), storage.path(sha256, CLEANED)):
        if path.exists():
            return path
    raise DomainError(
        "file_gone",
        "Het bestand van deze levering is er niet meer. Vraag de beheerder naar de reservekopie.",
    )


def is_cleaned(path: Path) -> bool:
    """Whether this is a cleaned copy."""
    return path.name.endswith(CLEANED)


def write_cleaned(
    storage: Storage, sha256: str, path: Path, mapping: Mapping, sheet: str | None
) -> None:
    """Write the cleaned copy of a file beside it."""
    with (
        open_table(path, sheet=sheet, mapping=mapping) as table,
        storage.replacement(sha256, CLEANED) as raw,
    ):
        text = io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=True)
        out = csv.writer(text, delimiter=";")
        out.writerow([ROW_HEADER, *table.layout.header])
        personal = frozenset(table.layout.personal_positions)
        for row, cells in table.records:
            out.writerow(
                [
                    row,
                    *(
                        "" if at in personal or is_citizen_number(clean(cell)) else cell
                        for at, cell in enumerate(cells)
                    ),
                ]
            )
        text.detach()


@contextmanager
def kept_table(path: Path, *, mapping: Mapping, sheet: str | None = None) -> Iterator[Table]:
    """The table of a kept file; a cleaned copy gives the row numbers of the file as received."""
    with open_table(path, sheet=sheet, mapping=mapping) as table:
        if is_cleaned(path):
            table.records = (
                (int(cells[0]), ["", *cells[1:]]) for _, cells in table.records if cells
            )
        yield table
