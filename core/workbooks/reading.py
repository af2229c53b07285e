"""Open a workbook of any kind, here or in a process with a limit on memory and time.

Every reader of files can be made to ask for all memory by a file of two kilobytes. So packages call
``open_workbook``, which reads in a child process: its end with fright costs nothing. Only values
are read: no macro runs and no link is followed.
"""

import json
import marshal
import os
import struct
import subprocess  # our own interpreter with our own module
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from core.workbooks.ods import CONTENT, Ods
from core.workbooks.packing import unpack
from core.workbooks.sheets import NO_COLUMN, Columns, Reason, Row, Sheet, WorkbookError, too_large
from core.workbooks.xls import Xls
from core.workbooks.xlsx import Xlsx

SECONDS = 150
CHILD = "from core.workbooks.child import main; main()"
"""Half as long to start as ``-m``."""
PASSED_ON = ["PATH"]
"""All that the child learns of the environment: no settings, no secrets."""
ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
WIDEST_SHOWN = 500
"""So many columns can be asked for as a person sees them."""


class Book(Protocol):
    """What every reader of a kind of workbook offers."""

    sheets: list[Sheet]
    epoch_1904: bool
    """Whether day numbers without the format of a date count from 1904 (18.2.28)."""

    def rows(self, name: str, shown: Columns = ...) -> Iterator[Row]:
        """The rows of a sheet."""


@contextmanager
def open_book(path: Path) -> Iterator[Book]:
    """Read a workbook in this process; what kind it is follows from its bytes."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(COMPOUND):
        yield Xls(path)
    elif start.startswith(ZIP):
        with unpack(path) as package:
            if CONTENT in package:
                yield Ods(package)
            elif "_rels/.rels" in package or "xl/workbook.xml" in package:
                yield Xlsx(package)
            else:
                raise WorkbookError(
                    Reason.UNREADABLE, "Dit is een ingepakt bestand. Pak het eerst uit."
                )
    else:
        raise WorkbookError(Reason.UNREADABLE, "Dit is geen werkboek.")


class Workbook:
    """A workbook that a child process reads."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stdin is not None  # noqa: S101  opened with pipes  # nosec B101
        assert child.stdout is not None  # noqa: S101  # nosec B101
        self._in, self._out = child.stdin, child.stdout
        self._busy = False
        opening = self._frame()
        self.sheets = [Sheet(name, visible=visible) for name, visible in opening["sheets"]]
        self.epoch_1904: bool = opening["epoch_1904"]

    def rows(
        self, sheet: str, *, shown: Columns = NO_COLUMN, at_most: int = 2_000_000
    ) -> Iterator[Row]:
        """The rows of a sheet, from the first; take them all before asking for others.

        In the columns ``shown`` a number is the text that a person sees (000100), elsewhere it is
        its value. Blank rows between others are given, those at the end are not. A cell that holds
        no value has a mark (``marks.fault``). Raises ``WorkbookError`` when it cannot be read.
        """
        columns = [at for at in range(WIDEST_SHOWN) if at in shown]
        request = {"sheet": sheet, "shown": columns, "at_most": at_most}
        try:
            self._in.write(json.dumps(request).encode() + b"\n")
            self._in.flush()
        except BrokenPipeError:
            raise too_large() from None
        while rows := self._frame()["rows"]:
            yield from rows

    def _frame(self) -> dict[str, Any]:
        length = self._out.read(4)
        payload = self._out.read(struct.unpack("<I", length)[0]) if len(length) == 4 else b""
        try:
            frame: dict[str, Any] = marshal.loads(payload)  # noqa: S302  our own child  # nosec B302
        except (EOFError, ValueError, TypeError):
            raise too_large() from None
        if "refused" in frame:
            reason, message = frame["refused"]
            raise WorkbookError(Reason(reason), message)
        return frame


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """Open a workbook in a process with limits; raises ``WorkbookError`` when that cannot be."""
    child = _start(path)
    watch = threading.Timer(SECONDS, child.kill)
    watch.start()
    try:
        yield Workbook(child)
    finally:
        watch.cancel()
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            _close(stream)


def _close(stream: IO[bytes] | None) -> None:
    try:
        if stream:
            stream.close()
    except BrokenPipeError:
        return


def _start(path: Path) -> subprocess.Popen[bytes]:
    environment = {
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "LC_ALL": "C.UTF-8",
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
    }
    return subprocess.Popen(  # noqa: S603  no shell, no words of the user
        [sys.executable, "-c", CHILD, str(path.resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
