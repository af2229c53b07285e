"""One inkooptraject as it stands on a day: dates, floats, health, terms and the sentence on top.

As the page has it, as JSON, and as an e-mail with what is late or due.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core.formats import day_text
from procurement.plan.documents import PlanDocument, PlanStep, facts_of, to_plan
from procurement.plan.health import Cause, Health, Judgement, cause_of, headline, judge, put_off
from procurement.plan.planning import Forecast, schedule
from procurement.plan.steps import Plan
from procurement.plan.terms import Finding, check

WORST_FIRST = (
    Health.BLOCKED, Health.LATE, Health.RISK, Health.ON_TRACK, Health.DONE_LATE, Health.DONE,
    Health.CANCELLED,
)  # fmt: skip


@dataclass(frozen=True)
class Outlook:
    """Everything the page, the feeds and the files say of one inkooptraject."""

    document: PlanDocument
    plan: Plan
    forecasts: Mapping[str, Forecast]
    judgements: Mapping[str, Judgement]
    baseline: Mapping[tuple[str, str], date]
    findings: tuple[Finding, ...]
    sentence: str
    cause: Cause | None

    @property
    def health(self) -> Health:
        """How the whole stands: as its goal, or as its worst step when it has none."""
        goal = self.document.goal
        if goal is not None:
            return self.judgements[goal].health
        healths = {j.health for j in self.judgements.values()}
        return next((h for h in WORST_FIRST if h in healths), Health.ON_TRACK)

    @property
    def expected_go_live(self) -> date | None:
        """When the service starts, as things stand."""
        goal = self.document.goal
        return None if goal is None else self.forecasts[goal].end


def look(document: PlanDocument, today: date) -> Outlook:
    """Calculate one inkooptraject for ``today``."""
    plan = to_plan(document, today)
    forecasts = schedule(plan)
    baseline = document.baseline_ends()
    goal = document.goal
    ends = {code: forecast.end for code, forecast in forecasts.items()}
    return Outlook(
        document,
        plan,
        forecasts,
        judge(plan, forecasts, baseline, put_off(document.baselines)),
        baseline,
        tuple(check(facts_of(document, ends, today))),
        headline(plan, forecasts, baseline, goal),
        None if goal is None else cause_of(plan, forecasts, baseline, goal),
    )


def as_json(outlook: Outlook) -> dict[str, Any]:
    """The shape of ``plan show --json`` and of the API."""
    document = outlook.document
    header, baseline = document.header, document.last_baseline
    return {
        "code": header.code,
        "name": header.name,
        "region": header.region,
        "procedure": str(header.procedure),
        "status": header.status,
        "go_live": _day(header.go_live),
        "expected_go_live": _day(outlook.expected_go_live),
        "estimated_value_cents": header.value_cents,
        "municipalities": document.municipalities,
        "health": str(outlook.health),
        "sentence": outlook.sentence,
        "cause": None
        if outlook.cause is None
        else {
            "milestone": outlook.cause.code,
            "municipalities": list(outlook.cause.municipalities),
            "days": outlook.cause.days,
        },
        "baseline": None
        if baseline is None
        else {
            "number": baseline.number,
            "made_on": _day(baseline.made_on),
            "reason": baseline.reason,
            "cause": baseline.cause and str(baseline.cause),
        },
        "milestones": [_step_json(outlook, step) for step in document.steps],
        "findings": [
            {
                "rule": f.rule, "milestone": f.step, "message": f.message, "source": f.source,
                "advice": f.advice, "certainty": str(f.certainty),
            }
            for f in outlook.findings
        ],
    }  # fmt: skip


def _step_json(outlook: Outlook, step: PlanStep) -> dict[str, Any]:
    forecast, judgement = outlook.forecasts[step.code], outlook.judgements[step.code]
    planned = {}
    if outlook.document.last_baseline is not None:
        planned = {
            d.step: d for d in outlook.document.last_baseline.dates if not d.municipality
        }  # fmt: skip
    own = planned.get(step.code)
    done = judgement.health in (Health.DONE, Health.DONE_LATE)
    return {
        "code": step.code,
        "title": step.title,
        "phase": step.phase,
        "kind": str(step.kind),
        "owner": step.owner,
        "baseline": None
        if own is None
        else {"start": _day(own.starts_on), "end": _day(own.ends_on)},
        "forecast": {"start": _day(forecast.start), "end": _day(forecast.end)},
        "actual": {
            "start": _day(step.actual_start),
            "end": _day(step.actual_end or (forecast.end if done else None)),
        },
        "latest": {"start": _day(forecast.latest_start), "end": _day(forecast.latest_end)},
        "float": forecast.total_float,
        "free_float": forecast.free_float,
        "critical": forecast.critical,
        "health": str(judgement.health),
        "reason": judgement.reason,
        "progress": step.progress,
        "decisions": [
            {
                "municipality": d.municipality,
                "body": d.body,
                "outcome": str(d.outcome),
                "meeting": _day(d.meeting_on),
                "decided": _day(d.decided_on),
                "forecast": _day(forecast.local_dates.get(d.municipality)),
            }
            for d in outlook.document.decisions
            if d.step == step.code
        ],
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


AHEAD = timedelta(days=14)
CLOSED = (Health.DONE, Health.DONE_LATE, Health.CANCELLED)


def digest(outlooks: Iterable[Outlook], today: date, owners: Collection[str] = ()) -> str:
    """Plain text: per traject the sentence, what is late, and what is due within two weeks.

    Empty when nothing is; without owners it is about everyone's milestones.
    """
    return "\n".join(part for outlook in outlooks if (part := _one(outlook, today, owners)))


def nothing_due(owner: str | None) -> str:
    """What a digest without news says."""
    who = f" van {owner}" if owner else ""
    return f"Er is niets te laat en de komende twee weken hoeft niets{who} klaar te zijn.\n"


def _one(outlook: Outlook, today: date, owners: Collection[str]) -> str:
    late, due = [], []
    for step in outlook.document.steps:
        forecast, judgement = outlook.forecasts[step.code], outlook.judgements[step.code]
        if (owners and step.owner not in owners) or judgement.health in CLOSED:
            continue
        line = f"- {step.code} {step.title} ({step.owner or 'geen eigenaar'}): {judgement.reason}"
        if judgement.health in (Health.LATE, Health.BLOCKED):
            late.append(line)
        elif forecast.end <= today + AHEAD:
            due.append(line)
    if not late and not due:
        return ""
    header = outlook.document.header
    lines = [f"{header.name} ({header.code})", outlook.sentence]
    for title, found_lines in (
        ("Te laat of geblokkeerd", late),
        (f"Klaar voor {day_text(today + AHEAD)}", due),
    ):
        if found_lines:
            lines += ["", f"{title}:", *found_lines]
    return "\n".join([*lines, ""])
