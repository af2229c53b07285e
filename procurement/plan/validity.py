"""What a plan may not say; each refusal names the step and what to do."""

import re
from collections.abc import Iterable
from datetime import date

from core import municipalities
from core.errors import DomainError
from core.formats import counted, day_text
from procurement.plan.documents import Header, PlanDecision, PlanDocument, PlanStep
from procurement.plan.planning import in_order
from procurement.plan.steps import Outcome

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,23}")
STEP_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,11}")
DECIDED = (Outcome.DECIDED, Outcome.CONDITIONAL, Outcome.REJECTED)
LONGEST = 3650
FIRST_YEAR, LAST_YEAR = 2000, 2100
SCALES = ("lokaal", "subregionaal", "regionaal", "bovenregionaal")
ROUTES = {"B": "B1-route", "O": "onderwijsroute", "Z": "Z-route"}
BODIES = {"college": "college", "raad": "raad", "stuurgroep": "stuurgroep", "mandaat": "mandaat"}
# Words that stand where a code stands in an address.
RESERVED = (
    "nieuw", "mijlpalen", "terugplannen", "trajecten", "agendalink", "besluiten", "termijnen",
    "overname",
)  # fmt: skip
ACTION_STATES = ("ja", "deels", "nee")
MOST_TRACKS, MOST_CENTS = 1_000_000, 1_000_000_00
STATES = ("concept", "lopend", "afgerond", "gestopt")


def require_valid(document: PlanDocument, today: date) -> None:
    """Refuse a plan that cannot be calculated or that says something impossible."""
    _require_header(document)
    codes = _require_once((step.code for step in document.steps), "Mijlpaal")
    for step in document.steps:
        _require_step(step, today)
    for link in document.links:
        for code in (link.before, link.after):
            if code not in codes:
                raise DomainError(
                    "unknown_step",
                    f"Mijlpaal {code} staat niet in dit plan. Controleer de afhankelijkheden van "
                    f"{link.after}.",
                    field="after",
                )
        if abs(link.lag) > LONGEST:
            raise DomainError("lag", f"De tussentijd bij {link.after} is te groot.", field="after")
    _require_once((f"{k.before}→{k.after} ({k.type})" for k in document.links), "Afhankelijkheid")
    in_order(codes, document.links)
    for decision in document.decisions:
        if decision.step not in codes:
            raise DomainError(
                "unknown_step", f"Mijlpaal {decision.step} van een besluit staat niet in het plan."
            )
        _require_decision(decision, today)
    _require_once((f"{d.step} {d.municipality}" for d in document.decisions), "Besluit")
    _require_actions_and_risks(document, codes)
    _require_participations(document)
    for meeting in document.meetings:
        _require_known(meeting.municipality, "meetings")
        _require_choice(meeting.body, BODIES, "een vergadering", "meetings")
        _require_year(meeting.held_on, "een vergadering")
    _require_once(
        (f"{m.municipality} {m.body} {day_text(m.held_on)}" for m in document.meetings),
        "Vergadering",
    )
    _require_recesses(document)


def _require_recesses(document: PlanDocument) -> None:
    for recess in document.recesses:
        _require_short(recess.name, 60, "de naam van een reces", "recesses")
        for day in (recess.first, recess.last):
            _require_year(day, "een reces")
        if recess.last < recess.first:
            raise DomainError(
                "recess",
                f"Het reces dat begint op {day_text(recess.first)} eindigt eerder. "
                "Draai de data om.",
            )


def _require_actions_and_risks(document: PlanDocument, codes: set[str]) -> None:
    _require_once((a.text for a in document.actions), "Actie")
    _require_once((r.title for r in document.risks), "Risico")
    for action in document.actions:
        _require_choice(action.state, ACTION_STATES, f"actie {action.text[:40]!r}", "state")
        _require_short(action.owner, 80, "de eigenaar van een actie", "owner")
        _require_year(action.due_on, "een actie")
    for risk in document.risks:
        if not (1 <= risk.chance <= 5 and 1 <= risk.impact <= 5):
            raise DomainError(
                "risk",
                f"Risico {risk.title[:40]!r}: kies kans en gevolg van 1 tot en met 5.",
                field="chance",
            )
        _require_short(risk.owner, 80, "de eigenaar van een risico", "owner")
        if risk.step is not None and risk.step not in codes:
            raise DomainError(
                "unknown_step", f"Mijlpaal {risk.step} van een risico staat niet in het plan."
            )


def _require_choice(value: str, choices: Iterable[str], what: str, field: str) -> None:
    if value not in choices:
        raise DomainError(
            "choice", f"{value!r} bij {what} is onbekend. Kies {', '.join(choices)}.", field=field
        )


def _require_short(value: str | None, most: int, what: str, field: str) -> None:
    if value is not None and len(value) > most:
        raise DomainError("too_long", f"Gebruik hoogstens {most} tekens voor {what}.", field=field)


def _require_header(document: PlanDocument) -> None:
    header = document.header
    if not CODE.fullmatch(header.code) or header.code.lower() in RESERVED:
        raise DomainError(
            "code",
            "Geef het traject een code van hoogstens 24 letters, cijfers, punten of streepjes, "
            "bijvoorbeeld SAS-2027.",
            field="code",
        )
    if not header.name.strip():
        raise DomainError("name", "Geef het traject een naam.", field="name")
    _require_short(header.name, 120, "de naam", "name")
    _require_short(header.region, 80, "de regio", "region")
    _require_choice(header.status, STATES, "de stand", "status")
    for amount, most, field in (
        (header.tracks, MOST_TRACKS, "tracks"),
        (header.price_cents, MOST_CENTS, "price_cents"),
    ):
        if amount is not None and not 0 <= amount <= most:
            raise DomainError("amount", "Dit getal kan niet kloppen. Controleer het.", field=field)
    _require_known(header.lead_municipality, "lead_municipality")
    for day in (header.starts_on, header.go_live, header.current_until, header.contract_until):
        _require_year(day, "het traject")
    if header.go_live and header.contract_until and header.contract_until < header.go_live:
        raise DomainError(
            "contract_until",
            f"Het nieuwe contract eindigt op {day_text(header.contract_until)}, voor het begint "
            f"({day_text(header.go_live)}). Bedoel je het huidige contract? Vul dat apart in.",
            field="contract_until",
        )


def require_reason_for_overlap(header: Header, reason: str) -> None:
    """Two contracts that run at the same time are allowed, but never by accident."""
    if header.overlap and not reason.strip():
        days = counted(header.overlap, "dag", "dagen")
        raise DomainError(
            "overlap",
            f"Het nieuwe contract begint op {day_text(header.go_live)}. Het huidige loopt tot en "
            f"met {day_text(header.current_until)}: {days} overlap. "
            "Vul bij Reden van de overlap in waarom, of kies een andere dag.",
            field="overlap",
        )


def _require_participations(document: PlanDocument) -> None:
    for part in document.participations:
        _require_known(part.municipality, "municipality")
        if part.route not in ROUTES:
            raise DomainError(
                "route", f"Leerroute {part.route!r} is onbekend. Kies B, O of Z.", field="route"
            )
        if part.scale not in SCALES:
            raise DomainError(
                "scale",
                f"Schaal {part.scale!r} is onbekend. Kies {', '.join(SCALES)}.",
                field="scale",
            )
    _require_once((f"{p.municipality} {p.route}" for p in document.participations), "Deelname")


def _require_step(step: PlanStep, today: date) -> None:
    if not STEP_CODE.fullmatch(step.code):
        raise DomainError(
            "step_code",
            f"Geef de mijlpaal een code van hoogstens 12 letters of cijfers. Er staat "
            f"{step.code!r}.",
            field="code",
        )
    if not step.title.strip():
        raise DomainError("title", f"Geef mijlpaal {step.code} een naam.", field="title")
    _require_short(step.title, 160, f"de naam van mijlpaal {step.code}", "title")
    _require_short(step.phase, 80, f"de fase van mijlpaal {step.code}", "phase")
    _require_short(step.owner, 80, f"de eigenaar van mijlpaal {step.code}", "owner")
    _require_choice(step.body, ("", *BODIES), f"het orgaan van mijlpaal {step.code}", "body")
    if not 0 <= step.duration <= LONGEST:
        raise DomainError(
            "duration", f"Mijlpaal {step.code}: kies een duur van 0 tot {LONGEST} dagen.",
            field="duration",
        )  # fmt: skip
    if not 0 <= step.progress <= 100:
        raise DomainError(
            "progress", f"Mijlpaal {step.code}: kies een voortgang van 0 tot 100 %.",
            field="progress",
        )  # fmt: skip
    for day in (step.earliest_start, step.deadline, step.actual_start, step.actual_end):
        _require_year(day, f"mijlpaal {step.code}")
    for day, field in ((step.actual_start, "actual_start"), (step.actual_end, "actual_end")):
        if day is not None and day > today:
            raise DomainError(
                "not_yet",
                f"Mijlpaal {step.code}: {day_text(day)} is nog niet geweest. Vul hier alleen in "
                "wat al gebeurd is.",
                field=field,
            )
    if step.actual_start and step.actual_end and step.actual_end < step.actual_start:
        raise DomainError(
            "end_before_start",
            f"Mijlpaal {step.code} is gereed voor het begin. Controleer beide data.",
            field="actual_end",
        )


def require_decision(decision: PlanDecision, today: date) -> None:
    """Refuse a decision as a person enters it: what stands on an agenda has a meeting."""
    if decision.outcome is Outcome.SCHEDULED and decision.meeting_on is None:
        raise DomainError(
            "meeting_on",
            "Vul in op welke vergadering "
            f"{municipalities.name(decision.municipality)} dit op de agenda heeft.",
            field="meeting_on",
        )
    _require_decision(decision, today)


def _require_decision(decision: PlanDecision, today: date) -> None:
    _require_known(decision.municipality, "municipality")
    name = municipalities.name(decision.municipality)
    _require_choice(decision.body, BODIES, f"het orgaan van {name}", "outcome")
    for day in (decision.meeting_on, decision.decided_on):
        _require_year(day, f"het besluit van {name}")
    if decision.outcome in DECIDED and decision.decided_on is None:
        raise DomainError(
            "decided_on", f"Vul in op welke dag {name} besloten heeft.", field="decided_on"
        )
    if decision.outcome not in DECIDED and decision.decided_on is not None:
        raise DomainError(
            "outcome",
            f"{name} heeft een besluitdatum. Kies als uitkomst besloten of afgewezen, of haal de "
            "datum weg.",
            field="outcome",
        )
    if decision.decided_on is not None and decision.decided_on > today:
        raise DomainError(
            "not_yet",
            f"{day_text(decision.decided_on)} is nog niet geweest. Zet een dag die nog komt bij "
            "de vergadering.",
            field="decided_on",
        )


def _require_known(code: str | None, field: str) -> None:
    if code is not None and code not in municipalities.names():
        raise DomainError(
            "municipality",
            f"Gemeentecode {code} is onbekend. Gebruik de vier cijfers van het CBS.",
            field=field,
        )


def _require_year(day: date | None, where: str) -> None:
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise DomainError(
            "year",
            f"Het jaar {day.year} bij {where} kan niet kloppen. Kies een jaar van {FIRST_YEAR} tot "
            f"en met {LAST_YEAR}.",
        )


def _require_once(keys: Iterable[str], what: str) -> set[str]:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise DomainError(
                "twice", f"{what} {key} staat twee keer in dit plan. Haal er één weg."
            )
        seen.add(key)
    return seen
