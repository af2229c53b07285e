"""Sessions as verbs: begin, find, end. The server holds them; a cookie is only their name."""

import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from core.accounts import Account
from core.audit import record
from core.db import transaction, write_soon
from core.identity.models import SignInSession

CODE_WITHIN = timedelta(minutes=5)
"""How long there is between the password and the code of the second step."""
TOUCHED_EVERY = timedelta(minutes=1)
KEPT = timedelta(days=8)
"""Longer than any session lasts."""

# Nobody who signs in or out waits for another's long write: until the row is written, this process
# knows it.
_beginning: dict[str, SignInSession] = {}
_ended: set[str] = set()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def begin(
    account: Account,
    *,
    at: datetime,
    device: str = "",
    outside: bool = False,
    awaits_code: bool = False,
) -> str:
    """Begin a session, and return the token for its cookie."""
    token = secrets.token_urlsafe(32)
    begun = SignInSession(
        account=account,
        token_hash=_hash(token),
        key=account.session_key,
        awaits_code=awaits_code,
        outside=outside,
        device=device_words(device),
        began_at=at,
        seen_at=at,
    )
    _beginning[begun.token_hash] = begun
    write_soon(partial(_write, begun, at))
    return token


def _write(begun: SignInSession, at: datetime) -> None:
    if _beginning.pop(begun.token_hash, None) is not None:
        SignInSession.delete().where(SignInSession.seen_at < at - KEPT).execute()
        begun.save(force_insert=True)


def find(token: str, *, at: datetime, idle: timedelta, life: timedelta) -> SignInSession | None:
    """The session of a token, with its account, when it is still good."""
    name = _hash(token)
    session: SignInSession | None = _beginning.get(name)
    if session is not None:
        session.account = Account.get_by_id(session.account.id)
    else:
        query = SignInSession.select(SignInSession, Account).join(Account)
        session = query.where(SignInSession.token_hash == name).first()
    if session is None or name in _ended or not session.account.active:
        return None
    fits = session.key == session.account.session_key
    in_time = at - session.seen_at <= idle and at - session.began_at <= life
    if session.awaits_code:
        in_time = at - session.began_at <= CODE_WITHIN
    return session if fits and in_time else None


def touch(session: SignInSession, *, at: datetime) -> None:
    """Note that a session is used; once a minute is enough."""
    if at - session.seen_at > TOUCHED_EVERY:
        write_soon(SignInSession.update(seen_at=at).where(SignInSession.id == session.id).execute)


def ends_at(session: SignInSession, *, at: datetime, idle: timedelta, life: timedelta) -> datetime:
    """When a session ends if it is not used again."""
    seen = at if at - session.seen_at > TOUCHED_EVERY else session.seen_at
    return min(seen + idle, session.began_at + life)


def end(token: str) -> None:
    """End a session at once."""
    name = _hash(token)
    _beginning.pop(name, None)
    _ended.add(name)
    write_soon(partial(_remove, name))


def _remove(name: str) -> None:
    SignInSession.delete().where(SignInSession.token_hash == name).execute()
    _ended.discard(name)


def running(account: Account, *, at: datetime, idle: timedelta, life: timedelta) -> list[Any]:
    """Sessions of an account that are still good, the newest first."""
    query: Any = SignInSession.select().where(
        SignInSession.account == account,
        SignInSession.key == account.session_key,
        SignInSession.seen_at >= at - idle,
        SignInSession.began_at >= at - life,
        ~SignInSession.awaits_code,
    )
    return list(query.order_by(SignInSession.seen_at.desc()))


def end_others(account: Account, keep: SignInSession, *, at: datetime) -> int:
    """End every other session of one's own account; return how many."""
    with transaction():
        others = SignInSession.delete().where(
            SignInSession.account == account, SignInSession.id != keep.id
        )
        count = int(others.execute())
        record(at=at, actor=account.email, action="end_sessions", thing="account",
               thing_id=account.email, after={"sessions": count})  # fmt: skip
    return count


def end_all(account: Account, *, by: str, at: datetime) -> None:
    """End every session of an account at once."""
    with transaction():
        account.session_key = secrets.token_urlsafe(32)
        account.save(only=[Account.session_key])
        SignInSession.delete().where(SignInSession.account == account).execute()
        record(at=at, actor=by, action="end_sessions", thing="account", thing_id=account.email)


def secret_in_setup(session: SignInSession, *, make: Callable[[], str], seal: Any) -> str:
    """The secret of a second step that this session is setting up; sealed, it stays here."""
    if session.sealed_secret:
        return str(seal.decrypt(session.sealed_secret.encode()).decode())
    secret = make()
    with transaction():
        session.sealed_secret = seal.encrypt(secret.encode()).decode()
        session.save(only=[SignInSession.sealed_secret])
    return secret


_BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_words(agent: str) -> str:
    """What a browser says of itself, as a person knows it: ``Firefox op Windows``."""
    browser = next((word for sign, word in _BROWSERS if re.search(sign, agent)), "onbekend")
    system = next((word for sign, word in _SYSTEMS if sign in agent), "")
    return f"{browser} op {system}" if system else browser
