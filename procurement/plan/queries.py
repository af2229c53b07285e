"""Plans out of the database: one document per inkooptraject, and lists over all of them."""

from datetime import date, timedelta
from typing import Any

import peewee

import procurement.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, visible
from core.audit import AuditLine
from core.dates import Recess
from procurement.award.models import Lot, Proceedings
from procurement.models import (
    Action,
    AgendaEvent,
    Baseline,
    ClosedPeriod,
    ContractingProcess,
    Decision,
    Dependency,
    ExpectedNumber,
    ForecastPoint,
    Meeting,
    Milestone,
    Participation,
    PlannedDate,
    Risk,
    TermOpinion,
)
from procurement.plan.documents import (
    BaselineDate,
    Header,
    PlanAction,
    PlanBaseline,
    PlanDecision,
    PlanDocument,
    PlanMeeting,
    PlanParticipation,
    PlanRisk,
    PlanStep,
)
from procurement.plan.fair_forecast import STRETCHED, Case
from procurement.plan.health import Health
from procurement.plan.steps import (
    HALTING,
    OUTSIDE,
    CourtHold,
    Kind,
    Link,
    LinkType,
    Outcome,
    ReplanCause,
    Unit,
    Verdict,
)
from procurement.plan.terms import Certainty, Opinion, Procedure, Purpose
from providers.models import ContractScope

THING = "inkooptraject"
"""What the log calls it."""
HEADER_FIELDS = (
    "code", "name", "region", "procedure", "status", "electronic", "lead_municipality",
    "starts_on", "go_live", "current_until", "contract_until", "tracks", "price_cents",
    "good_friday_off", "note",
)  # fmt: skip
STEP_FIELDS = (
    "code", "title", "phase", "kind", "purpose", "owner", "duration", "unit", "body",
    "per_municipality", "earliest_start", "deadline", "actual_start", "actual_end", "progress",
    "cancelled", "note", "evidence",
)  # fmt: skip


def load(process: ContractingProcess) -> PlanDocument:
    """Everything of one inkooptraject, in thirteen queries whatever its size."""
    codes, steps = _steps(process)
    return PlanDocument(
        header=_header(process),
        steps=tuple(steps),
        links=tuple(
            Link(codes[a], codes[b], LinkType(kind), lag, Unit(unit))
            for a, b, kind, lag, unit in _rows(
                process, Dependency, "before", "after", "type", "lag", "unit"
            )
        ),
        decisions=tuple(
            PlanDecision(codes[step], gemeente, body, Outcome(outcome), meeting, decided, document)
            for step, gemeente, body, outcome, meeting, decided, document in _rows(
                process, Decision,
                "milestone", "municipality", "body", "outcome", "meeting_on", "decided_on",
                "document",
            )
        ),
        participations=tuple(
            PlanParticipation(*row)
            for row in _rows(process, Participation, "municipality", "route", "scale", "reason")
        ),
        recesses=tuple(
            Recess(*row) for row in _rows(process, ClosedPeriod, "first", "last", "name")
        ),
        meetings=tuple(
            PlanMeeting(*row) for row in _rows(process, Meeting, "municipality", "body", "held_on")
        ),
        baselines=_baselines(process),
        actions=tuple(
            PlanAction(*row)
            for row in _rows(process, Action, "text", "state", "reason", "owner", "due_on")
        ),
        risks=tuple(
            PlanRisk(title, chance, impact, measure, owner, codes.get(step))
            for title, chance, impact, measure, owner, step in _rows(
                process, Risk, "title", "chance", "impact", "measure", "owner", "milestone"
            )
        ),
        forecasts=_forecasts(process),
        holds=_holds(process),
        opinions=opinions(Procedure(process.procedure)),
    )  # fmt: skip


def _rows(process: ContractingProcess, model: Any, *names: str) -> Any:
    fields = [getattr(model, name) for name in names]
    return model.select(*fields).where(model.process == process).order_by(model.id).tuples()


def _header(process: ContractingProcess) -> Header:
    values = {name: getattr(process, name) for name in HEADER_FIELDS}
    return Header(**values | {"procedure": Procedure(values["procedure"])})


def _steps(process: ContractingProcess) -> tuple[dict[int, str], list[PlanStep]]:
    query: Any = (
        Milestone.select(Milestone.id, *(getattr(Milestone, name) for name in STEP_FIELDS))
        .where(Milestone.process == process)
        .order_by(Milestone.position, Milestone.id)
        .dicts()
    )
    codes: dict[int, str] = {}
    steps = []
    for row in query:
        codes[row.pop("id")] = row["code"]
        row["kind"], row["unit"] = Kind(row["kind"]), Unit(row["unit"])
        row["purpose"] = None if row["purpose"] is None else Purpose(row["purpose"])
        steps.append(PlanStep(**row))
    return codes, steps


def _baselines(process: ContractingProcess) -> tuple[PlanBaseline, ...]:
    dates: dict[int, list[BaselineDate]] = {}
    query: Any = (
        PlannedDate.select(
            PlannedDate.baseline, PlannedDate.step, PlannedDate.municipality,
            PlannedDate.starts_on, PlannedDate.ends_on,
        )
        .join(Baseline)
        .where(Baseline.process == process)
        .order_by(PlannedDate.id)
        .tuples()
    )  # fmt: skip
    for baseline, step, municipality, starts_on, ends_on in query:
        planned = BaselineDate(step, municipality, starts_on, ends_on)
        dates.setdefault(baseline, []).append(planned)
    rows = _rows(process, Baseline, "id", "number", "made_on", "reason", "go_live", "cause")
    return tuple(
        PlanBaseline(
            number, made_on, reason, go_live, tuple(dates.get(key, ())),
            None if cause is None else ReplanCause(cause),
        )
        for key, number, made_on, reason, go_live, cause in sorted(rows, key=lambda row: row[1])
    )  # fmt: skip


def _forecasts(process: ContractingProcess) -> dict[str, dict[str, date]]:
    by_month: dict[str, dict[str, date]] = {}
    query = _rows(process, ForecastPoint, "month", "step", "expected_on")
    for month, step, expected_on in query.order_by(ForecastPoint.month):
        by_month.setdefault(f"{month:%Y-%m}", {})[step] = expected_on
    return by_month


def _holds(process: ContractingProcess) -> tuple[CourtHold, ...]:
    query: Any = (
        Proceedings.select(Lot.code, Proceedings.expected_on, Proceedings.outcome)
        .join(Lot)
        .where(
            Lot.process == process,
            Proceedings.decision.is_null(False),
            Proceedings.outcome.in_(HALTING),
        )
        .order_by(Proceedings.id)
        .tuples()
    )
    return tuple(CourtHold(lot, until, outcome == Verdict.GRANTED) for lot, until, outcome in query)


def opinions(procedure: Procedure) -> dict[str, Opinion]:
    """What the region says of the rules of law under a procedure."""
    query: Any = TermOpinion.select(
        TermOpinion.rule, TermOpinion.certainty, TermOpinion.reason
    ).where(TermOpinion.procedure == procedure)
    return {rule: Opinion(Certainty(how), reason) for rule, how, reason in query.tuples()}


def find(code: str, account: Account | None = None) -> ContractingProcess | None:
    """One inkooptraject by its code, when this account may see it; without account: any."""
    query = ContractingProcess.select().where(ContractingProcess.code == code)
    if account is not None:
        query = visible(ContractingProcess, account, query)
    return query.first()


def portfolio(query: Any) -> Any:
    """Inkooptrajecten of ``query`` with how many steps they have, are done, late and at risk."""
    counted = Milestone.select(
        Milestone.process,
        peewee.fn.COUNT(Milestone.id).alias("steps"),
        _count_health("gereed", "gereed, te laat").alias("done"),
        _count_health("te laat", "geblokkeerd").alias("late"),
        _count_health("risico").alias("risks"),
    ).group_by(Milestone.process)
    return query.select(
        ContractingProcess, counted.c.steps, counted.c.done, counted.c.late, counted.c.risks
    ).join(
        counted,
        peewee.JOIN.LEFT_OUTER,
        on=(ContractingProcess.id == counted.c.process_id),
    )


def _count_health(*values: str) -> Any:
    matches = peewee.Case(None, [(Milestone.health.in_(values), 1)], 0)
    return peewee.fn.COALESCE(peewee.fn.SUM(matches), 0)


def milestones(processes: Any) -> Any:
    """Milestones of the given inkooptrajecten with the code and name of their traject."""
    return (
        Milestone.select(Milestone, ContractingProcess)
        .join(ContractingProcess)
        .where(Milestone.process.in_(processes))
        .order_by(Milestone.expected_end, Milestone.position)
    )


def finished_steps(processes: Any) -> list[Case]:
    """Finished tasks and decisions of these inkooptrajecten beside what was planned for them.

    Planned is what the last planversie before their begin said that a cause from outside asked
    for, such as a law that was put off; without one the first: no replan of our own hides a slip.
    A step that was not in it yet is held to the first planversie that has it. Left out is a step
    while which a cause from outside made the plan anew, and one that was planned only after it had
    ended, or to take no time.
    """
    planned = processes.select(ContractingProcess.id)
    earlier, later, having = Baseline.alias(), Baseline.alias(), Baseline.alias()
    in_force = earlier.select(peewee.fn.MAX(earlier.number)).where(
        earlier.process == Milestone.process,
        earlier.made_on <= Milestone.expected_start,
        earlier.cause.in_(OUTSIDE),
    )
    of_step = PlannedDate.alias()
    first_having = (
        having.select(peewee.fn.MIN(having.number))
        .join(of_step, on=of_step.baseline == having.id)
        .where(
            having.process == Milestone.process,
            having.number >= peewee.fn.COALESCE(in_force, 1),
            of_step.step == Milestone.code,
        )
    )
    moved = later.select(later.id).where(
        later.process == Milestone.process,
        later.made_on > Milestone.expected_start,
        later.made_on <= Milestone.expected_end,
        later.cause.in_(OUTSIDE),
    )
    query: Any = (
        Milestone.select(
            ContractingProcess.code, Milestone.phase, Milestone.title, Milestone.expected_start,
            Milestone.expected_end, PlannedDate.starts_on, PlannedDate.ends_on,
        )
        .join(ContractingProcess)
        .join(
            Baseline,
            on=(Baseline.process == ContractingProcess.id)
            & (Baseline.number == first_having),
        )
        .join(
            PlannedDate,
            on=(PlannedDate.baseline == Baseline.id)
            & (PlannedDate.step == Milestone.code)
            & (PlannedDate.municipality == ""),
        )
        .where(
            Milestone.process.in_(planned),
            Milestone.health.in_((Health.DONE, Health.DONE_LATE)),
            Milestone.kind.in_(STRETCHED),
            Baseline.made_on < Milestone.expected_end,
            PlannedDate.ends_on > PlannedDate.starts_on,
            ~peewee.fn.EXISTS(moved),
        )
        .order_by(ContractingProcess.starts_on, ContractingProcess.code, Milestone.position)
        .tuples()
    )  # fmt: skip
    return [
        Case(code, phase, title, (ends - starts).days, (ended - started).days)
        for code, phase, title, started, ended, starts, ends in query
    ]


def history(process: ContractingProcess, limit: int = 50) -> Any:
    """The last changes of one inkooptraject."""
    return (
        AuditLine.select()
        .where(AuditLine.thing == THING, AuditLine.thing_id == process.code)
        .order_by(AuditLine.id.desc())
        .limit(limit)
    )


def agenda(processes: Any, owner: str | None = None) -> Any:
    """Agenda items of the given inkooptrajecten, of one owner when that is asked."""
    query = (
        AgendaEvent.select(AgendaEvent, ContractingProcess)
        .join(ContractingProcess)
        .where(AgendaEvent.process.in_(processes.select(ContractingProcess.id)))
        .order_by(ContractingProcess.code, AgendaEvent.id)
    )
    return query if owner is None else query.where(AgendaEvent.owner == owner)


def estimated_tracks(process: ContractingProcess) -> int | None:
    """Trajecten over all gemeenten, routes and years; none when nobody estimated them."""
    query: Any = ExpectedNumber.select(peewee.fn.SUM(ExpectedNumber.tracks)).where(
        ExpectedNumber.process == process
    )
    total = query.scalar()
    return None if total is None else int(total)


AGENDA_AHEAD = timedelta(days=42)
"""So long before the papers are ready a decision is to be put on an agenda."""


def to_schedule(account: Account, today: date) -> Any:
    """Decisions of the gemeenten of an account that no meeting was chosen for, soonest first.

    Of running trajecten, once the papers are ready within six weeks.
    """
    return (
        visible(Decision, account, Decision.select(Decision, Milestone, ContractingProcess))
        .join_from(Decision, Milestone)
        .join_from(Decision, ContractingProcess)
        .where(
            ContractingProcess.status == "lopend",
            Decision.municipality.in_(account.municipalities),
            Decision.outcome == Outcome.PREPARED,
            Decision.meeting_on.is_null(),
            Milestone.cancelled == False,  # noqa: E712  peewee makes SQL of it
            Milestone.expected_start <= today + AGENDA_AHEAD,
        )
        .order_by(Milestone.expected_end, Decision.id)
    )


def deciding_municipalities(processes: Any) -> set[str]:
    """Gemeenten that decide in the given inkooptrajecten."""
    query = (
        Decision.select(Decision.municipality)
        .where(Decision.process.in_(processes.select(ContractingProcess.id)))
        .distinct()
    )
    rows: Any = query.tuples()
    return {code for (code,) in rows}


def regional_municipalities() -> set[str]:
    """Gemeenten in any inkooptraject or contract: the region, as far as it is known here."""
    joining: Any = Participation.select(Participation.municipality).distinct().tuples()
    served: Any = ContractScope.select(ContractScope.municipality).distinct().tuples()
    return {code for (code,) in (*joining, *served) if code}
