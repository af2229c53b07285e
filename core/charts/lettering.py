"""Letters as DejaVu has them: how wide a text is, where it is cut or broken, what can't be set."""

import re
from functools import cache
from typing import Any
from unicodedata import category

from core.charts.svg import BOX

UNKNOWN_WIDTH = 1.3
"""Of its size; an emoji or a Chinese sign takes no more in any font."""
INVISIBLE = frozenset(("Mn", "Me", "Cf"))
"""Categories of signs that change the one before, or join two."""
SKIN_TONES = range(0x1F3FB, 0x1F400)
JOINER = "\N{ZERO WIDTH JOINER}"
NEVER_MISSING = re.compile(r"[\x20-\x7e\n\t\u00a0-\u024f\u2010-\u2026]*")


@cache
def _font(*, bold: bool) -> Any:
    from matplotlib import font_manager  # noqa: PLC0415  slow to load

    weight = "bold" if bold else "normal"
    path = font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans", weight=weight))
    return font_manager.get_font(path)


@cache
def _advance(character: str, *, bold: bool) -> float:
    """Width of one character at 1 point; of what the font lacks, a width that has room for it."""
    if not has_glyph(character):
        return 0.0 if category(character) in INVISIBLE else UNKNOWN_WIDTH
    font = _font(bold=bold)
    font.set_size(100, 72)
    return float(font.load_char(ord(character)).linearHoriAdvance) / 65_536 / 100


@cache
def has_glyph(character: str) -> bool:
    """Whether DejaVu can draw it."""
    return bool(_font(bold=False).get_char_index(ord(character)))


def boxed(text: str) -> str:
    """Text in what DejaVu has: one box for a sign that it lacks, also for a joined emoji.

    For pictures of pixels and PDF, which have no other font; a browser finds one by itself.
    """
    if NEVER_MISSING.fullmatch(text):
        return text
    characters: list[str] = []
    joined = False
    for character in text:
        modifies = category(character) in INVISIBLE or ord(character) in SKIN_TONES
        if characters and characters[-1] == BOX and (modifies or joined):
            joined = character == JOINER
            continue
        joined = False
        characters.append(character if character == "\n" or has_glyph(character) else BOX)
    return "".join(characters)


def text_width(text: str, size: float = 9.0, *, bold: bool = False) -> float:
    """Width in points. Measured in DejaVu, which is wider than the fonts of most pages."""
    return size * sum(_advance(character, bold=bold) for character in text)


def shorten(text: str, width: float, size: float = 9.0, *, bold: bool = False) -> str:
    """Cut a name to a width; the table beside the chart has it in full.

    The cut is beyond the middle: long names often begin alike, and differ at their end.
    """
    if text_width(text, size, bold=bold) <= width:
        return text
    for left in range(len(text) - 1, -1, -1):
        end = left * 2 // 5
        short = f"{text[: left - end].rstrip()}…{text[len(text) - end :].lstrip()}"
        if text_width(short, size, bold=bold) <= width:
            return short
    return ""


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a sentence into lines of at most this width; a word that is longer breaks anywhere."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.extend(_pieces(word, width, size, bold=bold))
    return lines


def _pieces(word: str, width: float, size: float, *, bold: bool) -> list[str]:
    """A word in pieces of at most this width, each of one letter at least."""
    if text_width(word, size, bold=bold) <= width:
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, size, bold=bold) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
