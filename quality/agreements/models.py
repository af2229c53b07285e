"""Contract management around the score: talks, agreements, improvement plans, complaints."""

import peewee

from core.db import BaseModel, MomentField, NoteField, ShortNoteField
from providers.models import Provider


class Talk(BaseModel):
    """Contractgesprek: when it was held, about what, and what was said."""

    provider = peewee.ForeignKeyField(
        Provider, backref="talks", on_delete="RESTRICT", verbose_name="Aanbieder"
    )
    held_on = peewee.DateField(verbose_name="Datum gesprek")
    subject = ShortNoteField(names=False, max_length=120, verbose_name="Onderwerp")
    report = NoteField(names=False, default="", verbose_name="Verslag")
    created_by = peewee.CharField(max_length=120, verbose_name="Vastgelegd door")
    created_at = MomentField(verbose_name="Vastgelegd op")


class Agreement(BaseModel):
    """Afspraak or verbeterplan with one provider.

    A measure (criterion, route and threshold) is followed in the score cards of the months after
    ``agreed_on``; an agreement without a measure is closed by hand.
    """

    provider = peewee.ForeignKeyField(
        Provider, backref="agreements", on_delete="RESTRICT", verbose_name="Aanbieder"
    )
    talk = peewee.ForeignKeyField(
        Talk, null=True, backref="agreements", on_delete="RESTRICT", verbose_name="Gesprek"
    )
    kind = peewee.CharField(max_length=12, verbose_name="Soort")
    text = ShortNoteField(names=False, max_length=400, verbose_name="Afspraak")
    criterion = peewee.CharField(max_length=20, null=True, verbose_name="Criterium")
    route = peewee.SmallIntegerField(null=True, verbose_name="Leerroute")
    threshold = peewee.FloatField(null=True, verbose_name="Grens")
    agreed_on = peewee.DateField(verbose_name="Afgesproken op")
    due_on = peewee.DateField(verbose_name="Klaar op")
    state = peewee.CharField(max_length=10, default="open", verbose_name="Stand")
    closed_on = peewee.DateField(null=True, verbose_name="Gesloten op")
    closing_note = ShortNoteField(names=False, max_length=400, default="", verbose_name="Uitkomst")
    created_by = peewee.CharField(max_length=120, verbose_name="Vastgelegd door")
    created_at = MomentField(verbose_name="Vastgelegd op")


class Complaint(BaseModel):
    """Klacht about a provider; what it says of a person stays in ``internal_note``."""

    provider = peewee.ForeignKeyField(
        Provider, backref="complaints", on_delete="RESTRICT", verbose_name="Aanbieder"
    )
    received_on = peewee.DateField(verbose_name="Ontvangen op")
    kind = peewee.CharField(max_length=12, verbose_name="Soort")
    criterion = peewee.CharField(max_length=20, null=True, verbose_name="Criterium")
    route = peewee.SmallIntegerField(null=True, verbose_name="Leerroute")
    municipality = peewee.CharField(max_length=4, null=True, verbose_name="Gemeente")
    summary = ShortNoteField(max_length=400, verbose_name="Klacht in het kort")
    internal_note = peewee.TextField(default="", verbose_name="Interne notitie")
    state = peewee.CharField(max_length=10, default="open", verbose_name="Stand")
    closed_on = peewee.DateField(null=True, verbose_name="Afgehandeld op")
    outcome = ShortNoteField(max_length=400, default="", verbose_name="Uitkomst")
    created_by = peewee.CharField(max_length=120, verbose_name="Vastgelegd door")
    created_at = MomentField(verbose_name="Vastgelegd op")

    class Meta:
        """Counted per provider over a period."""

        indexes = ((("provider", "received_on"), False),)
