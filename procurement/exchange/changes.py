"""What a change of a plan is in words: for who is asked whether it should happen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core import municipalities
from core.formats import day_text
from procurement.exchange.sheets import HEADER_COLUMNS, PLAIN_SHEETS, STEP_COLUMNS

PARTS = {
    "mijlpaal": "Mijlpaal",
    "links": "Afhankelijkheid",
    "decisions": "Besluit",
    "participations": "Deelname",
    "recesses": "Reces",
    "meetings": "Vergadering",
    "actions": "Actie",
    "risks": "Risico",
    "planversie": "Planversie",
}
FIELDS = {
    column.field: column.name.replace("_", " ")
    for columns in (*(sheet.columns for sheet in PLAIN_SHEETS), STEP_COLUMNS, HEADER_COLUMNS)
    for column in columns
} | {"lag": "tussentijd", "type": "soort", "before": "na", "after": "van"}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One thing that differs; an empty text is nothing."""

    what: str
    was: str
    becomes: str


def change_lines(changes: Mapping[str, Mapping[str, Any]]) -> list[ChangeLine]:
    """``before`` and ``after`` of an operation as lines, what goes away first."""
    was, becomes = changes.get("before") or {}, changes.get("after") or {}
    lines = [
        ChangeLine(_what(key), _text(was.get(key)), _text(becomes.get(key)))
        for key in dict.fromkeys((*was, *becomes))
    ]
    return sorted(lines, key=lambda line: line.becomes != "")


def _what(key: str) -> str:
    head, _, field = key.partition(": ")
    part, _, name = head.partition(" ")
    if part not in PARTS:
        return FIELDS.get(head, head).capitalize()
    words = [municipalities.names().get(word, word) for word in name.split(" ")]
    label = f"{PARTS[part]} {' '.join(words)}".strip()
    return f"{label}: {FIELDS.get(field, field)}" if field else label


def _text(value: Any) -> str:
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, Mapping):
        return _listed(f"{FIELDS.get(k, k)} {_text(v)}" for k, v in value.items())
    text = str(value).replace("_", " ")
    try:
        return day_text(date.fromisoformat(text))
    except ValueError:
        return text


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)
