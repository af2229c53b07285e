"""What the start page tells somebody to look at.

A package offers ``attention(account, today) -> list[Attention]`` in its ``attention.py`` (rows
through ``core.accounts.visible``), and ``app/start.py`` lists that function in ``SOURCES``.
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


Source = Callable[[Account, date], list[Attention]]
