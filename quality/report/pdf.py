"""A report as PDF: tagged, PDF/UA-1, with the fonts in the file. The only importer of typst."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.pictures import Chart
from quality.report.blocks import Block, Bullets, Report, Table, Text

TEMPLATE = Path(__file__).parent / "report.typ"
Svg = Callable[[Chart], str]


def pdf(report: Report, *, at: datetime, svg: Svg = Chart.svg) -> bytes:
    """Set a report; the compiler refuses what is not PDF/UA-1."""
    import typst  # noqa: PLC0415  20 MB, and only needed here

    made: bytes = typst.compile(
        str(TEMPLATE),
        font_paths=[str(fonts())],
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
        sys_inputs={"report": json.dumps(as_data(report, svg), ensure_ascii=False)},
    )
    return made


@cache
def fonts() -> Path:
    """Where matplotlib keeps DejaVu, found without loading it."""
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("matplotlib")
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


def as_data(report: Report, svg: Svg) -> dict[str, Any]:
    """A report as the template reads it."""
    return {
        "title": report.title,
        "subject": report.subject,
        "answer": report.answer,
        "facts": [list(fact) for fact in report.facts],
        "sections": [
            {"heading": s.heading, "blocks": [_block(block, svg) for block in s.blocks]}
            for s in report.sections
        ],
    }


def _block(block: Block, svg: Svg) -> dict[str, Any]:
    if isinstance(block, Text):
        return {"kind": "text", "text": block.text}
    if isinstance(block, Bullets):
        return {"kind": "list", "items": list(block.items)}
    if isinstance(block, Table):
        return {
            "kind": "table",
            "caption": block.caption,
            "headers": list(block.headers),
            "rows": [list(row) for row in block.rows],
            "numeric": list(block.numeric),
            "widths": _widths(block),
        }
    chart = block.chart
    return {
        "kind": "chart",
        "finding": chart.finding,
        "measure": chart.measure,
        "alt": f"{chart.finding}. {chart.description}",
        "svg": _for_typst(svg(chart)),
    }


def _widths(table: Table) -> list[float]:
    """Room for a column by its longest text, within reason."""
    columns = zip(table.headers, *table.rows, strict=True)
    longest = [max(len(cell) for cell in column) for column in columns]
    return [float(min(max(length, 8), 44)) for length in longest]


def _for_typst(svg: str) -> str:
    """Name the font, which a page leaves to itself."""
    return svg.replace("<svg ", '<svg font-family="DejaVu Sans" ', 1)
