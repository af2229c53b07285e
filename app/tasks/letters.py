"""Letters about an account: the link to choose a password, and notice of what changed in it.

They are sent by the queue: a page that asks for one takes as long whether or not there is somebody
to send it to, and no link stands in a table.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.accounts import Account
from core.dates import now
from core.formats import moment_text
from core.identity.account_operations import INVITATION_LIVES, LINK_LIVES, make_link
from core.jobs.runner import Work, kind, submit
from core.mail import Letter, PostOffice

INVITATION = (
    "Er is een account voor je gemaakt in Taalinkoop. Kies zelf een wachtwoord op:\n\n{link}\n\n"
    "De link werkt een keer, en een week lang."
)
FORGOTTEN = (
    "Kies een nieuw wachtwoord voor Taalinkoop op:\n\n{link}\n\n"
    "De link werkt een keer, en een dag lang. Vroeg je hier niet om? Dan hoef je niets te doen: "
    "je wachtwoord is niet gewijzigd."
)
CHANGED = {
    "password": "Het wachtwoord van je account in Taalinkoop is gewijzigd.",
    "second_step_on": "De tweede stap van je account in Taalinkoop is ingesteld.",
    "second_step_off": "De tweede stap van je account in Taalinkoop is uitgezet.",
    "recovery_codes": "Er zijn nieuwe herstelcodes voor je account in Taalinkoop gemaakt.",
    "account": "De rol of de toegang van je account in Taalinkoop is gewijzigd.",
}
NOT_YOU = "Dat was op {moment}. Was jij dit niet? Laat het meteen weten aan de beheerder."


def send_link(
    account: Account, *, base: str, invitation: bool, settings: Mapping[str, Any], by: str
) -> None:
    """Have a link mailed; ``base`` is the address that the token comes behind."""
    _submit("password_link", {"account": account.id, "base": base, "invitation": invitation},
            settings=settings, by=by)  # fmt: skip


def notify(account: Account, what: str, *, settings: Mapping[str, Any], by: str) -> None:
    """Have somebody told what changed in their account, when there is a mail server."""
    if settings["TAALINKOOP_SMTP_URL"]:
        _submit("account_notice", {"account": account.id, "what": what}, settings=settings, by=by)


def _submit(name: str, arguments: dict[str, Any], *, settings: Mapping[str, Any], by: str) -> None:
    submit(
        kind=name, title="E-mail over een account", arguments=arguments, large=True,
        settings=settings, by=by, clock=now,
    )  # fmt: skip


@kind("password_link")
def mail_link(work: Work) -> dict[str, Any]:
    """Make a link and mail it."""
    given, at = work.job.arguments, work.clock()
    account = Account.get_by_id(given["account"])
    lives = INVITATION_LIVES if given["invitation"] else LINK_LIVES
    link = f"{given['base']}{make_link(account, at=at, lives=lives)}/"
    text = (INVITATION if given["invitation"] else FORGOTTEN).format(link=link)
    subject = "Je account in Taalinkoop" if given["invitation"] else "Nieuw wachtwoord kiezen"
    _mail(work, account, subject, text, at)
    return {}


@kind("account_notice")
def mail_notice(work: Work) -> dict[str, Any]:
    """Tell somebody what changed in their account."""
    account = Account.get_by_id(work.job.arguments["account"])
    at = work.job.created_at
    what = CHANGED[work.job.arguments["what"]]
    _mail(work, account, what.removesuffix("."), f"{what} {NOT_YOU.format(moment=moment_text(at))}",
          work.clock())  # fmt: skip
    return {}


def _mail(work: Work, account: Account, subject: str, text: str, at: datetime) -> None:
    office = PostOffice(work.settings["TAALINKOOP_SMTP_URL"], work.settings["TAALINKOOP_MAIL_FROM"])
    body = f"Goedendag,\n\n{text}\n\nDit bericht is automatisch gemaakt door Taalinkoop.\n"
    with office.opened() as send:
        send(Letter(account.email, subject, body, f"account/{work.job.id}"), at)
