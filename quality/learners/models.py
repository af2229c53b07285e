"""What a gemeente adds about its own learners, and what it does with them.

A learner is known by gemeente and trajectnummer. The gemeente is held as it is today: a code that
was merged into another is stored as that other one (``core.municipalities.current``).
"""

import peewee

from core.db import BaseModel, DayField, MomentField


class LearnerFacts(BaseModel):
    """What the gemeente knows of one learner; every fact may be missing."""

    municipality = peewee.SmallIntegerField(verbose_name="Gemeente")
    number = peewee.CharField(max_length=32, verbose_name="Trajectnummer")
    target_group = peewee.SmallIntegerField(null=True, verbose_name="Doelgroep")
    settled_on = DayField(null=True, verbose_name="Vestiging op")
    term_from = DayField(null=True, verbose_name="Termijn van")
    term_until = DayField(null=True, verbose_name="Termijn tot")
    term_extended_until = DayField(null=True, verbose_name="Termijn verlengd tot")
    learnability_test_on = DayField(null=True, verbose_name="Leerbaarheidstoets op")
    notified_on = DayField(null=True, verbose_name="Kennisgeving op")
    plan_on = DayField(null=True, verbose_name="PIP op")
    passed_on = DayField(null=True, verbose_name="Geslaagd op")
    pvt_on = DayField(null=True, verbose_name="PVT op")
    map_on = DayField(null=True, verbose_name="MAP op")
    participation = peewee.SmallIntegerField(null=True, verbose_name="Participatie")
    participation_from = DayField(null=True, verbose_name="Participatie van")
    outflow = peewee.SmallIntegerField(null=True, verbose_name="Uitstroom")
    outflow_on = DayField(null=True, verbose_name="Uitstroom op")
    changed_at = MomentField(verbose_name="Gewijzigd op")

    class Meta:
        """A learner once per gemeente."""

        indexes = ((("municipality", "number"), True),)


class FactsImport(BaseModel):
    """One file with facts of one gemeente, and its receipt; the file itself is not kept.

    ``rows = accepted + unchanged + rejected + skipped`` always.
    """

    municipality = peewee.SmallIntegerField(verbose_name="Gemeente")
    file_name = peewee.CharField(max_length=200, verbose_name="Bestand")
    sha256 = peewee.CharField(max_length=64)
    sender = peewee.CharField(max_length=120, verbose_name="Afzender")
    received_at = MomentField(verbose_name="Ontvangen")
    status = peewee.CharField(max_length=24, verbose_name="Uitkomst")
    rows = peewee.IntegerField(default=0, verbose_name="Rijen")
    accepted = peewee.IntegerField(default=0, verbose_name="Aangenomen")
    unchanged = peewee.IntegerField(default=0, verbose_name="Ongewijzigd")
    rejected = peewee.IntegerField(default=0, verbose_name="Terug te sturen")
    skipped = peewee.IntegerField(default=0, verbose_name="Overgeslagen")
    receipt = peewee.JSONField(help_text="the receipt as it was given")

    class Meta:
        """The same bytes are looked up per gemeente."""

        indexes = ((("municipality", "sha256"), False),)
