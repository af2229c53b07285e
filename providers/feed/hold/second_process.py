"""A large CSV is read and checked by a second process, with a limit on its memory.

Both cores work then, and what the file makes of the memory does not happen here.

Neither looks for circles of garbage meanwhile: millions of small tuples make none, and looking
would take a fifth of the time.
"""

import gc
import marshal
import pickle  # between our own two processes only  # nosec B403
import sys
from collections.abc import Iterator
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

from core import municipalities
from core.jobs.child_process import MEGABYTE, Child, limit, receive, send
from providers.feed.check.checking import Batch, Checker, Problem, Tally
from providers.feed.columns import Context
from providers.feed.read.reader import open_table
from providers.feed.table import RefusedFileError

MEMORY = 512 * MEGABYTE
"""A million rows of as many trajecten take less."""
PIPE = 1 << 20
"""Room for a piece or two, so that neither process waits for the other at every one."""


def batches(path: Path, context: Context) -> Iterator[Batch]:
    """Batches as ``Checker.batches`` gives them, made elsewhere."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        with Child("providers.feed.hold.second_process:main", pipe_size=PIPE) as child:
            child.send(pickle.dumps((str(path.resolve()), context, municipalities.in_use())))
            while True:
                rows, again, numbers, plain, rejected, tally = _receive(child)
                problems = [Problem(*problem) for problem in plain]
                yield Batch(rows, again, numbers, problems, rejected, Tally(*tally))
                if len(tally) > 1:
                    return
    finally:
        if collecting:
            gc.enable()


def _receive(child: Child) -> tuple[Any, ...]:
    try:
        # Loading from bytes at once is what makes two processes quicker than one.
        message: tuple[Any, ...] = marshal.loads(  # noqa: S302  our own child  # nosec B302
            child.receive()
        )
    except EOFError:
        raise RefusedFileError(
            "F002", reason="Het bestand kon niet tot het einde worden gelezen."
        ) from None
    if len(message) == 2:
        code, details = message
        raise RefusedFileError(code, **details)
    return message


def _send(message: tuple[Any, ...]) -> None:
    send(sys.stdout.buffer, marshal.dumps(message))


def main() -> None:
    """Check the file that the parent names."""
    limit(MEMORY)
    gc.disable()
    path, context, (newer, day) = pickle.loads(  # noqa: S301  our parent  # nosec B301
        receive(sys.stdin.buffer)
    )
    municipalities.use(newer, lambda: day)
    try:
        with open_table(Path(path), mapping=context.mapping) as table:
            checker = Checker(table.layout, context)
            for batch in checker.batches(table.records):
                problems = [astuple(problem) for problem in batch.problems]
                so_far = (batch.tally.rows,)
                parts = (batch.rows, batch.again, batch.numbers, problems, batch.rejected)
                if any(parts):
                    _send((*parts, so_far))
            _send(([], [], [], [], [], _plain(checker.tally)))
    except RefusedFileError as error:
        _send((error.code, error.details))


def _plain(tally: Tally) -> tuple[Any, ...]:
    values = {item.name: getattr(tally, item.name) for item in fields(tally)}
    return tuple((values | {"sums": dict(tally.sums)}).values())
