"""What a contract promises about lessons, and which promise holds for whom. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.dates import month_end


@dataclass(frozen=True, slots=True)
class Promise:
    """What a contract says about the lessons on one route; None where it says nothing."""

    contract: int
    route: int
    municipality: int | None
    first: date
    last: date | None
    weekly_minutes: int | None
    hour_price_cents: int | None

    def covers(self, month: date, municipality: int) -> bool:
        """Whether the contract holds the whole month for learners of a gemeente."""
        return (
            self.municipality in (None, municipality)
            and self.first <= month
            and (self.last is None or self.last >= month_end(month))
        )


def promise_for(
    promises: Iterable[Promise], *, route: int, month: date, municipality: int, contract: int | None
) -> Promise | None:
    """The promise for learners of a gemeente: of the contract they name, or else that covers them.

    Of more than one the lowest, so that a shortfall is never overstated.
    """
    covering = [p for p in promises if p.route == route and p.covers(month, municipality)]
    named = [p for p in covering if p.contract == contract]
    made = [p for p in named or covering if p.weekly_minutes is not None]
    return min(made, key=lambda p: p.weekly_minutes or 0, default=None)
