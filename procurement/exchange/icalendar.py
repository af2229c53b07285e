"""A calendar of milestones and meetings, as RFC 5545 writes it: all-day events, stable UIDs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from core import municipalities
from procurement.plan.documents import PlanDecision, PlanStep
from procurement.plan.health import Health
from procurement.plan.outlook import Outlook
from procurement.plan.steps import Kind, Outcome

MIME = "text/calendar; charset=utf-8"
LONGEST_LINE = 75
OPEN = (Outcome.PREPARED, Outcome.SCHEDULED, Outcome.DEFERRED)


def write_calendar(
    outlooks: list[Outlook], *, stamp: datetime, name: str, owner: str | None = None
) -> bytes:
    """Every milestone on the day it is expected or was met; of one owner when that is asked."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Taalinkoop//Planning//NL",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escape(name)}",
    ]
    for outlook in outlooks:
        for step in outlook.document.steps:
            if owner is None or step.owner == owner:
                lines.extend(_step(outlook, step, stamp))
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _fold(line)).encode()


def _step(outlook: Outlook, step: PlanStep, stamp: datetime) -> Iterator[str]:
    judgement = outlook.judgements[step.code]
    if judgement.health is Health.CANCELLED:
        return
    code = outlook.document.header.code
    found = outlook.forecasts[step.code]
    title = step.title if step.kind is not Kind.TASK else f"{step.title}: klaar"
    yield from _event(
        f"{code}.{step.code}", found.end, f"{code}: {title}", judgement.reason, stamp,
        done=judgement.health in (Health.DONE, Health.DONE_LATE),
    )  # fmt: skip
    for decision in outlook.document.decisions:
        if decision.step == step.code and decision.outcome in OPEN:
            day = found.local_dates[decision.municipality]
            yield from _meeting(code, step, decision, day, stamp)


def _meeting(
    code: str, step: PlanStep, decision: PlanDecision, day: date, stamp: datetime
) -> Iterator[str]:
    name = municipalities.name(decision.municipality)
    yield from _event(
        f"{code}.{step.code}.{decision.municipality}",
        day,
        f"{code}: {decision.body} {name} – {step.title}",
        f"Stand: {decision.outcome.replace('_', ' ')}.",
        stamp,
    )


def _event(
    key: str, day: date, summary: str, description: str, stamp: datetime, *, done: bool = False
) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_escape(key)}@taalinkoop"
    yield f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    # The end of an all-day event is the first day after it.
    yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escape(summary)}"
    yield f"DESCRIPTION:{_escape(description)}"
    yield f"STATUS:{'CONFIRMED' if done else 'TENTATIVE'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escape(text: str) -> str:
    for old, new in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(old, new)
    return "".join(c for c in text if c >= " " and c != "\x7f")


def _fold(line: str) -> Iterator[str]:
    """Lines of at most 75 octets; what goes on starts with a space, and no character is cut."""
    piece, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > LONGEST_LINE:
            yield piece
            piece, size = " ", 1
        piece += character
        size += octets
    yield piece
