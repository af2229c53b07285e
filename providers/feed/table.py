"""What every reader makes of a file: a table of text, or the reason why it is refused."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from providers.feed.check.rules import sentence
from providers.feed.columns import Layout

Record = tuple[int, list[str]]

MAXIMUM_COLUMNS = 500
HEADER_WITHIN = 60
"""The header stands in the first so many rows."""
ARCHIVE = "Dit is een ingepakt bestand. Pak het eerst uit."


class RefusedFileError(Exception):
    """The whole file is refused: the rule, and what fills in its sentence."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
        self.layout: Layout | None = None

    @property
    def message(self) -> str:
        """What the provider reads."""
        return sentence(self.code, **self.details)


@dataclass
class Table:
    """A table of text: its layout, its rows under the header, and what was assumed."""

    layout: Layout
    records: Iterable[Record]
    assumed: dict[str, object] = field(default_factory=dict)
    epoch_1904: bool = False
