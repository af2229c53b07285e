"""The register of taalaanbieders, and what they delivered.

A progress row is never changed: a later delivery adds a new version and marks the old one as
superseded. ``superseded_by`` says by which delivery; a row whose own delivery supersedes it
belongs to a withdrawn delivery.
"""

from datetime import date

import peewee

from core.dates import days
from core.db import BaseModel, DayField, MomentField, MonthField, NoteField


class Provider(BaseModel):
    """Taalaanbieder: the school under contract."""

    code = peewee.CharField(max_length=10, unique=True, verbose_name="Code")
    name = peewee.CharField(max_length=120, verbose_name="Naam")
    chamber_number = peewee.CharField(max_length=8, null=True, verbose_name="KvK-nummer")
    institution_number = peewee.CharField(
        max_length=10, null=True, verbose_name="Instellingsnummer"
    )
    city = peewee.CharField(max_length=60, null=True, verbose_name="Plaats")
    contact_person = peewee.CharField(max_length=80, null=True, verbose_name="Contactpersoon")
    email = peewee.CharField(max_length=120, null=True, verbose_name="E-mail")
    tst_from = peewee.DateField(null=True, verbose_name="TST-erkenning van")
    tst_until = peewee.DateField(null=True, verbose_name="TST-erkenning tot")
    merged_into = peewee.ForeignKeyField(
        "self", null=True, backref="merged", on_delete="RESTRICT", verbose_name="Opgegaan in"
    )
    merged_on = peewee.DateField(null=True, verbose_name="Opgegaan op")

    @property
    def last_month(self) -> date | None:
        """The last month that it delivers itself, when it went up in another provider."""
        return None if self.merged_on is None else (self.merged_on - days(1)).replace(day=1)


class Location(BaseModel):
    """Leslocatie."""

    provider = peewee.ForeignKeyField(
        Provider, backref="locations", on_delete="RESTRICT", verbose_name="Aanbieder"
    )
    name = peewee.CharField(max_length=80, verbose_name="Locatie")
    postcode4 = peewee.CharField(max_length=4, null=True, verbose_name="Postcode (4 cijfers)")
    city = peewee.CharField(max_length=60, null=True, verbose_name="Plaats")
    evening_weekend = peewee.BooleanField(null=True, verbose_name="Avond of weekend")

    class Meta:
        """A name once per provider."""

        indexes = ((("provider", "name"), True),)


class QualityMark(BaseModel):
    """Keurmerk: one status over one period; periods of a provider do not overlap."""

    provider = peewee.ForeignKeyField(
        Provider, backref="marks", on_delete="RESTRICT", verbose_name="Aanbieder"
    )
    status = peewee.SmallIntegerField(verbose_name="Status")
    valid_from = peewee.DateField(verbose_name="Van")
    valid_until = peewee.DateField(null=True, verbose_name="Tot en met")
    checked_on = peewee.DateField(null=True, verbose_name="Gecontroleerd op")
    source = peewee.CharField(max_length=200, null=True, verbose_name="Bron")

    class Meta:
        """One period starts on a day."""

        indexes = ((("provider", "valid_from"), True),)


class Contract(BaseModel):
    """Contract with one provider for some routes and gemeenten."""

    number = peewee.CharField(max_length=32, unique=True, verbose_name="Contractnummer")
    provider = peewee.ForeignKeyField(
        Provider, backref="contracts", on_delete="RESTRICT", verbose_name="Aanbieder"
    )
    valid_from = peewee.DateField(verbose_name="Van")
    valid_until = peewee.DateField(null=True, verbose_name="Tot en met")
    waiting_norm_days = peewee.SmallIntegerField(null=True, verbose_name="Norm wachttijd (dagen)")
    due_workday = peewee.SmallIntegerField(default=10, verbose_name="Levering op werkdag")
    price_cents = peewee.IntegerField(null=True, verbose_name="Prijs per traject (eurocent)")
    teacher_exception_until = peewee.DateField(
        null=True, verbose_name="Uitzondering docenten tot en met"
    )
    weekly_minutes_b1 = peewee.IntegerField(null=True, verbose_name="Lesuren per week, B1-route")
    weekly_minutes_education = peewee.IntegerField(
        null=True, verbose_name="Lesuren per week, onderwijsroute"
    )
    weekly_minutes_self_reliance = peewee.IntegerField(
        null=True, verbose_name="Lesuren per week, Z-route"
    )
    hour_price_cents = peewee.IntegerField(null=True, verbose_name="Prijs per lesuur (eurocent)")


class ContractScope(BaseModel):
    """What a contract covers: one route in one gemeente, or in the whole region (no gemeente)."""

    contract = peewee.ForeignKeyField(Contract, backref="scopes", on_delete="CASCADE")
    route = peewee.SmallIntegerField(verbose_name="Leerroute")
    municipality = peewee.CharField(max_length=4, null=True, verbose_name="Gemeente")

    class Meta:
        """A pair once per contract."""

        indexes = ((("contract", "route", "municipality"), True),)


class Teacher(BaseModel):
    """Docent, known by a pseudonym, with one registration over one period."""

    provider = peewee.ForeignKeyField(
        Provider, backref="teachers", on_delete="RESTRICT", verbose_name="Aanbieder"
    )
    teacher_ref = peewee.CharField(max_length=32, verbose_name="Docentcode")
    registration = peewee.SmallIntegerField(verbose_name="Registratie")
    valid_from = peewee.DateField(null=True, verbose_name="Van")
    valid_until = peewee.DateField(null=True, verbose_name="Tot en met")

    class Meta:
        """A registration starts once on a day."""

        indexes = ((("provider", "teacher_ref", "valid_from"), True),)


class LessonBreak(BaseModel):
    """Lesvrije weken: days without lessons of one provider, or of the whole region (no provider).

    Both ends included. ``quality`` leaves these days out of the weeks in which lessons count.
    """

    provider = peewee.ForeignKeyField(
        Provider, null=True, backref="breaks", on_delete="RESTRICT", verbose_name="Aanbieder"
    )
    valid_from = peewee.DateField(verbose_name="Van")
    valid_until = peewee.DateField(verbose_name="Tot en met")

    class Meta:
        """A break of a provider starts once on a day."""

        indexes = ((("provider", "valid_from"), True),)


class TeachingMethod(BaseModel):
    """Lesmethode that a provider uses, and whether it is a recognised one (unknown: empty)."""

    provider = peewee.ForeignKeyField(
        Provider, backref="methods", on_delete="RESTRICT", verbose_name="Aanbieder"
    )
    name = peewee.CharField(max_length=60, verbose_name="Lesmethode")
    recognised = peewee.BooleanField(null=True, verbose_name="Erkend")

    class Meta:
        """A name once per provider."""

        indexes = ((("provider", "name"), True),)


class ClassInspection(BaseModel):
    """Klasbezoek of Blik op Werk: what it found on a day, and what the provider did with it."""

    provider = peewee.ForeignKeyField(
        Provider, backref="inspections", on_delete="RESTRICT", verbose_name="Aanbieder"
    )
    held_on = peewee.DateField(verbose_name="Bezocht op")
    finding = peewee.CharField(max_length=300, verbose_name="Bevinding")
    follow_up = peewee.CharField(max_length=300, null=True, verbose_name="Opvolging")
    source = peewee.CharField(max_length=200, null=True, verbose_name="Bron")

    class Meta:
        """One visit a day."""

        indexes = ((("provider", "held_on"), True),)


class TravelTime(BaseModel):
    """How many minutes it takes by public transport from a kern to a lesson location."""

    provider = peewee.ForeignKeyField(
        Provider, backref="travel_times", on_delete="RESTRICT", verbose_name="Aanbieder"
    )
    location = peewee.CharField(max_length=80, verbose_name="Locatie")
    municipality = peewee.CharField(max_length=4, verbose_name="Gemeente")
    place = peewee.CharField(max_length=60, verbose_name="Kern")
    minutes = peewee.SmallIntegerField(verbose_name="Reistijd in minuten")

    class Meta:
        """A kern once per location."""

        indexes = ((("provider", "location", "municipality", "place"), True),)


class Delivery(BaseModel):
    """Levering: one file of one provider, as received, and what became of it.

    ``state``: ``received`` (kept, nothing held yet), ``held``, ``refused`` or ``withdrawn``.
    ``rows = accepted + unchanged + rejected + skipped`` always.
    """

    provider = peewee.ForeignKeyField(
        Provider, backref="deliveries", on_delete="RESTRICT", verbose_name="Aanbieder"
    )
    file_name = peewee.CharField(max_length=200, verbose_name="Bestand")
    sha256 = peewee.CharField(max_length=64, index=True)
    size = peewee.BigIntegerField(verbose_name="Omvang (bytes)")
    sender = peewee.CharField(max_length=120, verbose_name="Afzender")
    received_at = MomentField(verbose_name="Ontvangen")
    decided_at = MomentField(null=True, verbose_name="Verwerkt")
    state = peewee.CharField(max_length=12, default="received", verbose_name="Stand")
    rows = peewee.IntegerField(default=0, verbose_name="Rijen")
    accepted = peewee.IntegerField(default=0, verbose_name="Aangenomen")
    unchanged = peewee.IntegerField(default=0, verbose_name="Ongewijzigd")
    rejected = peewee.IntegerField(default=0, verbose_name="Terug te sturen")
    skipped = peewee.IntegerField(default=0, verbose_name="Overgeslagen")
    warnings = peewee.IntegerField(default=0, verbose_name="Waarschuwingen")
    findings = peewee.JSONField(
        default=dict, help_text="what was assumed, missing and ignored columns, hours by route"
    )
    again_of = peewee.ForeignKeyField("self", null=True, on_delete="RESTRICT")
    seconds = peewee.FloatField(null=True)
    withdrawn_at = MomentField(null=True, verbose_name="Ingetrokken")
    withdrawn_reason = NoteField(null=True, verbose_name="Reden")

    class Meta:
        """The same bytes are looked up per provider."""

        indexes = ((("provider", "sha256"), False),)


class DeliveryMonth(BaseModel):
    """A month that a delivery holds rows of, with how many; also a nil return (no rows at all)."""

    delivery = peewee.ForeignKeyField(Delivery, backref="months", on_delete="CASCADE")
    month = MonthField(verbose_name="Rapportagemaand")
    rows = peewee.IntegerField(verbose_name="Rijen")
    removed = peewee.IntegerField(default=0, help_text="held once; gone by the retention rules")

    class Meta:
        """A month once per delivery."""

        indexes = ((("delivery", "month"), True), (("month",), False))


class Problem(BaseModel):
    """One thing wrong in a delivery: an error rejects its row, a warning does not."""

    delivery = peewee.ForeignKeyField(
        Delivery, backref="problems", on_delete="CASCADE", verbose_name="Levering"
    )
    row = peewee.IntegerField(null=True, verbose_name="Rij")
    column = peewee.CharField(max_length=80, null=True, verbose_name="Kolom")
    code = peewee.CharField(max_length=8, verbose_name="Regel")
    severity = peewee.CharField(max_length=8, verbose_name="Ernst")
    value = peewee.TextField(null=True, verbose_name="Waarde")
    message = peewee.TextField(verbose_name="Uitleg")


class CourseTrack(BaseModel):
    """Traject: one pseudonymous learner at one provider."""

    provider = peewee.ForeignKeyField(
        Provider, backref="tracks", on_delete="RESTRICT", verbose_name="Aanbieder"
    )
    number = peewee.CharField(max_length=32, verbose_name="Trajectnummer")

    class Meta:
        """The gemeente's number once per provider; also looked up across providers."""

        indexes = ((("provider", "number"), True), (("number",), False))


class Restriction(BaseModel):
    """Beperking (AVG 18): what is held of a learner of a gemeente is kept, and shown to nobody.

    The gemeente is held as it is today. Lifting a restriction removes it; the audit trail keeps
    who made and lifted it, and why.
    """

    municipality = peewee.SmallIntegerField(verbose_name="Gemeente")
    number = peewee.CharField(max_length=32, verbose_name="Trajectnummer")
    ground = peewee.CharField(max_length=20, verbose_name="Grond")
    reason = NoteField(verbose_name="Reden")
    by = peewee.CharField(max_length=120, verbose_name="Door")
    at = MomentField(verbose_name="Sinds")

    class Meta:
        """A learner once per gemeente."""

        indexes = ((("municipality", "number"), True),)


class ProgressRecord(BaseModel):
    """Voortgangsregel: one traject in one month, as one delivery reported it.

    Integers throughout: codes by ``providers.codes``, days by ordinal, hours in minutes.
    Current is the version that nothing supersedes; at most one per traject and month.
    """

    provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT", index=False)
    month = MonthField(verbose_name="Rapportagemaand")
    track = peewee.ForeignKeyField(CourseTrack, on_delete="RESTRICT", index=False)
    delivery = peewee.ForeignKeyField(Delivery, on_delete="RESTRICT", index=False)
    superseded_by = peewee.ForeignKeyField(Delivery, null=True, on_delete="RESTRICT", index=False)
    row = peewee.IntegerField(verbose_name="Rij in het bestand")
    contract = peewee.ForeignKeyField(Contract, null=True, on_delete="RESTRICT", index=False)
    municipality = peewee.SmallIntegerField(verbose_name="Gemeente")
    route = peewee.SmallIntegerField(verbose_name="Leerroute")
    status = peewee.SmallIntegerField(verbose_name="Status")
    registered_on = DayField(verbose_name="Datum aanmelding")
    first_lesson_on = DayField(null=True, verbose_name="Datum eerste les")
    ended_on = DayField(null=True, verbose_name="Datum einde")
    end_reason = peewee.SmallIntegerField(null=True, verbose_name="Reden einde")
    expected_end_on = DayField(null=True, verbose_name="Verwachte einddatum")
    waiting_reason = peewee.SmallIntegerField(null=True, verbose_name="Reden wachten")
    evening_weekend_wish = peewee.SmallIntegerField(null=True, verbose_name="Wens avond of weekend")
    pip_level = peewee.SmallIntegerField(null=True, verbose_name="Niveau PIP")
    minutes_offered = peewee.IntegerField(verbose_name="Uren aangeboden")
    minutes_attended = peewee.IntegerField(verbose_name="Uren gevolgd")
    minutes_authorised = peewee.IntegerField(verbose_name="Uren geoorloofd verzuim")
    minutes_unauthorised = peewee.IntegerField(verbose_name="Uren ongeoorloofd verzuim")
    minutes_evening_weekend = peewee.IntegerField(verbose_name="Uren avond en weekend")
    minutes_certified = peewee.IntegerField(verbose_name="Uren bevoegd docent")
    minutes_in_training = peewee.IntegerField(null=True, verbose_name="Uren docent in opleiding")
    minutes_knm = peewee.IntegerField(null=True, verbose_name="Uren KNM")
    minutes_online = peewee.IntegerField(null=True, verbose_name="Uren online")
    minutes_participation = peewee.IntegerField(null=True, verbose_name="Uren participatie")
    level_reading = peewee.SmallIntegerField(verbose_name="Niveau lezen")
    level_listening = peewee.SmallIntegerField(verbose_name="Niveau luisteren")
    level_writing = peewee.SmallIntegerField(verbose_name="Niveau schrijven")
    level_speaking = peewee.SmallIntegerField(verbose_name="Niveau spreken")
    exam_reading = peewee.SmallIntegerField(null=True, verbose_name="Examen lezen")
    exam_listening = peewee.SmallIntegerField(null=True, verbose_name="Examen luisteren")
    exam_writing = peewee.SmallIntegerField(null=True, verbose_name="Examen schrijven")
    exam_speaking = peewee.SmallIntegerField(null=True, verbose_name="Examen spreken")
    exam_knm = peewee.SmallIntegerField(null=True, verbose_name="Examen KNM")
    group_name = peewee.CharField(max_length=32, null=True, verbose_name="Groep")
    group_size = peewee.SmallIntegerField(null=True, verbose_name="Groepsgrootte")
    dayparts_per_week = peewee.SmallIntegerField(null=True, verbose_name="Dagdelen per week")
    target_group = peewee.SmallIntegerField(null=True, verbose_name="Doelgroep")
    teaching_method = peewee.CharField(max_length=60, null=True, verbose_name="Lesmethode")
    language_internship = peewee.SmallIntegerField(null=True, verbose_name="Taalstage")
    combined = peewee.SmallIntegerField(null=True, verbose_name="Duaal")
    lesson_fits = peewee.SmallIntegerField(null=True, verbose_name="Les sluit aan")


CURRENT = ProgressRecord.superseded_by.is_null()
"""Condition: the version that counts today."""

ProgressRecord.add_index(
    ProgressRecord.index(
        ProgressRecord.provider,
        ProgressRecord.month,
        ProgressRecord.track,
        unique=True,
        where=CURRENT,
        name="progress_record_current",
    )
)
ProgressRecord.add_index(
    ProgressRecord.index(ProgressRecord.track, ProgressRecord.month, name="progress_record_track")
)
ProgressRecord.add_index(
    ProgressRecord.index(
        ProgressRecord.delivery, ProgressRecord.row, name="progress_record_delivery"
    )
)
ProgressRecord.add_index(
    ProgressRecord.index(
        ProgressRecord.superseded_by,
        where=ProgressRecord.superseded_by.is_null(False),
        name="progress_record_superseded_by",
    )
)


class Confirmation(BaseModel):
    """A later delivery sent a held row again, unchanged: withdrawing the first keeps it held."""

    delivery = peewee.ForeignKeyField(Delivery, on_delete="RESTRICT", index=False)
    record = peewee.ForeignKeyField(ProgressRecord, on_delete="RESTRICT", index=False)
    row = peewee.IntegerField(verbose_name="Rij in het bestand")

    class Meta:
        """A held row once per delivery."""

        indexes = ((("record", "delivery"), True),)


Confirmation.add_index(
    Confirmation.index(Confirmation.delivery, Confirmation.row, name="confirmation_delivery")
)


class RejectedRow(BaseModel):
    """Teruggestuurde rij: no more of it than tells when it came again.

    ``number`` and ``month`` are its key, once it is known: what the row itself said when that was
    right, else what the mended row says. ``month`` alone is where the row is counted.
    ``taken_up_by`` is the later delivery that has the row again, ``mended`` whether it was accepted
    there; what nothing took up is still to be mended.
    """

    delivery = peewee.ForeignKeyField(Delivery, on_delete="CASCADE", index=False)
    row = peewee.IntegerField(verbose_name="Rij in het bestand")
    number = peewee.CharField(max_length=32, null=True, verbose_name="Trajectnummer")
    month = MonthField(null=True, verbose_name="Rapportagemaand")
    taken_up_by = peewee.ForeignKeyField(Delivery, null=True, on_delete="RESTRICT")
    mended = peewee.BooleanField(default=False, verbose_name="Aangevuld")

    class Meta:
        """A row once per delivery; looked up by its key."""

        indexes = ((("delivery", "row"), True), (("number", "month"), False))


ProgressRecord.add_index(
    ProgressRecord.index(
        ProgressRecord.provider,
        ProgressRecord.month,
        where=CURRENT
        & ProgressRecord.first_lesson_on.is_null()
        & ProgressRecord.ended_on.is_null(),
        name="progress_record_waiting",
    )
)


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


class OpenTracks(BaseModel):
    """The open trajecten of one provider, month and route, and of how many a month later tells.

    Thrown away as soon as a delivery changes the rows it counts, and counted again by the work
    that follows; until then it is counted from the rows.
    """

    provider = peewee.ForeignKeyField(Provider, on_delete="CASCADE", index=False)
    month = MonthField()
    route = peewee.SmallIntegerField()
    waiting = peewee.IntegerField()
    active = peewee.IntegerField()
    paused = peewee.IntegerField()
    followed = peewee.IntegerField()

    class Meta:
        """One count per route."""

        indexes = ((("provider", "month", "route"), True),)
