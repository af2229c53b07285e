"""A whole plan as one document: what a template gives, a file carries and the database holds.

Everything that calculates or exchanges a plan works on this; only operations and metrics know the
tables behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from core.dates import Calendar, Recess
from procurement.plan.steps import (
    CAUSE_WORDS,
    CourtHold,
    Kind,
    Link,
    LocalDecision,
    Outcome,
    Plan,
    ReplanCause,
    Step,
    Unit,
    heaviest,
)
from procurement.plan.terms import Facts, Moment, Opinion, Procedure, Purpose


@dataclass(frozen=True, slots=True)
class Header:
    """What is said once of an inkooptraject."""

    code: str
    name: str
    region: str = ""
    procedure: Procedure = Procedure.SOCIAL
    status: str = "lopend"
    electronic: bool = True
    lead_municipality: str | None = None
    starts_on: date | None = None
    go_live: date | None = None
    current_until: date | None = None
    contract_until: date | None = None
    tracks: int | None = None
    price_cents: int | None = None
    good_friday_off: bool = False
    note: str = ""

    @property
    def value_cents(self) -> int | None:
        """Estimated value: trajecten times price."""
        if self.tracks is None or self.price_cents is None:
            return None
        return self.tracks * self.price_cents

    @property
    def overlap(self) -> int:
        """Days on which the present contract and the new one both run."""
        if self.go_live is None or self.current_until is None:
            return 0
        return max((self.current_until - self.go_live).days + 1, 0)

    @property
    def contract_years(self) -> int | None:
        """Whole years that the new contract lasts; none when begin or end is not known."""
        if self.go_live is None or self.contract_until is None:
            return None
        return round(((self.contract_until - self.go_live).days + 1) / 365.25)


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One milestone as people write it down."""

    code: str
    title: str
    phase: str = ""
    kind: Kind = Kind.TASK
    purpose: Purpose | None = None
    owner: str = ""
    duration: int = 0
    unit: Unit = Unit.CALENDAR
    body: str = ""
    per_municipality: bool = False
    earliest_start: date | None = None
    deadline: date | None = None
    actual_start: date | None = None
    actual_end: date | None = None
    progress: int = 0
    cancelled: bool = False
    note: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class PlanDecision:
    """The decision of one gemeente at one step."""

    step: str
    municipality: str
    body: str = "college"
    outcome: Outcome = Outcome.PREPARED
    meeting_on: date | None = None
    decided_on: date | None = None
    document: str = ""


@dataclass(frozen=True, slots=True)
class PlanParticipation:
    """A gemeente that joins for one leerroute, at a scale chosen with its reason."""

    municipality: str
    route: str
    scale: str = "regionaal"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PlanMeeting:
    """A known meeting of a gemeente's body."""

    municipality: str
    body: str
    held_on: date


@dataclass(frozen=True, slots=True)
class PlanAction:
    """Something to do: done, partly or not, with the reason."""

    text: str
    state: str = "nee"
    reason: str = ""
    owner: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlanRisk:
    """Chance and impact are 1 (small) to 5 (large)."""

    title: str
    chance: int = 1
    impact: int = 1
    measure: str = ""
    owner: str = ""
    step: str | None = None


@dataclass(frozen=True, slots=True)
class BaselineDate:
    """Planned dates of one step, or of one gemeente at a step."""

    step: str
    municipality: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class PlanBaseline:
    """Planversie: a copy of all dates with its reason; never changed afterwards."""

    number: int
    made_on: date
    reason: str
    go_live: date | None = None
    dates: tuple[BaselineDate, ...] = ()
    cause: ReplanCause | None = None
    """Why the one before it does not hold any more; none of the first."""

    @property
    def moved_by(self) -> str:
        """The cause in words."""
        return "" if self.cause is None else CAUSE_WORDS[self.cause]

    def ends(self) -> dict[tuple[str, str], date]:
        """End by step and gemeente; gemeente '' is the step itself."""
        return {(d.step, d.municipality): d.ends_on for d in self.dates}


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """One inkooptraject, whole."""

    header: Header
    steps: tuple[PlanStep, ...] = ()
    links: tuple[Link, ...] = ()
    decisions: tuple[PlanDecision, ...] = ()
    participations: tuple[PlanParticipation, ...] = ()
    recesses: tuple[Recess, ...] = ()
    meetings: tuple[PlanMeeting, ...] = ()
    baselines: tuple[PlanBaseline, ...] = ()
    actions: tuple[PlanAction, ...] = ()
    risks: tuple[PlanRisk, ...] = ()
    forecasts: Mapping[str, Mapping[str, date]] = field(default_factory=dict)
    """What was expected, by month ``JJJJ-MM`` and step: the milestone trend. Not exchanged."""
    holds: tuple[CourtHold, ...] = ()
    """Court cases that stop an award. Not exchanged: they belong to the lots."""
    opinions: Mapping[str, Opinion] = field(default_factory=dict)
    """How sure the region is of a rule of law under this procedure. Not exchanged."""

    @property
    def goal(self) -> str | None:
        """Code of the step that starts the service, when the plan has one."""
        return next((s.code for s in self.steps if s.purpose is Purpose.GO_LIVE), None)

    @property
    def municipalities(self) -> list[str]:
        """Gemeenten that take part, in order of code."""
        return sorted({p.municipality for p in self.participations})

    @property
    def last_baseline(self) -> PlanBaseline | None:
        """The planversie that counts."""
        return max(self.baselines, key=lambda b: b.number, default=None)

    def baseline_ends(self) -> dict[tuple[str, str], date]:
        """End dates of the last planversie; empty when there is none."""
        return self.last_baseline.ends() if self.last_baseline else {}

    def step(self, code: str) -> PlanStep | None:
        """One step by its code."""
        return next((s for s in self.steps if s.code == code), None)


def to_plan(document: PlanDocument, today: date) -> Plan:
    """What the calculation needs of a document."""
    header = document.header
    decisions: dict[str, list[LocalDecision]] = {}
    for d in document.decisions:
        decisions.setdefault(d.step, []).append(
            LocalDecision(d.municipality, d.body, d.outcome, d.meeting_on, d.decided_on)
        )
    meetings: dict[tuple[str, str], list[date]] = {}
    for m in document.meetings:
        meetings.setdefault((m.municipality, m.body), []).append(m.held_on)
    return Plan(
        steps=tuple(_step(document, s, decisions.get(s.code, [])) for s in document.steps),
        links=document.links,
        today=today,
        starts_on=header.starts_on or today,
        calendar=Calendar(document.recesses, header.good_friday_off),
        meetings={key: tuple(sorted(days)) for key, days in meetings.items()},
    )


def _step(document: PlanDocument, step: PlanStep, decisions: list[LocalDecision]) -> Step:
    deadline = step.deadline
    if step.purpose is Purpose.GO_LIVE and deadline is None:
        deadline = document.header.go_live
    stopped = step.purpose in (Purpose.AWARD, Purpose.CONTRACT)
    return Step(
        step.code, step.title, step.kind, step.duration, step.unit, step.earliest_start, deadline,
        step.actual_start, step.actual_end, tuple(decisions), step.cancelled,
        heaviest(document.holds) if stopped else None,
    )  # fmt: skip


def facts_of(document: PlanDocument, ends: Mapping[str, date], today: date) -> Facts:
    """What the statutory checks need, with the end date of each step."""
    moments: dict[Purpose, list[Moment]] = {}
    for step in document.steps:
        if step.purpose is not None and not step.cancelled and step.code in ends:
            moment = Moment(step.code, step.title, ends[step.code])
            moments.setdefault(step.purpose, []).append(moment)
    return Facts(
        document.header.procedure,
        document.header.electronic,
        document.header.value_cents,
        today,
        {purpose: tuple(group) for purpose, group in moments.items()},
        heaviest(document.holds),
        document.opinions,
    )


def with_decision_rows(document: PlanDocument) -> PlanDocument:
    """Add an open decision for every gemeente that takes part at each step that asks for one."""
    have = {(d.step, d.municipality) for d in document.decisions}
    extra = [
        PlanDecision(step.code, municipality, step.body or "college")
        for step in document.steps
        if step.per_municipality
        for municipality in document.municipalities
        if (step.code, municipality) not in have
    ]
    return replace(document, decisions=(*document.decisions, *extra))
