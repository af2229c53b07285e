"""Tokens for systems that use the API; only the SHA-256 of a token is held."""

import peewee

from core.db import BaseModel, MomentField

PERMISSIONS = {
    "deliveries:create": "leveringen insturen",
    "learners:create": "insturen wat de gemeente van haar cursisten weet",
    "deliveries:read": "leveringen en ontvangstbewijzen lezen",
    "scores:read": "scores lezen",
    "planning:read": "inkooptrajecten lezen",
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
