"""Marks of an ODS (and its merged cells), searched for in the text of its only part."""

import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from providers.feed.read.cell_mark import Mark, percent_shown
from providers.feed.values import COVERED, NO_RESULT

REPEATED_AT_MOST = 16_384
"""A run of equal cells is told cell by cell up to the width of the widest sheet."""
_TAG = re.compile(
    r"<table:table (?P<sheet>[^>]*)>|<table:table-row\b(?P<row>[^>]*)>"
    r"|<table:(?:covered-)?table-cell\b(?P<cell>[^>]*?)(?P<empty>/?)>"
)
_TELLING = re.compile(r'value-type="(?:error|percentage)"|table:formula=|number-rows-spanned=')
_SHOWN = re.compile(r"<text:p[^>]*>([^<]{1,40})")


def marks(path: Path, sheet: str) -> Iterator[Mark]:
    """Every such cell of one sheet."""
    with zipfile.ZipFile(path) as packed:
        text = packed.read("content.xml").decode("utf-8", "replace")
    if not _TELLING.search(text):
        return
    inside = False
    row, rows, column = 0, 1, 0
    for tag in _TAG.finditer(text):
        if tag["sheet"] is not None:
            inside = html.unescape(_attribute(tag["sheet"], "table:name")) == sheet
            row, rows = 0, 1
        elif not inside:
            continue
        elif tag["row"] is not None:
            row, rows, column = row + rows, _times(tag["row"], "rows"), 0
        else:
            times = _times(tag["cell"], "columns")
            shown = _told(tag["cell"], text, tag.end())
            if shown:
                for down in range(min(rows, REPEATED_AT_MOST)):
                    for along in range(min(times, REPEATED_AT_MOST)):
                        yield row + down, column + along, shown
            if "number-rows-spanned=" in tag["cell"]:
                yield from _covered(tag["cell"], row, column)
            column += times


def _covered(attributes: str, row: int, column: int) -> Iterator[Mark]:
    """The cells in the rows below that a merged cell covers."""
    down = int(_attribute(attributes, "table:number-rows-spanned") or 1)
    along = int(_attribute(attributes, "table:number-columns-spanned") or 1)
    for below in range(1, min(down, REPEATED_AT_MOST)):
        for beside in range(min(along, REPEATED_AT_MOST)):
            yield row + below, column + beside, COVERED


def _told(attributes: str, text: str, after: int) -> str:
    if 'value-type="error"' in attributes:
        shown = _SHOWN.match(text, after)
        return html.unescape(shown[1]) if shown else "#N/A"
    if "table:formula=" in attributes and "value-type=" not in attributes:
        return NO_RESULT
    if 'value-type="percentage"' in attributes:
        return percent_shown(float(_attribute(attributes, "office:value") or 0))
    return ""


def _attribute(attributes: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', attributes)
    return found[1] if found else ""


def _times(attributes: str, what: str) -> int:
    return int(_attribute(attributes, f"table:number-{what}-repeated") or 1)
