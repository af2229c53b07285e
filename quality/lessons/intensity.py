"""Lessons against the contract: promised, offered and attended hours, and what falls short. Pure.

A promise is a number of hours a week for every week that a learner could have lessons, as an
average over the year. So only a year as a whole can fall short: what is more in one month makes
up for what is less in another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from core.small_numbers import MINIMUM, is_small
from providers.register.rules import hours_cents


@dataclass(frozen=True, slots=True)
class LessonMonth:
    """The lessons of one month on one route, in minutes.

    ``promised`` is None where no contract promises anything. ``compared`` is what was offered to
    the learners that the promise is about.
    """

    tracks: int = 0
    offered: int = 0
    attended: int = 0
    authorised: int = 0
    unauthorised: int = 0
    promised: float | None = None
    compared: int = 0

    def plus(self, other: "LessonMonth") -> "LessonMonth":
        """This and other learners together; a promise counts for those it was made for."""
        promised = [part.promised for part in (self, other) if part.promised is not None]
        return LessonMonth(
            self.tracks + other.tracks,
            self.offered + other.offered,
            self.attended + other.attended,
            self.authorised + other.authorised,
            self.unauthorised + other.unauthorised,
            sum(promised) if promised else None,
            self.compared + other.compared,
        )

    @property
    def few(self) -> bool:
        """Whether it is about so few learners that nothing is shown."""
        return is_small(self.tracks)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What was offered against what was promised, over the months that are shown.

    ``hour_price_cents`` is None when no contract gives a price, or when contracts differ in it.
    """

    promised: float
    offered: int
    hour_price_cents: int | None
    prices_differ: bool = False

    @property
    def minutes(self) -> float:
        """Minutes that were promised and not offered; never less than none."""
        return max(0.0, self.promised - self.offered)

    @property
    def cents(self) -> int | None:
        """What those hours cost by the contract, as whole cents."""
        if self.hour_price_cents is None:
            return None
        return hours_cents(Fraction(self.minutes), self.hour_price_cents)


@dataclass(frozen=True, slots=True)
class Lessons:
    """The lessons of one provider on one route, with the prices of its promises."""

    months: Mapping[date, LessonMonth]
    prices: tuple[int | None, ...] = ()

    @property
    def visible_months(self) -> dict[date, LessonMonth]:
        """The months that may be shown, oldest first."""
        return {m: self.months[m] for m in sorted(self.months) if self.months[m].tracks >= MINIMUM}

    def shortfall(self) -> Shortfall | None:
        """Promised against offered; None when nothing was promised."""
        promised_months = [
            month for month in self.visible_months.values() if month.promised is not None
        ]
        if not promised_months:
            return None
        (price,) = self.prices if len(self.prices) == 1 else (None,)
        return Shortfall(
            promised=sum(month.promised or 0 for month in promised_months),
            offered=sum(month.compared for month in promised_months),
            hour_price_cents=price,
            prices_differ=len(self.prices) > 1,
        )


MILESTONES = {"B": 600, "Z": 800}
"""Attended hours that the law asks for: before a lower level (B1-route), to finish (Z-route)."""


def toward(route: str, minutes: Iterable[int]) -> dict[str, int]:
    """Count learners by how far their attended hours are toward the milestone of the route."""
    goal = MILESTONES[route]
    half = goal // 2
    labels = (f"minder dan {half} uur", f"{half} tot {goal} uur", f"{goal} uur of meer")
    counts = dict.fromkeys(labels, 0)
    for one in minutes:
        counts[labels[min(2, int(one // (60 * half)))]] += 1
    return counts
