"""Whether a file has the right shape: every mandatory column, each once."""

from collections.abc import Sequence
from datetime import date
from difflib import SequenceMatcher

from providers.feed.columns import Layout
from providers.feed.table import RefusedFileError
from providers.feed.values import echo, fold

ALIKE = 0.75
"""So much alike two names are when one may be meant by the other."""


def refuse_layout(layout: Layout, *, only_month: date | None) -> None:
    """Refuse a file of which a column is missing or doubled; a given month replaces its column."""
    missing = [name for name in layout.missing if name != "rapportagemaand" or only_month is None]
    error = None
    if layout.doubled:
        error = RefusedFileError("F005", doubled=", ".join(layout.doubled))
    elif missing:
        found = ", ".join(title for title in layout.header if title)
        named = [_with_hint(name, layout.unknown) for name in missing]
        error = RefusedFileError("F004", missing=", ".join(named), found=found)
    if error:
        error.layout = layout
        raise error


def _with_hint(name: str, unknown: Sequence[str]) -> str:
    """A missing column, with the column of the file that may be meant by it."""
    for title in unknown:
        key = fold(title)
        if fold(name) in key or SequenceMatcher(None, fold(name), key).ratio() > ALIKE:
            return f'{name} (is dat jullie kolom "{echo(title, 30)}"?)'
    return name
