"""The log of a server: what went wrong and where, without a value of anyone.

What a database or a parser says of an error often quotes the value that it could not take, and an
address may hold the number of a learner. Where it happened is enough to find out why. Each line has
the number of its request, which the error page shows.
"""

import json
import logging
import sys
import threading
import time
import traceback
from types import TracebackType

from flask import g, has_request_context

QUIET_SECONDS = 60
"""The same line is written once in so long; how often it came besides is said the next time."""


class WithoutValues(logging.Formatter):
    """Writes of an error only its kind and the lines of our code that it came through."""

    def formatException(  # noqa: N802  the name that the library calls
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Tell the error and those that it came from, the first one first."""
        parts: list[str] = []
        error = ei[1]
        while error is not None:
            parts.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__name__)
            error = error.__cause__ or error.__context__
        return "\n".join(reversed(parts))


class AsJson(WithoutValues):
    """One JSON object per line: at, level, logger, message, and what else a line carries."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        line = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request": getattr(record, "request", ""),
        } | getattr(record, "fields", {})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps({key: value for key, value in line.items() if value != ""})


class WithRequest(logging.Filter):
    """Puts the number of the request with a line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line through."""
        number = g.get("request_id", "") if has_request_context() else ""
        record.request = number
        record.number = f" [{number}]" if number else ""
        return True


class NotAgain(logging.Filter):
    """Holds back a warning or error that was written a moment ago from the same place."""

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[tuple[str, int, str], tuple[float, int]] = {}
        self.lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the first one through, and later the next one with a count of those between."""
        if record.levelno < logging.WARNING:
            return True
        kind = record.exc_info[0] if record.exc_info else None
        key = (record.pathname, record.lineno, f"{record.getMessage()} {kind}")
        with self.lock:
            last, held_back = self.written.get(key, (float("-inf"), 0))
            if record.created - last < QUIET_SECONDS:
                self.written[key] = (last, held_back + 1)
                return False
            if len(self.written) > 1_000:
                self.written.clear()
            self.written[key] = (record.created, 0)
        if held_back:
            record.msg, record.args = f"{record.getMessage()} (and {held_back} times before)", None
        return True


def keep_log(form: str = "text") -> None:
    """Write to standard error: as ``text`` warnings and errors, as ``json`` requests too."""
    handler = logging.StreamHandler(sys.stderr)
    plain = WithoutValues("%(asctime)s %(levelname)s%(number)s %(message)s")
    handler.setFormatter(AsJson() if form == "json" else plain)
    handler.addFilter(WithRequest())
    handler.addFilter(NotAgain())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("app.web.requests").setLevel(logging.INFO if form == "json" else "WARNING")
