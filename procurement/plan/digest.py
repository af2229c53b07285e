"""The text of an e-mail with what is due or late, for some owners or for all."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from core.formats import day_text
from procurement.plan.health import Health
from procurement.plan.outlook import Outlook

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
        found, judgement = outlook.forecasts[step.code], outlook.judgements[step.code]
        if (owners and step.owner not in owners) or judgement.health in CLOSED:
            continue
        line = f"- {step.code} {step.title} ({step.owner or 'geen eigenaar'}): {judgement.reason}"
        if judgement.health in (Health.LATE, Health.BLOCKED):
            late.append(line)
        elif found.end <= today + AHEAD:
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
