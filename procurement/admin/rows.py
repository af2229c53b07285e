"""What the planning pages show: the shape of tables and words, ready for the templates."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from core import municipalities
from core.dates import Calendar
from procurement.plan.documents import (
    Header,
    PlanBaseline,
    PlanDecision,
    PlanStep,
    to_plan,
)
from procurement.plan.forms import OUTCOME_WORDS
from procurement.plan.health import Health, is_late, meeting_conflict, span
from procurement.plan.outlook import Outlook
from procurement.plan.planning import schedule
from procurement.plan.steps import Link, LinkType, Outcome, Unit
from procurement.plan.templates import TEMPLATES

TAGS = {
    Health.ON_TRACK: "info",
    Health.RISK: "warning",
    Health.LATE: "bad",
    Health.BLOCKED: "bad",
    Health.DONE: "good",
    Health.DONE_LATE: "good",
    Health.CANCELLED: "neutral",
}
OUTCOME_TAGS = {
    Outcome.NOT_NEEDED: "neutral",
    Outcome.PREPARED: "neutral",
    Outcome.SCHEDULED: "info",
    Outcome.DECIDED: "good",
    Outcome.CONDITIONAL: "good",
    Outcome.DEFERRED: "warning",
    Outcome.REJECTED: "bad",
}


@dataclass(frozen=True)
class Cell:
    """One gemeente at one decision."""

    step: str
    municipality: str
    body: str
    word: str
    tag: str
    day: date | None
    planned: date | None
    late: bool
    cause: bool
    conflict: str


@dataclass(frozen=True)
class Matrix:
    """Decisions as columns, gemeenten as rows.

    ``next_step`` is the first milestone that somebody must still decide; the last where none must.
    """

    steps: list[PlanStep]
    rows: list[tuple[str, list[Cell | None]]]
    settled: int
    total: int
    next_step: str


def matrix(outlook: Outlook) -> Matrix:
    """The decision matrix."""
    document = outlook.document
    decisions = {(d.municipality, d.step): d for d in document.decisions}
    steps = [s for s in document.steps if any(key[1] == s.code for key in decisions)]
    codes = sorted({d.municipality for d in document.decisions}, key=municipalities.name)
    rows = []
    for code in codes:
        cells = []
        for step in steps:
            decision = decisions.get((code, step.code))
            cells.append(None if decision is None else _cell(outlook, decision))
        rows.append((code, cells))
    done = (Outcome.DECIDED, Outcome.CONDITIONAL, Outcome.NOT_NEEDED)
    waiting = {d.step for d in document.decisions if d.outcome not in done}
    settled = sum(d.outcome in done for d in document.decisions)
    following = [s.code for s in steps if s.code in waiting] or [s.code for s in steps[-1:]] or [""]
    return Matrix(steps, rows, settled, len(document.decisions), following[0])


def _cell(outlook: Outlook, decision: PlanDecision) -> Cell:
    forecast = outlook.forecasts[decision.step]
    local = next(
        d
        for s in outlook.plan.steps
        if s.code == decision.step
        for d in s.decisions
        if d.municipality == decision.municipality
    )
    cause = outlook.cause
    not_needed = decision.outcome is Outcome.NOT_NEEDED
    return Cell(
        decision.step,
        decision.municipality,
        decision.body,
        OUTCOME_WORDS[decision.outcome],
        OUTCOME_TAGS[decision.outcome],
        None if not_needed else decision.decided_on or forecast.local_dates[decision.municipality],
        outlook.baseline.get((decision.step, decision.municipality)),
        is_late(outlook.plan, local, forecast, outlook.baseline),
        cause is not None
        and cause.code == decision.step
        and decision.municipality in cause.municipalities,
        meeting_conflict(outlook.plan, local, forecast),
    )


@dataclass(frozen=True)
class Line:
    """One milestone in the table of a traject."""

    step: PlanStep
    health: Health
    tag: str
    reason: str
    start: date
    end: date
    planned: date | None
    latest: date | None
    room: int | None
    critical: bool
    waits: str


def lines(outlook: Outlook, *, phase: str = "", health: str = "", owner: str = "") -> list[Line]:
    """Milestones of the table, narrowed by what the address asks."""
    waits: dict[str, list[str]] = {}
    for link in outlook.document.links:
        waits.setdefault(link.after, []).append(wait_text(link))
    rows = []
    for step in outlook.document.steps:
        forecast, judgement = outlook.forecasts[step.code], outlook.judgements[step.code]
        if (phase and step.phase != phase) or (owner and step.owner != owner):
            continue
        if health and judgement.health != health:
            continue
        rows.append(
            Line(
                step, judgement.health, TAGS[judgement.health], judgement.reason,
                forecast.start, forecast.end, outlook.baseline.get((step.code, "")),
                forecast.latest_end, forecast.total_float, forecast.critical,
                ", ".join(waits.get(step.code, ())),
            )
        )  # fmt: skip
    return rows


def wait_text(link: Link) -> str:
    """``12 + 10 dagen``, ``samen met 8``: what a milestone waits for, as people say it."""
    words = {
        LinkType.FINISH_START: link.before,
        LinkType.START_START: f"samen met {link.before}",
        LinkType.FINISH_FINISH: f"einde van {link.before}",
    }[link.type]
    if not link.lag:
        return words
    unit = "werkdag" if link.unit is Unit.WORKING else "dag"
    many = "" if abs(link.lag) == 1 else "en"
    return f"{words} {'+' if link.lag > 0 else '−'} {abs(link.lag)} {unit}{many}"


@dataclass(frozen=True)
class BackStep:
    """One step of a plan made backwards."""

    code: str
    title: str
    begin_by: date | None
    end_by: date | None


def plan_back(template: str, go_live: date, today: date, calendar: Calendar) -> list[BackStep]:
    """Latest begin and end of each step of a template so that ``go_live`` is met.

    The statutory ends count as they fall when every step starts at its latest.
    """
    document = TEMPLATES[template](Header("PLAN", "Plan", starts_on=today, go_live=go_live))
    # The long-past day of reckoning keeps facts and today out of it: only latest dates count.
    plan = replace(to_plan(document, date(2000, 1, 1)), calendar=calendar)
    forecasts = schedule(plan)
    return [
        BackStep(
            step.code,
            step.title,
            forecasts[step.code].latest_start,
            forecasts[step.code].latest_end,
        )
        for step in document.steps
        if forecasts[step.code].latest_end is not None
    ]


def next_go_live(contract_until: date) -> date:
    """A new contract starts the day after the old one ends."""
    return contract_until + timedelta(days=1)


@dataclass(frozen=True)
class VersionRow:
    """One step in a planversie and elsewhere."""

    code: str
    title: str
    begin: date
    end: date
    other: date | None

    @property
    def difference(self) -> str:
        """How much later the other end is, in words."""
        if self.other is None:
            return "vervallen"
        if self.other == self.end:
            return "gelijk"
        later = self.other > self.end
        days = span(*sorted((self.end, self.other)))
        return f"{days} {'later' if later else 'eerder'}"


def version_rows(
    outlook: Outlook, version: PlanBaseline, other: PlanBaseline | None
) -> list[VersionRow]:
    """Steps of a planversie beside those of another one, or beside what is expected now."""
    titles = {step.code: step.title for step in outlook.document.steps}
    if other is None:
        ends = {code: forecast.end for code, forecast in outlook.forecasts.items()}
    else:
        ends = {step: day for (step, place), day in other.ends().items() if not place}
    return [
        VersionRow(
            d.step, titles.get(d.step, "(staat niet meer in het plan)"), d.starts_on, d.ends_on,
            ends.get(d.step),
        )
        for d in version.dates
        if not d.municipality
    ]  # fmt: skip
