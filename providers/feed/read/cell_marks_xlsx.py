"""Marks of an XLSX, searched for in the text of the sheet itself."""

import html
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from providers.feed.read.cell_mark import Mark, percent_shown, shows_percent
from providers.feed.values import NO_RESULT

CHUNK = 1 << 20
OVERLAP = 4_096
BUILT_IN_PERCENT = {9, 10}
# Some programs write a prefix before every name: <x:c>.
_CELL = (
    rb'<(?:\w+:)?c\s(?=[^>]*?r="([A-Z]{1,3})(\d+)")(?=[^>]*?(?:%s))[^>]*[^/>]>(.{0,600}?)'
    rb"</(?:\w+:)?c>"
)
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]{1,40})</")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_NO_RESULT = re.compile(
    rb'<(?:\w+:)?c\s(?=[^>]*?r="([A-Z]{1,3})(\d+)")(?![^>]*\bt="str")[^>]*>\s*'
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
"""A formula without the value that it had last; a text that is empty has a type (``t="str"``)."""
_IS_ERROR = rb't="e"'
_FORMAT = re.compile(r"<(?:\w+:)?numFmt\s([^>]*)>")
_STYLES = re.compile(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)


def marks(path: Path, sheet: str) -> Iterator[Mark]:
    """Every such cell of one sheet; one on the edge of two pieces of text may come twice."""
    with zipfile.ZipFile(path) as packed:
        part = _part_of(packed, sheet)
        if part is None:
            return
        wanted = b"|".join([_IS_ERROR, *(b's="%d"' % style for style in _percent_styles(packed))])
        telling, cell = re.compile(wanted), re.compile(_CELL % wanted, re.DOTALL)
        for text in _pieces(packed, part):
            if telling.search(text):
                yield from _errors_and_percentages(cell.finditer(text))
            if _FORMULA.search(text):
                for match in _NO_RESULT.finditer(text):
                    yield int(match[2]), _column(match[1]), NO_RESULT


def _errors_and_percentages(found: Iterable[re.Match[bytes]]) -> Iterator[Mark]:
    for match in found:
        opening = match[0][: match.start(3) - match.start()]
        row, column, value = int(match[2]), _column(match[1]), _VALUE.search(match[3])
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
    used = re.findall(r"<(?:\w+:)?xf\s([^>]*)>", block[0]) if block else []
    numbers = (re.search(r'numFmtId="(\d+)"', attributes) for attributes in used)
    return {at for at, number in enumerate(numbers) if number and int(number[1]) in formats}


def _part_of(packed: zipfile.ZipFile, sheet: str) -> str | None:
    try:
        book = packed.read("xl/workbook.xml").decode()
        relations = packed.read("xl/_rels/workbook.xml.rels").decode()
    except KeyError:
        return None
    for element in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", book):
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


def _pieces(packed: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The text of a sheet; each piece begins with the end of the one before."""
    carried = b""
    with packed.open(part) as file:
        while chunk := file.read(CHUNK):
            yield (text := carried + chunk)
            carried = text[-OVERLAP:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
