"""An XLSX written in any of the ways that the standard allows."""

import io
import zipfile
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SINCE_1904 = 1462
"""Days between the two days from which a workbook counts (ECMA-376 18.17.4.1)."""
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


@dataclass(frozen=True)
class Spelling:
    """The choices of a program that writes XLSX; none of them changes what the file says."""

    prefix: str = ""
    single_quotes: bool = False
    with_references: bool = True
    shared_strings: bool = True
    backslashes: bool = False
    book: str = "xl/workbook.xml"
    absolute: bool = False
    strict: bool = False
    encoding: str = "UTF-8"
    date1904: str = ""
    """What ``date1904`` says when days count from 1904."""
    runs: bool = False
    """A text in two runs, with a phonetic reading beside it."""
    with_empty_cells: bool = True


SPELLINGS = st.builds(
    Spelling,
    prefix=st.sampled_from(["", "x", "ss"]),
    single_quotes=st.booleans(),
    with_references=st.booleans(),
    shared_strings=st.booleans(),
    backslashes=st.booleans(),
    book=st.sampled_from(["xl/workbook.xml", "xl/boek2.xml", "inhoud/Book.xml"]),
    absolute=st.booleans(),
    strict=st.booleans(),
    encoding=st.sampled_from(["UTF-8", "UTF-16"]),
    date1904=st.sampled_from(["", "1", "true"]),
    runs=st.booleans(),
    with_empty_cells=st.booleans(),
)


def letters(at: int) -> str:
    """Name of a column, from 0."""
    text = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        text = chr(65 + rest) + text
    return text


class Writer:
    """Writes one table; a cell is text, a number, or XML of its own (``raw``)."""

    def __init__(self, how: Spelling) -> None:
        self.how = how
        self.strings: list[str] = []

    def tag(self, name: str, content: str = "", /, **attributes: Any) -> str:
        quote, escaped = ("'", "&#39;") if self.how.single_quotes else ('"', "&quot;")
        values = {key: escape(str(value), {quote: escaped}) for key, value in attributes.items()}
        written = "".join(f" {key}={quote}{value}{quote}" for key, value in values.items())
        name = f"{self.how.prefix}:{name}" if self.how.prefix else name
        return f"<{name}{written}>{content}</{name}>"

    def root(self, name: str, content: str) -> str:
        space = STRICT if self.how.strict else MAIN
        mark = f"xmlns:{self.how.prefix}" if self.how.prefix else "xmlns"
        inner = self.tag(name, content)
        opening = f"<{self.how.prefix + ':' if self.how.prefix else ''}{name}"
        spaces = f' {mark}="{space}" xmlns:r="{RELATED}"'
        return f'<?xml version="1.0" encoding="{self.how.encoding}"?>' + inner.replace(
            opening, opening + spaces, 1
        )

    def cell(self, row: int, at: int, value: Any) -> str:
        place = {"r": f"{letters(at)}{row}"} if self.how.with_references else {}
        if value == "" and self.how.with_references and not self.how.with_empty_cells:
            return ""
        if isinstance(value, dict):
            return self.tag("c", self._raw(value), **place, **value.get("attributes", {}))
        if isinstance(value, float):
            return self.tag("c", self.tag("v", repr(value)), **place)
        if self.how.shared_strings:
            self.strings.append(value)
            return self.tag("c", self.tag("v", str(len(self.strings) - 1)), **place, t="s")
        return self.tag("c", self.tag("is", self._text(value)), **place, t="inlineStr")

    def _text(self, text: str) -> str:
        keep = {"xml:space": "preserve"}
        if not self.how.runs:
            return self.tag("t", escape(text), **keep)
        half = len(text) // 2
        return "".join(
            self.tag("r", self.tag("rPr", self.tag("b")) + self.tag("t", escape(part), **keep))
            for part in (text[:half], text[half:])
        ) + self.tag("rPh", self.tag("t", "uitspraak"), sb=0, eb=1)

    def _raw(self, value: dict[str, Any]) -> str:
        if "day" in value:
            return self.tag("v", repr(value["day"] - (SINCE_1904 if self.how.date1904 else 0)))
        return "".join(self.tag(name, escape(text)) for name, text in value["parts"])

    def content(self, rows: list[list[Any]], *, formats: tuple[str, ...] = ()) -> bytes:
        lines = "".join(
            self.tag(
                "row", "".join(self.cell(row, at, value) for at, value in enumerate(cells)),
                **({"r": row} if self.how.with_references else {}),
            )
            for row, cells in enumerate(rows, 1)
        )  # fmt: skip
        folder, _, book = self.how.book.rpartition("/")
        base = f"/{folder}/" if self.how.absolute else ""
        kind = RELATED
        texts = "".join(self.tag("si", self._text(text)) for text in self.strings)
        numbers = "".join(
            self.tag("numFmt", numFmtId=164 + at, formatCode=code)
            for at, code in enumerate(formats)
        )
        styles = "".join(
            self.tag("xf", numFmtId=number) for number in (0, *range(164, 164 + len(formats)))
        )
        properties = self.tag("workbookPr", date1904=self.how.date1904) if self.how.date1904 else ""
        sheet = self.tag("sheet", name="Blad", **{"r:id": "r0"})
        parts = {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": self._relations([(f"{kind}/officeDocument", f"/{self.how.book}")]),
            self.how.book: self.root("workbook", properties + self.tag("sheets", sheet)),
            f"{folder}/_rels/{book}.rels": self._relations(
                [
                    (f"{kind}/worksheet", f"{base}bladen/een.xml"),
                    (f"{kind}/sharedStrings", f"{base}teksten.xml"),
                    (f"{kind}/styles", f"{base}opmaak.xml"),
                ]
            ),
            f"{folder}/bladen/een.xml": self.root("worksheet", self.tag("sheetData", lines)),
            f"{folder}/teksten.xml": self.root("sst", texts),
            f"{folder}/opmaak.xml": self.root(
                "styleSheet", self.tag("numFmts", numbers) + self.tag("cellXfs", styles)
            ),
        }
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, text in parts.items():
                spelled = name.replace("/", "\\") if self.how.backslashes else name
                packed.writestr(spelled, text.encode(self.how.encoding))
        return file.getvalue()

    def _relations(self, targets: list[tuple[str, str]]) -> str:
        lines = "".join(
            f"<Relationship Id={quoteattr(f'r{at}')} Type={quoteattr(kind)} "
            f"Target={quoteattr(target)}/>"
            for at, (kind, target) in enumerate(targets)
        )
        text = f'<Relationships xmlns="{PACKAGE}">{lines}</Relationships>'
        return f'<?xml version="1.0" encoding="{self.how.encoding}"?>{text}'
