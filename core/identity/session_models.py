"""Who is signed in, from which browser, since when; and links that let somebody in once."""

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
