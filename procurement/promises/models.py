"""Promises, clauses and invoices of a contract; nothing in them is about a person."""

from decimal import Decimal

import peewee

from core.db import BaseModel, MomentField, MonthField
from providers.models import Contract


class ContractPromise(BaseModel):
    """Belofte: what a bid offered and what the contract says, for one measure.

    Hours a week and days until the start stand in the contract itself; of these ``value`` is empty.
    ``value`` and ``bid_value`` are in the unit of the measure (``rules.MEASURES``).
    """

    contract = peewee.ForeignKeyField(
        Contract, backref="promises", on_delete="RESTRICT", verbose_name="Contract"
    )
    route = peewee.SmallIntegerField(null=True, verbose_name="Leerroute")
    measure = peewee.CharField(max_length=8, verbose_name="Belofte")
    value = peewee.DecimalField(8, 2, null=True, verbose_name="In het contract")
    bid_value = peewee.DecimalField(8, 2, null=True, verbose_name="In de inschrijving")
    source = peewee.CharField(max_length=120, default="", verbose_name="Waar het staat")

    class Meta:
        """A measure once per contract and route."""

        indexes = ((("contract", "route", "measure"), True),)


class ContractClause(BaseModel):
    """Clausule: one step of a price, malus or bonus; steps with one article are one staffel.

    ``threshold`` says from where the step holds, ``amount`` euros or per cents: see ``rules``.
    """

    contract = peewee.ForeignKeyField(
        Contract, backref="clauses", on_delete="RESTRICT", verbose_name="Contract"
    )
    article = peewee.CharField(max_length=12, verbose_name="Artikel")
    kind = peewee.CharField(max_length=8, verbose_name="Soort")
    measure = peewee.CharField(max_length=8, verbose_name="Gaat over")
    basis = peewee.CharField(max_length=8, verbose_name="Bedrag per")
    period = peewee.CharField(max_length=8, default="maand", verbose_name="Afgerekend per")
    route = peewee.SmallIntegerField(null=True, verbose_name="Leerroute")
    threshold = peewee.DecimalField(10, 2, default=Decimal(0), verbose_name="Vanaf")
    amount = peewee.DecimalField(10, 2, verbose_name="Bedrag of percentage")

    class Meta:
        """A step once per article and route."""

        indexes = ((("contract", "article", "route", "threshold"), True),)


class Invoice(BaseModel):
    """Factuur of an aanbieder under a contract, without VAT; a credit note is negative."""

    contract = peewee.ForeignKeyField(
        Contract, backref="invoices", on_delete="RESTRICT", verbose_name="Contract"
    )
    number = peewee.CharField(max_length=40, verbose_name="Factuurnummer")
    invoiced_on = peewee.DateField(verbose_name="Factuurdatum")
    sha256 = peewee.CharField(max_length=64)
    entered_by = peewee.CharField(max_length=120, verbose_name="Ingevoerd door")
    entered_at = MomentField(verbose_name="Ingevoerd op")

    class Meta:
        """A number once per contract."""

        indexes = ((("contract", "number"), True),)


class InvoiceLine(BaseModel):
    """Regel of an invoice: the month, hours and amount; no text, which could name a learner."""

    invoice = peewee.ForeignKeyField(Invoice, backref="lines", on_delete="CASCADE")
    month = MonthField(verbose_name="Maand")
    route = peewee.SmallIntegerField(null=True, verbose_name="Leerroute")
    municipality = peewee.CharField(max_length=4, null=True, verbose_name="Gemeente")
    minutes = peewee.IntegerField(null=True, verbose_name="Uren")
    cents = peewee.IntegerField(verbose_name="Bedrag (eurocent)")
