"""What templates may use: Dutch formats, a stricter idea of "undefined", and the frame's data."""

import re
from typing import Any

import jinja2
from flask import Flask, g, request
from markupsafe import Markup, escape

from app.web.access import session_end
from core import formats, municipalities, small_numbers
from core.dates import today


class Undefined(jinja2.Undefined):
    """An unknown name may be tested and compared, but not printed or looped over."""

    _refuse = jinja2.Undefined._fail_with_undefined_error
    __str__ = __iter__ = __len__ = __contains__ = _refuse


@jinja2.pass_context  # or Jinja works it out once, for the request that came first
def on_this_site(_context: jinja2.runtime.Context, path: str) -> str:
    """The address of a path of this site, also where a proxy has the site under a prefix.

    What ``url_for`` made has the prefix already.
    """
    root = request.script_root
    return (
        f"{root}{path}"
        if root and path.startswith("/") and not path.startswith(f"{root}/")
        else path
    )


def is_one_word(cell: object) -> bool:
    """Whether a cell holds a date, a number or a code, which a hyphen would break in two."""
    text = escape(cell).striptags()
    return "-" in text and len(text) <= LONGEST_WORD and " " not in text


def breakable(cell: object) -> Markup:
    """A name without spaces, such as an address or a file name, that may go on on a next line.

    A long compound word gets a hyphen there, where its parts meet.
    """
    if isinstance(cell, Markup):
        return cell
    return WORD_BREAK.join(JOINT.split(COMPOUND.sub(SOFT_HYPHEN, str(cell))))


def whole_dates(text: object) -> Markup:
    """A sentence whose dates and codes stay on one line: a browser breaks ``B1-route`` in two."""
    safe, place = escape(text), 0
    parts: list[str] = []
    for match in DATE.finditer(safe):
        # A slice of a safe text is safe itself.
        parts += [safe[place : match.start()], WHOLE.format(match[0])]
        place = match.end()
    return Markup("").join([*parts, safe[place:]])


DATE = re.compile(r"\b[A-Z0-9]+(?:-[A-Z0-9]+)*-\d+\b|\b(?:B1|Z)-route\b")
WHOLE = Markup('<span class="day">{}</span>')
LONGEST_WORD = 20
JOINT = re.compile(r"(?<=[_/])|(?=@|\.(?!\d))")
WORD_BREAK = Markup("<wbr>")
COMPOUND = re.compile(r"(?<=[a-z]{4})(?=nummer|datum|stukken)")
SOFT_HYPHEN = "\N{SOFT HYPHEN}"
FILTERS = {
    "here": on_this_site,
    "day": formats.day_text,
    "breakable": breakable,
    "whole_dates": whole_dates,
    "moment": formats.moment_text,
    "clock": formats.clock_text,
    "month": formats.month_text,
    "number": formats.number_text,
    "count": formats.count_text,
    "few": small_numbers.few_text,
    "percent": formats.percent_text,
    "hours": formats.hours_text,
    "euro": formats.euro_text,
    "municipality": municipalities.name,
}


def prepare(app: Flask) -> None:
    """Set up the template engine."""
    app.jinja_env.undefined = Undefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    # Jinja has a filter "count" of its own (the length); ours is the Dutch figure.
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.tests["one_word"] = is_one_word
    app.context_processor(_frame)


def _frame() -> dict[str, Any]:
    return {
        "account": g.get("account"),
        "printed_on": today(),
        "region_name": municipalities.named_region(),
        "session_end": session_end(),
    }
