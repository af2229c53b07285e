"""The tables behind the award: lots, bids, checks, scores, decision and contracts."""

import peewee

from core.db import BaseModel, MomentField
from procurement.models import ContractingProcess


class Lot(BaseModel):
    """Perceel: what is awarded in one go, for one leerroute."""

    process = peewee.ForeignKeyField(ContractingProcess, backref="lots", on_delete="CASCADE")
    code = peewee.CharField(max_length=12, verbose_name="Code")
    title = peewee.CharField(max_length=120, verbose_name="Perceel")
    route = peewee.CharField(max_length=2, verbose_name="Leerroute")
    method = peewee.CharField(max_length=12, default="bpkv", verbose_name="Manier van gunnen")
    price_weight = peewee.SmallIntegerField(default=0, verbose_name="Weging van de prijs (%)")
    suppliers = peewee.SmallIntegerField(default=1, verbose_name="Aantal contracten")
    closes_at = MomentField(verbose_name="Inschrijven tot")
    consensus_opened_at = MomentField(null=True, verbose_name="Consensus geopend")
    prices_opened_at = MomentField(null=True, verbose_name="Prijzen geopend")

    class Meta:
        """A code once per inkooptraject."""

        indexes = ((("process", "code"), True),)


class AwardCriterion(BaseModel):
    """Gunningscriterium of one lot: a weight in whole per cents, or a value in euros."""

    lot = peewee.ForeignKeyField(Lot, backref="criteria", on_delete="CASCADE")
    code = peewee.CharField(max_length=12, verbose_name="Code")
    title = peewee.CharField(max_length=160, verbose_name="Gunningscriterium")
    weight = peewee.SmallIntegerField(default=0, verbose_name="Weging (%)")
    value_cents = peewee.IntegerField(default=0, verbose_name="Waarde (eurocent)")

    class Meta:
        """A code once per lot."""

        indexes = ((("lot", "code"), True),)


class Bid(BaseModel):
    """Inschrijving of one tenderer; what came too late is kept, and put aside with the reason."""

    lot = peewee.ForeignKeyField(Lot, backref="bids", on_delete="CASCADE")
    number = peewee.SmallIntegerField(verbose_name="Nummer")
    tenderer = peewee.CharField(max_length=120, verbose_name="Inschrijver")
    chamber_number = peewee.CharField(max_length=8, null=True, verbose_name="KvK-nummer")
    email = peewee.CharField(max_length=120, default="", verbose_name="E-mail")
    received_at = MomentField(verbose_name="Ontvangen")
    put_aside = peewee.TextField(default="", verbose_name="Terzijde gelegd")

    class Meta:
        """A tenderer bids once per lot."""

        indexes = ((("lot", "number"), True), (("lot", "tenderer"), True))


class BidPrice(BaseModel):
    """Price of one bid, in an envelope of its own: nobody sees it before the prices are opened."""

    bid = peewee.ForeignKeyField(Bid, unique=True, backref="prices", on_delete="CASCADE")
    price_cents = peewee.IntegerField(verbose_name="Prijs per traject (eurocent)")


class KnockOut(BaseModel):
    """One check that a bid passes or fails, with the evidence."""

    bid = peewee.ForeignKeyField(Bid, backref="checks", on_delete="CASCADE")
    rule = peewee.CharField(max_length=24, verbose_name="Toets")
    passed = peewee.BooleanField(verbose_name="Voldoet")
    evidence = peewee.TextField(verbose_name="Bewijs")
    checked_by = peewee.CharField(max_length=120, verbose_name="Getoetst door")
    checked_at = MomentField(verbose_name="Getoetst op")

    class Meta:
        """A check once per bid."""

        indexes = ((("bid", "rule"), True),)


class AssessorScore(BaseModel):
    """What one assessor gives one answer, apart from the others; without a score: no answer."""

    bid = peewee.ForeignKeyField(Bid, backref="scores", on_delete="CASCADE")
    criterion = peewee.ForeignKeyField(AwardCriterion, backref="scores", on_delete="CASCADE")
    assessor = peewee.CharField(max_length=120, verbose_name="Beoordelaar")
    score = peewee.SmallIntegerField(null=True, verbose_name="Cijfer")
    motivation = peewee.TextField(default="", verbose_name="Motivering")

    class Meta:
        """An assessor scores an answer once."""

        indexes = ((("bid", "criterion", "assessor"), True),)


class ConsensusScore(BaseModel):
    """What the panel gives one answer together, with its motivation; no score: no answer."""

    bid = peewee.ForeignKeyField(Bid, backref="consensus", on_delete="CASCADE")
    criterion = peewee.ForeignKeyField(AwardCriterion, backref="consensus", on_delete="CASCADE")
    score = peewee.SmallIntegerField(null=True, verbose_name="Cijfer")
    motivation = peewee.TextField(verbose_name="Motivering")

    class Meta:
        """Once per answer."""

        indexes = ((("bid", "criterion"), True),)


class AwardDecision(BaseModel):
    """Gunningsbeslissing of one lot, with the ranking as it was then; final after standstill."""

    lot = peewee.ForeignKeyField(Lot, unique=True, backref="decisions", on_delete="CASCADE")
    sent_on = peewee.DateField(verbose_name="Verzonden op")
    standstill_until = peewee.DateField(verbose_name="Opschortende termijn tot en met")
    motivation = peewee.TextField(default="", verbose_name="Motivering")
    ranking = peewee.JSONField(verbose_name="Rangorde")
    awarded_on = peewee.DateField(null=True, verbose_name="Definitief gegund op")


class Award(BaseModel):
    """Gunning to one tenderer, and the contract once it is signed."""

    decision = peewee.ForeignKeyField(AwardDecision, backref="awards", on_delete="CASCADE")
    bid = peewee.ForeignKeyField(Bid, unique=True, backref="awards", on_delete="CASCADE")
    contract_number = peewee.CharField(max_length=32, null=True, verbose_name="Contractnummer")
    signed_on = peewee.DateField(null=True, verbose_name="Getekend op")
    starts_on = peewee.DateField(null=True, verbose_name="Contract van")
    ends_on = peewee.DateField(null=True, verbose_name="Contract tot en met")


class Signature(BaseModel):
    """The day on which one gemeente signed the contract of an award."""

    award = peewee.ForeignKeyField(Award, backref="signatures", on_delete="CASCADE")
    municipality = peewee.CharField(max_length=4, verbose_name="Gemeente")
    signed_on = peewee.DateField(verbose_name="Getekend op")

    class Meta:
        """A gemeente signs a contract once."""

        indexes = ((("award", "municipality"), True),)


class Proceedings(BaseModel):
    """Kort geding about a lot; ``decision`` is what it stops, none once that was withdrawn."""

    lot = peewee.ForeignKeyField(Lot, backref="proceedings", on_delete="CASCADE")
    decision = peewee.ForeignKeyField(
        AwardDecision, null=True, backref="proceedings", on_delete="SET NULL"
    )
    lodged_on = peewee.DateField(verbose_name="Dagvaarding ontvangen op")
    party = peewee.CharField(max_length=120, verbose_name="Partij")
    reference = peewee.CharField(max_length=40, default="", verbose_name="Zaaknummer")
    expected_on = peewee.DateField(verbose_name="Uitspraak verwacht")
    outcome = peewee.CharField(max_length=12, default="aanhangig", verbose_name="Uitkomst")
    decided_on = peewee.DateField(null=True, verbose_name="Uitspraak op")

    @property
    def is_current(self) -> bool:
        """Whether it is about the decision as it stands, not about one that was withdrawn."""
        return self.__data__.get("decision") is not None
