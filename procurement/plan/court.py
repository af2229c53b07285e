"""Kort geding against an award decision: what it stops, and until when.

Aanbestedingswet 2012, artikel 2.131: when interim measures are asked for within the standstill
period, the contract is not concluded before the judge has decided and that period is over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.formats import day_text

SOURCE = "Aanbestedingswet 2012, artikel 2.131"
USUAL_WAIT = timedelta(days=70)
"""Weeks until a verdict differ per court; six to ten are usual, and a plan counts with ten."""


class Verdict(StrEnum):
    """How a kort geding ends."""

    PENDING = "aanhangig"
    REJECTED = "afgewezen"
    GRANTED = "toegewezen"
    WITHDRAWN = "ingetrokken"


HALTING = frozenset({Verdict.PENDING, Verdict.GRANTED})
"""While it is pending, and when the judge stops the award."""


@dataclass(frozen=True, slots=True)
class CourtHold:
    """What keeps an award from becoming final: a verdict to come, or one that forbids it.

    It names the lot, never who went to court: who reads the plan need not be who may see the bids.
    """

    lot: str
    until: date
    granted: bool = False

    @property
    def text(self) -> str:
        """``het kort geding over perceel P1 (uitspraak verwacht 10-12-2026)``."""
        return (
            f"het kort geding over perceel {self.lot} (uitspraak verwacht {day_text(self.until)})"
        )


def heaviest(holds: Iterable[CourtHold]) -> CourtHold | None:
    """The one that counts of several: what forbids, then what takes longest."""
    return max(holds, key=lambda hold: (hold.granted, hold.until), default=None)
