"""What a plan is made of: steps, links, the decision of each gemeente, and a kort geding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from core.dates import Calendar
from core.formats import day_text


class Kind(StrEnum):
    """What sort of step it is."""

    TASK = "taak"
    MILESTONE = "mijlpaal"
    DECISION = "besluit"
    STATUTORY = "wettelijke_termijn"


class Unit(StrEnum):
    """Working days or calendar days."""

    WORKING = "wd"
    CALENDAR = "cd"


class LinkType(StrEnum):
    """Which end of the one holds which end of the other."""

    FINISH_START = "FS"
    START_START = "SS"
    FINISH_FINISH = "FF"


class Outcome(StrEnum):
    """How far one gemeente is with its decision."""

    NOT_NEEDED = "niet_nodig"
    PREPARED = "voorbereid"
    SCHEDULED = "geagendeerd"
    DECIDED = "besloten"
    CONDITIONAL = "besloten_met_voorwaarden"
    DEFERRED = "aangehouden"
    REJECTED = "afgewezen"


class ReplanCause(StrEnum):
    """By whose doing a plan was made anew."""

    OWN = "eigen"
    LAW = "wet"
    COURT = "rechter"
    OTHER = "buiten"


CAUSE_WORDS = {
    ReplanCause.OWN: "onszelf of een partij",
    ReplanCause.LAW: "de wet",
    ReplanCause.COURT: "de rechter",
    ReplanCause.OTHER: "iets anders van buiten",
}
"""What follows ``verschoven door``."""
OUTSIDE = tuple(cause for cause in ReplanCause if cause is not ReplanCause.OWN)
"""What comes from outside says nothing of our own pace."""


SETTLED = frozenset({Outcome.NOT_NEEDED, Outcome.DECIDED, Outcome.CONDITIONAL})


@dataclass(frozen=True, slots=True)
class LocalDecision:
    """The decision of one gemeente at one step."""

    municipality: str
    body: str
    outcome: Outcome = Outcome.PREPARED
    meeting_on: date | None = None
    decided_on: date | None = None
    shift: int = 0


COURT_SOURCE = "Aanbestedingswet 2012, artikel 2.131"
"""When interim measures are asked for within the standstill period, the contract is not concluded
before the judge has decided and that period is over."""
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


@dataclass(frozen=True, slots=True)
class Step:
    """One milestone, task, decision or statutory term of a plan."""

    code: str
    title: str = ""
    kind: Kind = Kind.TASK
    duration: int = 0
    unit: Unit = Unit.CALENDAR
    earliest_start: date | None = None
    deadline: date | None = None
    actual_start: date | None = None
    actual_end: date | None = None
    decisions: tuple[LocalDecision, ...] = ()
    cancelled: bool = False
    hold: CourtHold | None = None
    shift: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """``after`` waits for ``before``, plus a lag that may be negative."""

    before: str
    after: str
    type: LinkType = LinkType.FINISH_START
    lag: int = 0
    unit: Unit = Unit.CALENDAR


@dataclass(frozen=True)
class Plan:
    """All that decides the dates of one inkooptraject.

    ``meetings`` holds the known meeting dates of a gemeente's body. A plan without any deadline is
    measured against its own end.
    """

    steps: tuple[Step, ...]
    links: tuple[Link, ...]
    today: date
    starts_on: date
    calendar: Calendar = field(default_factory=Calendar)
    meetings: Mapping[tuple[str, str], tuple[date, ...]] = field(default_factory=dict)
