"""The history of one inkooptraject in sentences, from what the log keeps of each change."""

from collections.abc import Mapping
from typing import Any

from core.audit import AuditLine
from core.municipalities import names as municipality_names
from core.pages.changes import plain_text
from procurement.models import (
    Action,
    ContractingProcess,
    Decision,
    Milestone,
    Participation,
    Risk,
)
from procurement.plan.validity import ROUTES

MOST = 100
"""So many sentences of one change are shown: a plan that is read in may change everything."""
LEADS = {
    "actie": "Een actie is bijgewerkt",
    "activeer": "Het traject is actief gemaakt",
    "agendalink": "Er is een agendalink gemaakt",
    "agendalink ingetrokken": "Een agendalink is ingetrokken",
    "besluit": "Besluiten zijn bijgewerkt",
    "deelname": "De deelname van gemeenten is gewijzigd",
    "eisen": "Eisen, criteria en beloften zijn gewijzigd",
    "importeer": "Er is een plan ingelezen",
    "kalender": "Vergaderingen en recessen zijn gewijzigd",
    "mijlpaal": "Een mijlpaal is gewijzigd",
    "overdracht": "Open werk kreeg een andere eigenaar",
    "planversie": "Er is een planversie bewaard",
    "raming": "De raming is gewijzigd",
    "risico": "Een risico is bijgewerkt",
    "verschuif": "Een datum is verschoven",
    "verschuif alles": "Alles is verschoven",
    "wijzig": "De gegevens van het traject zijn gewijzigd",
}
PARTS = {
    "actions": "actie", "baselines": "planversie", "decisions": "besluit", "links": "volgorde",
    "meetings": "vergadering", "participations": "deelname", "recesses": "reces",
    "risks": "risico",
}  # fmt: skip
"""What the parts of a plan are called where the history names one."""
LABELS = {
    name: str(column.verbose_name)
    for model in (Participation, Risk, Action, Decision, Milestone, ContractingProcess)
    for name, column in model._meta.fields.items()
    if column.verbose_name
} | {
    "first": "Van", "last": "Tot en met", "before": "Eerst", "after": "Daarna", "type": "Hoe",
    "lag": "Tussentijd", "step": "Mijlpaal", "held_on": "Dag", "ends_on": "Einde",
    "number": "Nummer", "made_on": "Gemaakt op",
}  # fmt: skip


def sentences_of(line: AuditLine) -> tuple[str, list[str]]:
    """What happened, and one sentence for every value that became another."""
    if line.action == "vraag":
        return _question(line), []
    if line.action == "begin":
        return _beginning(line.after or {}), []
    before, after = line.before or {}, line.after or {}
    names = [*before, *(name for name in after if name not in before)]
    words = _rule_sentence if line.action == "eisen" else _sentence
    sentences = [
        words(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]
    return f"{LEADS.get(line.action, line.action)}.", sentences


def _rule_sentence(code: str, old: str | None, new: str | None) -> str:
    """A rule of the trace by the code that people gave it.

    A code in small letters (``datum_eerste_les``) is a name in the system: the text says it.
    """
    name = "" if code.islower() else f"{code} "
    if old is None or new is None:
        return f"{'Nieuw' if old is None else 'Weg'}: {name}“{new or old}”."
    return f"{name or 'De omschrijving '}was “{old}” en is nu “{new}”."


def _beginning(after: dict[str, Any]) -> str:
    made = f"Het traject “{after['naam']}” is gemaakt"
    return f"{made}, met {after['mijlpalen']} mijlpalen." if "mijlpalen" in after else f"{made}."


def _question(line: AuditLine) -> str:
    after = line.after or {}
    number, answer = after.get("nummer"), str(after.get("antwoord") or "")
    asked = f"Vraag {number}: “{after.get('vraag', '')}”"
    if not answer:
        return f"{asked} is gesteld."
    old = (line.before or {}).get("antwoord")
    done = "kreeg een ander antwoord" if old and old != answer else "is beantwoord"
    return f"{asked} {done}: “{answer}”"


def _sentence(name: str, old: Any, new: Any) -> str:
    label = _label(name)
    if isinstance(old, Mapping):
        return f"Weg: {label}."
    if isinstance(new, Mapping):
        # What the label says already is not said again.
        holds = [
            f"{_field(key)} {_value(value)}"
            for key, value in new.items()
            if str(value) not in name.split(" ", 1)[-1]
        ]
        return f"Nieuw: {label}" + (f" ({', '.join(holds)})." if holds else ".")
    start = label[0].upper() + label[1:]
    if old is None:
        return f"{start} is {_value(new)}."
    return f"{start} was {_value(old)} en is nu {_value(new)}."


def _label(name: str) -> str:
    """``besluit 8 Kampen, vergadering`` from ``decisions 8 0166: meeting_on``."""
    thing, _, below = name.partition(": ")
    part, *keys = thing.split(" ")
    words = [PARTS.get(part) or _field(_code_word(part)), *(_value(key) for key in keys)]
    return " ".join(words) + (f", {_field(below)}" if below else "")


def _field(name: str) -> str:
    return LABELS[name].lower() if name in LABELS else name


def _code_word(code: str) -> str:
    """A gemeente or leerroute by its name; anything else as it is."""
    return municipality_names().get(code) or ROUTES.get(code, code)


def _value(value: Any) -> str:
    named = _code_word(value) if isinstance(value, str) else value
    return str(named) if named != value else plain_text(value)
