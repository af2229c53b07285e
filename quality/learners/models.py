"""What a gemeente adds about its own learners, and what it does with them.

A learner is known by gemeente and trajectnummer. The gemeente is held as it is today: a code that
was merged into another is stored as that other one (``core.municipalities.current``).
"""

import peewee

from core.db import BaseModel, DayField, MomentField, MonthField
from providers.models import Contract, CourseTrack, Provider


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
    to_mend = peewee.JSONField(null=True, help_text="header and rows that were sent back, a while")

    class Meta:
        """The same bytes are looked up per gemeente."""

        indexes = ((("municipality", "sha256"), False),)


class LearnerSummary(BaseModel):
    """One learner at one provider as the newest rows have it, so that a list need not read them.

    Kept by ``quality.learners.summary_operations`` after every delivery and import. Without track
    and provider: known to the gemeente, not reported by any provider. ``month`` is the newest
    month reported; hours are minutes a week over the provider's newest three months; ``signals``
    is a bit per kind of signal that is open and not dealt with.
    """

    municipality = peewee.SmallIntegerField(verbose_name="Gemeente")
    number = peewee.CharField(max_length=32, verbose_name="Trajectnummer")
    provider = peewee.ForeignKeyField(
        Provider, null=True, on_delete="CASCADE", index=False, verbose_name="Aanbieder"
    )
    track = peewee.ForeignKeyField(CourseTrack, null=True, on_delete="CASCADE", index=False)
    latest = peewee.BooleanField(default=True, help_text="the newest provider of this learner")
    missing = peewee.BooleanField(default=False, help_text="open, and not in the newest delivery")
    route = peewee.SmallIntegerField(null=True, verbose_name="Leerroute")
    status = peewee.SmallIntegerField(null=True, verbose_name="Status")
    registered_on = DayField(null=True, verbose_name="Aangemeld")
    first_lesson_on = DayField(null=True, verbose_name="Eerste les")
    ended_on = DayField(null=True, verbose_name="Einde")
    end_reason = peewee.SmallIntegerField(null=True)
    waited_days = peewee.IntegerField(null=True, verbose_name="Wacht (dagen)")
    first_month = MonthField(null=True)
    month = MonthField(null=True, verbose_name="Laatste maand")
    contract = peewee.ForeignKeyField(Contract, null=True, on_delete="SET NULL", index=False)
    pip_level = peewee.SmallIntegerField(null=True, verbose_name="PIP")
    level_reading = peewee.SmallIntegerField(null=True)
    level_listening = peewee.SmallIntegerField(null=True)
    level_writing = peewee.SmallIntegerField(null=True)
    level_speaking = peewee.SmallIntegerField(null=True)
    lowest_level = peewee.SmallIntegerField(null=True, verbose_name="Niveau")
    weekly_offered = peewee.IntegerField(null=True)
    weekly_attended = peewee.IntegerField(null=True, verbose_name="Uren per week")
    attended_share = peewee.SmallIntegerField(null=True, verbose_name="Aanwezig (%)")
    exams_passed = peewee.SmallIntegerField(default=0, help_text="a bit per part")
    attended_minutes = peewee.IntegerField(default=0, help_text="since the first month")
    reported_group = peewee.SmallIntegerField(null=True, help_text="as the provider says")
    target_group = peewee.SmallIntegerField(null=True, verbose_name="Doelgroep")
    term_until = DayField(null=True, verbose_name="Einde termijn")
    term_estimated = peewee.BooleanField(default=False)
    signals = peewee.SmallIntegerField(default=0)
    urgency = peewee.FloatField(null=True, verbose_name="Signaal", help_text="months too short")

    class Meta:
        """A learner once per provider; read per gemeente, and per provider."""

        indexes = (
            (("municipality", "number", "provider"), True),
            (("provider", "number"), False),
            (("track",), False),
        )


class LearnerNote(BaseModel):
    """Something done for one learner, chosen from a list: no free text about persons."""

    municipality = peewee.SmallIntegerField(verbose_name="Gemeente")
    number = peewee.CharField(max_length=32, verbose_name="Trajectnummer")
    reason = peewee.CharField(max_length=20, verbose_name="Wat")
    on = peewee.DateField(verbose_name="Wanneer")
    by = peewee.CharField(max_length=120, verbose_name="Door")
    at = MomentField(verbose_name="Bewaard op")

    class Meta:
        """Read per learner."""

        indexes = ((("municipality", "number"), False),)


class Handover(BaseModel):
    """A gemeente lets the gemeente that a learner moved to see the months before.

    Without it neither sees the other's months.
    """

    from_municipality = peewee.SmallIntegerField(verbose_name="Van")
    number = peewee.CharField(max_length=32, verbose_name="Trajectnummer")
    to_municipality = peewee.SmallIntegerField(verbose_name="Naar")
    reason = peewee.CharField(max_length=20, verbose_name="Reden")
    by = peewee.CharField(max_length=120, verbose_name="Door")
    at = MomentField(verbose_name="Op")

    class Meta:
        """Once per learner and gemeente; read by both."""

        indexes = (
            (("from_municipality", "number", "to_municipality"), True),
            (("to_municipality", "number"), False),
        )
