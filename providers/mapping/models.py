"""What each provider calls things: own headers and own codes, in versions."""

import peewee

from core.db import BaseModel, MomentField
from providers.models import Provider


class ColumnMapping(BaseModel):
    """One version of a mapping, confirmed by a person; the newest is in use.

    ``headers`` holds every header that was confirmed: own header -> column of the feed, or empty
    for a column that is not used. ``codes``: column -> own code -> our code.
    """

    provider = peewee.ForeignKeyField(
        Provider, on_delete="RESTRICT", index=False, verbose_name="Aanbieder"
    )
    version = peewee.SmallIntegerField(verbose_name="Versie")
    headers = peewee.JSONField(default=dict, verbose_name="Kolommen")
    codes = peewee.JSONField(default=dict, verbose_name="Codes")
    created_by = peewee.CharField(max_length=120, verbose_name="Vastgelegd door")
    created_at = MomentField(verbose_name="Vastgelegd op")

    class Meta:
        """A version once per provider."""

        indexes = ((("provider", "version"), True),)
