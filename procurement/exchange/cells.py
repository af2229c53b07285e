"""Cells of a plan file: how each kind of column is read. What cannot be read is a ValueError."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

NUMBER = re.compile(r"(-?[0-9]{1,9})(?:[.,]0+)?(?: ?%)?")
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{1,2})-(\d{1,2})-(\d{4})")


LONGEST_ECHO = 40


@dataclass(frozen=True)
class Column:
    """One column: its Dutch name, the field that it carries, and how to read it."""

    name: str
    field: str
    read: Callable[[Any], Any]


def echo(value: str) -> str:
    """A value as an error quotes it: a long one is cut."""
    return repr(value if len(value) <= LONGEST_ECHO else f"{value[:LONGEST_ECHO]}…")


def text(value: Any) -> str:
    """Text as it stands; a number that a spreadsheet made of a code is a code again."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if "\0" in str(value):
        raise ValueError("er staat een onleesbaar teken in")
    return str(value)


def code(value: Any) -> str:
    """Text without spaces around it."""
    return text(value).strip()


def optional_code(value: Any) -> str | None:
    """A code, or nothing."""
    return code(value) or None


def municipality(value: Any) -> str:
    """A gemeentecode; a spreadsheet drops the zeros in front."""
    digits = code(value)
    return digits.zfill(4) if digits.isdigit() else digits


def optional_municipality(value: Any) -> str | None:
    """A gemeentecode, or nothing."""
    return municipality(value) if code(value) else None


def number(value: Any) -> int:
    """A whole number; empty is 0. A spreadsheet may write it as ``100%`` or ``40,0``."""
    typed = code(value)
    match = NUMBER.fullmatch(typed or "0")
    if match is None:
        raise ValueError(f"vul een heel getal in. Er staat {echo(typed)}")
    return int(match[1])


def optional_number(value: Any) -> int | None:
    """A whole number, or nothing."""
    return number(value) if code(value) else None


def day(value: Any) -> date | None:
    """A day, or nothing."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date) or not code(value):
        return value or None
    match = DAY.fullmatch(code(value))
    if match is None:
        raise ValueError(f"vul een datum in, bijvoorbeeld 23-11-2026. Er staat {echo(code(value))}")
    y, m, d, day_first, month, year = match.groups()
    try:
        return date(int(y or year), int(m or month), int(d or day_first))
    except ValueError:
        raise ValueError(f"de dag {echo(code(value))} bestaat niet") from None


def yes(value: Any) -> bool:
    """``ja`` or ``nee``; empty is nee."""
    if isinstance(value, bool):
        return value
    word = code(value).lower()
    if word not in ("ja", "nee", ""):
        raise ValueError(f"vul ja of nee in. Er staat {echo(word)}")
    return word == "ja"


def one_of(kind: type[StrEnum]) -> Callable[[Any], Any]:
    """A code of a list."""

    def read(value: Any) -> Any:
        try:
            return kind(code(value))
        except ValueError:
            raise ValueError(f"kies {', '.join(kind)}. Er staat {echo(code(value))}") from None

    return read
