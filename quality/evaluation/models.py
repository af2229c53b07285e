"""What an evaluation of a plan van aanpak consists of; every row belongs to one gemeente."""

import peewee

from core.db import BaseModel, ShortNoteField


class PlanAction(BaseModel):
    """An action of the plan; ``state`` is one of ``rules.STATES``."""

    municipality = peewee.CharField(max_length=4, verbose_name="Gemeente")
    number = peewee.SmallIntegerField(verbose_name="Nummer")
    theme_number = peewee.SmallIntegerField(verbose_name="Thema")
    theme = peewee.CharField(max_length=120, verbose_name="Naam van het thema")
    title = peewee.CharField(max_length=250, verbose_name="Actie")
    state = peewee.CharField(max_length=20, verbose_name="Stand")
    explanation = ShortNoteField(max_length=500, default="", verbose_name="Toelichting")
    owner = peewee.CharField(max_length=120, default="", verbose_name="Eigenaar")
    source = peewee.CharField(max_length=120, verbose_name="Bron")

    class Meta:
        """A number once per gemeente."""

        indexes = ((("municipality", "number"), True),)


class HousingTask(BaseModel):
    """How many statushouders a gemeente had to house in a year, and how many it housed.

    ``backlog_before`` is given for the first year only; later ones follow from it.
    """

    municipality = peewee.CharField(max_length=4, verbose_name="Gemeente")
    year = peewee.SmallIntegerField(verbose_name="Jaar")
    assigned = peewee.IntegerField(verbose_name="Taakstelling")
    backlog_before = peewee.IntegerField(null=True, verbose_name="Achterstand vooraf")
    realised = peewee.IntegerField(verbose_name="Realisatie")
    measured_on = peewee.DateField(null=True, verbose_name="Peildatum")
    source = peewee.CharField(max_length=120, verbose_name="Bron")

    class Meta:
        """A year once per gemeente."""

        indexes = ((("municipality", "year"), True),)


class BudgetLine(BaseModel):
    """One item of the budget of a year, in cents; ``side`` is ``income`` or ``expense``."""

    municipality = peewee.CharField(max_length=4, verbose_name="Gemeente")
    year = peewee.SmallIntegerField(verbose_name="Jaar")
    side = peewee.CharField(max_length=7, verbose_name="Soort")
    position = peewee.SmallIntegerField(verbose_name="Volgorde")
    item = peewee.CharField(max_length=120, verbose_name="Post")
    cents = peewee.BigIntegerField(verbose_name="Bedrag")
    source = peewee.CharField(max_length=120, verbose_name="Bron")

    class Meta:
        """An item once per side of a year."""

        indexes = ((("municipality", "year", "side", "position"), True),)


class PlanGoal(BaseModel):
    """An indicator of the plan as the evaluation words it: ``95-100%`` stays what it is."""

    municipality = peewee.CharField(max_length=4, verbose_name="Gemeente")
    number = peewee.SmallIntegerField(verbose_name="Nummer")
    name = peewee.CharField(max_length=250, verbose_name="Indicator")
    target = peewee.CharField(max_length=60, verbose_name="Doel")
    realised = peewee.CharField(max_length=60, verbose_name="Realisatie")
    note = peewee.CharField(max_length=250, default="", verbose_name="Noot")
    source = peewee.CharField(max_length=120, verbose_name="Bron")

    class Meta:
        """A number once per gemeente."""

        indexes = ((("municipality", "number"), True),)


class HeardPoint(BaseModel):
    """What somebody who was heard brought forward, and what was done with it."""

    municipality = peewee.CharField(max_length=4, verbose_name="Gemeente")
    number = peewee.SmallIntegerField(verbose_name="Nummer")
    party = peewee.CharField(max_length=80, verbose_name="Wie")
    point = ShortNoteField(max_length=250, verbose_name="Punt")
    kind = peewee.CharField(max_length=40, verbose_name="Soort")
    follow_up = ShortNoteField(max_length=500, default="", verbose_name="Wat ermee gebeurde")
    source = peewee.CharField(max_length=120, verbose_name="Bron")

    class Meta:
        """A number once per gemeente."""

        indexes = ((("municipality", "number"), True),)


class YearCount(BaseModel):
    """A count of one year, such as language internships begun."""

    municipality = peewee.CharField(max_length=4, verbose_name="Gemeente")
    what = peewee.CharField(max_length=60, verbose_name="Wat")
    year = peewee.SmallIntegerField(verbose_name="Jaar")
    count = peewee.IntegerField(verbose_name="Aantal")
    source = peewee.CharField(max_length=120, verbose_name="Bron")

    class Meta:
        """A year once per thing that is counted."""

        indexes = ((("municipality", "what", "year"), True),)


EVERYTHING = (PlanAction, HousingTask, BudgetLine, PlanGoal, HeardPoint, YearCount)
