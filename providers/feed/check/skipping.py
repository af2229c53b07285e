"""Rows that are no data: blank, totals, a header again, a footnote. All else is a data row.

What is skipped is counted apart and named in the receipt, so a row is only skipped when it cannot
be a learner's: it has no key, or it repeats the header.
"""

import re
from collections.abc import Sequence

from providers.feed.columns import COLUMNS, Kind, Layout, Mapping
from providers.feed.values import MONTHS, echo, is_track_number

BLANK, TOTALS, HEADER, NOTE = "blank", "totals", "header", "note"
LABELS = {
    BLANK: "lege rijen",
    TOTALS: "totaalrijen",
    HEADER: "herhaalde kopregels",
    NOTE: "voetnoten",
}
WORDS = {
    BLANK: "lege rij",
    TOTALS: "totaalrij",
    HEADER: "herhaalde kopregel",
    NOTE: "voetnoot",
}
_TOTAL = re.compile(
    r"(sub|eind)?tota(a?l|len)\b|som\b|gemiddelde?\b|aantal\b|.*\b(sub|eind)?(totaal|resultaat)$",
    re.IGNORECASE,
)


_WORD = re.compile(r"[^\W_][\w.,'-]*")
_WITHOUT_CAPITALS = frozenset(("groep", "klas", "week", "maand", "uren", "leerroute", *MONTHS))


def text_of_skipped(texts: Sequence[str]) -> str:
    """What is kept of a skipped row, so that a person finds it: ``Totaal groep 3 120``.

    A capital may begin a name, so that only words for totals and groups keep theirs.
    """
    return echo(_WORD.sub(_harmless, " ".join(filter(None, texts))))


def _harmless(match: re.Match[str]) -> str:
    word = match[0]
    is_plain = _TOTAL.match(word) or word.casefold() in _WITHOUT_CAPITALS
    return word if is_plain or word == word.casefold() else "…"


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
    """Whether a row adds up others: a word for a total, no trajectnummer and no dates.

    A row with a key is a learner's, whatever it is called: ``SOM-260101`` is a trajectnummer.
    """
    if not any(map(_TOTAL.match, filled)):
        return False
    key = _cell(texts, layout, "trajectnummer")
    if key and (is_track_number(key) or not _TOTAL.match(key)):
        return False
    return not any(
        _cell(texts, layout, column.name) for column in COLUMNS if column.kind is Kind.DAY
    )


def _cell(texts: Sequence[str], layout: Layout, name: str) -> str:
    position = layout.positions.get(name)
    return texts[position] if position is not None and position < len(texts) else ""
