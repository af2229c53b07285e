"""What the start page tells somebody to look at, which dates come next, and the figures on top.

A package offers in its ``attention.py`` (rows through ``core.accounts.visible``)
``attention(account, today) -> list[Attention]``, ``upcoming(account, today) -> list[Upcoming]``
and ``figures(account, today) -> list[Figure]``; ``app/web/start.py`` lists those functions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from hashlib import sha256

from core.accounts import Account


class Urgency(IntEnum):
    """How soon someone must look; also the order on the page."""

    NOW = 1
    SOON = 2
    LATER = 3


@dataclass(frozen=True)
class Attention:
    """One thing that asks for attention: a short sentence, where to go, how soon, and until when.

    ``more`` is a second sentence: what to do, or why. ``needs`` is the right, as (action, thing),
    without which someone can only take note. Items with the same ``together`` fold into one line,
    where ``{n}`` stands for their number: "{n} reacties van De Wachter wachten op antwoord".
    """

    text: str
    url: str
    urgency: Urgency
    due: date | None = None
    more: str = ""
    needs: tuple[str, str] | None = None
    together: str = ""

    @property
    def key(self) -> str:
        """What makes it the same thing tomorrow; a thing that changed asks for attention again."""
        return sha256(f"{self.url}\n{self.text}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Upcoming:
    """Something with a date that is still to come."""

    on: date
    text: str
    url: str


@dataclass(frozen=True)
class Figure:
    """A figure on top of the start page, which leads to its list: ``7 van 8``."""

    label: str
    value: str
    url: str


MOST_UPCOMING = 5
"""How many dates one package tells."""

Coming = Callable[[Account, date], list[Upcoming]]
Source = Callable[[Account, date], list[Attention]]
Figures = Callable[[Account, date], list[Figure]]
