"""Mail each owner of milestones what is due or late: once a day, and nothing when nothing is.

An owner is known by the name or the address of an account, or is an address itself. Who has an
account hears only of inkooptrajecten that it may see.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.accounts import Account, may, visible
from core.dates import now, today
from core.errors import DomainError
from core.formats import day_text
from core.mail import Letter, PostOffice
from procurement.models import ContractingProcess, DigestMail
from procurement.plan import queries
from procurement.plan.operations import record_digest
from procurement.plan.outlook import Outlook, digest, look

OWNERS_SHOWN = 80


@dataclass(frozen=True)
class Message:
    """What one address gets, under the names by which it owns milestones."""

    address: str
    owner: str
    text: str


@dataclass(frozen=True)
class Run:
    """Who got a message now, how many had it before, who was refused, and who is nobody's name."""

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
    every = list(_messages(readers, outlooks, day))
    had = {mail.address for mail in DigestMail.select().where(DigestMail.day == day)}
    sent, failed = [], []
    with office.opened() as send:
        for message in every:
            if message.address in had:
                continue
            at = now()
            subject = f"Planning van {day_text(day)}: jouw mijlpalen"
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
