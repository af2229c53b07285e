"""What templates may use: Dutch formats, a stricter idea of "undefined", and the frame's data."""

from typing import Any

from flask import Flask, g
from jinja2 import StrictUndefined

from core import formats, municipalities


class Undefined(StrictUndefined):
    """An unknown name may be tested, but not printed or looped over."""

    __hash__ = StrictUndefined.__hash__

    def __bool__(self) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __ne__(self, other: object) -> bool:
        return type(self) is not type(other)


FILTERS = {
    "day": formats.day_text,
    "moment": formats.moment_text,
    "month": formats.month_text,
    "number": formats.number_text,
    "count": formats.count_text,
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
    app.context_processor(_frame)


def _frame() -> dict[str, Any]:
    return {"account": g.get("account")}
