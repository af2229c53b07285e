"""Errors and percentages of an XLSX, searched for in the text of the sheet itself."""

import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from providers.feed.cell_marks import Mark, percent_shown, shows_percent

CHUNK = 1 << 20
OVERLAP = 4_096
BUILT_IN_PERCENT = {9, 10}
_CELL = rb'<c\s(?=[^>]*?r="([A-Z]{1,3})(\d+)")(?=[^>]*?(?:%s))[^>]*[^/>]>(.{0,600}?)</c>'
_VALUE = re.compile(rb"<v>([^<]{1,40})</v>")
_IS_ERROR = rb't="e"'
_FORMAT = re.compile(r"<numFmt\s([^>]*)>")
_STYLES = re.compile(r"<cellXfs\b.*?</cellXfs>", re.DOTALL)


def marks(path: Path, sheet: str) -> Iterator[Mark]:
    """Every such cell of one sheet."""
    with zipfile.ZipFile(path) as packed:
        part = _part_of(packed, sheet)
        if part is None:
            return
        percent = b"|".join(b's="%d"' % style for style in sorted(_percent_styles(packed)))
        for column, row, opening, inside in _cells(packed, part, percent):
            value = _VALUE.search(inside)
            if _IS_ERROR in opening:
                yield row, column, value[1].decode("ascii", "replace") if value else "#N/A"
            elif value and b' t="' not in opening.replace(b' t="n"', b""):
                yield row, column, percent_shown(float(value[1]))


def _percent_styles(packed: zipfile.ZipFile) -> set[int]:
    """Styles of cells that show a number as a percentage."""
    if "xl/styles.xml" not in packed.namelist():
        return set()
    styles = packed.read("xl/styles.xml").decode("utf-8", "replace")
    formats = set(BUILT_IN_PERCENT)
    for attributes in _FORMAT.findall(styles):
        number = re.search(r'numFmtId="(\d+)"', attributes)
        code = re.search(r'formatCode="([^"]*)"', attributes)
        if number and code and shows_percent(html.unescape(code[1])):
            formats.add(int(number[1]))
    block = _STYLES.search(styles)
    used = re.findall(r"<xf\s([^>]*)>", block[0]) if block else []
    numbers = (re.search(r'numFmtId="(\d+)"', attributes) for attributes in used)
    return {at for at, number in enumerate(numbers) if number and int(number[1]) in formats}


def _part_of(packed: zipfile.ZipFile, sheet: str) -> str | None:
    try:
        book = packed.read("xl/workbook.xml").decode()
        relations = packed.read("xl/_rels/workbook.xml.rels").decode()
    except KeyError:
        return None
    for element in re.findall(r"<sheet\s[^>]*>", book):
        name = re.search(r'\bname="([^"]*)"', element)
        key = re.search(r'\br:id="([^"]*)"', element)
        if name and key and html.unescape(name[1]) == sheet:
            for relation in re.findall(r"<Relationship\s[^>]*>", relations):
                target = re.search(r'\bTarget="([^"]*)"', relation)
                if f'Id="{key[1]}"' in relation and target:
                    inside = target[1].lstrip("/")
                    full = inside if inside.startswith("xl/") else f"xl/{inside}"
                    return full if full in packed.namelist() else None
    return None


def _cells(
    packed: zipfile.ZipFile, part: str, percent: bytes
) -> Iterator[tuple[int, int, bytes, bytes]]:
    """Cells with an error or with one of the styles: column, row, opening tag, what is inside."""
    wanted = _IS_ERROR + (b"|" + percent if percent else b"")
    cell = re.compile(_CELL % wanted, re.DOTALL)
    quick = re.compile(wanted)
    carried = b""
    with packed.open(part) as file:
        while chunk := file.read(CHUNK):
            text = carried + chunk
            done = 0
            if quick.search(text):
                for match in cell.finditer(text):
                    done = match.end()
                    opening = match[0][: match.start(3) - match.start()]
                    yield _column(match[1]), int(match[2]), opening, match[3]
            carried = text[max(done, len(text) - OVERLAP) :]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
