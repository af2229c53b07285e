"""The register as it was: one row for every change of what judgements rest on."""

import peewee

from core.db import BaseModel, MomentField
from providers.models import Provider


class DossierVersion(BaseModel):
    """The dossier of an aanbieder from a moment on, until the next version."""

    provider = peewee.ForeignKeyField(
        Provider, on_delete="RESTRICT", index=False, verbose_name="Aanbieder"
    )
    recorded_at = MomentField(verbose_name="Vastgelegd op")
    dossier = peewee.JSONField(help_text="marks, TST recognition and contracts")

    class Meta:
        """The newest of an aanbieder up to a moment is looked up."""

        indexes = ((("provider", "recorded_at"), False),)
