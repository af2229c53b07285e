"""What the planning pages show: the shape of tables and words, ready for the templates."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from core import municipalities
from core.accounts import Account
from core.dates import Calendar, Recess
from core.formats import day_text
from procurement.exchange.cells import day as read_day
from procurement.exchange.sheets import wait_text
from procurement.plan.documents import (
    Header,
    PlanDecision,
    PlanMeeting,
    PlanParticipation,
    PlanStep,
    to_plan,
)
from procurement.plan.forms import OUTCOME_WORDS
from procurement.plan.health import Health, is_late
from procurement.plan.outlook import Outlook
from procurement.plan.planning import schedule
from procurement.plan.steps import Outcome
from procurement.plan.templates import TEMPLATES
from procurement.scopes import may_decide_for

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
    may_change: bool


@dataclass(frozen=True)
class Matrix:
    """Decisions as columns, gemeenten as rows."""

    steps: list[PlanStep]
    rows: list[tuple[str, list[Cell | None]]]
    settled: int
    total: int


def matrix(outlook: Outlook, account: Account) -> Matrix:
    """The decision matrix, for somebody who may enter decisions of some gemeenten."""
    document = outlook.document
    decisions = {(d.municipality, d.step): d for d in document.decisions}
    steps = [s for s in document.steps if any(key[1] == s.code for key in decisions)]
    codes = sorted({d.municipality for d in document.decisions}, key=municipalities.name)
    rows = []
    for code in codes:
        cells = []
        for step in steps:
            decision = decisions.get((code, step.code))
            cells.append(None if decision is None else _cell(outlook, decision, account))
        rows.append((code, cells))
    settled = sum(
        d.outcome in (Outcome.DECIDED, Outcome.CONDITIONAL, Outcome.NOT_NEEDED)
        for d in document.decisions
    )
    return Matrix(steps, rows, settled, len(document.decisions))


def _cell(outlook: Outlook, decision: PlanDecision, account: Account) -> Cell:
    found = outlook.forecasts[decision.step]
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
        None if not_needed else decision.decided_on or found.local_dates[decision.municipality],
        outlook.baseline.get((decision.step, decision.municipality)),
        is_late(outlook.plan, local, found, outlook.baseline),
        cause is not None
        and cause.code == decision.step
        and decision.municipality in cause.municipalities,
        may_decide_for(account, decision.municipality),
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
    found = []
    for step in outlook.document.steps:
        forecast, judgement = outlook.forecasts[step.code], outlook.judgements[step.code]
        if (phase and step.phase != phase) or (owner and step.owner != owner):
            continue
        if health and judgement.health != health:
            continue
        found.append(
            Line(
                step, judgement.health, TAGS[judgement.health], judgement.reason,
                forecast.start, forecast.end, outlook.baseline.get((step.code, "")),
                forecast.latest_end, forecast.total_float, forecast.critical,
                "; ".join(waits.get(step.code, ())),
            )
        )  # fmt: skip
    return found


def waits_of(outlook: Outlook, code: str) -> str:
    """What one step waits for, as it is typed."""
    return "; ".join(wait_text(k) for k in outlook.document.links if k.after == code)


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
    found = schedule(plan)
    return [
        BackStep(step.code, step.title, found[step.code].latest_start, found[step.code].latest_end)
        for step in document.steps
        if found[step.code].latest_end is not None
    ]


def next_go_live(contract_until: date) -> date:
    """A new contract starts the day after the old one ends."""
    return contract_until + timedelta(days=1)


# Lines of text in forms


def recess_lines(recesses: Iterable[Recess]) -> str:
    """Recesses as they are typed."""
    return "\n".join(f"{day_text(r.first)}; {day_text(r.last)}; {r.name}" for r in recesses)


def read_recesses(text: str) -> tuple[Recess, ...]:
    """Recesses from their lines; ``ValueError`` names the line."""
    found = []
    for place, (first, last, *name) in _lines(text, 2):
        with _named(place):
            found.append(Recess(_day(first), _day(last), name[0] if name else ""))
    return tuple(found)


def meeting_lines(meetings: Iterable[PlanMeeting]) -> str:
    """Meetings as they are typed."""
    return "\n".join(f"{m.municipality}; {m.body}; {day_text(m.held_on)}" for m in meetings)


def read_meetings(text: str) -> tuple[PlanMeeting, ...]:
    """Meetings from their lines; ``ValueError`` names the line."""
    found = []
    for place, (municipality, body, held_on, *_) in _lines(text, 3):
        with _named(place):
            found.append(PlanMeeting(municipality.zfill(4), body, _day(held_on)))
    return tuple(dict.fromkeys(found))


def participation_lines(rows: Iterable[PlanParticipation]) -> str:
    """Participations as they are typed."""
    return "\n".join(f"{p.municipality}; {p.route}; {p.scale}; {p.reason}" for p in rows)


def read_participations(text: str) -> tuple[PlanParticipation, ...]:
    """Participations from their lines; ``ValueError`` names the line."""
    found = []
    for _, (municipality, route, *more) in _lines(text, 2):
        scale = more[0] if more and more[0] else "regionaal"
        reason = more[1] if len(more) > 1 else ""
        found.append(PlanParticipation(municipality.zfill(4), route.upper(), scale, reason))
    return tuple(found)


def _lines(text: str, least: int) -> Iterable[tuple[int, list[str]]]:
    for place, line in enumerate(text.splitlines(), start=1):
        parts = [part.strip() for part in line.split(";")]
        if not any(parts):
            continue
        if len(parts) < least:
            raise ValueError(f"Regel {place}: zet {least} delen met ; ertussen. Er staat {line!r}.")
        yield place, parts


def _day(text: str) -> date:
    found = read_day(text)
    if found is None:
        raise ValueError("vul een datum in, bijvoorbeeld 23-11-2026")
    return found


class _named:  # noqa: N801  used as a statement
    """Put the number of the line before what is wrong with it."""

    def __init__(self, place: int) -> None:
        self.place = place

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        """Say which line."""
        if isinstance(error, ValueError):
            raise ValueError(f"Regel {self.place}: {error}.") from error
