"""E-mail: plain text with attachments, by SMTP, on the standard library."""

import hashlib
import logging
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from core.errors import DomainError

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 20
OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
)
"""One address, as browsers check it (WHATWG), of a host that has a domain."""
LONGEST_ADDRESS = 120


def is_address(text: str) -> bool:
    """Whether a text is one e-mail address: no list, no name around it, no second line."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    content: bytes
    kind: str


@dataclass(frozen=True)
class Letter:
    """One e-mail to one address. ``key`` makes its identity: the same key is the same e-mail."""

    to: str
    subject: str
    text: str
    key: str
    attachments: tuple[Attachment, ...] = ()


Send = Callable[[Letter, datetime], None]


@dataclass(frozen=True)
class PostOffice:
    """Where e-mail is handed over: an address ``smtp://host:port``, and the sender.

    A user and password stand before the host, as in any address. ``smtps://`` speaks TLS from the
    start; ``smtp://`` turns to TLS when the server can. A password never goes over the net in the
    clear.
    """

    url: str
    sender: str

    @property
    def is_open(self) -> bool:
        """Whether e-mail can be sent at all."""
        return bool(self.url)

    @contextmanager
    def opened(self) -> Iterator[Send]:
        """Hold one connection open for several letters."""
        if not self.is_open:
            logger.warning("no e-mail is sent: TAALINKOOP_SMTP_URL is empty")
            raise DomainError(
                "no_mail",
                "Er is geen mailserver ingesteld, dus er is niets verstuurd. "
                "Vul TAALINKOOP_SMTP_URL en TAALINKOOP_MAIL_FROM in.",
            )
        try:
            server = self._connect()
        except (OSError, UnicodeError, smtplib.SMTPException) as error:
            raise DomainError(
                "mail_server",
                f"De mailserver antwoordt niet of weigert ({type(error).__name__}). "
                "Er is niets verstuurd. Controleer TAALINKOOP_SMTP_URL.",
            ) from error
        with server:

            def send(letter: Letter, at: datetime) -> None:
                if not is_address(letter.to):
                    raise DomainError(
                        "mail_refused",
                        f"{letter.to!r} is geen e-mailadres, dus daarheen is niets verstuurd. "
                        "Verbeter het adres.",
                    )
                _hand_over(server, self.message(letter, at))

            yield send

    def message(self, letter: Letter, at: datetime) -> EmailMessage:
        """The letter as it goes over the line."""
        message = EmailMessage()
        message["From"], message["To"] = self.sender, letter.to
        message["Subject"], message["Date"] = letter.subject, format_datetime(at)
        host = self.sender.rpartition("@")[2].rstrip(">")
        # Sent again after a crash it has the same identity, and the receiving side can tell.
        message["Message-ID"] = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}@{host}>"
        # No answering machine has to reply to this.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        for one in letter.attachments:
            main, _, sub = one.kind.partition("/")
            message.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
        return message

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, context = parts.hostname or "", ssl.create_default_context()
        if parts.scheme == "smtps":
            return self._signed_in(
                smtplib.SMTP_SSL(
                    host, parts.port or 465, timeout=PATIENCE_SECONDS, context=context
                ),
                safe=True,
            )
        server = smtplib.SMTP(host, parts.port or 25, timeout=PATIENCE_SECONDS)
        server.ehlo()
        encrypts = server.has_extn("starttls")
        if encrypts:
            server.starttls(context=context)
        return self._signed_in(server, safe=encrypts or host in OWN_MACHINE)

    def _signed_in(self, server: smtplib.SMTP, *, safe: bool) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        if not parts.username:
            return server
        try:
            if not safe:
                raise DomainError(
                    "mail_in_the_clear",
                    "De mailserver versleutelt niet, dus het wachtwoord is niet verstuurd. "
                    "Gebruik een adres dat begint met smtps://.",
                )
            server.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> None:
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        raise DomainError(
            "mail_refused",
            f"De mailserver neemt geen bericht aan voor {message['To']}. Controleer het adres.",
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise DomainError(
            "mail_stopped",
            f"De mailserver brak af ({type(error).__name__}). Wat nog niet verstuurd is, gaat mee "
            "als je de opdracht opnieuw geeft.",
        ) from error
