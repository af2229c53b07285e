"""CSV in the shapes that people send: any of four separators, encodings and line ends."""

import csv
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from core.workbooks.text_files import NAMES, EncodingError, find_encoding
from providers.feed.columns import Mapping, lay_out
from providers.feed.table import (
    HEADER_WITHIN,
    MAXIMUM_COLUMNS,
    Header,
    Record,
    RefusedFileError,
    Table,
    find_header,
)
from providers.feed.values import clean, echo

SEPARATORS = {";": "puntkomma", ",": "komma", "\t": "tab", "|": "verticale streep"}
LONGEST_LINE = 1_000_000
LONGEST_CELL = 131_072
LONGEST_HEADER = 100_000
"""So many characters of a line are looked at to find the header."""
CHUNK = 1 << 20
RESPLIT_AT_MOST = 200
"""How many lines with a stray quote are taken apart before the file is given back."""
BLANK_AT_MOST = 1_000_000
BLANK_LINES = frozenset(("\n", "\r\n", "\r"))
BROKEN_QUOTE = "\N{REPLACEMENT CHARACTER} aanhalingsteken"


def open_delimited(path: Path, *, mapping: Mapping) -> Table:
    """Find encoding, separator and header row, and read on from there."""
    _refuse_endless_line(path)
    encoding = encoding_of(path)
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
        "encoding": NAMES[encoding],
        "separator": SEPARATORS.get(separator, separator),
    }
    records = _Records(path, encoding, separator, first, len(header))
    rows = iter(records)
    for row, _ in islice(rows, header_index, header_index + 1):
        assumed["header_row"] = row
    return Table(layout, rows, assumed)


def encoding_of(path: Path) -> str:
    """The encoding of a text file; refuses what is no text, or could be two different texts."""
    try:
        return find_encoding(path)
    except EncodingError as error:
        raise RefusedFileError("F001", reason=error.message) from None


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


def _find_header(
    sample: list[str], declared: str | None, mapping: Mapping
) -> tuple[str, int, list[str]]:
    best: tuple[int, int, str, Header] | None = None
    first: list[str] = []
    for separator in [declared] if declared else SEPARATORS:
        rows = list(_lenient(sample, separator))
        first = max([first, *rows[:3]], key=len)
        header = find_header(rows, mapping)
        score = (header.score, len(header.titles)) if header else (0, 0)
        if header and (best is None or score > best[:2]):
            best = (*score, separator, header)
    if best is None:
        first_cells = ", ".join(echo(cell, 30) for cell in first[:12] if clean(cell))
        raise RefusedFileError("F003", found=first_cells or "niets")
    _, _, separator, header = best
    if len(header.titles) > MAXIMUM_COLUMNS:
        raise RefusedFileError(
            "F002", reason=f"Het bestand heeft meer dan {MAXIMUM_COLUMNS} kolommen."
        )
    return separator, header.at, list(header.titles)


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
    Every line is read once, whatever the quotes in it.
    """

    def __init__(self, path: Path, encoding: str, separator: str, skip: int, width: int) -> None:
        self.path = path
        self.encoding = encoding
        self.separator = separator
        self.skip = skip
        self.width = width
        self.taken_apart = 0
        self.lines: Iterator[tuple[int, str]] = iter(())

    def __iter__(self) -> Iterator[Record]:
        separator, blank, blank_until = self.separator, 0, 0
        with self.path.open(encoding=self.encoding, newline="") as file:
            self.lines = enumerate(islice(file, self.skip, None), self.skip + 1)
            ahead: Iterator[tuple[int, str]] | None = None
            while ahead is not self.lines:
                ahead = self.lines
                for row, line in ahead:
                    if '"' in line:
                        yield from self._quoted(row, line)
                        if ahead is not self.lines:
                            ahead = None
                            break  # Some lines are to be read again.
                        continue
                    if line in BLANK_LINES:
                        blank = blank + 1 if blank_until == row - 1 else 1
                        blank_until = row
                        if blank > BLANK_AT_MOST:
                            reason = f"Na regel {row - blank} staan er {BLANK_AT_MOST} lege regels."
                            raise RefusedFileError("F002", reason=reason)
                    yield row, line.rstrip("\r\n").split(separator)

    def _quoted(self, row: int, line: str) -> Iterator[Record]:
        """The record that starts on a line with a quote, and may go on for some lines."""
        taken = [(row, line)]

        def following() -> Iterator[str]:
            yield line
            length = len(line)
            while length < LONGEST_CELL and (numbered := next(self.lines, None)) is not None:
                taken.append(numbered)
                length += len(numbered[1])
                yield numbered[1]

        try:
            cells = next(csv.reader(following(), delimiter=self.separator, strict=True))
        except (csv.Error, StopIteration):
            # Never closed, or text behind the closing quote: only this line is known to be a row.
            if len(taken) > 1:
                self.lines = chain(taken[1:], self.lines)
            yield self._as_one_row(row, line)
            return
        if len(taken) > 1 and len(cells) != self.width:
            yield from (self._as_one_row(*numbered) for numbered in taken)
        else:
            yield row, cells

    def _as_one_row(self, row: int, line: str) -> Record:
        self.taken_apart += 1
        if self.taken_apart > RESPLIT_AT_MOST or len(line) > LONGEST_CELL:
            raise RefusedFileError(
                "F001", reason=f"Rond regel {row} staan aanhalingstekens die niet worden gesloten."
            )
        return row, [_unquoted(cell) for cell in line.rstrip("\r\n").split(self.separator)]


def _unquoted(cell: str) -> str:
    """A cell without the quotes around it; a lone quote is marked, so that no rule accepts it."""
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return f"{BROKEN_QUOTE}: {cell}" if '"' in cell else cell
