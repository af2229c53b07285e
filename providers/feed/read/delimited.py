"""CSV in the shapes that people send: any of four separators, encodings and line ends."""

import codecs
import csv
import re
from collections.abc import Generator, Iterator
from itertools import islice
from pathlib import Path

from providers.feed.columns import Mapping, lay_out, recognised
from providers.feed.table import (
    HEADER_WITHIN,
    MAXIMUM_COLUMNS,
    Record,
    RefusedFileError,
    Table,
)
from providers.feed.values import clean, echo

SEPARATORS = {";": "puntkomma", ",": "komma", "\t": "tab", "|": "verticale streep"}
LONGEST_LINE = 1_000_000
LONGEST_CELL = 131_072
LONGEST_HEADER = 100_000
"""So many characters of a line are looked at to find the header."""
CHUNK = 1 << 20
RESPLIT_AT_MOST = 200
"""How many records with a stray quote are taken apart again before the file is given back."""
_NO_TEXT = "Dit bestand is geen leesbare tekst."
BROKEN_QUOTE = "\N{REPLACEMENT CHARACTER} aanhalingsteken"


def open_delimited(path: Path, *, mapping: Mapping) -> Table:
    """Find encoding, separator and header row, and read on from there."""
    _refuse_endless_line(path)
    encoding = find_encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        sample = [line[:LONGEST_HEADER] for line in islice(file, HEADER_WITHIN)]
    first = 0
    declared = re.match(r'"?sep=(.)"?\r?\n?$', sample[0], re.IGNORECASE) if sample else None
    if declared:
        first = 1
    separator, header_index, header = _find_header(
        sample[first:], declared[1] if declared else None, mapping
    )
    layout = lay_out(header, mapping)
    assumed: dict[str, object] = {
        "kind": "CSV",
        "encoding": {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252", "utf-16": "UTF-16"}[encoding],
        "separator": SEPARATORS.get(separator, separator),
    }
    records = _Records(path, encoding, separator, first, len(header))
    rows = iter(records)
    for row, _ in islice(rows, header_index, header_index + 1):
        assumed["header_row"] = row
    return Table(layout, rows, assumed)


def find_encoding(path: Path) -> str:
    """UTF-8 when all of it is, else Windows-1252; UTF-16 by its mark. Refuses what is no text."""
    with path.open("rb") as file:
        wide = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            _decode_all(path, encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    what = "De tekens in dit bestand zijn beschadigd." if wide else _NO_TEXT
    raise RefusedFileError("F001", reason=what)


def _refuse_endless_line(path: Path) -> None:
    """Refuse a line that would take all memory; UTF-16 has the bytes of a line end too."""
    unbroken = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            unbroken = unbroken + len(chunk) if end < 0 else len(chunk) - 1 - end
            if unbroken > LONGEST_LINE:
                raise RefusedFileError(
                    "F002", reason="Het bestand heeft een regel van meer dan een miljoen tekens."
                )


def _decode_all(path: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if "\0" in decoder.decode(chunk):
                raise RefusedFileError("F001", reason=_NO_TEXT)
        decoder.decode(b"", final=True)


def _has_quotes(path: Path) -> bool:
    with path.open("rb") as file:
        return any(b'"' in chunk for chunk in iter(lambda: file.read(CHUNK), b""))


def _find_header(
    sample: list[str], declared: str | None, mapping: Mapping
) -> tuple[str, int, list[str]]:
    best: tuple[int, int, str, int, list[str]] | None = None
    for separator in [declared] if declared else SEPARATORS:
        for index, cells in enumerate(_lenient(sample, separator)):
            if best is not None and sum(map(bool, cells)) < best[0]:
                continue  # With fewer cells than the best names columns it cannot be the header.
            score = (recognised(cells, mapping), len(cells))
            if best is None or score > best[:2]:
                best = (*score, separator, index, cells)
    if best is None or not best[0]:
        found = ", ".join(echo(cell, 30) for cell in (best[4] if best else [])[:12] if clean(cell))
        raise RefusedFileError("F003", found=found or "niets")
    header = [clean(cell) for cell in best[4]]
    if len(header) > MAXIMUM_COLUMNS:
        raise RefusedFileError(
            "F002", reason=f"Het bestand heeft meer dan {MAXIMUM_COLUMNS} kolommen."
        )
    while header and not header[-1]:
        header.pop()
    return best[2], best[3], header


def _lenient(lines: list[str], separator: str) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=separator)
    try:
        yield from reader
    except csv.Error:
        return


class _Records:
    """The records of a file with the line on which each starts.

    A quote that is never closed, or closed in another row, would swallow the rows in between. Such
    a record is taken apart: each of its lines is read as a row of its own, so that no row is lost.
    """

    def __init__(self, path: Path, encoding: str, separator: str, skip: int, width: int) -> None:
        self.path = path
        self.encoding = encoding
        self.separator = separator
        self.skip = skip
        self.width = width
        self.taken_apart = 0

    def __iter__(self) -> Iterator[Record]:
        if not _has_quotes(self.path):
            yield from self._split()
            return
        start: int | None = self.skip
        while start is not None:
            start = yield from self._from(start)

    def _split(self) -> Iterator[Record]:
        """Without any quote a line is a row, and splitting it takes half the time."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            for row, line in enumerate(islice(file, self.skip, None), self.skip + 1):
                yield row, line.rstrip("\r\n").split(self.separator)

    def _from(self, skip: int) -> Generator[Record, None, int | None]:
        """Yield records after ``skip`` lines; return where to go on after an unclosed quote."""
        csv.field_size_limit(LONGEST_CELL)
        with self.path.open(encoding=self.encoding, newline="") as file:
            for _ in islice(file, skip):
                pass
            reader = csv.reader(file, delimiter=self.separator, strict=True)
            row = skip + 1
            while True:
                try:
                    for cells in reader:
                        following = skip + reader.line_num + 1
                        if following - row > 1 and len(cells) != self.width:
                            yield from self._line_by_line(row, following)
                        else:
                            yield row, cells
                        row = following
                    return None
                except csv.Error:
                    following = skip + reader.line_num + 1
                    if following - row > 1:
                        yield from self._line_by_line(row, row + 1)
                        return row
                    yield from self._line_by_line(row, following)
                    row = following

    def _line_by_line(self, first: int, after: int) -> Iterator[Record]:
        self.taken_apart += 1
        if self.taken_apart > RESPLIT_AT_MOST:
            raise RefusedFileError(
                "F001",
                reason=f"Rond regel {first} staan aanhalingstekens die niet worden gesloten.",
            )
        with self.path.open(encoding=self.encoding, newline="") as file:
            for number, line in enumerate(islice(file, first - 1, after - 1), first):
                text = line.rstrip("\r\n")
                cells = next(
                    csv.reader([text], delimiter=self.separator, quoting=csv.QUOTE_NONE), []
                )
                yield number, [_unquoted(cell) for cell in cells]


def _unquoted(cell: str) -> str:
    """A cell without the quotes around it; a lone quote is marked, so that no rule accepts it."""
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return f"{BROKEN_QUOTE}: {cell}" if '"' in cell else cell
