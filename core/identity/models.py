"""Tables of signing in: sessions, one-time links, second step, tokens of the API."""

import peewee

from core.accounts import Account
from core.db import BaseModel, MomentField


class SignInSession(BaseModel):
    """One browser that is signed in. The cookie has the token, this table its SHA-256.

    ``key`` is the account's ``session_key`` of then: when that changes, all sessions are over.
    ``awaits_code``: the password was right, the code of the second step is still to come.
    """

    account = peewee.ForeignKeyField(Account, on_delete="CASCADE")
    token_hash = peewee.CharField(max_length=64, unique=True)
    key = peewee.CharField(max_length=64)
    awaits_code = peewee.BooleanField(default=False)
    outside = peewee.BooleanField(default=False, help_text="another system vouched for the person")
    sealed_secret = peewee.CharField(
        max_length=200, null=True, help_text="of a second step that is being set up"
    )
    device = peewee.CharField(max_length=80, default="", verbose_name="Apparaat")
    began_at = MomentField(verbose_name="Aangemeld")
    seen_at = MomentField(index=True, verbose_name="Laatst gebruikt")


class OneTimeLink(BaseModel):
    """A link with which somebody chooses a password, once, until it expires."""

    account = peewee.ForeignKeyField(Account, on_delete="CASCADE")
    token_hash = peewee.CharField(max_length=64, unique=True)
    made_at = MomentField()
    expires_at = MomentField()


class SecondStep(BaseModel):
    """The authenticator app of an account; ``last_used`` is the step whose code was used last."""

    account = peewee.ForeignKeyField(Account, unique=True, on_delete="CASCADE")
    sealed_secret = peewee.CharField(max_length=200)
    last_used = peewee.IntegerField()
    since = MomentField()


class RecoveryCode(BaseModel):
    """A code that works once, without the app; held as a hash with the key of the server."""

    account = peewee.ForeignKeyField(Account, on_delete="CASCADE")
    digest = peewee.CharField(max_length=64)


PERMISSIONS = {
    "deliveries:create": "leveringen insturen",
    "learners:create": "insturen wat de gemeente van haar cursisten weet",
    "deliveries:read": "leveringen en ontvangstbewijzen lezen",
    "scores:read": "scores lezen",
    "planning:read": "inkooptrajecten lezen",
    "promises:read": "lezen wat een contract belooft en wat er is gegeven",
    "agreements:read": "afspraken lezen, en of ze werkten",
}
"""What a token can be allowed to do, as (thing):(action) of ``core.accounts.RIGHTS``."""


class ApiToken(BaseModel):
    """One token: it acts as an account with this role and these bounds, and no more than that."""

    name = peewee.CharField(max_length=80, verbose_name="Naam")
    prefix = peewee.CharField(max_length=12, verbose_name="Begint met")
    token_hash = peewee.CharField(max_length=64, unique=True)
    role = peewee.CharField(max_length=16, verbose_name="Rol")
    provider_code = peewee.CharField(max_length=10, null=True, verbose_name="Aanbieder")
    municipalities = peewee.JSONField(default=list, verbose_name="Gemeenten")
    permissions = peewee.JSONField(default=list, verbose_name="Mag")
    created_by = peewee.CharField(max_length=120, verbose_name="Gemaakt door")
    created_at = MomentField(verbose_name="Gemaakt op")
    expires_on = peewee.DateField(null=True, verbose_name="Geldig tot en met")
    revoked_at = MomentField(null=True, verbose_name="Ingetrokken op")
    last_used_on = peewee.DateField(null=True, verbose_name="Laatst gebruikt op")
