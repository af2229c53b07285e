"""The child process that reads a workbook: limits itself, then sends the rows to its parent.

Run as ``python -m providers.feed.workbook_child REQUEST``. Each frame on standard output is a
length and a marshalled dictionary: one that opens (the header and what was assumed, or why the
file is refused), then rows, then an empty list of rows.
"""

import json
import marshal
import resource
import struct
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from providers.feed.cell_marks import cell_marks
from providers.feed.columns import Mapping, recognised
from providers.feed.table import HEADER_WITHIN
from providers.feed.values import clean, echo

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 60
BATCH = 2_000


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
    # A key of more than fifteen digits has lost its end: leave it as damaged as it is.
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


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


def _rows(sheet: Any, marks: dict[int, dict[int, str]]) -> Iterator[tuple[int, list[str]]]:
    if sheet.start is None:
        return
    shift = sheet.start[1]
    text_of = TEXT_OF
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [cell if type(cell) is str else text_of[type(cell)](cell) for cell in cells]
        for column, shown in marks.get(number, {}).items():
            texts.extend([""] * (column - shift + 1 - len(texts)))
            texts[column - shift] = shown
        yield number, texts


def _header(rows: Iterator[tuple[int, list[str]]], mapping: Mapping) -> tuple[int, list[Any]]:
    """Find the row that names most columns among the first rows; return those rows too."""
    looked_at: list[tuple[int, list[str]]] = []
    best, best_at = 0, -1
    for number, cells in rows:
        looked_at.append((number, cells))
        if (score := recognised(cells, mapping)) > best:
            best, best_at = score, len(looked_at) - 1
        if len(looked_at) == HEADER_WITHIN:
            break
    return best_at, looked_at


def main(request: dict[str, Any]) -> None:
    """Read the asked sheet, or the first that has the header."""
    import python_calamine as calamine  # noqa: PLC0415  after the limits

    mapping = Mapping(headers=request["headers"])
    try:
        book = calamine.load_workbook(request["path"])
        names = [request["sheet"]] if request["sheet"] else book.sheet_names
        shown: list[str] = []
        for name in names:
            sheet = book.get_sheet_by_name(name)
            rows = _rows(sheet, cell_marks(Path(request["path"]), name))
            at, looked_at = _header(rows, mapping)
            if at >= 0:
                _send_sheet(name, at, looked_at, rows, book.sheet_names)
                return
            shown += [echo(c, 30) for _, cells in looked_at[:3] for c in cells if clean(c)]
    except calamine.PasswordError:
        send({"refused": ("F007", {})})
    except calamine.WorksheetNotFound:
        send({"refused": ("F001", {"reason": f"Er is geen blad {echo(str(request['sheet']))}."})})
    except calamine.CalamineError:
        send({"refused": ("F001", {"reason": "Dit werkboek is beschadigd."})})
    else:
        send({"refused": ("F003", {"found": ", ".join(shown[:12]) or "niets"})})


def _send_sheet(
    name: str,
    at: int,
    looked_at: list[tuple[int, list[str]]],
    rows: Iterator[tuple[int, list[str]]],
    names: list[str],
) -> None:
    header = [clean(cell) for cell in looked_at[at][1]]
    while header and not header[-1]:
        header.pop()
    assumed: dict[str, Any] = {"sheet": name, "header_row": looked_at[at][0]}
    if len(names) > 1:
        assumed["other_sheets"] = [other for other in names if other != name]
    send({"header": header, "assumed": assumed})
    batch = [(number, cells) for number, cells in looked_at[at + 1 :]]
    for record in rows:
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
