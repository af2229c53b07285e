"""The process that reads a workbook: it limits itself, and answers one request after the other.

Every message is a marshalled dictionary. The first answer names the sheets; rows come in messages
of some thousands, and an empty one ends them.
"""

import marshal
import struct
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

from core.jobs.child_process import MEGABYTE, limit, receive, send
from core.workbooks.reading import open_book
from core.workbooks.sheets import WorkbookError, damaged

MEMORY = 250 * MEGABYTE
CPU_SECONDS = 100
BATCH_CELLS = 50_000


def answers(path: Path, requests: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Tell which sheets there are, then give the rows that are asked for."""
    try:
        with open_book(path) as book:
            sheets = [(sheet.name, sheet.visible) for sheet in book.sheets]
            yield {"sheets": sheets, "epoch_1904": book.epoch_1904}
            while True:
                sheet, as_displayed, at_most = marshal.loads(receive(requests))  # noqa: S302  # nosec B302
                rows = book.rows(sheet, frozenset(as_displayed))
                yield from _batches(islice(rows, at_most))
    except WorkbookError as error:
        yield {"refused": (error.reason.value, error.message)}
    except (KeyError, IndexError, ValueError, struct.error):
        refusal = damaged()
        yield {"refused": (refusal.reason.value, refusal.message)}
    except EOFError:
        return


def _batches(rows: Any) -> Iterator[dict[str, Any]]:
    batch, cells = [], 0
    for row in rows:
        batch.append(row)
        cells += len(row[1]) + 1
        if cells > BATCH_CELLS:
            yield {"rows": batch}
            batch, cells = [], 0
    if batch:
        yield {"rows": batch}
    yield {"rows": []}


def main() -> None:
    """Answer requests about the workbook that the command line names."""
    limit(MEMORY, processor_seconds=CPU_SECONDS)
    for answer in answers(Path(sys.argv[1]), sys.stdin.buffer):
        send(sys.stdout.buffer, marshal.dumps(answer))
