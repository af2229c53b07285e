"""Open a workbook of any kind, here or in a process with a limit on memory and time.

Every reader of files can be made to ask for all memory by a file of two kilobytes. So packages call
``open_workbook``, which reads in a child process: its end with fright costs nothing. Only values
are read: no macro runs and no link is followed.
"""

import marshal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from core.jobs.child_process import Child
from core.workbooks.ods import CONTENT, Ods
from core.workbooks.packing import unpack
from core.workbooks.sheets import NO_COLUMN, Columns, Reason, Row, Sheet, WorkbookError, too_large
from core.workbooks.xls import Xls
from core.workbooks.xlsx import Xlsx

SECONDS = 150
ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
WIDEST_SHOWN = 500
"""So many columns can be asked for as a person sees them."""


class Book(Protocol):
    """What every reader of a kind of workbook offers."""

    sheets: list[Sheet]
    epoch_1904: bool
    """Whether day numbers without the format of a date count from 1904 (18.2.28)."""

    def rows(self, name: str, as_displayed: Columns = ...) -> Iterator[Row]:
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

    def __init__(self, child: Child) -> None:
        self._child = child
        opening = self._answer()
        self.sheets = [Sheet(name, visible=visible) for name, visible in opening["sheets"]]
        self.epoch_1904: bool = opening["epoch_1904"]

    def rows(
        self, sheet: str, *, as_displayed: Columns = NO_COLUMN, at_most: int = 2_000_000
    ) -> Iterator[Row]:
        """The rows of a sheet, from the first; take them all before asking for others.

        In the columns ``as_displayed`` a number is the text that a person sees (000100), elsewhere
        it is its value. Blank rows between others are given, those at the end are not. A cell that
        holds no value has a mark (``marks.fault``). Raises ``WorkbookError`` when it cannot be
        read.
        """
        columns = [at for at in range(WIDEST_SHOWN) if at in as_displayed]
        try:
            self._child.send(marshal.dumps((sheet, columns, at_most)))
        except EOFError:
            raise too_large() from None
        while rows := self._answer()["rows"]:
            yield from rows

    def _answer(self) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = marshal.loads(  # noqa: S302  our own child  # nosec B302
                self._child.receive()
            )
        except EOFError:
            raise too_large() from None
        if "refused" in answer:
            reason, message = answer["refused"]
            raise WorkbookError(Reason(reason), message)
        return answer


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """Open a workbook in a process with limits; raises ``WorkbookError`` when that cannot be."""
    with Child("core.workbooks.child:main", str(path.resolve()), seconds=SECONDS) as child:
        yield Workbook(child)
