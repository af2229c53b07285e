"""Accounts, roles and the one table of rights.

Two questions, asked below every door (page, list, detail, filter, download, look-up, action, API):
*may this role do this to that kind of thing* (``may``), and *which of them* (``visible``). What no
one registered is refused.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import peewee

from core.db import BaseModel, MomentField


class Role(StrEnum):
    """What an account is for."""

    REGION = "regio"
    CONTRACT_MANAGER = "contractmanager"
    MUNICIPALITY = "gemeente"
    PROVIDER = "aanbieder"
    AUDITOR = "auditor"
    ADMINISTRATOR = "beheerder"


class Account(BaseModel):
    """Someone who can sign in.

    ``provider_code`` binds an aanbieder to its school; ``municipalities`` binds a gemeente to its
    codes. For a contractmanager either narrows the contracts down; none means the whole region.
    """

    email = peewee.CharField(max_length=120, unique=True, verbose_name="E-mailadres")
    name = peewee.CharField(max_length=80, default="", verbose_name="Naam")
    role = peewee.CharField(max_length=16, verbose_name="Rol")
    provider_code = peewee.CharField(max_length=10, null=True, verbose_name="Aanbieder")
    municipalities = peewee.JSONField(default=list, verbose_name="Gemeenten")
    password_hash = peewee.CharField(max_length=200)
    session_key = peewee.CharField(max_length=64, help_text="changes to end all sessions")
    active = peewee.BooleanField(default=True, verbose_name="Actief")
    must_change_password = peewee.BooleanField(default=False)
    created_at = MomentField(verbose_name="Gemaakt op")
    outside_id = peewee.CharField(
        max_length=81,
        null=True,
        help_text="digests: which identity provider, and who there",
    )
    last_seen_at = MomentField(null=True, verbose_name="Laatst aangemeld")


class SignInFailure(BaseModel):
    """A sign-in that failed, kept for a day: by address, and by what was typed (hashed)."""

    typed = peewee.CharField(max_length=64, index=True)
    address = peewee.CharField(max_length=64, index=True)
    at = MomentField(index=True)


READ = frozenset({"read"})
ALL_ROLES = tuple(Role)

RIGHTS: dict[str, dict[Role, frozenset[str]]] = {
    # thing: {role: actions}. Auditor reads everything and changes nothing; see ``may``.
    "start": dict.fromkeys(Role, READ),
    "method": dict.fromkeys(Role, READ),
    "planning": {
        Role.REGION: frozenset({"read", "create", "change", "decide"}),
        Role.CONTRACT_MANAGER: READ,
        Role.MUNICIPALITY: frozenset({"read", "decide"}),
    },
    # Who could take over the learners of a school that fails.
    "takeover": {
        Role.REGION: frozenset({"read", "create"}),
        Role.CONTRACT_MANAGER: READ,
    },
    # What a contract promises, what was given, and what that comes to; a provider sees its own.
    "promises": {
        Role.REGION: READ,
        Role.CONTRACT_MANAGER: frozenset({"read", "create", "change"}),
        Role.PROVIDER: READ,
    },
    # Bids, scores and awards of a tender: whoever buys, and nobody that may hear of it later.
    "bids": {Role.REGION: frozenset({"read", "create", "change"})},
    "register": {
        Role.REGION: frozenset({"read", "create", "change"}),
        Role.CONTRACT_MANAGER: frozenset({"read", "create", "change"}),
        Role.MUNICIPALITY: READ,
        Role.PROVIDER: READ,
    },
    "deliveries": {
        Role.REGION: READ,
        Role.CONTRACT_MANAGER: frozenset({"read", "create", "change"}),
        Role.PROVIDER: frozenset({"read", "create"}),
    },
    # Rows of learners, and whatever shows one: receipts with values, originals, histories.
    "progress": {
        Role.CONTRACT_MANAGER: READ,
        Role.MUNICIPALITY: READ,
        Role.PROVIDER: READ,
    },
    "scores": {
        Role.REGION: READ,
        Role.CONTRACT_MANAGER: frozenset({"read", "fix"}),
        Role.MUNICIPALITY: READ,
        Role.PROVIDER: READ,
    },
    # Other regions beside this one, from files without small numbers.
    "regions": {
        Role.REGION: frozenset({"read", "create"}),
        Role.CONTRACT_MANAGER: frozenset({"read", "create"}),
        Role.MUNICIPALITY: READ,
    },
    # A judgement as a signed file, to be shown to a court.
    "passport": {
        Role.CONTRACT_MANAGER: frozenset({"read", "create"}),
        Role.ADMINISTRATOR: frozenset({"read", "create"}),
    },
    "scoring_model": {
        Role.REGION: READ,
        Role.CONTRACT_MANAGER: frozenset({"read", "create", "change"}),
        Role.MUNICIPALITY: READ,
        Role.PROVIDER: READ,
    },
    "reactions": {
        Role.REGION: READ,
        Role.CONTRACT_MANAGER: frozenset({"read", "change"}),
        Role.PROVIDER: frozenset({"read", "create"}),
    },
    # A provider sees those that a gemeente asked it about, and answers.
    "signals": {
        Role.MUNICIPALITY: frozenset({"read", "change"}),
        Role.PROVIDER: frozenset({"read", "answer"}),
    },
    # One learner at a time: list, road, what the gemeente knows, notes, hand-overs.
    "learners": {
        Role.CONTRACT_MANAGER: READ,
        Role.MUNICIPALITY: frozenset({"read", "create", "change"}),
    },
    "signal_counts": {
        Role.REGION: READ,
        Role.CONTRACT_MANAGER: READ,
        Role.MUNICIPALITY: READ,
        Role.PROVIDER: READ,
    },
    "agreements": {
        Role.REGION: READ,
        Role.CONTRACT_MANAGER: frozenset({"read", "create", "change"}),
        Role.PROVIDER: READ,
    },
    # Complaints; what they say of a person is for the contract manager only.
    "complaints": {
        Role.REGION: READ,
        Role.CONTRACT_MANAGER: frozenset({"read", "create", "change"}),
        Role.MUNICIPALITY: frozenset({"read", "create"}),
        Role.PROVIDER: READ,
    },
    # What learners said of their lessons, as counts.
    "surveys": {
        Role.REGION: frozenset({"read", "create"}),
        Role.CONTRACT_MANAGER: frozenset({"read", "create"}),
        Role.MUNICIPALITY: READ,
        Role.PROVIDER: READ,
    },
    "indicators": {
        Role.REGION: frozenset({"read", "create", "change"}),
        Role.CONTRACT_MANAGER: READ,
        Role.MUNICIPALITY: frozenset({"read", "create"}),
    },
    # What others reached on a criterion, drawn beside the schools.
    "criterion_references": {
        Role.REGION: frozenset({"read", "create"}),
        Role.CONTRACT_MANAGER: frozenset({"read", "create"}),
        Role.MUNICIPALITY: READ,
    },
    # What a gemeente did with its plan van aanpak; the raad reads it as a report.
    "evaluation": {
        Role.REGION: frozenset({"read", "change"}),
        Role.CONTRACT_MANAGER: READ,
        Role.MUNICIPALITY: frozenset({"read", "change"}),
    },
    "reports": {
        Role.REGION: frozenset({"read", "create"}),
        Role.CONTRACT_MANAGER: frozenset({"read", "create"}),
        Role.MUNICIPALITY: READ,
        Role.PROVIDER: READ,
    },
    "accounts": {Role.ADMINISTRATOR: frozenset({"read", "create", "change"})},
    "api_tokens": {Role.ADMINISTRATOR: frozenset({"read", "create", "change"})},
    # Work in the background: each sees what it started itself, see ``core.scopes``.
    "jobs": {
        Role.REGION: READ,
        Role.CONTRACT_MANAGER: READ,
        Role.PROVIDER: READ,
        Role.ADMINISTRATOR: READ,
    },
    "settings": {Role.ADMINISTRATOR: frozenset({"read", "change"})},
    "audit": {Role.ADMINISTRATOR: READ},
}


ABOUT_PERSONS = frozenset({"learners", "signals"})
"""Things about one person each: an auditor reads in the log who looked, and not what they saw."""


def may(account: Account, action: str, thing: str) -> bool:
    """Whether this account's role has this action on this kind of thing."""
    rights = RIGHTS[thing]
    if account.role == Role.AUDITOR:
        return action == "read" and thing not in ABOUT_PERSONS
    return action in rights.get(Role(account.role), frozenset())


Scope = Callable[[Any, Account], Any]
SCOPES: dict[type[peewee.Model], Scope] = {}


def scope(model: type[peewee.Model]) -> Callable[[Scope], Scope]:
    """Register which rows of ``model`` an account may see: ``query, account -> narrower query``."""

    def register(function: Scope) -> Scope:
        SCOPES[model] = function
        return function

    return register


def visible(model: type[peewee.Model], account: Account, query: Any = None) -> Any:
    """Rows of ``model`` that ``account`` may see, as a query; ``KeyError`` without a scope."""
    narrow = SCOPES[model]
    return narrow(model.select() if query is None else query, account)
