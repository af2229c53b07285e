"""Make, check and revoke API tokens."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, datetime

from core.accounts import Account, Role, may
from core.audit import record
from core.db import transaction, write_soon
from core.errors import DomainError
from core.identity.models import PERMISSIONS, ApiToken

MARK = "tlk_"
"""What every token starts with, so that one that leaked is found by a scan."""


def hash_of(token: str) -> str:
    """SHA-256; a token is long and random, so that a slow hash adds nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_token(
    *,
    name: str,
    role: Role,
    provider_code: str | None,
    municipalities: Sequence[str],
    permissions: Sequence[str],
    expires_on: date | None,
    by: str,
    at: datetime,
) -> tuple[ApiToken, str]:
    """Make a token; the second value is the token itself, which is shown once and not held."""
    _check_bounds(role, provider_code, municipalities)
    _check_permissions(role, permissions)
    if expires_on is not None and expires_on < at.date():
        raise DomainError(
            "expired_at_once", "Deze datum is al voorbij. Kies een latere.", field="expires_on"
        )
    token = MARK + secrets.token_urlsafe(32)
    with transaction():
        row = ApiToken.create(
            name=name.strip(),
            prefix=token[:10],
            token_hash=hash_of(token),
            role=role,
            provider_code=provider_code,
            municipalities=list(municipalities),
            permissions=sorted(permissions),
            created_by=by,
            created_at=at,
            expires_on=expires_on,
        )
        after = {
            "name": row.name,
            "role": role.value,
            "provider_code": provider_code,
            "municipalities": list(municipalities),
            "permissions": row.permissions,
        }
        record(at=at, actor=by, action="create", thing="api_token", thing_id=row.id, after=after)
    return row, token


def _check_bounds(role: Role, provider_code: str | None, municipalities: Sequence[str]) -> None:
    if role == Role.ADMINISTRATOR:
        raise DomainError(
            "no_administrator_token", "Een token kan geen beheerder zijn.", field="role"
        )
    if role == Role.PROVIDER and not provider_code:
        raise DomainError(
            "provider_missing", "Kies de aanbieder voor wie dit token is.", field="provider_code"
        )
    if role == Role.MUNICIPALITY and not municipalities:
        raise DomainError(
            "municipality_missing", "Kies minstens een gemeente.", field="municipalities"
        )


def _check_permissions(role: Role, permissions: Sequence[str]) -> None:
    if not permissions:
        raise DomainError("no_permission", "Kies wat dit token mag.", field="permissions")
    account = Account(role=role)
    for permission in permissions:
        thing, action = permission.split(":")
        if not may(account, action, thing):
            raise DomainError(
                "role_may_not",
                f"De rol {role} mag dit niet: {PERMISSIONS[permission]}.",
                field="permissions",
            )


def find_token(token: str, *, today: date) -> ApiToken | None:
    """The token that is valid today, or none; notes once a day that it was used."""
    row: ApiToken | None = ApiToken.get_or_none(
        ApiToken.token_hash == hash_of(token), ApiToken.revoked_at.is_null()
    )
    if row is None or (row.expires_on is not None and row.expires_on < today):
        return None
    if row.last_used_on != today:
        write_soon(ApiToken.update(last_used_on=today).where(ApiToken.id == row.id).execute)
    return row


def account_of(token: ApiToken) -> Account:
    """The account that a token acts as; it is in no table, but every right asks the same of it."""
    return Account(
        email=f"api:{token.name} ({token.prefix})",
        name=token.name,
        role=token.role,
        provider_code=token.provider_code,
        municipalities=token.municipalities,
    )


def revoke_token(token: ApiToken, *, by: str, at: datetime) -> None:
    """Make a token worthless, from the next request on."""
    with transaction():
        changed = (
            ApiToken.update(revoked_at=at)
            .where(ApiToken.id == token.id, ApiToken.revoked_at.is_null())
            .execute()
        )
        if not changed:
            raise DomainError("revoked_before", "Dit token is al ingetrokken.")
        record(at=at, actor=by, action="revoke", thing="api_token", thing_id=token.id)
