"""The tables behind inkooptrajecten.

An *inkooptraject* runs from the first exploration to contracts and on to renewal. OCDS calls that
whole a contracting process, of which the tender is one stage; hence ``ContractingProcess``.
"""

import peewee

from core.db import BaseModel, MomentField, MonthField


class ContractingProcess(BaseModel):
    """Inkooptraject: everything from exploration to renewal, for several gemeenten."""

    code = peewee.CharField(max_length=24, unique=True, verbose_name="Code")
    name = peewee.CharField(max_length=120, verbose_name="Naam")
    region = peewee.CharField(max_length=80, default="", verbose_name="Regio")
    procedure = peewee.CharField(max_length=24, verbose_name="Procedure")
    status = peewee.CharField(max_length=12, default="lopend", verbose_name="Stand")
    electronic = peewee.BooleanField(default=True, verbose_name="Inschrijven gaat elektronisch")
    lead_municipality = peewee.CharField(max_length=4, null=True, verbose_name="Penvoerder")
    starts_on = peewee.DateField(null=True, verbose_name="Begin")
    go_live = peewee.DateField(null=True, verbose_name="Start nieuw contract (streefdatum)")
    current_until = peewee.DateField(null=True, verbose_name="Einddatum huidige contract")
    contract_until = peewee.DateField(null=True, verbose_name="Nieuw contract tot en met")
    tracks = peewee.IntegerField(null=True, verbose_name="Aantal trajecten")
    price_cents = peewee.IntegerField(null=True, verbose_name="Prijs per traject (eurocent)")
    good_friday_off = peewee.BooleanField(default=False, verbose_name="Goede Vrijdag is vrij")
    note = peewee.TextField(default="", verbose_name="Toelichting")
    changed_at = MomentField(verbose_name="Gewijzigd")
    # What was computed last, for lists over many; ``computed_on`` says for which day.
    computed_on = peewee.DateField(null=True, verbose_name="Berekend op")
    headline = peewee.TextField(default="", verbose_name="Stand van het traject")
    health = peewee.CharField(max_length=20, default="", verbose_name="Verloop")
    expected_go_live = peewee.DateField(null=True, verbose_name="Verwachte start")


class Participation(BaseModel):
    """Deelname: a gemeente joins for one leerroute, at a scale chosen with its reason."""

    process = peewee.ForeignKeyField(
        ContractingProcess, backref="participations", on_delete="CASCADE"
    )
    municipality = peewee.CharField(max_length=4, verbose_name="Gemeente")
    route = peewee.CharField(max_length=2, verbose_name="Leerroute")
    scale = peewee.CharField(max_length=16, default="regionaal", verbose_name="Schaal")
    reason = peewee.TextField(default="", verbose_name="Reden van de schaal")

    class Meta:
        """A gemeente joins once per route."""

        indexes = ((("process", "municipality", "route"), True),)


class ClosedPeriod(BaseModel):
    """Reces: weeks in which colleges and councils do not meet."""

    process = peewee.ForeignKeyField(ContractingProcess, backref="recesses", on_delete="CASCADE")
    name = peewee.CharField(max_length=60, default="", verbose_name="Reces")
    first = peewee.DateField(verbose_name="Van")
    last = peewee.DateField(verbose_name="Tot en met")


class Meeting(BaseModel):
    """A known meeting of a gemeente's college or council."""

    process = peewee.ForeignKeyField(ContractingProcess, backref="meetings", on_delete="CASCADE")
    municipality = peewee.CharField(max_length=4, verbose_name="Gemeente")
    body = peewee.CharField(max_length=12, verbose_name="Orgaan")
    held_on = peewee.DateField(verbose_name="Vergadering")

    class Meta:
        """A body meets once on a day."""

        indexes = ((("process", "municipality", "body", "held_on"), True),)


class Milestone(BaseModel):
    """Mijlpaal: one step of the plan (task, moment, decision or statutory term)."""

    process = peewee.ForeignKeyField(ContractingProcess, backref="milestones", on_delete="CASCADE")
    position = peewee.IntegerField(verbose_name="Volgorde")
    code = peewee.CharField(max_length=12, verbose_name="Code")
    title = peewee.CharField(max_length=160, verbose_name="Mijlpaal")
    phase = peewee.CharField(max_length=80, default="", verbose_name="Fase")
    kind = peewee.CharField(max_length=20, verbose_name="Soort")
    purpose = peewee.CharField(max_length=32, null=True, verbose_name="Betekenis")
    owner = peewee.CharField(max_length=80, default="", verbose_name="Eigenaar", index=True)
    duration = peewee.IntegerField(default=0, verbose_name="Duur")
    unit = peewee.CharField(max_length=2, default="cd", verbose_name="Eenheid")
    body = peewee.CharField(max_length=12, default="", verbose_name="Orgaan")
    per_municipality = peewee.BooleanField(default=False, verbose_name="Besluit per gemeente")
    earliest_start = peewee.DateField(null=True, verbose_name="Begint niet voor")
    deadline = peewee.DateField(null=True, verbose_name="Uiterste datum")
    actual_start = peewee.DateField(null=True, verbose_name="Begonnen op")
    actual_end = peewee.DateField(null=True, verbose_name="Gereed op")
    progress = peewee.IntegerField(default=0, verbose_name="Voortgang (%)")
    cancelled = peewee.BooleanField(default=False, verbose_name="Vervallen")
    note = peewee.TextField(default="", verbose_name="Toelichting")
    evidence = peewee.TextField(default="", verbose_name="Bewijs")
    expected_start = peewee.DateField(null=True, verbose_name="Verwacht begin")
    expected_end = peewee.DateField(null=True, verbose_name="Verwacht einde")
    latest_end = peewee.DateField(null=True, verbose_name="Uiterlijk")
    total_float = peewee.IntegerField(null=True, verbose_name="Speling (werkdagen)")
    health = peewee.CharField(max_length=20, default="", verbose_name="Verloop")
    reason = peewee.TextField(default="", verbose_name="Reden")

    class Meta:
        """A code once per inkooptraject."""

        indexes = ((("process", "code"), True),)


class Dependency(BaseModel):
    """Afhankelijkheid: ``after`` waits for ``before``, plus a lag."""

    process = peewee.ForeignKeyField(ContractingProcess, backref="links", on_delete="CASCADE")
    before = peewee.ForeignKeyField(Milestone, backref="followers", on_delete="CASCADE")
    after = peewee.ForeignKeyField(Milestone, backref="waits", on_delete="CASCADE")
    type = peewee.CharField(max_length=2, default="FS", verbose_name="Soort")
    lag = peewee.IntegerField(default=0, verbose_name="Tussentijd")
    unit = peewee.CharField(max_length=2, default="cd", verbose_name="Eenheid")

    class Meta:
        """A pair once per type."""

        indexes = ((("before", "after", "type"), True),)


class Decision(BaseModel):
    """Besluit of one gemeente at one milestone."""

    process = peewee.ForeignKeyField(ContractingProcess, backref="decisions", on_delete="CASCADE")
    milestone = peewee.ForeignKeyField(Milestone, backref="decisions", on_delete="CASCADE")
    municipality = peewee.CharField(max_length=4, verbose_name="Gemeente")
    body = peewee.CharField(max_length=12, default="college", verbose_name="Orgaan")
    outcome = peewee.CharField(max_length=24, default="voorbereid", verbose_name="Uitkomst")
    meeting_on = peewee.DateField(null=True, verbose_name="Vergadering")
    decided_on = peewee.DateField(null=True, verbose_name="Besloten op")
    document = peewee.TextField(default="", verbose_name="Document")

    class Meta:
        """A gemeente decides once per milestone."""

        indexes = ((("milestone", "municipality"), True),)


class Baseline(BaseModel):
    """Planversie: a numbered copy of all dates with its reason; never changed afterwards."""

    process = peewee.ForeignKeyField(ContractingProcess, backref="baselines", on_delete="CASCADE")
    number = peewee.IntegerField(verbose_name="Planversie")
    made_on = peewee.DateField(verbose_name="Gemaakt op")
    reason = peewee.TextField(verbose_name="Reden")
    go_live = peewee.DateField(null=True, verbose_name="Streefdatum")
    cause = peewee.CharField(max_length=10, null=True, verbose_name="Verschoven door")

    class Meta:
        """A number once per inkooptraject."""

        indexes = ((("process", "number"), True),)


class PlannedDate(BaseModel):
    """Dates of one step in a planversie; of one gemeente at it when that is filled in.

    By code, not by key: a planversie outlives the milestones that it was made of.
    """

    baseline = peewee.ForeignKeyField(Baseline, backref="dates", on_delete="CASCADE")
    step = peewee.CharField(max_length=12, verbose_name="Mijlpaal")
    municipality = peewee.CharField(max_length=4, default="", verbose_name="Gemeente")
    starts_on = peewee.DateField(verbose_name="Begin")
    ends_on = peewee.DateField(verbose_name="Einde")

    class Meta:
        """A step once per planversie and gemeente."""

        indexes = ((("baseline", "step", "municipality"), True),)


class ForecastPoint(BaseModel):
    """What was expected of a step, last said in a month: the points of the milestone trend."""

    process = peewee.ForeignKeyField(ContractingProcess, backref="forecasts", on_delete="CASCADE")
    month = MonthField(verbose_name="Maand")
    step = peewee.CharField(max_length=12, verbose_name="Mijlpaal")
    expected_on = peewee.DateField(verbose_name="Verwacht")

    class Meta:
        """One expectation per step and month."""

        indexes = ((("process", "month", "step"), True),)


class Action(BaseModel):
    """Actie: done, partly or not, with the reason."""

    process = peewee.ForeignKeyField(ContractingProcess, backref="actions", on_delete="CASCADE")
    text = peewee.TextField(verbose_name="Actie")
    state = peewee.CharField(max_length=8, default="nee", verbose_name="Gedaan")
    reason = peewee.TextField(default="", verbose_name="Reden")
    owner = peewee.CharField(max_length=80, default="", verbose_name="Eigenaar")
    due_on = peewee.DateField(null=True, verbose_name="Voor")


class Risk(BaseModel):
    """Risico: chance and impact from 1 (small) to 5 (large)."""

    process = peewee.ForeignKeyField(ContractingProcess, backref="risks", on_delete="CASCADE")
    milestone = peewee.ForeignKeyField(
        Milestone, null=True, backref="risks", on_delete="SET NULL", verbose_name="Mijlpaal"
    )
    title = peewee.TextField(verbose_name="Risico")
    chance = peewee.SmallIntegerField(default=1, verbose_name="Kans")
    impact = peewee.SmallIntegerField(default=1, verbose_name="Gevolg")
    measure = peewee.TextField(default="", verbose_name="Maatregel")
    owner = peewee.CharField(max_length=80, default="", verbose_name="Eigenaar")


class Breach(BaseModel):
    """A statutory term that a saved plan breaks, from the day it did to the day it was mended."""

    process = peewee.ForeignKeyField(ContractingProcess, backref="breaches", on_delete="CASCADE")
    rule = peewee.CharField(max_length=24, verbose_name="Regel")
    step = peewee.CharField(max_length=12, default="", verbose_name="Mijlpaal")
    message = peewee.TextField(verbose_name="Uitleg")
    found_at = MomentField(verbose_name="Gezien op")
    mended_at = MomentField(null=True, verbose_name="Hersteld op")


class TermOpinion(BaseModel):
    """How sure the region is that a rule of law binds a procedure, where it differs from usual."""

    rule = peewee.CharField(max_length=24, verbose_name="Regel")
    procedure = peewee.CharField(max_length=24, verbose_name="Procedure")
    certainty = peewee.CharField(max_length=16, verbose_name="Zekerheid")
    reason = peewee.TextField(verbose_name="Reden")
    set_by = peewee.CharField(max_length=120, verbose_name="Bepaald door")
    set_at = MomentField(verbose_name="Bepaald op")

    class Meta:
        """Once per rule and procedure."""

        indexes = ((("rule", "procedure"), True),)


class CalendarLink(BaseModel):
    """A secret address of a calendar: of one inkooptraject, or of one owner's milestones."""

    token_hash = peewee.CharField(max_length=64, unique=True)
    process = peewee.ForeignKeyField(
        ContractingProcess, null=True, backref="calendar_links", on_delete="CASCADE"
    )
    owner = peewee.CharField(max_length=80, default="", verbose_name="Eigenaar")
    made_by = peewee.CharField(max_length=120, verbose_name="Gemaakt door")
    made_at = MomentField(verbose_name="Gemaakt op")
    revoked_at = MomentField(null=True, verbose_name="Ingetrokken op")


class AgendaEvent(BaseModel):
    """One day in an agenda, and how often it changed; cancelled ones are told for a year."""

    process = peewee.ForeignKeyField(
        ContractingProcess, backref="agenda_events", on_delete="CASCADE"
    )
    key = peewee.CharField(max_length=24, verbose_name="Sleutel")
    day = peewee.DateField(verbose_name="Dag")
    owner = peewee.CharField(max_length=80, default="", index=True, verbose_name="Eigenaar")
    summary = peewee.TextField(verbose_name="Titel")
    description = peewee.TextField(default="", verbose_name="Toelichting")
    confirmed = peewee.BooleanField(default=False, verbose_name="Gereed")
    sequence = peewee.IntegerField(default=0, verbose_name="Keren gewijzigd")
    changed_at = MomentField(verbose_name="Gewijzigd op")
    cancelled_at = MomentField(null=True, verbose_name="Vervallen op")

    class Meta:
        """A key once per inkooptraject."""

        indexes = ((("process", "key"), True),)


class PublishedRelease(BaseModel):
    """An OCDS release that was given out, as it was; its id follows from what it says."""

    process = peewee.ForeignKeyField(ContractingProcess, backref="releases", on_delete="CASCADE")
    release_id = peewee.CharField(max_length=80, unique=True, verbose_name="Release")
    published_at = MomentField(verbose_name="Uitgegeven op")
    content = peewee.TextField(verbose_name="Inhoud (JSON)")


class ExpectedNumber(BaseModel):
    """Raming: trajecten that a gemeente expects per leerroute and year."""

    process = peewee.ForeignKeyField(ContractingProcess, backref="numbers", on_delete="CASCADE")
    municipality = peewee.CharField(max_length=4, verbose_name="Gemeente")
    route = peewee.CharField(max_length=2, verbose_name="Leerroute")
    year = peewee.SmallIntegerField(verbose_name="Jaar")
    tracks = peewee.IntegerField(verbose_name="Trajecten")

    class Meta:
        """One figure per gemeente, route and year."""

        indexes = ((("process", "municipality", "route", "year"), True),)


class GroupPlan(BaseModel):
    """How groups are made for one leerroute: size, and weeks between start dates (0: any day)."""

    process = peewee.ForeignKeyField(ContractingProcess, backref="groups", on_delete="CASCADE")
    route = peewee.CharField(max_length=2, verbose_name="Leerroute")
    group_size = peewee.SmallIntegerField(verbose_name="Groepsgrootte")
    start_every_weeks = peewee.SmallIntegerField(default=0, verbose_name="Weken tussen starts")
    places = peewee.IntegerField(null=True, verbose_name="Plaatsen per jaar")

    class Meta:
        """Once per route."""

        indexes = ((("process", "route"), True),)


class TraceItem(BaseModel):
    """One link of the trace from requirement to measure.

    ``kind``: ``eis``, ``gunningscriterium``, ``belofte``, ``kpi``, ``scorecriterium``, ``kolom``.
    """

    process = peewee.ForeignKeyField(ContractingProcess, backref="trace", on_delete="CASCADE")
    kind = peewee.CharField(max_length=20, verbose_name="Soort")
    code = peewee.CharField(max_length=40, verbose_name="Code")
    text = peewee.TextField(verbose_name="Omschrijving")
    source = peewee.TextField(default="", verbose_name="Herkomst")
    weight = peewee.SmallIntegerField(null=True, verbose_name="Weging (%)")

    class Meta:
        """A code once per kind."""

        indexes = ((("process", "kind", "code"), True),)


class TraceLink(BaseModel):
    """What an item of the trace leads to."""

    origin = peewee.ForeignKeyField(TraceItem, backref="leads_to", on_delete="CASCADE")
    result = peewee.ForeignKeyField(TraceItem, backref="comes_from", on_delete="CASCADE")

    class Meta:
        """A pair once."""

        indexes = ((("origin", "result"), True),)


class Question(BaseModel):
    """Vraag from the market dialogue or for the Nota van Inlichtingen, with its answer."""

    process = peewee.ForeignKeyField(ContractingProcess, backref="questions", on_delete="CASCADE")
    number = peewee.IntegerField(verbose_name="Nummer")
    stage = peewee.CharField(max_length=24, verbose_name="Waar")
    asked_on = peewee.DateField(verbose_name="Gesteld op")
    question = peewee.TextField(verbose_name="Vraag")
    answer = peewee.TextField(default="", verbose_name="Antwoord")
    published_on = peewee.DateField(null=True, verbose_name="Gepubliceerd op")

    class Meta:
        """A number once."""

        indexes = ((("process", "number"), True),)


class DigestMail(BaseModel):
    """The message that an owner of milestones got on a day."""

    day = peewee.DateField(verbose_name="Dag")
    owner = peewee.CharField(max_length=80, verbose_name="Eigenaar")
    address = peewee.CharField(max_length=120, verbose_name="Adres")
    text = peewee.TextField(verbose_name="Bericht")
    sent_at = MomentField(verbose_name="Verstuurd")

    class Meta:
        """One message per address and day."""

        indexes = ((("day", "address"), True),)
