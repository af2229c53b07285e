"""Mail each owner of milestones what is due or late: once a day, and nothing when nothing is.

Who decides for a gemeente hears once a week which decisions still need a meeting.

An owner is known by the name or the address of an account, or is an address itself. Who has an
account hears only of inkooptrajecten that it may see.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core.accounts import Account, Role, may, visible
from core.dates import now, today
from core.errors import DomainError
from core.formats import day_text
from core.mail import Letter, PostOffice
from core.municipalities import name as municipality_name
from procurement.models import ContractingProcess, Decision, DigestMail
from procurement.plan import queries
from procurement.plan.health import the_body
from procurement.plan.operations import record_digest
from procurement.plan.outlook import Outlook, digest, look

OWNERS_SHOWN = 80
DECISIONS = "besluiten"
"""Stands among the owners of a mail to who decides for a gemeente."""
REMIND_AGAIN = timedelta(days=7)


@dataclass(frozen=True)
class Message:
    """What one address gets, under the names by which it owns milestones."""

    address: str
    owner: str
    text: str


@dataclass(frozen=True)
class Run:
    """Result of a run: sent, already sent today, refused, and owners without an account."""

    sent: tuple[Message, ...]
    before: int
    failed: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


def send_digests(settings: Mapping[str, Any], *, by: str) -> Run:
    """Mail what was not mailed today; an address that is refused stops nobody else."""
    office = PostOffice(settings["TAALINKOOP_SMTP_URL"], settings["TAALINKOOP_MAIL_FROM"])
    day = today()
    outlooks = _running(day)
    owners = {s.owner for outlook in outlooks.values() for s in outlook.document.steps if s.owner}
    readers, unknown = _readers(owners)
    every = list(_together([*_messages(readers, outlooks, day), *_reminders(day)]))
    had = {mail.address for mail in DigestMail.select().where(DigestMail.day == day)}
    sent, failed = [], []
    with office.opened() as send:
        for message in every:
            if message.address in had:
                continue
            at = now()
            subject = f"Planning van {day_text(day)}: wat jij moet doen"
            key = f"digest/{day}/{message.address}"
            try:
                send(Letter(message.address, subject, message.text, key), at)
            except DomainError as error:
                if error.code != "mail_refused":
                    raise
                failed.append((message.address, error.message))
                continue
            record_digest(
                day, message.owner, address=message.address, text=message.text, by=by, at=at
            )
            sent.append(message)
    before = sum(message.address in had for message in every)
    return Run(tuple(sent), before, tuple(failed), tuple(unknown))


def _running(day: date) -> dict[str, Outlook]:
    running = ContractingProcess.select().where(ContractingProcess.status == "lopend")
    processes = running.order_by(ContractingProcess.code)
    return {process.code: look(queries.load(process), day) for process in processes}


Reader = tuple[Account | None, set[str]]


def _readers(owners: set[str]) -> tuple[dict[str, Reader], list[str]]:
    """Who hears of which owners, by address; and the owners that are nobody."""
    readers: dict[str, Reader] = {}
    unknown = []
    accounts = list(Account.select().order_by(Account.email))
    for owner in sorted(owners):
        matches = [
            a for a in accounts if owner.casefold() in (a.email.casefold(), a.name.casefold())
        ]
        for account in matches:
            if account.active and may(account, "read", "planning"):
                readers.setdefault(account.email, (account, set()))[1].add(owner)
        if not matches and "@" in owner:
            readers.setdefault(owner, (None, set()))[1].add(owner)
        elif not matches:
            unknown.append(owner)
    return readers, unknown


def _messages(
    readers: Mapping[str, Reader], outlooks: Mapping[str, Outlook], day: date
) -> Iterator[Message]:
    for address, (account, owners) in readers.items():
        codes = set(outlooks)
        if account is not None:
            seen: Any = visible(
                ContractingProcess, account, ContractingProcess.select(ContractingProcess.code)
            )
            codes &= {code for (code,) in seen.tuples()}
        text = digest((outlooks[code] for code in sorted(codes)), day, owners)
        if text:
            yield Message(address, ", ".join(sorted(owners))[:OWNERS_SHOWN], text)


def _together(messages: Iterable[Message]) -> Iterator[Message]:
    """One message per address."""
    by_address: dict[str, list[Message]] = {}
    for message in messages:
        by_address.setdefault(message.address, []).append(message)
    for address, group in by_address.items():
        owners = ", ".join(message.owner for message in group)
        yield Message(address, owners[-OWNERS_SHOWN:], "\n".join(message.text for message in group))


def _reminders(day: date) -> Iterator[Message]:
    """What those who decide for a gemeente still have to put on an agenda, once a week."""
    recent = DigestMail.select(DigestMail.address).where(
        DigestMail.owner.endswith(DECISIONS), DigestMail.day > day - REMIND_AGAIN
    )
    deciders = Account.select().where(
        Account.active == True,  # noqa: E712  peewee makes SQL of it
        Account.role == Role.MUNICIPALITY,
        Account.email.not_in(recent),
    )
    for account in deciders.order_by(Account.email):
        lines = [_reminder(decision) for decision in queries.to_schedule(account, day)]
        if lines:
            text = "\n".join(["Deze besluiten hebben nog geen vergadering:", "", *lines])
            text += "\n\nVul de vergadering in bij Planning.\n"
            yield Message(account.email, DECISIONS, text)


def _reminder(decision: Decision) -> str:
    milestone = decision.milestone
    latest = "" if milestone.latest_end is None else f", uiterlijk {day_text(milestone.latest_end)}"
    return (
        f"- {municipality_name(decision.municipality)}: {milestone.title} "
        f"({decision.process.name}). Stukken klaar op {day_text(milestone.expected_start)}; "
        f"besluit van {the_body(decision.body)}{latest}."
    )
