"""What people do with inkooptrajecten: each verb one transaction and one audit line.

Every verb makes a changed document out of the present one; ``_change`` checks it, writes the
difference, calculates it anew and keeps what came out.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from core import audit
from core.dates import AMSTERDAM, Recess, month_of
from core.db import database, transaction
from core.errors import DomainError
from core.formats import count_text
from procurement.models import (
    Breach,
    CalendarLink,
    ContractingProcess,
    DigestMail,
    ForecastPoint,
    Milestone,
    TermOpinion,
)
from procurement.plan import queries
from procurement.plan.agenda import agenda_of, keep_agenda
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
    with_decision_rows,
)
from procurement.plan.outlook import Outlook, look
from procurement.plan.queries import THING
from procurement.plan.steps import Link, ReplanCause
from procurement.plan.storing import insert, replace_item, store
from procurement.plan.templates import TEMPLATES, follow_header
from procurement.plan.terms import Certainty, Procedure, certainty_of
from procurement.plan.validity import require_decision, require_reason_for_overlap, require_valid


def start_plan(
    header: Header,
    *,
    template: str | None = None,
    participations: tuple[PlanParticipation, ...] = (),
    reason: str = "",
    by: str,
    at: datetime,
) -> ContractingProcess:
    """Make an inkooptraject, empty or from a template, with open decisions for its gemeenten.

    ``reason`` says why the new contract begins before the present one has ended, if it does.
    """
    require_reason_for_overlap(header, reason)
    if template is not None and template not in TEMPLATES:
        names = " of ".join(TEMPLATES)
        raise DomainError("template", f"Dit sjabloon bestaat niet. Kies {names}.", field="template")
    document = PlanDocument(header) if template is None else TEMPLATES[template](header)
    document = with_decision_rows(replace(document, participations=participations))
    return add_document(document, by=by, at=at, reason=reason or template or "")


def add_document(
    document: PlanDocument, *, by: str, at: datetime, reason: str = ""
) -> ContractingProcess:
    """Make an inkooptraject of a whole document; its code must be new."""
    header = document.header
    with transaction():
        if queries.find(header.code) is not None:
            raise DomainError(
                "exists",
                f"Er is al een traject met code {header.code}. Kies een andere code.",
                field="code",
            )
        require_valid(document, _day(at))
        process = ContractingProcess(changed_at=at)
        for name in queries.HEADER_FIELDS:
            setattr(process, name, getattr(header, name))
        process.save(force_insert=True)
        store(process, PlanDocument(header), document)
        _keep(process, at=at)
        audit.record(
            at=at, actor=by, action="begin", thing=THING, thing_id=header.code,
            after={"naam": header.name, "mijlpalen": len(document.steps)}, reason=reason,
        )  # fmt: skip
    return process


def _change(
    code: str,
    transform: Callable[[PlanDocument], PlanDocument],
    *,
    action: str,
    by: str,
    at: datetime,
    reason: str = "",
) -> dict[str, Any]:
    """Change one inkooptraject; say what is different now. Nothing different: nothing written."""
    with transaction():
        process = _locked(code)
        before = queries.load(process)
        after = transform(before)
        if after.header.code != code:
            raise DomainError("code", "De code van een traject verandert niet.", field="code")
        require_valid(after, _day(at))
        if after.header.tracks != before.header.tracks:
            _require_no_estimate(process)
        was, now = store(process, before, after)
        if not was and not now:
            return {}
        process.changed_at = at
        _keep(process, at=at)
        audit.record(
            at=at, actor=by, action=action, thing=THING, thing_id=code,
            before=was or None, after=now or None, reason=reason,
        )  # fmt: skip
    return {"before": was, "after": now}


def _require_no_estimate(process: ContractingProcess) -> None:
    total = queries.estimated_tracks(process)
    if total is not None:
        raise DomainError(
            "tracks",
            f"De raming per gemeente en jaar telt op tot {count_text(total)} trajecten. Wijzig "
            "haar bij Schaal, dan verandert dit getal mee.",
            field="tracks",
        )


def _locked(code: str) -> ContractingProcess:
    # An update first: it takes the row on PostgreSQL, so two changes of one plan follow each other.
    ContractingProcess.update(status=ContractingProcess.status).where(
        ContractingProcess.code == code
    ).execute()
    process = queries.find(code)
    if process is None:
        raise DomainError("no_process", f"Traject {code} bestaat niet. Controleer de code.")
    return process


def _day(at: datetime) -> date:
    return at.astimezone(AMSTERDAM).date()


def _keep(process: ContractingProcess, *, at: datetime) -> Outlook:
    """Calculate anew, and keep what lists, the trend and the record of breaches need."""
    outlook = look(queries.load(process), _day(at))
    process.computed_on = _day(at)
    process.headline = outlook.sentence
    process.health = str(outlook.health)
    process.expected_go_live = outlook.expected_go_live
    process.save()
    _keep_milestones(process, outlook)
    _keep_trend(process, outlook, month_of(_day(at)))
    _keep_breaches(process, outlook, at)
    keep_agenda(process, agenda_of(outlook), at=at)
    return outlook


COMPUTED = ("expected_start", "expected_end", "latest_end", "total_float", "health", "reason")


def _keep_milestones(process: ContractingProcess, outlook: Outlook) -> None:
    query: Any = Milestone.select(
        Milestone.id, Milestone.code, *(getattr(Milestone, name) for name in COMPUTED)
    ).where(Milestone.process == process)
    for key, code, *old in query.tuples():
        forecast, judgement = outlook.forecasts[code], outlook.judgements[code]
        new = (
            forecast.start, forecast.end, forecast.latest_end, forecast.total_float,
            str(judgement.health), judgement.reason,
        )  # fmt: skip
        if tuple(old) != new:
            row = dict(zip(COMPUTED, new, strict=True))
            Milestone.update(row).where(Milestone.id == key).execute()


def _keep_trend(process: ContractingProcess, outlook: Outlook, month: date) -> None:
    """One expectation per step and month: the last one said in that month."""
    ForecastPoint.delete().where(
        ForecastPoint.process == process, ForecastPoint.month == month
    ).execute()
    insert(
        ForecastPoint,
        [
            {"process": process, "month": month, "step": code, "expected_on": forecast.end}
            for code, forecast in outlook.forecasts.items()
        ],
    )


def _keep_breaches(process: ContractingProcess, outlook: Outlook, at: datetime) -> None:
    messages = {(f.rule, f.step or ""): f.message for f in outlook.findings if not f.advice}
    open_now: Any = Breach.select().where(Breach.process == process, Breach.mended_at.is_null())
    for breach in open_now:
        message = messages.pop((breach.rule, breach.step), None)
        if message is None:
            breach.mended_at = at
        breach.message = message or breach.message
        breach.save()
    for (rule, step), message in messages.items():
        Breach.create(process=process, rule=rule, step=step, message=message, found_at=at)


def recalculate(code: str, *, at: datetime) -> None:
    """Calculate one inkooptraject anew after something beside its plan changed."""
    with transaction():
        _keep(_locked(code), at=at)


def set_opinion(
    rule: str, procedure: Procedure, certainty: Certainty, reason: str, *, by: str, at: datetime
) -> None:
    """Say how sure it is that a rule of law binds a procedure; its plans are judged anew.

    What is usual needs no opinion: saying that takes an earlier one away.
    """
    if not reason.strip():
        raise DomainError("reason", "Vul in waarom.", field="reason")
    usual = certainty_of(rule, procedure)
    with transaction():
        old = TermOpinion.get_or_none(
            (TermOpinion.rule == rule) & (TermOpinion.procedure == procedure)
        )
        before = usual if old is None else Certainty(old.certainty)
        if old is not None:
            old.delete_instance()
        if certainty is not usual:
            TermOpinion.create(
                rule=rule, procedure=procedure, certainty=certainty, reason=reason.strip(),
                set_by=by, set_at=at,
            )  # fmt: skip
        touched = ContractingProcess.select().where(ContractingProcess.procedure == procedure)
        for process in list(touched):
            _keep(process, at=at)
        audit.record(
            at=at, actor=by, action="wijzig", thing="wettelijke termijn",
            thing_id=f"{rule} {procedure}", reason=reason.strip(),
            before={"zekerheid": before}, after={"zekerheid": certainty},
        )  # fmt: skip


def refresh(query: Any, *, at: datetime) -> int:
    """Calculate the inkooptrajecten of ``query`` that were last calculated before today."""
    stale = query.where(
        ContractingProcess.computed_on.is_null() | (ContractingProcess.computed_on < _day(at))
    )
    count = 0
    for process in list(stale):
        with transaction():
            _keep(process, at=at)
        count += 1
    return count


# The plan


def save_document(
    document: PlanDocument, *, by: str, at: datetime, reason: str = ""
) -> dict[str, Any]:
    """Make the plan what the document says; planversies that it does not name are kept."""

    def transform(old: PlanDocument) -> PlanDocument:
        versions = {b.number: b for b in old.baselines}
        for version in document.baselines:
            same = versions.get(version.number)
            # A file of before has no cause; what was entered stays.
            cause = version.cause or (None if same is None else same.cause)
            versions[version.number] = replace(version, cause=cause)
        baselines = tuple(versions[number] for number in sorted(versions))
        return replace(document, baselines=baselines, forecasts=old.forecasts)

    return _change(document.header.code, transform, action="importeer", by=by, at=at, reason=reason)


def would_change(document: PlanDocument, *, by: str, at: datetime) -> dict[str, Any]:
    """What ``save_document`` would change, done and undone; a new plan is one change."""
    with database.atomic() as attempt:
        if queries.find(document.header.code) is None:
            add_document(document, by=by, at=at)
            changes: dict[str, Any] = {"after": {"naam": document.header.name}}
        else:
            changes = save_document(document, by=by, at=at)
        attempt.rollback()
    return changes


def change_header(
    code: str, values: dict[str, Any], *, reason: str = "", by: str, at: datetime
) -> dict[str, Any]:
    """Change what is said once of an inkooptraject; dates that a template derived follow.

    A longer overlap with the present contract asks for its reason.
    """

    def transform(document: PlanDocument) -> PlanDocument:
        header = replace(document.header, **values)
        if header.overlap > document.header.overlap:
            require_reason_for_overlap(header, reason)
        steps = tuple(follow_header(s, document.header, header) for s in document.steps)
        return replace(document, header=header, steps=steps)

    return _change(code, transform, action="wijzig", by=by, at=at, reason=reason)


def move_goal(
    code: str, go_live: date, reason: str, cause: ReplanCause, *, by: str, at: datetime
) -> dict[str, Any]:
    """Move the target, as when a law is put off: one act with its reason and its cause.

    The dates as they are become a planversie first, those of after it the next. What has not begun
    and was tied to a day moves by as many days; meetings that a person entered stay.
    """

    def transform(document: PlanDocument) -> PlanDocument:
        header, today = document.header, _day(at)
        if header.go_live is None:
            raise DomainError(
                "go_live", "Dit traject heeft nog geen streefdatum. Vul die eerst in bij Gegevens."
            )
        moved = go_live - header.go_live
        kept = _next_baseline(document, today, f"Voor het schuiven: {reason}", ReplanCause.OWN)
        until = header.contract_until
        new = replace(
            header, go_live=go_live, contract_until=None if until is None else until + moved
        )
        steps = tuple(
            _moved(step, moved) if followed == step else followed
            for step in document.steps
            for followed in (follow_header(step, header, new),)
        )
        moved_plan = replace(
            document, header=new, steps=steps, baselines=(*document.baselines, kept)
        )
        anew = _next_baseline(moved_plan, today, reason, cause)
        return replace(moved_plan, baselines=(*moved_plan.baselines, anew))

    return _change(code, transform, action="verschuif alles", by=by, at=at, reason=reason)


def _moved(step: PlanStep, days: timedelta) -> PlanStep:
    if step.actual_start is not None or step.actual_end is not None:
        return step
    return replace(
        step,
        earliest_start=None if step.earliest_start is None else step.earliest_start + days,
        deadline=None if step.deadline is None else step.deadline + days,
    )


def activate(code: str, *, by: str, at: datetime) -> dict[str, Any]:
    """Let a draft count: from now on it warns, mails and stands in agendas."""

    def transform(document: PlanDocument) -> PlanDocument:
        if document.header.status != "concept":
            raise DomainError("status", "Dit traject is geen concept meer.")
        return replace(document, header=replace(document.header, status="lopend"))

    return _change(code, transform, action="activeer", by=by, at=at)


def put_step(
    code: str, step: PlanStep, links: tuple[Link, ...] | None = None, *, by: str, at: datetime
) -> dict[str, Any]:
    """Add a milestone, or change it; ``links`` replaces what it waits for."""

    def transform(document: PlanDocument) -> PlanDocument:
        old = document.step(step.code)
        steps = (*document.steps, step) if old is None else replace_item(document.steps, old, step)
        changed = replace(document, steps=steps)
        if links is not None:
            others = tuple(link for link in document.links if link.after != step.code)
            changed = replace(changed, links=(*others, *links))
        return with_decision_rows(changed)

    return _change(code, transform, action="mijlpaal", by=by, at=at)


def decide_all(
    code: str, decisions: Sequence[PlanDecision], *, by: str, at: datetime, reason: str = ""
) -> dict[str, Any]:
    """Enter decisions of several gemeenten at once."""

    def transform(document: PlanDocument) -> PlanDocument:
        rows = {(d.step, d.municipality): d for d in document.decisions}
        for decision in decisions:
            if (decision.step, decision.municipality) not in rows:
                raise DomainError("no_decision", "Deze gemeente besluit niet bij deze mijlpaal.")
            require_decision(decision, _day(at))
            rows[decision.step, decision.municipality] = decision
        return replace(document, decisions=tuple(rows.values()))

    return _change(code, transform, action="besluit", by=by, at=at, reason=reason)


def shift_step(
    code: str, step: str, days: int, municipality: str | None, *, by: str, at: datetime
) -> dict[str, Any]:
    """Keep a 'wat als': move the meeting of a gemeente, or the begin of a step, by some days."""

    def transform(document: PlanDocument) -> PlanDocument:
        outlook = look(document, _day(at))
        forecast, old = outlook.forecasts.get(step), document.step(step)
        if forecast is None or old is None:
            raise DomainError("no_step", f"Mijlpaal {step} staat niet in dit plan.")
        moved = timedelta(days=days)
        if not forecast.local_dates:
            begin = forecast.start + moved
            return replace(
                document,
                steps=replace_item(document.steps, old, replace(old, earliest_start=begin)),
            )
        chosen = [municipality] if municipality else list(forecast.local_dates)
        return replace(
            document,
            decisions=tuple(
                replace(d, meeting_on=forecast.local_dates[d.municipality] + moved)
                if d.step == step and d.municipality in chosen and d.decided_on is None
                else d
                for d in document.decisions
            ),
        )

    return _change(code, transform, action="verschuif", by=by, at=at)


def add_baseline(
    code: str, reason: str, cause: ReplanCause = ReplanCause.OWN, *, by: str, at: datetime
) -> int:
    """Keep a numbered copy of all dates as they are forecast now; say its number.

    ``cause`` is why the last one does not hold any more; the first planversie has none.
    """
    if not reason.strip():
        raise DomainError("reason", "Vul in waarom er een nieuwe planversie is.", field="reason")
    number = 0

    def transform(document: PlanDocument) -> PlanDocument:
        nonlocal number
        baseline = _next_baseline(document, _day(at), reason.strip(), cause)
        number = baseline.number
        return replace(document, baselines=(*document.baselines, baseline))

    _change(code, transform, action="planversie", by=by, at=at, reason=reason)
    return number


def _next_baseline(
    document: PlanDocument, today: date, reason: str, cause: ReplanCause
) -> PlanBaseline:
    last = document.last_baseline
    number = 1 if last is None else last.number + 1
    baseline = baseline_of(look(document, today), number, today, reason)
    return baseline if last is None else replace(baseline, cause=cause)


def baseline_of(outlook: Outlook, number: int, made_on: date, reason: str) -> PlanBaseline:
    """All forecast dates as a planversie."""
    dates = []
    for step in outlook.document.steps:
        forecast = outlook.forecasts[step.code]
        dates.append(BaselineDate(step.code, "", forecast.start, forecast.end))
        dates.extend(
            BaselineDate(step.code, municipality, min(forecast.start, day), day)
            for municipality, day in forecast.local_dates.items()
        )
    go_live = outlook.document.header.go_live
    return PlanBaseline(number, made_on, reason, go_live, tuple(dates))


def put_action(
    code: str, action: PlanAction, old_text: str | None = None, *, by: str, at: datetime
) -> dict[str, Any]:
    """Add an action, or change the one that now reads ``old_text``."""

    def transform(document: PlanDocument) -> PlanDocument:
        old = next((a for a in document.actions if a.text == (old_text or action.text)), None)
        if old is None:
            return replace(document, actions=(*document.actions, action))
        return replace(document, actions=replace_item(document.actions, old, action))

    return _change(code, transform, action="actie", by=by, at=at)


def put_risk(
    code: str, risk: PlanRisk, old_title: str | None = None, *, by: str, at: datetime
) -> dict[str, Any]:
    """Add a risk, or change the one that is now called ``old_title``."""

    def transform(document: PlanDocument) -> PlanDocument:
        old = next((r for r in document.risks if r.title == (old_title or risk.title)), None)
        if old is None:
            return replace(document, risks=(*document.risks, risk))
        return replace(document, risks=replace_item(document.risks, old, risk))

    return _change(code, transform, action="risico", by=by, at=at)


CLOSED = ("afgerond", "gestopt")


def open_work(names: Collection[str]) -> Counter[str]:
    """How many open milestones, actions and risks are owned under one of these names.

    By the code of the inkooptraject; those that ended have none.
    """
    running = ContractingProcess.select().where(ContractingProcess.status.not_in(CLOSED))
    counts: Counter[str] = Counter()
    for process in running.order_by(ContractingProcess.code):
        counts[process.code] = _handed_over(queries.load(process), names, "")[1]
    return +counts


def hand_over(names: Collection[str], to: str, *, by: str, at: datetime) -> int:
    """Give all open work that is owned under one of these names to somebody else."""
    counts = open_work(names)
    with transaction():
        for code in counts:
            _change(
                code, lambda document: _handed_over(document, names, to)[0],
                action="overdracht", by=by, at=at,
            )  # fmt: skip
    return counts.total()


def _handed_over(
    document: PlanDocument, names: Collection[str], to: str
) -> tuple[PlanDocument, int]:
    """The document with another owner of what is open, and how much that is."""
    folded = {name.casefold() for name in names if name}

    def moves(one: PlanStep | PlanAction | PlanRisk) -> bool:
        return one.owner.strip().casefold() in folded

    steps = {s for s in document.steps if moves(s) and s.actual_end is None and not s.cancelled}
    actions = {a for a in document.actions if moves(a) and a.state != "ja"}
    risks = {r for r in document.risks if moves(r)}
    changed = replace(
        document,
        steps=tuple(replace(s, owner=to) if s in steps else s for s in document.steps),
        actions=tuple(replace(a, owner=to) if a in actions else a for a in document.actions),
        risks=tuple(replace(r, owner=to) if r in risks else r for r in document.risks),
    )
    return changed, len(steps) + len(actions) + len(risks)


def revoke_links_of(email: str, *, at: datetime) -> int:
    """Let the calendar links that an account made lead nowhere from now on."""
    mine = (CalendarLink.made_by == email) & CalendarLink.revoked_at.is_null()
    with transaction():
        return int(CalendarLink.update(revoked_at=at).where(mine).execute())


def put_participations(
    code: str, participations: tuple[PlanParticipation, ...], *, by: str, at: datetime
) -> dict[str, Any]:
    """Say which gemeenten join for which routes; whoever joins gets open decisions."""
    return _change(
        code,
        lambda d: with_decision_rows(replace(d, participations=participations)),
        action="deelname",
        by=by,
        at=at,
    )


def put_calendar(
    code: str,
    recesses: tuple[Recess, ...],
    meetings: tuple[PlanMeeting, ...],
    *,
    by: str,
    at: datetime,
) -> dict[str, Any]:
    """Set the recesses and the known meetings."""
    return _change(
        code,
        lambda d: replace(d, recesses=recesses, meetings=meetings),
        action="kalender",
        by=by,
        at=at,
    )


def record_digest(day: date, owner: str, *, address: str, text: str, by: str, at: datetime) -> None:
    """Keep a message that went out."""
    with transaction():
        DigestMail.create(day=day, owner=owner, address=address, text=text, sent_at=at)
        audit.record(
            at=at, actor=by, action="mail_digest", thing="planning", thing_id=f"{day:%Y-%m-%d}",
            after={"aan": address, "eigenaar": owner},
        )  # fmt: skip
