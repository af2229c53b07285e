"""What one mark of a cell is, whatever the kind of workbook."""

import re

Mark = tuple[int, int, str]
"""Row (from 1), column (from 0) and text of a cell."""

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')


def shows_percent(number_format: str) -> bool:
    """Whether a number format multiplies by a hundred: ``%``, but not as a literal text."""
    return "%" in _LITERAL.sub("", number_format)


def percent_shown(value: float) -> str:
    """What a person sees of such a number, near enough to find the cell."""
    return f"{value * 100:.6g}%".replace(".", ",")
