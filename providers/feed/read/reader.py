"""From a file to a table of text with the row numbers a person sees. Pure: files in, text out.

What kind of file it is follows from its first bytes, never from its name. What was assumed on the
way (encoding, separator, sheet, header row) is kept for the receipt.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from difflib import SequenceMatcher
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from core.personal_data import kind_in
from providers.feed.columns import NO_MAPPING, Layout, Mapping
from providers.feed.table import ARCHIVE, Record, RefusedFileError, Table, doubled
from providers.feed.values import MONTHS, echo, fold

if TYPE_CHECKING:
    from core.workbooks.reading import Workbook

MAXIMUM_BYTES = 2_000_000_000
LOOKED_AT = 500
"""So many rows tell what a column is that we do not know."""

_MAGIC = (
    (b"PK\x03\x04", "workbook"),
    (b"\xd0\xcf\x11\xe0", "workbook"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"\x1f\x8b", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"{\\rtf", "document"),
)
_FOREIGN = {
    "pdf": "Dit is een PDF.",
    "picture": "Dit is een afbeelding.",
    "archive": ARCHIVE,
    "document": "Dit is een tekstdocument.",
    "page": "Dit is een webpagina of een ander soort XML.",
}


def kind_of(start: bytes) -> str:
    """What the first bytes say: ``workbook``, ``json``, ``text`` or something foreign."""
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return kind
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        start = start.replace(b"\0", b"")[2:]
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if text[:1] in (b"{", b"["):
        return "json"
    if text[:1] == b"<":
        return "page"
    return "text"


@contextmanager
def open_table(
    path: Path,
    *,
    sheet: str | None = None,
    mapping: Mapping = NO_MAPPING,
    keys: frozenset[str] | None = None,
    book: "Workbook | None" = None,
) -> Iterator[Table]:
    """Open a file of any kind as a table; raises ``RefusedFileError`` when that cannot be.

    ``keys`` are the columns that hold keys and names, where they are not those of the feed: there
    a cell of a workbook is the text that a person sees. ``book`` is the file, when it is open.
    """
    size = path.stat().st_size
    if not size:
        raise RefusedFileError("F001", reason="Het bestand is leeg.")
    if size > MAXIMUM_BYTES:
        raise RefusedFileError("F002", reason="Het bestand is groter dan 2 GB.")
    with path.open("rb") as file:
        kind = kind_of(file.read(512))
    if kind in _FOREIGN:
        raise RefusedFileError("F001", reason=_FOREIGN[kind])
    # Each kind is read by its own module, loaded only when a file of that kind comes in.
    if kind == "workbook":
        from providers.feed.read.workbook import KEYS, open_workbook  # noqa: PLC0415

        with open_workbook(
            path, sheet=sheet, mapping=mapping, keys=keys or KEYS, book=book
        ) as table:
            yield _without_citizen_numbers(table)
    elif kind == "json":
        from providers.feed.read.json_rows import open_json  # noqa: PLC0415

        yield _without_citizen_numbers(open_json(path, mapping=mapping))
    else:
        from providers.feed.read.delimited import open_delimited  # noqa: PLC0415

        yield _without_citizen_numbers(open_delimited(path, mapping=mapping))


def _without_citizen_numbers(table: Table) -> Table:
    """Take an unknown column for personal when many of its first cells have a BSN in them."""
    layout = table.layout
    unknown = [at for at, title in enumerate(layout.header) if title in layout.unknown]
    if not unknown:
        return table
    records = iter(table.records)
    first = list(islice(records, LOOKED_AT))
    table.records = chain(first, records)
    if personal := [at for at in unknown if _many_have_one(first, at)]:
        titles = tuple(layout.header[at] for at in personal)
        table.layout = replace(
            layout,
            unknown=tuple(title for title in layout.unknown if title not in titles),
            personal=(*layout.personal, *titles),
            personal_positions=(*layout.personal_positions, *personal),
        )
    return table


def _many_have_one(records: Sequence[Record], at: int) -> bool:
    cells = [cells[at] for _, cells in records if at < len(cells) and cells[at]]
    return 0 < len(cells) <= 3 * sum(kind_in(cell, names=False) is not None for cell in cells)


ALIKE = 0.7
"""So much alike two names are when one may be meant by the other."""
MOST_ALIKE = 4
"""A name with more letters than this may be meant when it is a part of ours: ``Lezen``."""


def refuse_layout(layout: Layout, *, only_month: date | None) -> None:
    """Refuse a file of which a column is missing or doubled; a given month replaces its column."""
    missing = [name for name in layout.missing if name != "rapportagemaand" or only_month is None]
    error = None
    if layout.doubled:
        error = doubled(layout)
    elif missing:
        months = [title for title in layout.unknown if _MONTH_IN.search(title)]
        own = [title for title in layout.unknown if title not in months]
        named = ", ".join(_with_hint(name, own) for name in missing)
        unknown = ", ".join(echo(title, 30) for title in own)
        unknown_columns = f" Deze kolommen kennen wij niet: {unknown}." if own else ""
        if likely := _other_shape(layout, months):
            error = RefusedFileError("F022", likely=likely, missing=named)
        else:
            error = RefusedFileError("F004", missing=named, found=unknown_columns)
    if error:
        error.layout = layout
        raise error


_MONTH_IN = re.compile(rf"(^|[\W_])({'|'.join(MONTHS)})\b", re.IGNORECASE)


def _other_shape(layout: Layout, months: Sequence[str]) -> str:
    """What to do with a table of another shape, which is why columns are missing."""
    if len(months) > 1:
        return (
            f'Staat er een kolom per maand ("{echo(months[0], 30)}", "{echo(months[-1], 30)}")? '
            "Maak dan een rij per cursist per maand, met de maand in rapportagemaand."
        )
    if len(layout.positions) == 1 and len(set(layout.header)) < len(layout.header) - 1:
        return (
            "Staan de kolomnamen onder elkaar? Kopieer dan alles en plak het gekanteld (Plakken "
            "speciaal: Transponeren)."
        )
    return ""


def _with_hint(name: str, unknown: Sequence[str]) -> str:
    """A missing column, with the column of the file that may be meant by it."""
    for title in unknown:
        key = fold(title)
        part = len(key) > MOST_ALIKE and key in fold(name)
        if part or fold(name) in key or SequenceMatcher(None, fold(name), key).ratio() > ALIKE:
            return f'{name} (is dat jullie kolom "{echo(title, 30)}"?)'
    return name
