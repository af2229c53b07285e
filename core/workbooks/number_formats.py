"""What a number format makes of a number (ECMA-376 part 1, 18.8.30 and 18.8.31).

A percentage, a date or a duration is told by its format alone; a key such as 000100 is the number
100 with the format ``000000``.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, auto
from functools import cache

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_BUILT_IN = {
    **dict.fromkeys((9, 10), "0%"),
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, *range(50, 59)), "yyyy-mm-dd"),
    **dict.fromkeys((18, 19, 20, 21, *range(32, 36), 45, 47), "hh:mm"),
    22: "yyyy-mm-dd hh:mm",
    46: "[h]:mm:ss",
    49: "@",
}
SECONDS_A_DAY = 86_400
LAST_DAY = 2_958_465
"""31 December 9999, the last day that a spreadsheet knows."""


MOST_DAYS = 100
"""A time of more days than this is a moment, and not hours that were added up."""


class Kind(Enum):
    """What a number is, by its format."""

    NUMBER = auto()
    PERCENT = auto()
    DATE = auto()
    TIME = auto()
    DURATION = auto()


@dataclass(frozen=True)
class NumberFormat:
    """One format: the kind of its numbers, and its code."""

    kind: Kind
    code: str


GENERAL = NumberFormat(Kind.NUMBER, "General")


def built_in(number: int) -> NumberFormat:
    """A format that a workbook names by number only (18.8.30)."""
    return number_format(_BUILT_IN.get(number, "General"))


@cache
def number_format(code: str) -> NumberFormat:
    """The kind of numbers with this format."""
    bare = _LITERAL.sub("", code)
    elapsed = _ELAPSED.search(bare)
    bare = _BRACKETS.sub("", bare).split(";")[0].casefold()
    if elapsed:
        return NumberFormat(Kind.DURATION, code)
    if "%" in bare:
        return NumberFormat(Kind.PERCENT, code)
    if "general" in bare or "standaard" in bare or "@" in bare:
        return NumberFormat(Kind.NUMBER, code)
    if "y" in bare or "d" in bare or ("m" in bare and not re.search("[hs]", bare)):
        return NumberFormat(Kind.DATE, code)
    if re.search("[hs]", bare):
        return NumberFormat(Kind.TIME, code)
    return NumberFormat(Kind.NUMBER, code)


def number_text(value: float) -> str:
    """A number in plain digits; fifteen are what a spreadsheet keeps and shows."""
    return f"{value:.15g}"


def percent_text(value: float) -> str:
    """What a person sees of a fraction that is shown as a percentage."""
    return f"{value * 100:.6g}%".replace(".", ",")


def duration_text(days: float) -> str:
    """A duration as hours and minutes: 1.5 days is ``36:00``."""
    minutes = round(abs(days) * 24 * 60)
    return f"{'-' if days < 0 else ''}{minutes // 60}:{minutes % 60:02d}"


def moment_text(value: float, epoch: date) -> str:
    """A day number as ISO text, to the second: a hair below midnight is the next day."""
    if not 0 <= value <= LAST_DAY:
        return number_text(value)
    days, seconds = divmod(round(value * SECONDS_A_DAY), SECONDS_A_DAY)
    day = epoch + timedelta(days=days)
    if not seconds:
        return day.isoformat()
    moment = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)  # noqa: DTZ001
    return moment.isoformat(" ")


def text_of(value: float, style: NumberFormat, epoch: date) -> str:
    """The value of a cell as text, by what kind of number it is."""
    if style.kind is Kind.NUMBER:
        return number_text(value)
    if style.kind is Kind.PERCENT:
        return percent_text(value)
    if style.kind is Kind.DURATION or (style.kind is Kind.TIME and 0 <= value < 1):
        return duration_text(value)
    if style.kind is Kind.TIME and 1 <= value < MOST_DAYS:
        # 40:30 with the format of a time of day shows 16:30: either may be meant.
        return f"{duration_text(value % 1)} of {duration_text(value)}"
    return moment_text(value, epoch)


_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|\[[A-Za-z]+\d*\]|(?P<digit>[0#?])|(?P<plain>[-+ ():'!&~{}<>=$€])|(?P<end>;)|(?P<other>.)"
)


def display(value: float, code: str) -> str:
    """The text that a person sees of a whole number: leading zeros and words of its format.

    For keys. What a format does besides (decimals, thousands) is left out: a key has none.
    """
    plain = number_text(value)
    if not plain.isdecimal():
        return plain
    tokens: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(code):
        if match["end"]:
            break
        if match["other"] is not None:
            return plain
        if match["digit"] is not None:
            tokens.append(("digit", match["digit"]))
        else:
            word = match["quoted"] or match["escaped"] or match["currency"] or match["plain"] or ""
            tokens.append(("word", word))
    places = sum(kind == "digit" for kind, _ in tokens)
    if not places:
        return plain
    digits = plain if value else ""
    padded = digits.rjust(places)
    heads = [padded[: len(padded) - places + 1], *padded[len(padded) - places + 1 :]]
    output, at = "", 0
    for kind, text in tokens:
        if kind == "word":
            output += text
        else:
            output += heads[at].replace(" ", "0" if text == "0" else "")
            at += 1
    return output.strip()
