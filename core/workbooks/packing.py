"""The ZIP around an XLSX or ODS: bounds before anything is unpacked, and its XML parts."""

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml
from xml.parsers import expat  # documents with a DOCTYPE are refused  # nosec B406

from core.workbooks.sheets import Reason, WorkbookError, damaged, too_large

UNPACKED_AT_MOST = 400_000_000
RATIO_AT_MOST = 120
"""Unpacked to packed of one part above a megabyte; an honest sheet of 100,000 rows has 9 to 20."""
PARTS_AT_MOST = 2_000
CHUNK = 1 << 16
SEPARATOR = " "
"""Stands between namespace and name of an element."""
DAMAGED_ZIP = (zipfile.BadZipFile, RuntimeError, OSError, EOFError)
"""What ``zipfile`` raises for a broken, locked (``RuntimeError``) or oddly packed archive."""


class Package:
    """The parts of a workbook by name, however the sender's program spells the names."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed
        self._parts: dict[str, zipfile.ZipInfo] = {}
        parts = packed.infolist()
        if len(parts) > PARTS_AT_MOST or sum(p.file_size for p in parts) > UNPACKED_AT_MOST:
            raise too_large()
        for part in parts:
            if part.file_size > 1_000_000 and part.file_size > RATIO_AT_MOST * (
                part.compress_size or 1
            ):
                raise too_large()
            name = _plain(part.filename)
            if name in self._parts:
                raise damaged("Een onderdeel staat er twee keer in.")
            self._parts[name] = part

    def __contains__(self, name: str) -> bool:
        """Whether there is a part of this name."""
        return _plain(name) in self._parts

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, in pieces; nothing when it is not there."""
        part = self._parts.get(_plain(name))
        if part is None:
            return
        try:
            with self._packed.open(part) as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except DAMAGED_ZIP:
            raise damaged() from None

    def mentions(self, name: str, word: bytes) -> bool:
        """Whether a word may be in a part; a part in two bytes a letter is not looked through."""
        tail = b""
        for chunk in self.chunks(name):
            text = tail + chunk
            if word in text or b"\0" in text:
                return True
            tail = text[-len(word) :]
        return False


def _plain(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/")).lstrip("/").casefold()


@contextmanager
def unpack(path: Path) -> Iterator[Package]:
    """Open the ZIP; ``WorkbookError`` when it is a bomb, damaged or another kind of file."""
    try:
        with zipfile.ZipFile(path) as packed:
            yield Package(packed)
    except DAMAGED_ZIP:
        raise damaged() from None


Start = Callable[[str, dict[str, str]], Any]


def parse(
    chunks: Iterator[bytes],
    *,
    start: Start,
    end: Callable[[str], Any] | None = None,
    text: Callable[[str], Any] | None = None,
) -> Iterator[None]:
    """Parse XML, and stop after every piece so that a caller can take what it made so far.

    A DOCTYPE is refused: no workbook has one, and entities can make a gigabyte of a line.
    """
    parser = expat.ParserCreate(namespace_separator=SEPARATOR)
    parser.buffer_text = True
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
        yield
    except (expat.ExpatError, ValueError, OverflowError):
        raise damaged() from None


def _refuse_doctype(*_: object) -> None:
    raise WorkbookError(Reason.UNREADABLE, "Dit werkboek heeft een DOCTYPE; dat hoort er niet in.")


class DocumentTypeError(ValueError):
    """An XML document has a DOCTYPE: its entities could grow, or point outside."""


class _NoDocumentType(Xml.TreeBuilder):
    """Refuses a document type, in whatever encoding."""

    def doctype(self, *_: object) -> None:
        """Refuse."""
        raise DocumentTypeError("Dit XML-bestand heeft een DOCTYPE. Sla het opnieuw op zonder.")


def read_xml(content: bytes) -> Xml.Element:
    """The root of an XML document; ``ValueError`` for one with a DOCTYPE or that is damaged."""
    parser = Xml.XMLParser(target=_NoDocumentType())  # noqa: S314  see above  # nosec B314
    try:
        return Xml.fromstring(content, parser)  # noqa: S314  # nosec B314
    except DocumentTypeError:
        raise
    except (Xml.ParseError, LookupError, ValueError):
        raise ValueError("Dit is geen leesbaar XML-bestand.") from None


def local(name: str) -> str:
    """The name of an element or attribute without its namespace."""
    return name.rpartition(SEPARATOR)[2]


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescape(text: str) -> str:
    """Undo ``_x000D_`` (ECMA-376 part 1, 22.9.2.19)."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
