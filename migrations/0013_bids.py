"""Lots, bids, their checks and scores, the award decision and what is contracted."""

import peewee


def among(column, *values):
    listed = ", ".join(f"'{value}'" for value in values)
    return peewee.Check(f"{column} IN ({listed})")


def up(migrator, db):
    class ContractingProcess(peewee.Model):
        class Meta:
            database = db
            table_name = "contracting_process"

    class Lot(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        code = peewee.CharField(max_length=12)
        title = peewee.CharField(max_length=120)
        route = peewee.CharField(max_length=2, constraints=[among("route", "B", "O", "Z")])
        method = peewee.CharField(max_length=12, constraints=[among("method", "bpkv", "waarde")])
        price_weight = peewee.SmallIntegerField(
            constraints=[peewee.Check("price_weight BETWEEN 0 AND 100")]
        )
        suppliers = peewee.SmallIntegerField(constraints=[peewee.Check("suppliers >= 1")])
        closes_at = peewee.DateTimeField()
        consensus_opened_at = peewee.DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "lot"
            indexes = ((("process", "code"), True),)

    db.create_tables([Lot])

    class AwardCriterion(peewee.Model):
        lot = peewee.ForeignKeyField(Lot, on_delete="CASCADE")
        code = peewee.CharField(max_length=12)
        title = peewee.CharField(max_length=160)
        weight = peewee.SmallIntegerField(constraints=[peewee.Check("weight BETWEEN 0 AND 100")])
        value_cents = peewee.IntegerField(constraints=[peewee.Check("value_cents >= 0")])

        class Meta:
            database = db
            table_name = "award_criterion"
            indexes = ((("lot", "code"), True),)

    db.create_tables([AwardCriterion])

    class Bid(peewee.Model):
        lot = peewee.ForeignKeyField(Lot, on_delete="CASCADE")
        number = peewee.SmallIntegerField()
        tenderer = peewee.CharField(max_length=120)
        chamber_number = peewee.CharField(max_length=8, null=True)
        email = peewee.CharField(max_length=120, default="")
        received_at = peewee.DateTimeField()
        price_cents = peewee.IntegerField(null=True, constraints=[peewee.Check("price_cents > 0")])
        put_aside = peewee.TextField(default="")

        class Meta:
            database = db
            table_name = "bid"
            indexes = ((("lot", "number"), True), (("lot", "tenderer"), True))

    db.create_tables([Bid])

    class KnockOut(peewee.Model):
        bid = peewee.ForeignKeyField(Bid, on_delete="CASCADE")
        rule = peewee.CharField(
            max_length=24,
            constraints=[among("rule", "keurmerk", "tst", "uitsluitingsgronden")],
        )
        passed = peewee.BooleanField()
        evidence = peewee.TextField(constraints=[peewee.Check("evidence <> ''")])
        checked_by = peewee.CharField(max_length=120)
        checked_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "knock_out"
            indexes = ((("bid", "rule"), True),)

    db.create_tables([KnockOut])

    class AssessorScore(peewee.Model):
        bid = peewee.ForeignKeyField(Bid, on_delete="CASCADE")
        criterion = peewee.ForeignKeyField(AwardCriterion, on_delete="CASCADE")
        assessor = peewee.CharField(max_length=120)
        score = peewee.SmallIntegerField(
            null=True, constraints=[peewee.Check("score BETWEEN 0 AND 10")]
        )
        motivation = peewee.TextField(default="")

        class Meta:
            database = db
            table_name = "assessor_score"
            indexes = ((("bid", "criterion", "assessor"), True),)

    db.create_tables([AssessorScore])

    class ConsensusScore(peewee.Model):
        bid = peewee.ForeignKeyField(Bid, on_delete="CASCADE")
        criterion = peewee.ForeignKeyField(AwardCriterion, on_delete="CASCADE")
        score = peewee.SmallIntegerField(
            null=True, constraints=[peewee.Check("score BETWEEN 0 AND 10")]
        )
        motivation = peewee.TextField(constraints=[peewee.Check("motivation <> ''")])

        class Meta:
            database = db
            table_name = "consensus_score"
            indexes = ((("bid", "criterion"), True),)

    db.create_tables([ConsensusScore])

    class AwardDecision(peewee.Model):
        lot = peewee.ForeignKeyField(Lot, unique=True, on_delete="CASCADE")
        sent_on = peewee.DateField()
        standstill_until = peewee.DateField()
        motivation = peewee.TextField(default="")
        ranking = peewee.JSONField()
        awarded_on = peewee.DateField(null=True)

        class Meta:
            database = db
            table_name = "award_decision"
            constraints = (
                peewee.Check("standstill_until > sent_on", name="award_decision_standstill"),
                # Final only after the standstill period.
                peewee.Check(
                    "awarded_on IS NULL OR awarded_on > standstill_until",
                    name="award_decision_final_after_standstill",
                ),
            )

    db.create_tables([AwardDecision])

    class Award(peewee.Model):
        decision = peewee.ForeignKeyField(AwardDecision, on_delete="CASCADE")
        bid = peewee.ForeignKeyField(Bid, unique=True, on_delete="CASCADE")
        contract_number = peewee.CharField(max_length=32, null=True)
        signed_on = peewee.DateField(null=True)
        starts_on = peewee.DateField(null=True)
        ends_on = peewee.DateField(null=True)

        class Meta:
            database = db
            table_name = "award"
            constraints = (
                peewee.Check(
                    "(contract_number IS NULL AND signed_on IS NULL AND starts_on IS NULL AND "
                    "ends_on IS NULL) OR (contract_number IS NOT NULL AND signed_on IS NOT NULL "
                    "AND starts_on IS NOT NULL)",
                    name="award_contract_is_whole",
                ),
                peewee.Check(
                    "ends_on IS NULL OR ends_on >= starts_on", name="award_ends_after_start"
                ),
            )

    db.create_tables([Award])


def down(migrator, db):
    for table in (
        "award", "award_decision", "consensus_score", "assessor_score", "knock_out", "bid",
        "award_criterion", "lot",
    ):  # fmt: skip
        migrator.migrate(migrator.drop_table(table))
