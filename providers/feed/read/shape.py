"""Whether a file has the right shape: every mandatory column, each once."""

from datetime import date

from providers.feed.columns import Layout
from providers.feed.table import RefusedFileError


def refuse_layout(layout: Layout, *, only_month: date | None) -> None:
    """Refuse a file of which a column is missing or doubled; a given month replaces its column."""
    missing = [name for name in layout.missing if name != "rapportagemaand" or only_month is None]
    error = None
    if layout.doubled:
        error = RefusedFileError("F005", doubled=", ".join(layout.doubled))
    elif missing:
        found = ", ".join(title for title in layout.header if title)
        error = RefusedFileError("F004", missing=", ".join(missing), found=found)
    if error:
        error.layout = layout
        raise error
