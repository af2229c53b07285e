"""The process that reads a workbook: it limits itself, and answers one request after the other.

``main`` reads requests from standard input, a line of JSON each, and
writes frames: a length and a marshalled dictionary. The first frame names the sheets; rows come in
frames of some thousands, and an empty one ends them.
"""

import json
import marshal
import resource
import struct
import sys
from itertools import islice
from pathlib import Path
from typing import IO, Any

from core.workbooks.reading import open_book
from core.workbooks.sheets import WorkbookError, damaged

MEMORY = 250 * 1024 * 1024
CPU_SECONDS = 100
BATCH_CELLS = 50_000


def limit() -> None:
    """Take no more memory or processor time than an honest workbook needs."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def send(out: IO[bytes], frame: dict[str, Any]) -> None:
    """One frame to the parent."""
    payload = marshal.dumps(frame)
    out.write(struct.pack("<I", len(payload)) + payload)
    out.flush()


def answer(path: Path, requests: IO[str], out: IO[bytes]) -> None:
    """Tell which sheets there are, then give the rows that are asked for."""
    try:
        with open_book(path) as book:
            sheets = [(sheet.name, sheet.visible) for sheet in book.sheets]
            send(out, {"sheets": sheets, "epoch_1904": book.epoch_1904})
            for line in requests:
                request = json.loads(line)
                rows = book.rows(request["sheet"], frozenset(request["shown"]))
                _send_rows(out, islice(rows, request["at_most"]))
    except WorkbookError as error:
        send(out, {"refused": (error.reason.value, error.message)})
    except (KeyError, IndexError, ValueError, struct.error):
        refusal = damaged()
        send(out, {"refused": (refusal.reason.value, refusal.message)})


def _send_rows(out: IO[bytes], rows: Any) -> None:
    batch, cells = [], 0
    for row in rows:
        batch.append(row)
        cells += len(row[1]) + 1
        if cells > BATCH_CELLS:
            send(out, {"rows": batch})
            batch, cells = [], 0
    if batch:
        send(out, {"rows": batch})
    send(out, {"rows": []})


def main() -> None:
    """Answer requests about the workbook that the command line names."""
    limit()
    answer(Path(sys.argv[1]), sys.stdin, sys.stdout.buffer)
