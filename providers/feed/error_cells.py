"""Where a sheet of an XLSX says ``#N/B``: the reader of workbooks gives such a cell as empty.

An empty cell may be fine where an error never is, so the sheet's own text is searched for them.
"""

import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

CHUNK = 1 << 20
OVERLAP = 4_096
_CELL = re.compile(rb'<c\s[^>]*?r="([A-Z]{1,3})(\d+)"[^>]*?t="e"[^>]*>(.{0,600}?)</c>', re.DOTALL)
_VALUE = re.compile(rb"<v>([^<]{1,40})</v>")


def error_cells(path: Path, sheet: str) -> dict[int, dict[int, str]]:
    """Per row (from 1) the error cells by column (from 0); nothing for other kinds of workbook."""
    found: dict[int, dict[int, str]] = {}
    if not zipfile.is_zipfile(path):
        return found
    with zipfile.ZipFile(path) as packed:
        part = _part_of(packed, sheet)
        if part is None:
            return found
        for column, row, inside in _cells(packed, part):
            value = _VALUE.search(inside)
            text = value[1].decode("ascii", "replace") if value else "#N/A"
            found.setdefault(row, {})[column] = text
    return found


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


def _cells(packed: zipfile.ZipFile, part: str) -> Iterator[tuple[int, int, bytes]]:
    carried = b""
    with packed.open(part) as file:
        while chunk := file.read(CHUNK):
            text = carried + chunk
            done = 0
            if b't="e"' in text:
                for match in _CELL.finditer(text):
                    done = match.end()
                    yield _column(match[1]), int(match[2]), match[3]
            carried = text[max(done, len(text) - OVERLAP) :]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
