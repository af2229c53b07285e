"""Rows that are no data: blank, totals, a header again, a footnote. All else is a data row.

What is skipped is counted apart and named in the receipt, so a row is only skipped when it cannot
be a learner's: it has no key, or it repeats the header.
"""

import re
from collections.abc import Sequence

from providers.feed.columns import COLUMNS, Kind, Layout, Mapping

BLANK, TOTALS, HEADER, NOTE = "blank", "totals", "header", "note"
LABELS = {
    BLANK: "lege rijen",
    TOTALS: "totaalrijen",
    HEADER: "herhaalde kopregels",
    NOTE: "voetnoten",
}
_TOTAL = re.compile(
    r"(sub|eind)?tota(a?l|len)\b|som\b|gemiddelde?\b|aantal\b|.*\b(sub|eind)?(totaal|resultaat)$",
    re.IGNORECASE,
)


def why_skipped(texts: Sequence[str], layout: Layout, mapping: Mapping) -> str:
    """Why this row is no data row; empty when it is one."""
    filled = [text for text in texts if text]
    if not filled:
        return BLANK
    if _is_total(texts, filled, layout):
        return TOTALS
    if len(filled) == 1 and " " in filled[0] and len(layout.header) > 2:
        return NOTE
    if _names_columns(filled, mapping, max(3, len(layout.positions) * 0.8)):
        return HEADER
    return ""


def _names_columns(texts: Sequence[str], mapping: Mapping, needed: float) -> bool:
    """Whether so many columns are named here; stops as soon as that can no longer be."""
    names: set[str] = set()
    for place, text in enumerate(texts):
        if len(names) + len(texts) - place < needed:
            return False
        if name := mapping.column(text):
            names.add(name)
    return len(names) >= needed


def _is_total(texts: Sequence[str], filled: Sequence[str], layout: Layout) -> bool:
    """Whether a row adds up others: no key, and a word for a total or sums only."""
    names = [name for name in ("trajectnummer", "rapportagemaand") if name in layout.positions]
    keys = [_cell(texts, layout, name) for name in names]
    if all(keys) and not any(map(_TOTAL.match, keys)):
        return False
    if any(map(_TOTAL.match, filled)):
        return True
    return not any(
        _cell(texts, layout, column.name) for column in COLUMNS if column.kind is not Kind.HOURS
    )


def _cell(texts: Sequence[str], layout: Layout, name: str) -> str:
    position = layout.positions.get(name)
    return texts[position] if position is not None and position < len(texts) else ""
