"""Keep no more of a file than may be kept: a copy of its known columns takes its place.

The copy is CSV: the row number of the file in front, then the known columns with their headers as
they were; a cell in which personal data are seen is emptied, and so is a trajectnummer that cannot
be one. The SHA-256 stays the one of the file as received.
"""

import csv
import hashlib
import io
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO

from core.errors import DomainError
from core.personal_data import kind_in, kind_in_key
from core.storage import Storage
from providers.feed.columns import Mapping
from providers.feed.read.reader import open_table
from providers.feed.table import Table
from providers.feed.values import clean, may_be_name

CLEANED = ".cleaned.csv"
ROW_HEADER = "#rij"
SEPARATOR = ";"
QUOTED = re.compile(f'[{SEPARATOR}"\r\n]')
"""What a cell of a CSV has quotes for."""
REMEMBERED = 100_000
"""Texts that are remembered while a copy is written."""


class FileGoneError(DomainError):
    """What was received is not there any more: its day is over, or it was decided on."""

    def __init__(self) -> None:
        super().__init__(
            "file_gone",
            "Het bestand van deze levering is er niet meer: wij bewaren een bestand een dag, en na "
            "het aannemen alleen de kolommen die wij kennen. Stuur het opnieuw.",
        )


def fingerprint(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kept_file(storage: Storage, sha256: str) -> Path:
    """What is kept of a file that was taken in: a cleaned copy, or the bytes as received."""
    return _first((storage.path(sha256, CLEANED), storage.path(sha256)))


def received_file(storage: Storage, sha256: str) -> Path:
    """The bytes of a file that is still to be decided on."""
    return _first((storage.arrived(sha256), storage.path(sha256)))


def _first(paths: Iterable[Path]) -> Path:
    for path in paths:
        if path.exists():
            return path
    raise FileGoneError


def is_cleaned(path: Path) -> bool:
    """Whether this is a cleaned copy."""
    return path.name.endswith(CLEANED)


def write_cleaned(
    storage: Storage, sha256: str, path: Path, mapping: Mapping, sheet: str | None
) -> None:
    """Write the cleaned copy of a file."""
    with open_table(path, sheet=sheet, mapping=mapping) as table:
        _write(table, storage, sha256)


def write_without(
    storage: Storage, sha256: str, mapping: Mapping, numbers: Collection[str]
) -> None:
    """Take the rows of some trajectnummers out of what is kept of a file."""
    path = kept_file(storage, sha256)
    with kept_table(path, mapping=mapping) as table:
        _write(table, storage, sha256, without=frozenset(numbers))
    storage.path(sha256).unlink(missing_ok=True)


@contextmanager
def copy_without(path: Path, mapping: Mapping, numbers: frozenset[str]) -> Iterator[Path]:
    """A kept file without the rows of some trajectnummers, to read and then forget."""
    if not numbers:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, f"copy{CLEANED}")
        with kept_table(path, mapping=mapping) as table, copy.open("wb") as raw:
            _write_rows(table, raw, without=numbers)
        yield copy


def _write(
    table: Table, storage: Storage, sha256: str, *, without: frozenset[str] = frozenset()
) -> None:
    with storage.replacement(storage.path(sha256, CLEANED)) as raw:
        _write_rows(table, raw, without=without)


def _write_rows(table: Table, raw: IO[bytes], *, without: frozenset[str]) -> None:
    kept = sorted((at, name) for name, at in table.layout.positions.items())
    if table.layout.key_position is not None:
        kept.append((table.layout.key_position, ""))
    key = table.layout.positions.get("trajectnummer")
    places, others = [at for at, _ in kept], [at for at, _ in kept if at != key]
    readers = [cell_reader(name) for _, name in kept]
    width = max(places, default=-1) + 1
    # Texts that were looked at, stay as they are and need no quotes: most rows are made of those.
    sound, sound_numbers = set[str](), set[str]()
    text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
    out = csv.writer(text, delimiter=SEPARATOR)
    out.writerow([ROW_HEADER, *(table.layout.header[at] for at in places)])
    for row, cells in table.records:
        padded = cells if len(cells) >= width else [*cells, *[""] * (width - len(cells))]
        number = "" if key is None else padded[key]
        if without and clean(number) in without:
            continue
        picked = [padded[at] for at in places]
        if number in sound_numbers and sound.issuperset([padded[at] for at in others]):
            text.write(f"{row}{SEPARATOR}{SEPARATOR.join(picked)}\r\n")
            continue
        cleaned = [read(cell) for read, cell in zip(readers, picked, strict=True)]
        out.writerow([row, *cleaned])
        if cleaned == picked and not QUOTED.search("".join(picked)):
            if len(sound) + len(sound_numbers) > REMEMBERED:
                sound.clear()
                sound_numbers.clear()
            sound.update(padded[at] for at in others)
            sound_numbers.add(number)
    text.detach()


def cell_reader(column: str) -> Callable[[str], str]:
    """What is kept of a cell of a column: itself, or nothing; each text is looked at once."""
    find = kind_in_key if column == "trajectnummer" else kind_in

    @lru_cache(maxsize=50_000)
    def read(cell: str) -> str:
        text = clean(cell)
        is_key = column == "trajectnummer"
        impossible = is_key and (may_be_name(text) or not any(c.isdigit() for c in text))
        return "" if impossible or find(text) else cell

    return read


@contextmanager
def kept_table(path: Path, *, mapping: Mapping, sheet: str | None = None) -> Iterator[Table]:
    """The table of a kept file; a cleaned copy gives the row numbers of the file as received."""
    with open_table(path, sheet=sheet, mapping=mapping) as table:
        if is_cleaned(path):
            table.records = (
                (int(cells[0]), ["", *cells[1:]]) for _, cells in table.records if cells
            )
        yield table
