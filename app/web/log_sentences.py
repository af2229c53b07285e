"""The log as people read it: what happened in a sentence, and from what to what."""

import json
import re
from collections.abc import Callable
from functools import cache, partial, reduce
from operator import and_, or_
from typing import Any

import peewee
from flask import current_app, g

from core.audit import AuditLine
from core.db import BaseModel
from core.formats import euro_text, hours_text
from core.municipalities import names as municipality_names
from core.pages.changes import change_text, differences, plain_text
from procurement.admin import history
from procurement.plan.queries import THING as PLAN
from providers.codes import LearningRoute, MarkStatus, TeacherRegistration
from providers.models import Provider

FILES = ("csv", "xlsx")
DAY = re.compile(r"\b\d{4}-\d{2}(-\d{2})?\b")
SHEETS = {
    "aanbieders": "provider", "contracten": "contract", "docenten": "teacher",
    "keurmerken": "quality_mark", "klasbezoeken": "class_inspection", "lesvrij": "lesson_break",
    "locaties": "location", "reistijden": "travel_time",
}  # fmt: skip
"""What the import of a register file calls things."""
NAMING = ("number", "code", "teacher_ref", "name", "naam", "subject", "text", "summary", "email")
WRITTEN = ("subject", "text", "summary")
"""Names that somebody wrote as a sentence."""
WORDS = {
    "aanbieder": "aanbieder", "accepted": "aangenomen", "act": "wat er is gedaan",
    "cards": "oordelen", "criterion": "criterium", "figures": "cijfers", "finding": "bevinding",
    "follow_up": "vervolg", "headers": "kolom", "held_on": "gehouden", "import": "bestand nummer",
    "invoices": "facturen", "kind": "soort", "learner": "cursist", "location": "locatie",
    "minutes": "minuten", "month": "maand", "municipalities": "gemeenten",
    "municipality": "gemeente", "note": "notitie", "place": "plaats", "provider": "aanbieder",
    "reason": "reden", "rejected": "terug te sturen", "restored": "teruggezet", "rows": "rijen",
    "scopes": "leerroutes en gemeenten", "sha256": "controlegetal", "size": "grootte in bytes",
    "skipped": "overgeslagen", "source": "bron", "state": "stand", "unchanged": "ongewijzigd",
    "until": "tot", "zoek": "gezocht op",
}  # fmt: skip
"""Names in lines that are no column."""
VALUES = {
    "accepted": "aangenomen", "accepted_with_warnings": "aangenomen met opmerkingen",
    "agreement": "afspraak", "held": "aangenomen", "improvement_plan": "verbeterplan",
    "partly_accepted": "deels aangenomen", "received": "ontvangen", "refused": "geweigerd",
    "withdrawn": "ingetrokken",
}  # fmt: skip
"""Codes that stand in lines as they are kept."""
LEFT_OUT = ("sha256", "size", "learner")
"""What says nothing in a sentence; the page of the line has it."""
LABELLED = {"status": MarkStatus, "registration": TeacherRegistration, "route": LearningRoute}
MOST_PARTS = 6


def thing_of(line: AuditLine) -> str:
    """The kind of thing, whatever wrote the line."""
    return SHEETS.get(line.thing, line.thing)


def sentence(line: AuditLine) -> str:
    """``Contract RZ-TA002-1 gewijzigd: norm wachttijd 28 → 42 dagen.``"""
    thing = thing_of(line)
    if thing == PLAN:
        lead, parts = history.sentences_of(line)
        return " ".join([f"Traject {line.thing_id}: {lead}", *_few(parts, "En nog {}.")])
    if line.action == "export" and line.thing_id in FILES:
        start = f"Lijst {list_name(thing)} gedownload als {line.thing_id.upper()}"
    else:
        word = THINGS.get(thing, thing.replace("_", " "))
        done = ACTIONS.get(line.action, line.action)
        start = f"{word.capitalize()} {name_of(line)} {done}"
    listed = ", ".join(_few(changes(line), "en nog {}"))
    return f"{start}: {listed}." if listed else f"{start}."


def _few(parts: list[str], more: str) -> list[str]:
    left = len(parts) - MOST_PARTS
    return [*parts[:MOST_PARTS], more.format(left)] if left > 0 else parts


def list_name(table: str) -> str:
    """What the page of a table is called, such as ``Klachten``."""
    views = current_app.extensions["admin"][0]._views
    return next((one.name for one in views if getattr(one, "table", "") == table), table)


def name_of(line: AuditLine) -> str:
    """What people call the thing: its number, code or name; else its key."""
    values = {**(line.before or {}), **(line.after or {})}
    for key in NAMING:
        if values.get(key):
            text = str(values[key])
            return f"“{text.rstrip('.')}”" if key in WRITTEN else text
    school = _provider(values.get("provider") or values.get("aanbieder"))
    key = key_text(line.thing_id)
    return f"{key} ({school})" if school else key


def key_text(key: str) -> str:
    """``2026-10/regio`` as people write it: ``oktober 2026, regio``."""
    return DAY.sub(lambda match: plain_text(match[0]), key).replace("/", ", ")


def changes(line: AuditLine) -> list[str]:
    """Per value that differs its name, with what it was and is now."""
    thing = thing_of(line)
    return [
        change_text(
            " ".join(
                [*(WORDS.get(name, name) for name in one.path[:-1]), label_of(thing, one.path[-1])]
            ),
            one,
            partial(value_text, one.path[-1]),
        )
        for one in differences(line.before, line.after)
        if one.path[-1] not in LEFT_OUT and (line.before is not None or one.path[-1] not in NAMING)
    ]


def label_of(thing: str, key: str) -> str:
    """The word for a column or another name in a line."""
    model: Any = _models().get(thing)
    column = model._meta.fields.get(key) if model is not None else None
    label = (column.verbose_name if column is not None else None) or WORDS.get(key, key)
    text = str(label).removesuffix(" (eurocent)")
    # "Naam" loses its capital in a sentence, "KvK-nummer" keeps it.
    return text[:1].lower() + text[1:] if text.split(" ", maxsplit=1)[0][1:].islower() else text


@cache
def _models() -> dict[str, type[peewee.Model]]:
    """Whose columns the lines about a thing name, by the name of its table."""
    return {one._meta.table_name: one for one in BaseModel.__subclasses__()}


def value_text(key: str, value: Any) -> str:  # noqa: PLR0911  a table
    """A value as a Dutch reader expects it."""
    if value is None or value in ("", []) or isinstance(value, bool):
        return plain_text(value)
    if key in LABELLED and isinstance(value, int):
        return next((one.label for one in LABELLED[key] if one == value), str(value))
    if key in ("provider", "aanbieder"):
        return _provider(value) or str(value)
    if key.endswith("_cents"):
        return euro_text(value)
    if key.startswith(("minutes_", "weekly_minutes_")):
        return hours_text(value)
    if key == "scopes":
        return _scopes(value)
    if key in ("municipalities", "gemeenten"):
        return ", ".join(municipality_names().get(code, str(code)) for code in value)
    if key in ("handeling", "soort"):
        return ACTIONS.get(value) or THINGS.get(value) or plain_text(value)
    if key == "municipality":
        return municipality_names().get(f"{value:0>4}", str(value))
    return VALUES.get(value) or plain_text(value) if isinstance(value, str) else plain_text(value)


def _scopes(pairs: list[list[Any]]) -> str:
    by_route: dict[str, list[str]] = {}
    for route, place in pairs:
        label = LearningRoute(route).label
        by_route.setdefault(label, []).append(
            "hele regio" if place == "*" else municipality_names().get(place, str(place))
        )
    return "; ".join(f"{label} {', '.join(places)}" for label, places in by_route.items())


def _provider(key: Any) -> str:
    """Name of an aanbieder by its number or code; read once for a page."""
    if "log_providers" not in g:
        rows = list(Provider.select(Provider.id, Provider.code, Provider.name))
        g.log_providers = {str(one.id): one.name for one in rows} | {r.code: r.name for r in rows}
    return str(g.log_providers.get(str(key), "")) if key else ""


def found_by(text: str) -> Any:
    """Lines in which every word of a search occurs: who, what, which one, why, or a value."""
    return _joined(and_, [_with_word(word) for word in dict.fromkeys(text.split())])


def _joined(join: Callable[[Any, Any], Any], conditions: list[Any]) -> Any:
    """Join in pairs, and those in pairs: a database reads no hundreds inside one another."""
    while len(conditions) > 1:
        pairs = (conditions[n : n + 2] for n in range(0, len(conditions), 2))
        conditions = [reduce(join, pair) for pair in pairs]
    return conditions[0]


def _with_word(word: str) -> Any:
    folded = word.casefold()
    line = AuditLine
    texts = (line.before.cast("TEXT"), line.after.cast("TEXT"))
    wanted = {word, json.dumps(word)[1:-1]}
    things = [code for code, said in THINGS.items() if folded in said]
    conditions = [
        line.actor.contains(word),
        line.thing_id.contains(word),
        line.reason.contains(word),
        line.action << [code for code, said in ACTIONS.items() if folded in said],
        line.thing << [*things, *(s for s, thing in SHEETS.items() if thing in things)],
    ]
    wanted |= {f'"{key}"' for key in _keys_called(folded)}
    schools = Provider.select().where(Provider.name.contains(word)).limit(50)
    for school in schools:
        wanted |= {f'"{school.code}"', f'"provider":{school.id},', f'"provider": {school.id},'}
        conditions.append(line.thing_id.startswith(school.code))
    conditions += [
        peewee.Expression(column, peewee.OP.ILIKE, f"%{one}%") for one in wanted for column in texts
    ]
    return _joined(or_, conditions)


def _keys_called(word: str) -> set[str]:
    """Columns whose Dutch name holds a word: ``norm`` finds ``waiting_norm_days``."""
    named = {
        name
        for model in _models().values()
        for name, column in model._meta.fields.items()
        if word in str(column.verbose_name or "").casefold()
    }
    return named | {key for key, said in WORDS.items() if word in said}


ACTIONS = {
    "aanmaken": "toegevoegd",
    "beoordeling": "beoordeling ingevuld",
    "consensus": "consensus ingevuld",
    "contract": "contract gemaakt",
    "definitieve gunning": "definitief gegund",
    "gunningsbeslissing": "gunningsbeslissing verzonden",
    "inschrijving": "inschrijving ontvangen",
    "kort geding": "kort geding bijgewerkt",
    "perceel": "vastgelegd",
    "toets": "inschrijving getoetst",
    "accept": "aangenomen",
    "answer_reaction": "beantwoord",
    "backup": "reservekopie gemaakt",
    "begin": "begonnen",
    "cancel": "vervallen verklaard",
    "change": "gewijzigd",
    "close": "afgerond",
    "compute_scores": "berekend",
    "confirm": "bevestigd",
    "create": "gemaakt",
    "declare_nothing": "nihil-opgave gedaan",
    "done": "klaar",
    "end_sessions": "sessies beëindigd",
    "outside_id": "gekoppeld aan de aanmelddienst",
    "enqueue": "klaargezet",
    "erase": "persoon verwijderd",
    "enter": "ingevoerd",
    "export": "gedownload",
    "extend": "verlengd",
    "failed": "mislukt",
    "fix_scores": "vastgesteld",
    "give_report": "gegeven",
    "interrupted": "afgebroken",
    "invite": "uitgenodigd",
    "load": "ingelezen",
    "mail_digest": "gemaild",
    "mail_report": "gemaild",
    "make_reports": "gemaakt",
    "password": "wachtwoord gewijzigd",
    "react": "gestuurd",
    "put_back": "teruggezet op de lijst",
    "put_off": "uitgesteld",
    "receive": "ontvangen",
    "recovery_code_used": "aangemeld met een herstelcode",
    "recovery_codes": "nieuwe herstelcodes gemaakt",
    "refuse": "geweigerd",
    "remove": "opgeruimd",
    "requeue": "opnieuw klaargezet",
    "restart": "opnieuw gestart",
    "restore": "reservekopie teruggezet",
    "revise_scores": "herzien",
    "revoke": "ingetrokken",
    "second_step_off": "tweede stap uitgezet",
    "second_step_on": "tweede stap ingesteld",
    "hand_over": "overgedragen",
    "see_signal": "behandeld",
    "withdraw": "ingetrokken",
}

THINGS = {
    "access_line": "inzage",
    "audit_line": "logboek",
    "class_inspection": "klasbezoek",
    "contracting_process": "traject",
    "decision": "besluit",
    "lesson_break": "lesvrije week",
    "milestone": "mijlpaal",
    "passport": "paspoort",
    "teaching_method": "lesmethode",
    "travel_time": "reistijd",
    "account": "account",
    "agreement": "afspraak",
    "api_token": "token",
    "column_mapping": "kolomindeling",
    "complaint": "klacht",
    "contract": "contract",
    "contract_clause": "clausule",
    "contract_promise": "belofte",
    "delivery": "levering",
    "indicator": "indicator",
    "indicator_value": "waarde van een indicator",
    "budget_line": "post van de begroting",
    "cohort_count": "aantal van DUO",
    "evaluation": "evaluatie",
    "heard_point": "punt van wie gehoord is",
    "housing_task": "taakstelling",
    "plan_action": "actie",
    "plan_goal": "doel van het plan",
    "year_count": "aantal per jaar",
    "inbox": "ding op de startpagina",
    "installation": "installatie",
    "invoice": "factuur",
    "job": "taak",
    "inkooptraject": "traject",
    "learners": "cursisten",
    "location": "locatie",
    "perceel": "perceel",
    "planning": "planning",
    "promises": "afrekening van een contract",
    "provider": "aanbieder",
    "quality_mark": "keurmerk",
    "reference_line": "vergelijking",
    "criterion_reference": "vergelijking",
    "region_table": "cijfers van een regio",
    "reactions": "reactie",
    "reports": "rapportage",
    "retention": "bewaartermijn",
    "scores": "scores",
    "scoring_model": "scoremodel",
    "signals": "signaal",
    "survey_count": "tevredenheid",
    "talk": "gesprek",
    "teacher": "docent",
}

LOOKED = {
    "look": "bekeken",
    "download": "gedownload",
    "sign_in": "aangemeld",
    "sign_in_failed": "aanmelden mislukt",
    "sign_out": "afgemeld",
    "refused": "geweigerd",
    "not_found": "niet gevonden, of van een ander",
}

LOOKED_AT = {
    "account": "account",
    "bids": "inschrijvingen",
    "delivery": "levering met rijen van deelnemers",
    "export": "lijst",
    "learners": "deelnemers",
    "original": "ontvangen bestand",
    "page": "pagina",
    "promises": "afrekening met rijen van deelnemers",
    "progress": "rijen van deelnemers",
    "receipt": "ontvangstbewijs",
    "row": "rij van een deelnemer",
    "signals": "signalen",
}
