"""The log as people read it: what happened in a sentence, and from what to what."""

import json
from functools import partial
from typing import Any

import peewee
from flask import g

from core.accounts import Account
from core.audit import AuditLine
from core.formats import euro_text
from core.municipalities import names as municipality_names
from core.pages.changes import change_text, differences, plain_text
from providers.codes import LearningRoute, MarkStatus, TeacherRegistration
from providers.models import Contract, Location, Provider, QualityMark, Teacher
from quality.agreements.models import Agreement, Complaint, Talk
from quality.indicators.models import Indicator, IndicatorValue

MODELS: dict[str, type[peewee.Model]] = {
    "account": Account, "agreement": Agreement, "complaint": Complaint, "contract": Contract,
    "indicator": Indicator, "indicator_value": IndicatorValue, "location": Location,
    "provider": Provider, "quality_mark": QualityMark,
    "talk": Talk, "teacher": Teacher,
}  # fmt: skip
"""Whose columns the lines about a thing name."""
SHEETS = {
    "aanbieders": "provider", "contracten": "contract", "docenten": "teacher",
    "keurmerken": "quality_mark", "locaties": "location",
}  # fmt: skip
"""What the import of a register file calls things."""
NAMING = ("number", "code", "teacher_ref", "name", "naam", "subject", "text", "summary", "email")
WORDS = {
    "aanbieder": "aanbieder", "accepted": "aangenomen", "cards": "oordelen", "held_on": "gehouden",
    "municipalities": "gemeenten", "reason": "reden", "rejected": "terug te sturen",
    "rows": "rijen", "scopes": "leerroutes en gemeenten", "skipped": "overgeslagen",
    "unchanged": "ongewijzigd", "until": "tot", "provider": "aanbieder", "month": "maand",
}  # fmt: skip
"""Names in lines that are no column."""
LABELLED = {"status": MarkStatus, "registration": TeacherRegistration, "route": LearningRoute}
MOST_PARTS = 6


def thing_of(line: AuditLine) -> str:
    """The kind of thing, whatever wrote the line."""
    return SHEETS.get(line.thing, line.thing)


def sentence(line: AuditLine) -> str:
    """``Contract RZ-TA002-1 gewijzigd: norm wachttijd 28 → 42 dagen.``"""
    thing = thing_of(line)
    word = THINGS.get(thing, thing.replace("_", " "))
    done = ACTIONS.get(line.action, line.action)
    parts = changes(line)
    listed = parts[:MOST_PARTS]
    if len(parts) > MOST_PARTS:
        listed.append(f"en nog {len(parts) - MOST_PARTS}")
    rest = f": {', '.join(listed)}" if listed else ""
    return f"{word.capitalize()} {name_of(line)} {done}{rest}."


def name_of(line: AuditLine) -> str:
    """What people call the thing: its number, code or name; else its key."""
    values = {**(line.before or {}), **(line.after or {})}
    for key in NAMING:
        if values.get(key):
            return str(values[key])
    school = _provider(values.get("provider") or values.get("aanbieder"))
    return f"{line.thing_id} ({school})" if school else str(line.thing_id)


def changes(line: AuditLine) -> list[str]:
    """Per value that differs its name, with what it was and is now."""
    thing = thing_of(line)
    return [
        change_text(
            " ".join([*one.path[:-1], label_of(thing, one.path[-1])]),
            one,
            partial(value_text, one.path[-1]),
        )
        for one in differences(line.before, line.after)
        if line.before is not None or one.path[-1] not in NAMING
    ]


def label_of(thing: str, key: str) -> str:
    """The word for a column or another name in a line."""
    model: Any = MODELS.get(thing)
    column = model._meta.fields.get(key) if model is not None else None
    label = (column.verbose_name if column is not None else None) or WORDS.get(key, key)
    return str(label)[:1].lower() + str(label)[1:]


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
    if key == "scopes":
        return _scopes(value)
    if key == "municipalities":
        return ", ".join(municipality_names().get(code, str(code)) for code in value)
    return plain_text(value)


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
    condition: Any = None
    for word in text.split():
        one = _with_word(word)
        condition = one if condition is None else condition & one
    return condition


def _with_word(word: str) -> Any:
    folded = word.casefold()
    line = AuditLine
    texts = (line.before.cast("TEXT"), line.after.cast("TEXT"))
    wanted = {word, json.dumps(word)[1:-1]}
    condition = line.actor.contains(word) | line.thing_id.contains(word)
    condition |= line.reason.contains(word)
    condition |= line.action << [code for code, said in ACTIONS.items() if folded in said]
    things = [code for code, said in THINGS.items() if folded in said]
    condition |= line.thing << [*things, *(s for s, thing in SHEETS.items() if thing in things)]
    wanted |= {f'"{key}"' for key in _keys_called(folded)}
    schools = Provider.select().where(Provider.name.contains(word)).limit(50)
    for school in schools:
        wanted |= {f'"{school.code}"', f'"provider":{school.id},', f'"provider": {school.id},'}
        condition |= line.thing_id.startswith(school.code)
    for one in wanted:
        for column in texts:
            condition |= peewee.Expression(column, peewee.OP.ILIKE, f"%{one}%", flat=True)
    return condition


def _keys_called(word: str) -> set[str]:
    """Columns whose Dutch name holds a word: ``norm`` finds ``waiting_norm_days``."""
    named = {
        name
        for model in MODELS.values()
        for name, column in model._meta.fields.items()
        if word in str(column.verbose_name or "").casefold()
    }
    return named | {key for key, said in WORDS.items() if word in said}


ACTIONS = {
    "accept": "aangenomen",
    "answer_reaction": "reactie beantwoord",
    "backup": "reservekopie gemaakt",
    "begin": "begonnen",
    "cancel": "vervallen verklaard",
    "change": "gewijzigd",
    "close": "afgerond",
    "compute_scores": "scores berekend",
    "confirm": "bevestigd",
    "create": "gemaakt",
    "declare_nothing": "nihil-opgave gedaan",
    "done": "klaar",
    "end_sessions": "sessies beëindigd",
    "enqueue": "klaargezet",
    "erase": "persoon verwijderd",
    "enter": "ingevoerd",
    "export": "gedownload",
    "extend": "verlengd",
    "failed": "mislukt",
    "fix_scores": "scores vastgesteld",
    "give_report": "rapportage gegeven",
    "interrupted": "afgebroken",
    "invite": "uitgenodigd",
    "load": "ingelezen",
    "mail_digest": "planning gemaild",
    "mail_report": "rapportage gemaild",
    "make_reports": "rapportages gemaakt",
    "password": "wachtwoord gewijzigd",
    "react": "gereageerd",
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
    "revise_scores": "scores herzien",
    "revoke": "ingetrokken",
    "second_step_off": "tweede stap uitgezet",
    "second_step_on": "tweede stap ingesteld",
    "hand_over": "overgedragen",
    "see_signal": "signaal gezien",
    "withdraw": "teruggetrokken",
}

THINGS = {
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
