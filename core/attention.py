"""What the start page tells somebody to look at, and which dates come next.

A package offers ``attention(account, today) -> list[Attention]`` in its ``attention.py`` (rows
through ``core.accounts.visible``), and ``app/web/start.py`` lists that function in ``SOURCES``; the
same for ``upcoming(account, today) -> list[Upcoming]``, which is asked when nothing is due.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from core.accounts import Account


class Urgency(IntEnum):
    """How soon someone must look; also the order on the page."""

    NOW = 1
    SOON = 2
    LATER = 3


@dataclass(frozen=True)
class Attention:
    """One thing that asks for attention: a sentence, where to go, how soon, and until when."""

    text: str
    url: str
    urgency: Urgency
    due: date | None = None


@dataclass(frozen=True)
class Upcoming:
    """Something with a date that is still to come."""

    on: date
    text: str
    url: str


MOST_UPCOMING = 5
"""How many dates one package tells."""

Coming = Callable[[Account, date], list[Upcoming]]
Source = Callable[[Account, date], list[Attention]]
