"""What differs between two states of a thing, as an audit line keeps them: named values, nested."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.formats import day_text, month_text, number_text

NOTHING = "leeg"
ARROW = "\N{RIGHTWARDS ARROW}"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True)
class Difference:
    """One value that differs: its names from the outside in, what it was and what it is."""

    path: tuple[str, ...]
    old: Any
    new: Any


def differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Iterator[Difference]:
    """Every value that differs; of something new, what it holds."""
    old, new = before or {}, after or {}
    for name in [*old, *(name for name in new if name not in old)]:
        was, now = old.get(name), new.get(name)
        if was == now or (not was and not now and not isinstance(was or now, bool | int)):
            continue
        if isinstance(was, Mapping) or isinstance(now, Mapping):
            nested = differences(
                was if isinstance(was, Mapping) else None, now if isinstance(now, Mapping) else None
            )
            yield from (Difference((name, *one.path), one.old, one.new) for one in nested)
        else:
            yield Difference((name,), was, now)


def plain_text(value: Any) -> str:  # noqa: PLR0911  a table
    """A value as a Dutch reader expects it."""
    if value is None or value in ("", []):
        return NOTHING
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, list):
        return ", ".join(map(plain_text, value))
    if isinstance(value, float):
        return number_text(value, 2).rstrip("0").rstrip(",")
    text = str(value)
    if DAY.fullmatch(text):
        return day_text(date.fromisoformat(text))
    if MONTH.fullmatch(text):
        return month_text(date.fromisoformat(f"{text}-01"))
    return f"“{text}”" if " " in text else text


def change_text(label: str, difference: Difference, text: Any = plain_text) -> str:
    """``norm wachttijd 28 → 42``; of something new only what it is."""
    now = text(difference.new)
    if difference.old is None:
        return f"{label} {now}"
    return f"{label} {text(difference.old)} {ARROW} {now}"
