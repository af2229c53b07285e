"""A second step at sign-in: turn it on and off, and check what somebody typed.

``key`` is the secret key of the server: whoever has only the database can read no secret and try
no code. A server with another key knows none of them, and the second step must be set up again.
"""

import base64
import hmac
import re
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from core.accounts import Account
from core.audit import record
from core.db import transaction
from core.errors import DomainError
from core.identity.account_operations import Attempts, confirm_password
from core.identity.models import RecoveryCode, SecondStep
from core.identity.totp import step_of

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

RECOVERY_CODES = 10
WRONG_CODE = "Deze code klopt niet. Vul de zes cijfers in die de app nu toont."


def has_second_step(account: Account) -> bool:
    """Whether a password alone does not let this account in."""
    return bool(SecondStep.select().where(SecondStep.account == account).exists())


def turn_on(
    account: Account, *, secret: str, code: str, password: str, key: str, at: datetime
) -> list[str]:
    """Ask for a code of this secret from now on; return the recovery codes, to be shown once."""
    confirm_password(account, password)
    step = step_of(secret, _digits(code), at=at)
    if step is None:
        raise DomainError("second_step_code", WRONG_CODE, field="code")
    sealed = seal(key).encrypt(secret.encode()).decode()
    with transaction():
        _forget(account)
        SecondStep.create(account=account, sealed_secret=sealed, last_used=step, since=at)
        codes = _make_recovery_codes(account, key)
        _end_sessions(account)
        _record(account, "second_step_on", by=account.email, at=at)
    return codes


def turn_off(account: Account, *, by: str, at: datetime) -> None:
    """Let a password alone do again; for who lost the app, or does not want it any more."""
    with transaction():
        if not _forget(account):
            raise DomainError(
                "no_second_step", f"Het account {account.email} heeft geen tweede stap."
            )
        _end_sessions(account)
        _record(account, "second_step_off", by=by, at=at)


def turn_off_own(account: Account, *, password: str, at: datetime) -> None:
    """Turn it off by someone who knows the password."""
    confirm_password(account, password)
    turn_off(account, by=account.email, at=at)


def renew_recovery_codes(account: Account, *, password: str, key: str, at: datetime) -> list[str]:
    """Make other recovery codes; those of before no longer work."""
    confirm_password(account, password)
    with transaction():
        RecoveryCode.delete().where(RecoveryCode.account == account).execute()
        codes = _make_recovery_codes(account, key)
        _record(account, "recovery_codes", by=account.email, at=at)
    return codes


def pass_second_step(account: Account, *, code: str, address: str, key: str, at: datetime) -> bool:
    """Whether this code lets the account in; each code works once, five mistakes close the door."""
    name = f"second step of {account.id}"
    attempts = Attempts(name, email=account.email, address=address, at=at)
    typed = _digits(code)
    with attempts.one() as may_try:
        if not may_try:
            return False
        if not (_use_app(account, typed, key, at) or _use_recovery_code(account, code, key, at)):
            attempts.failed()
            return False
    attempts.succeeded()
    return True


def _use_app(account: Account, typed: str, key: str, at: datetime) -> bool:
    second_step: SecondStep | None = SecondStep.get_or_none(SecondStep.account == account)
    if second_step is None:
        return False
    step = step_of(_open(second_step, key), typed, at=at, after=second_step.last_used)
    if step is None:
        return False
    # In one statement: of two that send the same code at once, one comes in.
    used = SecondStep.update(last_used=step).where(
        SecondStep.account == account, SecondStep.last_used < step
    )
    with transaction():
        return bool(used.execute())


def _use_recovery_code(account: Account, code: str, key: str, at: datetime) -> bool:
    spent = RecoveryCode.delete().where(
        RecoveryCode.account == account, RecoveryCode.digest == _digest(account, code, key)
    )
    with transaction():
        if not spent.execute():
            return False
        _record(account, "recovery_code_used", by=account.email, at=at)
    return True


def _make_recovery_codes(account: Account, key: str) -> list[str]:
    codes = ["-".join(secrets.token_hex(4) for _ in range(4)) for _ in range(RECOVERY_CODES)]
    for code in codes:
        RecoveryCode.create(account=account, digest=_digest(account, code, key))
    return codes


def _forget(account: Account) -> int:
    RecoveryCode.delete().where(RecoveryCode.account == account).execute()
    return int(SecondStep.delete().where(SecondStep.account == account).execute())


def _end_sessions(account: Account) -> None:
    account.session_key = secrets.token_urlsafe(32)
    account.save(only=[Account.session_key])


def _record(account: Account, action: str, *, by: str, at: datetime) -> None:
    record(at=at, actor=by, action=action, thing="account", thing_id=account.email)


def _digits(code: str) -> str:
    return re.sub(r"\s", "", code)


def _digest(account: Account, code: str, key: str) -> str:
    plain = re.sub(r"[\s-]", "", code).lower()
    return hmac.digest(key.encode(), f"{account.id} {plain}".encode(), "sha256").hex()


def seal(key: str) -> "Fernet":
    """What seals a secret with the key of the server."""
    from cryptography.fernet import Fernet  # noqa: PLC0415  few need it, and starting is for all

    own = hmac.digest(key.encode(), b"second step", "sha256")
    return Fernet(base64.urlsafe_b64encode(own))


def _open(step: SecondStep, key: str) -> str:
    from cryptography.fernet import InvalidToken  # noqa: PLC0415

    try:
        return seal(key).decrypt(step.sealed_secret.encode()).decode()
    except InvalidToken:
        raise DomainError(
            "second_step_key",
            "De server heeft een andere sleutel dan toen je de tweede stap instelde. "
            "Vraag de beheerder om de tweede stap uit te zetten.",
            field="code",
        ) from None
