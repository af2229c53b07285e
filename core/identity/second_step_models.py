"""What is held of a second step: the secret, sealed, and codes for when the app is lost."""

import peewee

from core.accounts import Account
from core.db import BaseModel, MomentField


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
