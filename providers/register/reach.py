"""From which kern is there a lesson near enough? Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.municipalities import name as municipality_name

FAR_MINUTES = 45
"""A lesson further away than this counts as out of reach."""


@dataclass(frozen=True)
class Journey:
    """The shortest journey from one kern: to which location, in how many minutes."""

    municipality: str
    place: str
    location: str
    minutes: int

    @property
    def within(self) -> bool:
        """Whether there is a lesson near enough."""
        return self.minutes <= FAR_MINUTES

    @property
    def cells(self) -> tuple[str, str, str, int]:
        """As a row of a table."""
        return self.place, municipality_name(self.municipality), self.location, self.minutes


def journeys(times: Iterable[tuple[str, str, str, int]]) -> list[Journey]:
    """Shortest journey per kern, furthest first; rows of gemeente, kern, location and minutes."""
    shortest: dict[tuple[str, str], Journey] = {}
    for municipality, place, location, minutes in times:
        kept = shortest.get((municipality, place))
        if kept is None or minutes < kept.minutes:
            shortest[municipality, place] = Journey(municipality, place, location, minutes)
    return sorted(shortest.values(), key=lambda one: (-one.minutes, one.place))
