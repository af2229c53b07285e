"""What a report is made of: headings, sentences, lists, tables and charts; no layout."""

from dataclasses import dataclass

from core.charts.pictures import Chart


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table; ``numeric`` are the columns that are set to the right."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A chart, with its finding as caption and its description for who does not see it."""

    chart: Chart


@dataclass(frozen=True)
class WritingLines:
    """Empty lines to write on, on paper."""

    count: int


Block = Text | Bullets | Table | Picture | WritingLines


@dataclass(frozen=True)
class Section:
    """A heading with what stands below it."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """A whole report: title, one sentence that answers, facts, and sections."""

    title: str
    subject: str
    answer: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    compact: bool = False
    """Smaller letters and margins, to fit on one page."""

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Every chart in it, in order."""
        return tuple(
            block.chart
            for section in self.sections
            for block in section.blocks
            if isinstance(block, Picture)
        )
