"""A report as PDF: tagged, PDF/UA-1, with the fonts in the file. The only importer of typst."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.charts.lettering import boxed
from core.charts.pictures import Chart
from core.charts.svg import BOX
from core.formats import moment_text
from core.jobs.child_process import apart
from quality.report.blocks import Block, Bullets, Report, Table, Text, WritingLines

TEMPLATE = Path(__file__).parent / "report.typ"
Svg = Callable[[Chart], str]


def pdf(report: Report, *, at: datetime, svg: Svg = Chart.svg) -> bytes:
    """Set a report; the compiler refuses what is not PDF/UA-1."""
    data = json.dumps(as_data(report, svg, at), ensure_ascii=False)
    return apart(_compile, data, int(at.timestamp()))


def _compile(data: str, moment: int) -> bytes:
    import typst  # noqa: PLC0415  20 MB, and only needed here

    made: bytes = typst.compile(
        str(TEMPLATE),
        font_paths=[str(fonts())],
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=moment,
        sys_inputs={"report": _settable(data)},
    )
    return _with_row_headings(made)


_CONTROL = re.compile(r"\\u00[01][0-9a-f]")


_LONG = re.compile(r"\S{30}(?=\S{6})")


def _breakable(text: str) -> str:
    """A word that is longer than a column may break."""
    return _LONG.sub(lambda part: f"{part[0]}\N{ZERO WIDTH SPACE}", text)


def _settable(data: str) -> str:
    """Data of which every sign can be set: PDF/UA refuses what the font lacks."""
    return boxed(_CONTROL.sub(BOX, data))


_CELL = re.compile(
    rb"(?<=obj\n<</Type/StructElem/S/)TD(/P \d+ 0 R/A\[<</O/Table)"
    rb"(/Headers\[\(U(\d+)x(\d+)y\d+\)\])"
)
FACTS = b"1"
"""The first table has its headings above only."""


def _with_row_headings(made: bytes) -> bytes:
    """Tag the first cell of a row as its heading.

    The compiler can, by a feature that its Python package does not switch on. It refers to the
    heading of the column alone, which would hide that of the row: both are found by their scope.
    Every replacement is as long as what it replaces, so that all offsets in the file still hold.
    """

    def heading(cell: re.Match[bytes]) -> bytes:
        between, refers, table, column = cell.groups()
        if table == FACTS:
            return cell[0]
        kind, scope = (b"TH", b"/Scope/Row") if column == b"0" else (b"TD", b"")
        return kind + between + scope.ljust(len(refers))

    return _CELL.sub(heading, made)


@cache
def fonts() -> Path:
    """Where matplotlib keeps DejaVu, found without loading it."""
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("matplotlib")
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


def as_data(report: Report, svg: Svg, at: datetime) -> dict[str, Any]:
    """A report as the template reads it, with the day on which it is made."""
    return {
        "title": _breakable(report.title),
        "subject": report.subject,
        "made": f"gemaakt op {moment_text(at)}",
        "answer": _breakable(report.answer),
        "compact": report.compact,
        "facts": [[_breakable(part) for part in fact] for fact in report.facts],
        "sections": [
            {"heading": s.heading, "blocks": [_block(block, svg) for block in s.blocks]}
            for s in report.sections
        ],
    }


def _block(block: Block, svg: Svg) -> dict[str, Any]:
    if isinstance(block, Text):
        return {"kind": "text", "text": _breakable(block.text)}
    if isinstance(block, Bullets):
        return {"kind": "list", "items": [_breakable(item) for item in block.items]}
    if isinstance(block, Table):
        return {
            "kind": "table",
            "caption": block.caption,
            "headers": list(block.headers),
            "rows": [[_breakable(cell) for cell in row] for row in block.rows],
            "numeric": list(block.numeric),
            "widths": _widths(block),
        }
    if isinstance(block, WritingLines):
        return {"kind": "lines", "count": block.count}
    chart = block.chart
    return {
        "kind": "chart",
        "finding": chart.finding,
        "measure": chart.measure,
        "alt": f"{chart.finding}. {chart.description}",
        "svg": _for_typst(svg(chart)),
    }


LETTER, MARGINS = 5.4, 10.0
"""Points of a letter at the size of a table, and of the space around a cell."""
SHORT = 110.0
"""Points; a column of at most this has room for its longest cell, the others share the rest."""


def _widths(table: Table) -> list[tuple[float, str]]:
    """Room for a column by its longest cell; a heading may break between its words."""
    columns = zip(table.headers, *table.rows, strict=True)
    needed = [
        LETTER * max(map(len, [*heading.split(), *cells])) + MARGINS for heading, *cells in columns
    ]
    long = any(points > SHORT for points in needed)
    return [
        (points, "pt") if long and points <= SHORT else (min(points, 3 * SHORT), "fr")
        for points in needed
    ]


def _for_typst(svg: str) -> str:
    """Name the font, which a page leaves to itself."""
    return svg.replace("<svg ", '<svg font-family="DejaVu Sans" ', 1)
