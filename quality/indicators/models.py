"""Indicators of the policy: what a gemeente wants to reach, and what it reached."""

import peewee

from core.db import BaseModel, MomentField

BETTER = (("higher", "hoger"), ("lower", "lager"))


class Indicator(BaseModel):
    """Something that is measured each year against a target.

    ``better`` tells which way is good. ``computation`` names the function that can work the
    realised figure out from the feed; without it people enter it. Without a gemeente it is about
    the whole region.
    """

    number = peewee.CharField(max_length=8, verbose_name="Nummer")
    name = peewee.CharField(max_length=200, verbose_name="Indicator")
    unit = peewee.CharField(max_length=20, verbose_name="Eenheid")
    better = peewee.CharField(max_length=6, verbose_name="Beter is")
    municipality = peewee.CharField(max_length=4, null=True, verbose_name="Gemeente")
    computation = peewee.CharField(max_length=40, null=True, verbose_name="Berekening")
    definition = peewee.TextField(default="", verbose_name="Definitie")
    source = peewee.CharField(max_length=200, default="", verbose_name="Bron")


# One number in a gemeente, and one in the region, where the gemeente is empty.
Indicator.add_index(
    Indicator.index(
        Indicator.number,
        peewee.fn.COALESCE(Indicator.municipality, ""),
        unique=True,
        name="indicator_number",
    )
)


class IndicatorValue(BaseModel):
    """One figure of one year: a target (doel) or what was reached (realisatie).

    ``people`` is the number of persons behind it; unknown is not zero.
    """

    indicator = peewee.ForeignKeyField(
        Indicator, backref="values", on_delete="RESTRICT", verbose_name="Indicator"
    )
    year = peewee.SmallIntegerField(verbose_name="Jaar")
    kind = peewee.CharField(max_length=8, verbose_name="Soort")
    value = peewee.DoubleField(verbose_name="Waarde")
    people = peewee.IntegerField(null=True, verbose_name="Aantal personen")
    source = peewee.CharField(max_length=200, verbose_name="Bron")
    detail = peewee.JSONField(null=True, help_text="what a computed figure rests on")
    definition = peewee.CharField(
        max_length=120, default="ingevoerd", verbose_name="Definitie",
        help_text="a line is not drawn from one definition to another",
    )  # fmt: skip
    entered_by = peewee.CharField(max_length=120, verbose_name="Ingevoerd door")
    entered_at = MomentField(verbose_name="Ingevoerd op")

    class Meta:
        """One figure of a kind per year."""

        indexes = ((("indicator", "year", "kind"), True),)


class ReferenceLine(BaseModel):
    """What others reached in a year: Divosa, CBS, DUO or another region; drawn beside ours."""

    indicator = peewee.ForeignKeyField(
        Indicator, backref="references", on_delete="RESTRICT", verbose_name="Indicator"
    )
    name = peewee.CharField(max_length=60, verbose_name="Naam")
    year = peewee.SmallIntegerField(verbose_name="Jaar")
    value = peewee.DoubleField(verbose_name="Waarde")
    source = peewee.CharField(max_length=200, verbose_name="Bron")
    published_on = peewee.DateField(verbose_name="Datum van de bron")

    class Meta:
        """One figure of a name per year."""

        indexes = ((("indicator", "name", "year"), True),)


class CriterionReference(BaseModel):
    """What others reached on a criterion of a route in a year; drawn in the line of each school."""

    criterion = peewee.CharField(max_length=20, verbose_name="Criterium")
    route = peewee.SmallIntegerField(verbose_name="Leerroute")
    name = peewee.CharField(max_length=60, verbose_name="Naam")
    year = peewee.SmallIntegerField(verbose_name="Jaar")
    value = peewee.DoubleField(verbose_name="Waarde")
    source = peewee.CharField(max_length=200, verbose_name="Bron")
    published_on = peewee.DateField(verbose_name="Datum van de bron")

    class Meta:
        """One figure of a name per year."""

        indexes = ((("criterion", "route", "name", "year"), True),)


class CohortCount(BaseModel):
    """Inburgeringsplichtigen of one start year in one state, as DUO published it.

    ``people`` is empty where DUO hides the figure because it is under five.
    """

    municipality = peewee.CharField(max_length=4, verbose_name="Gemeente")
    measured_on = peewee.DateField(verbose_name="Peildatum")
    start_year = peewee.SmallIntegerField(verbose_name="Startjaar")
    status = peewee.CharField(max_length=30, verbose_name="Stand")
    people = peewee.IntegerField(null=True, verbose_name="Personen")
    source = peewee.CharField(max_length=200, verbose_name="Bron")

    class Meta:
        """A state once per start year and peildatum."""

        indexes = ((("municipality", "measured_on", "start_year", "status"), True),)
