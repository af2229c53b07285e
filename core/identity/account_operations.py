"""What can be done with accounts: make, change, end, sign in. Each change leaves an audit line."""

import re
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from core.access_log import AccessLine
from core.accounts import Account, Role, SignInFailure
from core.audit import record
from core.db import transaction, write_soon
from core.errors import DomainError
from core.identity.models import OneTimeLink
from core.mail import is_address
from core.municipalities import code_today, names

HASHER = PasswordHasher()
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
FEWEST_GUESSES = 1e10
"""A cracker with the hashes, which are slow to try, needs a year for so many."""
MOST_LOOKED_AT = 72
WORDS_OF_THE_FIELD = (
    "gemeente", "regio", "inburgering", "taal", "taalinkoop", "taalaanbieder", "wachtwoord",
    "welkom", "voorjaar", "lente", "zomer", "najaar", "herfst", "winter", "nederland",
)  # fmt: skip
FAILURES_PER_ACCOUNT = 5
FAILURES_PER_ADDRESS = 30
FAILURES_FROM_ALL = 50
REMEMBERED = timedelta(days=90)
"""How long an address from which somebody was let in is theirs."""
LOCK_OUT = timedelta(minutes=15)
KEEP_FAILURES = timedelta(days=1)


@cache
def _nobodys_hash() -> str:
    # Checked when there is no such account: an unknown address takes as long as a known one.
    return HASHER.hash(secrets.token_urlsafe(16))


def check_password(password: str, *, email: str = "") -> None:
    """Refuse a password that is too short, too long or easily guessed."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise DomainError(
            "password_length",
            f"Kies een wachtwoord van minstens {SHORTEST_PASSWORD} tekens. "
            "Een paar losse woorden achter elkaar is goed te onthouden.",
            field="password",
        )
    if _guesses(password, email) < FEWEST_GUESSES:
        raise DomainError(
            "password_guessable",
            "Dit wachtwoord is makkelijk te raden. Kies een paar losse woorden achter elkaar.",
            field="password",
        )


def _guesses(password: str, email: str) -> float:
    """How many guesses a cracker needs, who knows lists, keyboards, and where somebody works.

    Estimated by zxcvbn (Wheeler 2016), as NIST 800-63B asks for a list of common passwords.
    """
    from zxcvbn import zxcvbn  # noqa: PLC0415  its lists take a while, and few choose a password

    about = [*WORDS_OF_THE_FIELD, *re.split(r"[@.]", email.lower()), *names().values()]
    return float(zxcvbn(password[:MOST_LOOKED_AT], user_inputs=[w for w in about if w])["guesses"])


def _described(account: Account) -> dict[str, Any]:
    return {
        "email": account.email,
        "name": account.name,
        "role": account.role,
        "provider_code": account.provider_code,
        "municipalities": account.municipalities,
        "active": account.active,
    }


def _check(account: Account) -> None:
    if not is_address(account.email):
        raise DomainError(
            "email", "Vul een e-mailadres in, bijvoorbeeld naam@gemeente.nl.", field="email"
        )
    if account.role not in set(Role):
        raise DomainError("role", f"Kies een rol: {', '.join(Role)}.", field="role")
    if account.role == Role.PROVIDER and not account.provider_code:
        raise DomainError(
            "provider_code", "Kies bij de rol aanbieder de aanbieder.", field="provider_code"
        )
    if account.role == Role.MUNICIPALITY and not account.municipalities:
        raise DomainError(
            "municipalities", "Kies bij de rol gemeente een of meer gemeenten.",
            field="municipalities",
        )  # fmt: skip
    account.municipalities = list(dict.fromkeys(map(code_today, account.municipalities)))
    for code in account.municipalities:
        if code not in names():
            raise DomainError(
                "municipality",
                f"De gemeentecode {code} bestaat niet. Gebruik de vier cijfers van het CBS.",
                field="municipalities",
            )


def add_account(
    *,
    email: str,
    role: str,
    password: str,
    by: str,
    at: datetime,
    name: str = "",
    provider_code: str | None = None,
    municipalities: list[str] | None = None,
    must_change_password: bool = False,
) -> Account:
    """Make an account that can sign in."""
    account = Account(
        email=email.strip().lower(),
        name=name.strip(),
        role=role,
        provider_code=provider_code or None,
        municipalities=municipalities or [],
        password_hash="",  # filled in once it is checked  # nosec B106
        session_key=secrets.token_urlsafe(32),
        must_change_password=must_change_password,
        created_at=at,
    )
    _check(account)
    check_password(password, email=account.email)
    account.password_hash = HASHER.hash(password)
    with transaction():
        if Account.get_or_none(Account.email == account.email):
            raise DomainError(
                "email_taken",
                f"Er is al een account met het e-mailadres {account.email}.",
                field="email",
            )
        account.save()
        record(
            at=at, actor=by, action="create", thing="account", thing_id=account.email,
            after=_described(account),
        )  # fmt: skip
    return account


def change_account(account: Account, *, by: str, at: datetime, **values: Any) -> None:
    """Change name, role, binding or whether it is active; the sessions of the account end."""
    before = _described(account)
    for field, value in values.items():
        setattr(account, field, value)
    _check(account)
    after = _described(account)
    if after == before:
        return
    account.session_key = secrets.token_urlsafe(32)
    if not account.active:
        account.outside_id = None
    with transaction():
        account.save()
        _keep_one_administrator()
        record(
            at=at, actor=by, action="change", thing="account", thing_id=account.email,
            before=before, after=after,
        )  # fmt: skip


def _keep_one_administrator() -> None:
    working = Account.select().where(Account.role == Role.ADMINISTRATOR, Account.active)
    if not working.exists():
        raise DomainError(
            "last_administrator",
            "Er moet een actieve beheerder overblijven. Maak eerst een andere beheerder.",
            field="role",
        )


def set_password(
    account: Account, *, password: str, by: str, at: datetime, must_change: bool = False
) -> None:
    """Give an account another password; all its sessions end."""
    check_password(password, email=account.email)
    account.password_hash = HASHER.hash(password)
    account.session_key = secrets.token_urlsafe(32)
    account.must_change_password = must_change
    with transaction():
        account.save()
        # Whoever got a new password has nothing to do with guesses at the old one.
        typed = sha256(account.email.encode()).hexdigest()
        SignInFailure.delete().where(SignInFailure.typed == typed).execute()
        OneTimeLink.delete().where(OneTimeLink.account == account).execute()
        record(at=at, actor=by, action="password", thing="account", thing_id=account.email)


def change_own_password(account: Account, *, current: str, password: str, at: datetime) -> None:
    """Change a password by someone who knows the present one."""
    confirm_password(account, current)
    set_password(account, password=password, by=account.email, at=at)


def confirm_password(account: Account, current: str) -> None:
    """Insist on the present password before something that decides who gets in."""
    if not _matches(account.password_hash, current):
        raise DomainError("current_password", "Dit is niet je huidige wachtwoord.", field="current")


def one_time_password() -> str:
    """Make a password that is shown once and must be changed at the first sign-in."""
    return "-".join(secrets.token_hex(2) + secrets.choice("ghjkmnpqrstvwxyz") for _ in range(4))


def _matches(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password[:LONGEST_PASSWORD])
    except VerifyMismatchError:
        return False


class Attempts:
    """Tries at one door, by what was typed and from where.

    Within a quarter of an hour five failures for one name from one address, or thirty from one
    address, close the door to that address. Fifty failures for one name, from wherever, close it
    to every address from which that account was not let in before: whoever guesses in a crowd gets
    no further, and locks nobody out of the place where they work. It is the same whether or not
    such an account exists.
    """

    _lock = threading.Lock()
    _trying: Counter[tuple[str, str]] = Counter()
    """Tries that are being looked at: those at the same moment count before they have failed."""

    def __init__(self, typed: str, *, email: str, address: str, at: datetime) -> None:
        self.typed, self.address, self.at = sha256(typed.encode()).hexdigest(), address, at
        self.email = email

    @contextmanager
    def one(self) -> Iterator[bool]:
        """Take one try: whether it may be looked at."""
        pair = (self.typed, self.address)
        with self._lock:
            may_try = not self._too_many()
            self._trying[pair] += may_try
        try:
            yield may_try
        finally:
            with self._lock:
                self._trying[pair] -= may_try
                if not self._trying[pair]:
                    del self._trying[pair]

    def _too_many(self) -> bool:
        recent = SignInFailure.select().where(SignInFailure.at > self.at - LOCK_OUT)
        here = recent.where(SignInFailure.address == self.address)
        same = recent.where(SignInFailure.typed == self.typed)
        trying = self._trying
        pair = here.where(SignInFailure.typed == self.typed).count()
        if pair + trying[self.typed, self.address] >= FAILURES_PER_ACCOUNT:
            return True
        from_here = sum(count for (_, place), count in trying.items() if place == self.address)
        if here.count() + from_here >= FAILURES_PER_ADDRESS:
            return True
        by_name = sum(count for (name, _), count in trying.items() if name == self.typed)
        return same.count() + by_name >= FAILURES_FROM_ALL and not self._was_let_in_from_here()

    def _was_let_in_from_here(self) -> bool:
        before = AccessLine.select().where(
            AccessLine.actor == self.email,
            AccessLine.action == "sign_in",
            AccessLine.address == self.address,
            AccessLine.at > self.at - REMEMBERED,
        )
        return bool(before.exists())

    def failed(self) -> None:
        """Count a failure, and forget those of days ago."""
        # Not postponed: who guesses must not gain by others that write.
        with transaction():
            SignInFailure.create(typed=self.typed, address=self.address, at=self.at)
            SignInFailure.delete().where(SignInFailure.at < self.at - KEEP_FAILURES).execute()

    def succeeded(self) -> None:
        """Forget the failures for what was typed."""
        mine = SignInFailure.typed == self.typed
        if SignInFailure.select().where(mine).exists():
            write_soon(SignInFailure.delete().where(mine).execute)


def sign_in(*, email: str, password: str, address: str, at: datetime) -> Account | None:
    """Return the account whose password this is, or ``None``; never says why not."""
    email = email.strip().lower()
    attempts = Attempts(email, email=email, address=address, at=at)
    with attempts.one() as may_try:
        if not may_try:
            return None
        account = Account.get_or_none(Account.email == email)
        matches = _matches(_nobodys_hash() if account is None else account.password_hash, password)
        if account is None or not matches or not account.active:
            attempts.failed()
            return None
    attempts.succeeded()
    return account


def belongs_to(account: Account, *, issuer: str, subject: str, at: datetime) -> bool:
    """Whether somebody at the identity provider is whom it let in for this account before.

    The first one is remembered, until the account is closed or another provider is set: an address
    that the organisation gives to somebody else opens nothing of who had it.
    """
    who = f"{sha256(issuer.encode()).hexdigest()[:16]}:{sha256(subject.encode()).hexdigest()}"
    if (account.outside_id or "").partition(":")[0] != who.partition(":")[0]:
        with transaction():
            account.outside_id = who
            account.save(only=[Account.outside_id])
            record(at=at, actor=account.email, action="outside_id", thing="account",
                   thing_id=account.email)  # fmt: skip
    return bool(account.outside_id == who)


def note_sign_in(account: Account, *, at: datetime) -> None:
    """Write down when an account was let in last."""
    write_soon(Account.update(last_seen_at=at).where(Account.id == account.id).execute)


LINK_LIVES = timedelta(hours=24)
INVITATION_LIVES = timedelta(days=7)


def make_link(account: Account, *, at: datetime, lives: timedelta = LINK_LIVES) -> str:
    """Make a link with which somebody chooses a password, once; return the token in it.

    Earlier links of the account are worthless from now on.
    """
    token = secrets.token_urlsafe(32)
    with transaction():
        OneTimeLink.delete().where(OneTimeLink.account == account).execute()
        OneTimeLink.create(
            account=account,
            token_hash=sha256(token.encode()).hexdigest(),
            made_at=at,
            expires_at=at + lives,
        )
    return token


def account_of_link(token: str, *, at: datetime) -> Account | None:
    """Whose link this is, while it is good."""
    link = (
        OneTimeLink.select(OneTimeLink, Account)
        .join(Account)
        .where(OneTimeLink.token_hash == sha256(token.encode()).hexdigest())
        .first()
    )
    if link is None or link.expires_at < at or not link.account.active:
        return None
    account: Account = link.account
    return account


def choose_password(token: str, *, password: str, at: datetime) -> Account:
    """Give the account of a link the password that its owner chose; the link is used up."""
    account = account_of_link(token, at=at)
    if account is None:
        raise DomainError(
            "link_over", "Deze link is gebruikt of verlopen. Vraag de beheerder om een nieuwe."
        )
    set_password(account, password=password, by=account.email, at=at)
    return account
