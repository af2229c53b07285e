"""What a plan is made of: steps, links, and the decision of each gemeente."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from core.dates import Calendar
from procurement.plan.court import CourtHold


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
