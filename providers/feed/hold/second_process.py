"""A large CSV is read and checked by a second process, with a limit on its memory.

Both cores work then, and what the file makes of the memory does not happen here.

The child sends what it found in pieces: a length and a marshalled tuple. Its parent stages them.
Neither looks for circles of garbage meanwhile: millions of small tuples make none, and looking
would take a fifth of the time.
``python -m providers.feed.hold.second_process`` reads its request as a pickle from standard input.
"""

import gc
import marshal
import os
import pickle  # between our own two processes only  # nosec B403
import resource
import struct
import subprocess  # our own interpreter with our own module
import sys
from collections.abc import Iterator
from dataclasses import astuple, fields
from pathlib import Path
from typing import IO, Any

from providers.feed.check.checking import Batch, Checker, Problem, Tally
from providers.feed.columns import Context
from providers.feed.read.reader import open_table
from providers.feed.table import RefusedFileError

MEMORY = 512 * 1024 * 1024
"""A million rows of as many trajecten take less."""
PIPE = 1 << 20
"""Room for a piece or two, so that neither process waits for the other at every one."""


def batches(path: Path, context: Context) -> Iterator[Batch]:
    """Batches as ``Checker.batches`` gives them, made elsewhere."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    child = subprocess.Popen(  # no shell, no words of the user
        [sys.executable, "-m", "providers.feed.hold.second_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        pipesize=PIPE,
    )
    collecting = gc.isenabled()
    gc.disable()
    assert child.stdin is not None  # noqa: S101  opened with a pipe  # nosec B101
    assert child.stdout is not None  # noqa: S101  # nosec B101
    try:
        child.stdin.write(pickle.dumps((str(path.resolve()), context)))
        child.stdin.close()
        while True:
            rows, again, numbers, found, rejected, tally = _receive(child.stdout)
            problems = [Problem(*problem) for problem in found]
            yield Batch(rows, again, numbers, problems, rejected, Tally(*tally))
            if len(tally) > 1:
                return
    finally:
        if collecting:
            gc.enable()
        child.kill()
        child.wait()
        child.stdout.close()


def _receive(stream: IO[bytes]) -> tuple[Any, ...]:
    length = stream.read(4)
    if len(length) < 4:
        raise RefusedFileError("F002", reason="Het bestand kon niet tot het einde worden gelezen.")
    # Loading from bytes at once is what makes two processes quicker than one.
    message: tuple[Any, ...] = marshal.loads(  # noqa: S302  our own child  # nosec B302
        stream.read(struct.unpack("<I", length)[0])
    )
    if len(message) == 2:
        code, details = message
        raise RefusedFileError(code, **details)
    return message


def _send(message: tuple[Any, ...]) -> None:
    payload = marshal.dumps(message)
    sys.stdout.buffer.write(struct.pack("<I", len(payload)) + payload)


def main() -> None:
    """Check the file that the parent names."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    path, context = pickle.loads(sys.stdin.buffer.read())  # noqa: S301  our parent  # nosec B301
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
    sys.stdout.buffer.flush()


def _plain(tally: Tally) -> tuple[Any, ...]:
    values = {item.name: getattr(tally, item.name) for item in fields(tally)}
    return tuple((values | {"sums": dict(tally.sums)}).values())


if __name__ == "__main__":
    gc.disable()
    main()
