"""How each step stands, and why, in one sentence; and who or what moved the go-live date."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core import municipalities
from core.formats import counted, day_text
from procurement.plan.documents import PlanBaseline
from procurement.plan.planning import FixedBy, Forecast, finished_on
from procurement.plan.steps import (
    CAUSE_WORDS,
    SETTLED,
    Kind,
    LinkType,
    LocalDecision,
    Outcome,
    Plan,
    ReplanCause,
    Step,
)

TIGHT = 5
"""A step with fewer working days of float than this is a risk."""

NAMED = 3
"""More gemeenten than this are counted, not named."""

Baseline = Mapping[tuple[str, str], date]
"""End dates of one planversie by step and gemeente; gemeente '' is the step itself."""


class Health(StrEnum):
    """How a step stands."""

    ON_TRACK = "op schema"
    RISK = "risico"
    LATE = "te laat"
    DONE = "gereed"
    DONE_LATE = "gereed, te laat"
    BLOCKED = "geblokkeerd"
    CANCELLED = "vervallen"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Health with its reason."""

    health: Health
    reason: str


def judge(
    plan: Plan,
    forecasts: Mapping[str, Forecast],
    baseline: Baseline,
    put_off: Mapping[str, str] | None = None,
) -> dict[str, Judgement]:
    """Health of every step of the plan; ``put_off`` says of a step how a replan put it off."""
    blocked = _blocked(plan)
    judged = {
        step.code: _judge(plan, step, forecasts, baseline=baseline, blocked=blocked)
        for step in plan.steps
    }
    for code, words in (put_off or {}).items():
        if code in judged and judged[code].health not in (Health.BLOCKED, Health.CANCELLED):
            reason = judged[code].reason.removesuffix(".")
            judged[code] = Judgement(judged[code].health, f"{reason}; {words}.")
    return judged


def put_off(versions: Sequence[PlanBaseline]) -> dict[str, str]:
    """Of each step that replans put off the day that it was first planned for, and the causes."""
    first: dict[str, date] = {}
    last: dict[str, date] = {}
    causes: dict[str, list[ReplanCause]] = {}
    for version in sorted(versions, key=lambda one: one.number):
        for (code, place), end in version.ends().items():
            if place:
                continue
            first.setdefault(code, end)
            if version.cause is not None and end > last.get(code, end):
                causes.setdefault(code, []).append(version.cause)
            last[code] = end
    return {
        code: f"eerst gepland op {day_text(first[code])}, verschoven door "
        + listing(CAUSE_WORDS[cause] for cause in dict.fromkeys(of_step))
        for code, of_step in causes.items()
        if last[code] > first[code]
    }


def _judge(
    plan: Plan,
    step: Step,
    forecasts: Mapping[str, Forecast],
    *,
    baseline: Baseline,
    blocked: Mapping[str, str],
) -> Judgement:
    forecast = forecasts[step.code]
    if step.cancelled:
        return Judgement(Health.CANCELLED, "Deze stap telt niet meer mee.")
    done = finished_on(step, forecast.start)
    if done is not None:
        return _judge_done(step, done, baseline)
    if step.code in blocked:
        return Judgement(Health.BLOCKED, blocked[step.code])
    return _judge_open(plan, step, forecast, baseline)


def _judge_open(plan: Plan, step: Step, forecast: Forecast, baseline: Baseline) -> Judgement:
    cause = _why(plan, step, forecast)
    if (
        forecast.total_float is not None
        and forecast.total_float < 0
        and forecast.latest_end is not None
    ):
        late = span(forecast.latest_end, forecast.end)
        text = (
            f"Verwacht {day_text(forecast.end)}, {late} na de uiterste "
            f"datum {day_text(forecast.latest_end)}{cause}."
        )
        return Judgement(Health.LATE, text)
    planned = baseline.get((step.code, ""))
    if forecast.fixed_by is FixedBy.COURT and (planned is None or forecast.end <= planned):
        return Judgement(Health.RISK, f"Verwacht {day_text(forecast.end)}{cause}.")
    if planned is not None and forecast.end > planned:
        text = (
            f"Verwacht {day_text(forecast.end)}, {span(planned, forecast.end)} later dan gepland "
            f"({day_text(planned)}){cause}."
        )
        return Judgement(Health.RISK, text)
    if forecast.total_float is not None and forecast.total_float < TIGHT:
        room = working_days(forecast.total_float)
        text = f"Verwacht {day_text(forecast.end)}, met maar {room} speling{cause}."
        return Judgement(Health.RISK, text)
    if forecast.total_float is None:
        return Judgement(Health.ON_TRACK, f"Verwacht {day_text(forecast.end)}.")
    text = f"Verwacht {day_text(forecast.end)}, {working_days(forecast.total_float)} speling."
    return Judgement(Health.ON_TRACK, text)


def _judge_done(step: Step, done: date, baseline: Baseline) -> Judgement:
    limit = step.deadline or baseline.get((step.code, ""))
    if limit is not None and done > limit:
        late = span(limit, done)
        return Judgement(
            Health.DONE_LATE, f"Gereed op {day_text(done)}, {late} na {day_text(limit)}."
        )
    return Judgement(Health.DONE, f"Gereed op {day_text(done)}.")


def _blocked(plan: Plan) -> dict[str, str]:
    """Steps that a rejection or a judge stops, and what waits for them."""
    reasons = {}
    for step in plan.steps:
        against = [d for d in step.decisions if d.outcome is Outcome.REJECTED]
        if against and not step.cancelled:
            names = listing(municipalities.name(d.municipality) for d in against)
            has = "heeft" if len(against) == 1 else "hebben"
            reasons[step.code] = f"{names} {has} dit afgewezen. Zoek eerst een oplossing."
        elif step.hold is not None and step.hold.granted and not step.cancelled:
            reasons[step.code] = (
                f"De rechter verbiedt de gunning van perceel {step.hold.lot}. "
                "Trek de gunningsbeslissing in en beslis opnieuw."
            )
    waiting = list(reasons)
    titles = {step.code: step.title for step in plan.steps}
    while waiting:
        code = waiting.pop()
        for link in plan.links:
            if (
                link.before == code
                and link.after not in reasons
                and link.type is LinkType.FINISH_START
            ):
                reasons[link.after] = f"Wacht op '{titles[code]}', dat is geblokkeerd."
                waiting.append(link.after)
    return reasons


def _why(plan: Plan, step: Step, forecast: Forecast) -> str:
    if forecast.fixed_by is FixedBy.TODAY:
        return ", want de stap had al klaar moeten zijn en is nog open"
    if forecast.fixed_by is FixedBy.COURT and step.hold is not None:
        return f", door {step.hold.text}"
    if step.kind is Kind.DECISION and forecast.last_municipalities:
        names = naming(forecast.last_municipalities)
        return f", door {body_of(step)} van {names} ({day_text(forecast.end)})"
    if forecast.driver is not None:
        title = next(s.title for s in plan.steps if s.code == forecast.driver)
        return f", na '{title}'"
    return ""


@dataclass(frozen=True, slots=True)
class Cause:
    """The step that moved the goal most, and the gemeenten when it is a decision."""

    code: str
    municipalities: tuple[str, ...]
    days: int
    """Calendar days: working days stand still in a recess."""
    text: str


def cause_of(
    plan: Plan, forecasts: Mapping[str, Forecast], baseline: Baseline, goal: str
) -> Cause | None:
    """Follow what drives ``goal`` back; the step that itself slipped most is the cause."""
    steps = {step.code: step for step in plan.steps}
    best: tuple[int, str] | None = None
    for code in reversed(driving_chain(forecasts, goal)):
        own = _slip(forecasts[code], baseline)
        driver = forecasts[code].driver
        if driver is not None:
            own -= max(0, _slip(forecasts[driver], baseline))
        if own > 0 and (best is None or own > best[0]):
            best = (own, code)
    chain_start = driving_chain(forecasts, goal)[-1]
    if best is None and forecasts[chain_start].fixed_by is FixedBy.COURT:
        best = (0, chain_start)
    if best is None:
        return None
    step, forecast = steps[best[1]], forecasts[best[1]]
    return Cause(
        best[1],
        tuple(forecast.last_municipalities),
        best[0],
        _cause_text(step, forecast, baseline),
    )


def driving_chain(forecasts: Mapping[str, Forecast], goal: str) -> list[str]:
    """From the goal back to where the dates come from."""
    chain = [goal]
    while (driver := forecasts[chain[-1]].driver) is not None:
        chain.append(driver)
    return chain


def _slip(forecast: Forecast, baseline: Baseline) -> int:
    planned = baseline.get((forecast.code, ""))
    return 0 if planned is None else (forecast.end - planned).days


def _cause_text(step: Step, forecast: Forecast, baseline: Baseline) -> str:
    last = forecast.last_municipalities
    if step.kind is Kind.DECISION and last:
        names = naming(last)
        moved = baseline.get((step.code, last[0]))
        which = f"verplaatst van {day_text(moved)} naar " if moved and moved != forecast.end else ""
        return f"{body_of(step)} van {names} ({which}{day_text(forecast.end)})"
    if forecast.fixed_by is FixedBy.COURT and step.hold is not None:
        return step.hold.text
    if forecast.fixed_by is FixedBy.TODAY:
        return f"'{step.title}', dat al klaar had moeten zijn"
    return f"'{step.title}' (nu {day_text(forecast.end)})"


def headline(
    plan: Plan, forecasts: Mapping[str, Forecast], baseline: Baseline, goal: str | None
) -> str:
    """Say when the goal is reached, how far from its deadline, and by whose doing."""
    if goal is None:
        return "Er is nog geen mijlpaal 'start dienstverlening' in dit plan."
    step = next(s for s in plan.steps if s.code == goal)
    forecast = forecasts[goal]
    done = finished_on(step, forecast.start)
    if done is not None:
        return f"{step.title} gehaald op {day_text(done)}."
    blocked = _blocked(plan)
    if goal in blocked:
        first = next(s for s in plan.steps if s.code in blocked)
        return f"{step.title} is geblokkeerd bij '{first.title}': {blocked[first.code]}"
    text = f"{step.title} verwacht {day_text(forecast.end)}"
    if step.deadline is not None:
        text += f", {distance(step.deadline, forecast.end)} de streefdatum"
    cause = cause_of(plan, forecasts, baseline, goal)
    late = step.deadline is not None and forecast.end > step.deadline
    moved = late or _slip(forecast, baseline) > 0
    # A kort geding is told of even when there is still time enough.
    if cause is None or not (moved or forecasts[cause.code].fixed_by is FixedBy.COURT):
        return f"{text}."
    return f"{text}, door {cause.text}."


def distance(target: date, day: date) -> str:
    """``2 weken na``, ``3 dagen voor`` or ``precies op``."""
    if day == target:
        return "precies op"
    return f"{span(*sorted((target, day)))} {'na' if day > target else 'voor'}"


def span(first: date, last: date) -> str:
    """Calendar days between two days in one unit: ``4 weken`` when they are whole, else days."""
    count = (last - first).days
    if count >= 14 and count % 7 == 0:
        return f"{count // 7} weken"
    return counted(count, "dag", "dagen")


def body_of(step: Step) -> str:
    """``het collegebesluit``, by the body that decides."""
    bodies = {d.body for d in step.decisions}
    if bodies == {"college"}:
        return "het collegebesluit"
    return "het raadsbesluit" if bodies == {"raad"} else "het besluit"


BODIES = {
    "college": "het college", "raad": "de raad", "stuurgroep": "de stuurgroep",
    "mandaat": "wie mandaat heeft",
}  # fmt: skip


def the_body(body: str) -> str:
    """``het college``."""
    return BODIES.get(body, body)


def working_days(count: int) -> str:
    """``1 werkdag``, ``3 werkdagen``."""
    return counted(count, "werkdag", "werkdagen")


def listing(names: Iterable[str]) -> str:
    """``Kampen, Raalte en Zwolle``."""
    words = list(names)
    return " en ".join(filter(None, [", ".join(words[:-1]), words[-1] if words else ""]))


def naming(codes: Sequence[str]) -> str:
    """The gemeenten by name; when they are many, how many."""
    if len(codes) > NAMED:
        return f"{len(codes)} gemeenten"
    return listing(municipalities.name(code) for code in codes)


def meeting_conflict(plan: Plan, decision: LocalDecision, forecast: Forecast) -> str:
    """Why a meeting that somebody entered cannot be the day of the decision; empty when it can.

    The date stays as it was entered: only a person moves a meeting.
    """
    planned = decision.meeting_on
    day = forecast.local_dates.get(decision.municipality)
    settled = decision.outcome in SETTLED or decision.decided_on is not None
    if planned is None or day is None or settled or planned >= day:
        return ""
    if decision.outcome in (Outcome.DEFERRED, Outcome.REJECTED):
        return ""
    recess = plan.calendar.recess_on(planned)
    if planned < plan.today:
        why = "is al geweest"
    elif recess is not None:
        why = f"valt in het reces{f' ({recess.name})' if recess.name else ''}"
    else:
        why = f"is voor de stukken klaar zijn ({day_text(forecast.start)})"
    return f"De vergadering van {day_text(planned)} {why}."


def is_late(plan: Plan, decision: LocalDecision, forecast: Forecast, baseline: Baseline) -> bool:
    """Whether a gemeente decides after the planned or the latest date, or let its date pass."""
    day = forecast.local_dates.get(decision.municipality)
    if day is None or decision.decided_on is not None or decision.outcome is Outcome.NOT_NEEDED:
        return False
    if decision.meeting_on is None:
        # Without a meeting of its own it only follows what comes before it.
        return False
    planned = baseline.get((forecast.code, decision.municipality))
    beyond = forecast.latest_end is not None and day > forecast.latest_end
    return decision.meeting_on < plan.today or beyond or (planned is not None and day > planned)
