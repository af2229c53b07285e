"""From the text of one cell to a value, or to the code of the rule that it breaks.

Every reader hands over text: a real date arrives as ``2026-10-05``, a number as ``12.5``. A parser
takes cleaned, non-empty text and returns what is held (an integer, or text), or raises ``Fault``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from unicodedata import combining, normalize

from core.dates import month_number
from core.municipalities import current, former
from core.personal_data import kind_in, kind_in_key, without
from core.workbooks.sheets import COVERED, DATE, DITTO, ERRORS, NO_RESULT

Value = int | str
Parser = Callable[[str], Value]

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))
HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")
"""Signs that look like a hyphen: a date with one is plain, a key with one is another key."""
SPACES = {ord(space): " " for space in "\u00a0\u2007\u202f\u2009\u3000\t\r\n"}
BROKEN_CELLS = dict.fromkeys(ERRORS, "F012") | {
    NO_RESULT: "F014",
    COVERED: "F015",
    DATE: "F310",
    **dict.fromkeys(DITTO, "F020"),
}
"""A text that stands for no value at all, and the rule that says so."""
MONTHS = {
    "jan": 1, "januari": 1, "feb": 2, "februari": 2, "mrt": 3, "maa": 3, "maart": 3, "mar": 3,
    "apr": 4, "april": 4, "mei": 5, "jun": 6, "juni": 6, "jul": 7, "juli": 7, "aug": 8,
    "augustus": 8, "sep": 9, "sept": 9, "september": 9, "okt": 10, "oct": 10, "oktober": 10,
    "nov": 11, "november": 11, "dec": 12, "december": 12,
}  # fmt: skip
FIRST_MONTH = date(2022, 1, 1)
LONGEST_NUMBER = 9
"""More digits than this are no number of hours, learners or lessons."""
EPOCH_1900, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)


class Fault(Exception):  # noqa: N818  a finding about a cell, not an error of the program
    """The cell breaks the cell rule ``code``; ``details`` fill in its sentence."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def clean(text: str) -> str:
    """Take away what cannot be seen: outer spaces, no-break and zero-width spaces."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return text.translate(INVISIBLE).translate(SPACES).strip()


def fold(text: str) -> str:
    """Compare names without regard to case, accents, spaces, points, ``-`` and ``_``."""
    return _fold_short(text) if len(text) <= SHORT else _fold(text)


SHORT = 100
"""Longest text that is kept folded: headers and codes come back in every file."""


def _fold(text: str) -> str:
    plain = clean(text)
    if not plain.isascii():
        plain = "".join(c for c in normalize("NFKD", plain) if not combining(c))
    return re.sub(r"[\s\-_./()]+", "", plain).casefold()


_fold_short = lru_cache(maxsize=10_000)(_fold)


def echo(text: str, limit: int = 80) -> str:
    """A value as it may be shown again: short, and without personal data as far as we see it."""
    harmless = without(clean(text[: 10 * limit]))
    return harmless if len(harmless) <= limit else harmless[: limit - 1] + "…"


def _calendar_day(year: int, month: int, day: int) -> int:
    if not 1900 <= year <= 2100:
        raise Fault("F102")
    try:
        return date(year, month, day).toordinal()
    except ValueError:
        raise Fault("F102") from None


# Midnight here is the day before in UTC, so that a time with a Z says another day than it shows.
_ISO = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"
    r"(?:[T ](?:00:00(?::00(?:\.0+)?)?Z|\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?$"
)
_BARE = re.compile(r"(\d{4})(\d{2})(\d{2})$")
_DUTCH = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?: 0?0:00(?::00)?)?$")
_WORDS = re.compile(r"(\d{1,2})e?[-. ]+([a-z]+)\.?[-. ]+(\d{4})$", re.IGNORECASE)
_DAY_OF_WEEK = re.compile(
    r"(?:ma|di|wo|do|vr|za|zo|(?:maan|dins|woens|donder|vrij|zater|zon)dag)\.?,? +", re.IGNORECASE
)
_SHORT_YEAR = re.compile(r"\d{1,2}[-/. ]+(?:\d{1,2}|[a-z]+\.?)[-/. ]+'?\d{2}$", re.IGNORECASE)
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?$")


def day_parser(*, epoch_1904: bool = False) -> Parser:
    """Read a date: DD-MM-JJJJ, ISO, ``di 3 mrt 2026`` or the day number of a spreadsheet."""
    epoch = EPOCH_1904 if epoch_1904 else EPOCH_1900

    def parse(text: str) -> int:
        text = text.translate(HYPHENS)
        if named := _DAY_OF_WEEK.match(text):
            text = text[named.end() :]
        if match := _DUTCH.match(text):
            day, month, year = map(int, match.groups())
            if day <= 12 < month <= 31:
                raise Fault("F113")
            return _calendar_day(year, month, day)
        if match := _ISO.match(text):
            return _calendar_day(int(match[1]), int(match[3]), int(match[4]))
        if match := _BARE.match(text):
            year, month, day = map(int, match.groups())
            return _calendar_day(year, month, day)
        if match := _WORDS.match(text):
            month_named = MONTHS.get(match[2].casefold())
            if month_named is None:
                raise Fault("F102")
            return _calendar_day(int(match[3]), month_named, int(match[1]))
        if match := _SERIAL.match(text):
            # To the second: a hair below midnight is the next day.
            day_of_sheet = epoch + timedelta(seconds=round(float(text.replace(",", ".")) * 86_400))
            if 2000 <= day_of_sheet.year <= 2099:
                return day_of_sheet.toordinal()
            raise Fault("F102")
        raise Fault("F103" if _SHORT_YEAR.match(text) else "F102")

    return parse


_MONTH_FIRST_YEAR = re.compile(r"(\d{4})[-/. ]?(\d{2})$")
_MONTH_LAST_YEAR = re.compile(r"(\d{1,2})[-/. ](\d{4})$")
_MONTH_WORDS = re.compile(r"([a-z]+)\.?[-. ]+(\d{4})$", re.IGNORECASE)


def month_parser(
    *,
    today: date,
    only: date | None,
    epoch_1904: bool = False,
    last: date | None = None,
    successor: str = "",
) -> Parser:
    """Read a month that is not in the future and not before January 2022.

    ``last`` is the last month of a provider that went up in another, ``successor``.
    """
    parse_day = day_parser(epoch_1904=epoch_1904)

    def first_day(text: str) -> date:
        text = text.translate(HYPHENS)
        if match := _MONTH_FIRST_YEAR.match(text):
            year, month = int(match[1]), int(match[2])
        elif match := _MONTH_LAST_YEAR.match(text):
            month, year = int(match[1]), int(match[2])
        elif match := _MONTH_WORDS.match(text):
            month, year = MONTHS.get(match[1].casefold(), 0), int(match[2])
        else:
            try:
                day = date.fromordinal(int(parse_day(text)))
            except Fault as fault:
                raise Fault("F103" if fault.code == "F103" else "F110") from None
            year, month = day.year, day.month
        if not 1 <= month <= 12 or not 1900 <= year <= 2100:
            raise Fault("F110")
        return date(year, month, 1)

    def parse(text: str) -> int:
        month = first_day(text)
        if month > today:
            raise Fault("F108")
        if month < FIRST_MONTH:
            raise Fault("F109")
        if only is not None and month != only:
            raise Fault("F111", asked=f"{only:%Y-%m}")
        if last is not None and month > last:
            raise Fault("F114", successor=successor)
        return month_number(month)

    return parse


_NUMBER = re.compile(r"([+-]?)(\d*)(?:[.,](\d+))?$")
_THOUSANDS = re.compile(r"\d{1,3}(?:([.\s])\d{3})+(?:,\d+)?$")
_UNIT = re.compile(r"(?<=\d)\s*(?:u|uur|uren|h)\.?$", re.IGNORECASE)
_OTHER_FORMAT = re.compile(r"\d ?%$|^\d+:\d\d of \d+:\d\d$")
"""What a reader gives for a percentage, and for a time that may be a duration."""
_CLOCK = re.compile(r"(\d{1,4})(?::| ?(?:u|uur) ?)([0-5]\d)(?::00| ?(?:m|min|minuten)\.?)?$")


def hours_parser(maximum: int) -> Parser:
    """Read hours as minutes: ``12,5``, ``12.5``, ``12,5 uur``, ``36u``, ``1:30`` or ``1u30``.

    Zero up to ``maximum``, whole quarters only.
    """

    def parse(text: str) -> int:
        text = _UNIT.sub("", text)
        if clock := _CLOCK.match(text):
            return _quarters(int(clock[1]), {"00": 0, "15": 15, "30": 30, "45": 45}.get(clock[2]))
        if _THOUSANDS.match(text) and text.count(".") + text.count(" ") and "," in text:
            text = text.replace(".", "").replace(" ", "")
        match = _NUMBER.match(text)
        if not match or not (match[2] or match[3]):
            raise Fault("F214" if _OTHER_FORMAT.search(text) else "F204")
        decimals = (match[3] or "").rstrip("0")
        digits = match[2].lstrip("0") or "0"
        if (match[1] == "-" and (digits != "0" or decimals)) or len(digits) > LONGEST_NUMBER:
            raise Fault("F202", maximum=str(maximum))
        return _quarters(int(digits), {"": 0, "25": 15, "5": 30, "75": 45}.get(decimals))

    def _quarters(whole: int, minutes: int | None) -> int:
        if whole > maximum or (whole == maximum and minutes):
            raise Fault("F202", maximum=str(maximum))
        if minutes is None:
            raise Fault("F201")
        return whole * 60 + minutes

    return parse


def whole_parser(minimum: int, maximum: int) -> Parser:
    """Read a whole number between two limits."""

    def parse(text: str) -> int:
        match = re.fullmatch(r"[+-]?\d{1,9}(?:[.,]0+)?", text)
        if not match:
            raise Fault("F213")
        number = int(re.split("[.,]", text)[0])
        if not minimum <= number <= maximum:
            raise Fault("F210", minimum=str(minimum), maximum=str(maximum))
        return number

    return parse


def code_parser(entries: Mapping[str, int], allowed: str, own: Mapping[str, str]) -> Parser:
    """Read an entry of a code list; ``own`` are the codes of this provider."""

    def parse(text: str) -> int:
        key = fold(text)
        number = entries.get(fold(own[key]) if key in own else key)
        if number is None:
            raise Fault("F306", allowed=allowed)
        return number

    return parse


# What stands for a sign that is lost, and what UTF-8 looks like when it is taken for Windows-1252.
_GARBLED = re.compile("\N{REPLACEMENT CHARACTER}|[ÃÂ][\u0080-\u00bf\u0152-\u0192\u02c6-\u2122]")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+$")
_TRACK = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9._/-]+$")
_AS_NUMBER = re.compile(r"(\d+)[.,]0+$")


def is_track_number(text: str) -> bool:
    """Whether a text has the shape of a trajectnummer: no blank, no foreign sign, some digit."""
    return bool(_TRACK.match(text))


_WORD = re.compile(r"[^\W\d_]{3}")


def may_be_name(text: str) -> bool:
    """Whether what stands for a trajectnummer may be a person's name: a word, and no number."""
    return bool(_WORD.search(text)) and (" " in text or not any(c.isdigit() for c in text))


def track_parser(limit: int) -> Parser:
    """Read a trajectnummer: the text that the gemeente gave, which is never mended."""
    as_text = text_parser(limit, find=kind_in_key)

    def parse(text: str) -> str:
        as_text(text)
        if number := _AS_NUMBER.match(text):
            raise Fault("F312", short=number[1])
        if not is_track_number(text):
            raise Fault("F311")
        return text

    return parse


def text_parser(limit: int, *, find: Callable[[str], str | None] = kind_in) -> Parser:
    """Read a short name or key: no personal data, none that a spreadsheet rounded, one line.

    ``find`` names the kind of personal data in a text: ``kind_in``, or ``kind_in_key`` for a key.
    """

    def parse(text: str) -> str:
        if kind := find(text):
            raise Fault("F301", kind=kind)
        if _SCIENTIFIC.match(text):
            raise Fault("F302")
        if len(text) > limit:
            raise Fault("F309", limit=str(limit))
        if not text.isprintable() or _GARBLED.search(text):
            raise Fault("F303")
        return text

    return parse


def municipality_parser(names: Mapping[str, str]) -> Parser:
    """Read a gemeentecode: four digits, with or without ``GM``, the zeros fallen off, or a name.

    ``0193 (Zwolle)``, as our own lists have it, must agree with itself. Of a gemeente that was
    merged into another it gives that other one.
    """
    by_name: dict[str, list[int]] = {}
    names = {**names, **former()}
    for code, name in names.items():
        by_name.setdefault(fold(name), []).append(int(code))

    def parse(text: str) -> int:
        if both := _CODE_WITH_NAME.fullmatch(text):
            text = both[1] or both[4]
            named = by_name.get(fold(both[2] or both[3]), ())
            if int(text) not in named:
                if text not in names or not named:
                    raise Fault("F305")
                meant = f"{named[0]:04d}"
                raise Fault(
                    "F313", one=f"{text} is {names[text]}", other=f"{names[meant]} is {meant}"
                )
        codes = by_name.get(fold(_OF_GEMEENTE.sub("", text)), ())
        if len(codes) == 1:
            return current(codes[0])
        match = re.fullmatch(r"(?:GM)?(\d{1,4})(?:[.,]0)?", text, re.IGNORECASE)
        if not match or match[1].zfill(4) not in names:
            raise Fault("F305")
        return current(int(match[1]))

    return parse


_OF_GEMEENTE = re.compile(r"^(?:gemeente|gem\.)\s+", re.IGNORECASE)
_CODE_WITH_NAME = re.compile(r"(?:(\d{4})\W+(\D+)|(\D+?)\W+(\d{4}))\W?")


def same_provider_parser(code: str, former: Sequence[str] = ()) -> Parser:
    """Read an aanbiedercode: of the sender, or of a provider that went up in it."""
    own = {fold(one) for one in (code, *former)}

    def parse(text: str) -> str:
        if fold(text) not in own:
            raise Fault("F304", provider=code)
        return code

    return parse


def contract_parser(numbers: Mapping[str, int]) -> Parser:
    """Read a contractnummer of this provider as the key of that contract."""
    by_fold = {fold(number): key for number, key in numbers.items()}
    as_text = text_parser(32, find=kind_in_key)

    def parse(text: str) -> int:
        key = by_fold.get(fold(str(as_text(text))))
        if key is None:
            raise Fault("F308")
        return key

    return parse
