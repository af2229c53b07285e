"""The child process that reads a workbook: limits itself, then sends the rows to its parent.

Run as ``python -m providers.feed.read.workbook_child REQUEST``. Each frame on standard output is a
length and a marshalled dictionary: one that opens (the header and what was assumed, or why the
file is refused), then rows, then an empty list of rows.
"""

import json
import marshal
import resource
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from providers.feed.columns import Mapping, lay_out, recognised
from providers.feed.read.cell_marks import cell_marks
from providers.feed.table import HEADER_WITHIN, MAXIMUM_COLUMNS
from providers.feed.values import COVERED, clean, echo

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 60
BATCH = 2_000
FURTHEST = 2_000
"""How many rows down a merged cell is followed."""


def limit() -> None:
    """Take no more memory or processor time than an honest workbook needs."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def send(frame: dict[str, Any]) -> None:
    """One frame to the parent."""
    payload = marshal.dumps(frame)
    sys.stdout.buffer.write(struct.pack("<I", len(payload)) + payload)


def _number(value: float) -> str:
    # Fifteen digits are what a spreadsheet keeps and shows; a longer key has lost its end.
    return f"{value:.15g}"


def _moment(value: datetime) -> str:
    return value.date().isoformat() if value.time() == time() else value.isoformat(" ")


def _duration(value: timedelta) -> str:
    minutes = round(value.total_seconds() / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


TEXT_OF: dict[type, Callable[[Any], str]] = {
    str: str,
    float: _number,
    int: str,
    bool: lambda value: "ja" if value else "nee",
    datetime: _moment,
    date: date.isoformat,
    time: lambda value: value.isoformat("minutes"),
    timedelta: _duration,
}


def _covered(sheet: Any) -> Iterator[tuple[int, int]]:
    """Row (from 1) and column (from 0) of the cells that are merged with one in a row above."""
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for row in range(top + 1, min(bottom, top + FURTHEST) + 1):
            for column in range(left, min(right, left + MAXIMUM_COLUMNS) + 1):
                yield row + 1, column


def _rows(sheet: Any, marks: dict[int, dict[int, str]]) -> Iterator[tuple[int, list[str]]]:
    if sheet.start is None:
        return
    for row, column in _covered(sheet):
        marks.setdefault(row, {}).setdefault(column, COVERED)
    shift = sheet.start[1]
    text_of = TEXT_OF
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [cell if type(cell) is str else text_of[type(cell)](cell) for cell in cells]
        # A row of nothing but covered cells is part of a note, or blank.
        data = any(texts)
        for column, shown in marks.get(number, {}).items():
            if data or shown != COVERED:
                texts.extend([""] * (column - shift + 1 - len(texts)))
                texts[column - shift] = shown
        yield number, texts


@dataclass
class Found:
    """What may be the header of a sheet: how many columns it names, and where it stands."""

    sheet: str
    score: int
    at: int
    looked_at: list[tuple[int, list[str]]]
    rows: Iterator[tuple[int, list[str]]]

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        header = [clean(cell) for cell in self.looked_at[self.at][1]]
        while header and not header[-1]:
            header.pop()
        return header

    def missing(self, mapping: Mapping) -> set[str]:
        """Mandatory columns that are not there; the month may be told apart from the file."""
        return set(lay_out(self.header, mapping).missing) - {"rapportagemaand"}


def _look(book: Any, path: Path, sheet: str, mapping: Mapping) -> Found:
    """Find the row that names most columns among the first rows of a sheet."""
    page = book.get_sheet_by_name(sheet)
    rows = _rows(page, cell_marks(path, sheet))
    looked_at = list(islice(rows, HEADER_WITHIN))
    scores = [recognised(cells, mapping) for _, cells in looked_at]
    best = max(scores, default=0)
    return Found(sheet, best, scores.index(best) if best else -1, looked_at, rows)


def _sheets(book: Any) -> list[str]:
    """The sheets in the order in which they are looked at: what a person sees comes first."""
    pages = sorted(
        book.sheets_metadata, key=lambda page: not str(page.visible).endswith(".Visible")
    )
    return [page.name for page in pages]


def main(request: dict[str, Any]) -> None:
    """Read the asked sheet, or the first that has the whole header, or else most of it."""
    import python_calamine as calamine  # noqa: PLC0415  after the limits

    mapping = Mapping(headers=request["headers"])
    try:
        book = calamine.load_workbook(request["path"])
        names = [request["sheet"]] if request["sheet"] else _sheets(book)
        shown: list[str] = []
        best: Found | None = None
        for name in names:
            found = _look(book, Path(request["path"]), name, mapping)
            if best is None or found.score > best.score:
                best = found
            if found.score and not found.missing(mapping):
                break
            shown += [echo(c, 30) for _, cells in found.looked_at[:3] for c in cells if clean(c)]
        if best is not None and best.score:
            _send_sheet(best, book.sheet_names)
            return
    except calamine.PasswordError:
        send({"refused": ("F007", {})})
    except calamine.WorksheetNotFound:
        send({"refused": ("F001", {"reason": f"Er is geen blad {echo(str(request['sheet']))}."})})
    except calamine.CalamineError:
        send({"refused": ("F001", {"reason": "Dit werkboek is beschadigd."})})
    else:
        send({"refused": ("F003", {"found": ", ".join(shown[:12]) or "niets"})})


def _send_sheet(found: Found, names: list[str]) -> None:
    assumed: dict[str, Any] = {"sheet": found.sheet, "header_row": found.looked_at[found.at][0]}
    if len(names) > 1:
        assumed["other_sheets"] = [other for other in names if other != found.sheet]
    send({"header": found.header, "assumed": assumed})
    batch = found.looked_at[found.at + 1 :]
    for record in found.rows:
        batch.append(record)
        if len(batch) >= BATCH:
            send({"rows": batch})
            batch = []
    if batch:
        send({"rows": batch})
    send({"rows": []})
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    limit()
    main(json.loads(sys.argv[1]))
    sys.stdout.buffer.flush()
