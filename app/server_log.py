"""The log of a server: what went wrong and where, without a value of anyone.

What a database or a parser says of an error often quotes the value that it could not take, and an
address may hold the number of a learner. Where it happened is enough to find out why.
"""

import logging
import traceback
from types import TracebackType


class WithoutValues(logging.Formatter):
    """Writes of an error only its kind and the lines of our code that it came through."""

    def formatException(  # noqa: N802  the name that the library calls
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Tell the error and those that it came from, the first one first."""
        told: list[str] = []
        error = ei[1]
        while error is not None:
            told.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__name__)
            error = error.__cause__ or error.__context__
        return "\n".join(reversed(told))


def keep_log() -> None:
    """Write warnings and errors to standard error in this way."""
    # What Python writes to when nobody set up a log.
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(WithoutValues("%(asctime)s %(levelname)s %(message)s"))
