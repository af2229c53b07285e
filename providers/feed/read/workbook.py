"""XLSX, XLS and ODS, read in a child process with a limit on memory and time.

Every quick reader of workbooks can be made to ask for all memory, or to abort, by a file of two
kilobytes. So the packing list is looked at first, and the reading itself is done where an end with
fright costs nothing. Only values are read: no macro runs and no link is followed.
"""

import json
import marshal
import os
import re
import struct
import subprocess  # our own interpreter with our own module
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from providers.feed.columns import Mapping, lay_out
from providers.feed.table import ARCHIVE, MAXIMUM_COLUMNS, Record, RefusedFileError, Table

UNPACKED_AT_MOST = 400_000_000
RATIO_AT_MOST = 120
"""Unpacked to packed of one part above a megabyte; an honest sheet of 100,000 rows has 9 to 20."""
PARTS_AT_MOST = 2_000
SECONDS = 120
PASSED_ON = ["PATH"]
"""All that the child learns of the environment: no settings, no secrets."""
_TOO_LARGE = "Dit werkboek vraagt te veel geheugen of tijd."


@contextmanager
def open_workbook(path: Path, *, sheet: str | None, mapping: Mapping) -> Iterator[Table]:
    """Read the first sheet with the header, or the one that is named."""
    epoch_1904 = _look_at_packing_list(path)
    child = _start(path, sheet, mapping)
    watch = threading.Timer(SECONDS, child.kill)
    watch.start()
    try:
        yield _table(child, mapping, epoch_1904=epoch_1904)
    finally:
        watch.cancel()
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream:
                stream.close()


def _look_at_packing_list(path: Path) -> bool:
    """Refuse a bomb before anything is unpacked; tell whether days count from 1904."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return False
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            if len(parts) > PARTS_AT_MOST or sum(p.file_size for p in parts) > UNPACKED_AT_MOST:
                raise RefusedFileError("F002", reason=_TOO_LARGE)
            for part in parts:
                if part.file_size > 1_000_000 and part.file_size > RATIO_AT_MOST * (
                    part.compress_size or 1
                ):
                    raise RefusedFileError("F002", reason=_TOO_LARGE)
            names = {part.filename for part in parts}
            if "word/document.xml" in names or "ppt/presentation.xml" in names:
                raise RefusedFileError("F001", reason="Dit is geen werkboek.")
            if "xl/workbook.bin" in names:
                raise RefusedFileError("F001", reason="Dit is een binair werkboek (XLSB).")
            if "xl/workbook.xml" not in names:
                if "content.xml" not in names:
                    raise RefusedFileError("F001", reason=ARCHIVE)
                return False
            with packed.open("xl/workbook.xml") as file:
                return bool(re.search(rb"date1904=[\"'](1|true)", file.read(1_000_000)))
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError):
        raise RefusedFileError("F001", reason="Dit werkboek is beschadigd.") from None


def _start(path: Path, sheet: str | None, mapping: Mapping) -> subprocess.Popen[bytes]:
    environment = {
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "LC_ALL": "C.UTF-8",
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
    }
    request = {"path": str(path.resolve()), "sheet": sheet, "headers": mapping.headers}
    return subprocess.Popen(  # noqa: S603  no shell, no words of the user
        [sys.executable, "-m", "providers.feed.read.workbook_child", json.dumps(request)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        env=environment,
    )


def _table(child: subprocess.Popen[bytes], mapping: Mapping, *, epoch_1904: bool) -> Table:
    assert child.stdout is not None  # noqa: S101  opened with a pipe  # nosec B101
    opening = _frame(child.stdout)
    if "refused" in opening:
        code, details = opening["refused"]
        raise RefusedFileError(code, **details)
    header = opening["header"]
    if len(header) > MAXIMUM_COLUMNS:
        raise RefusedFileError("F002", reason=f"Het blad heeft {len(header)} kolommen.")
    assumed = {"kind": "werkboek", **opening["assumed"]}
    if epoch_1904:
        assumed["epoch"] = "1904"
    records = _records(child.stdout)
    return Table(lay_out(header, mapping), records, assumed, epoch_1904)


def _frame(stream: IO[bytes]) -> dict[str, Any]:
    length = stream.read(4)
    if len(length) < 4:
        raise RefusedFileError("F002", reason=_TOO_LARGE)
    payload = stream.read(struct.unpack("<I", length)[0])
    try:
        frame: dict[str, Any] = marshal.loads(payload)  # noqa: S302  our own child  # nosec B302
    except (EOFError, ValueError):
        raise RefusedFileError("F002", reason=_TOO_LARGE) from None
    return frame


def _records(stream: IO[bytes]) -> Iterator[Record]:
    while rows := _frame(stream)["rows"]:
        yield from rows
