"""Prices in an envelope of their own, court cases, signatures, and who got which digest."""

import peewee


def among(column, *values):
    listed = ", ".join(f"'{value}'" for value in values)
    return peewee.Check(f"{column} IN ({listed})")


def up(migrator, db):
    class Lot(peewee.Model):
        class Meta:
            database = db
            table_name = "lot"

    class Bid(peewee.Model):
        class Meta:
            database = db
            table_name = "bid"

    class AwardDecision(peewee.Model):
        class Meta:
            database = db
            table_name = "award_decision"

    class Award(peewee.Model):
        class Meta:
            database = db
            table_name = "award"

    class BidPrice(peewee.Model):
        bid = peewee.ForeignKeyField(Bid, unique=True, on_delete="CASCADE")
        price_cents = peewee.IntegerField(constraints=[peewee.Check("price_cents > 0")])

        class Meta:
            database = db
            table_name = "bid_price"

    class Proceedings(peewee.Model):
        lot = peewee.ForeignKeyField(Lot, on_delete="CASCADE")
        decision = peewee.ForeignKeyField(AwardDecision, null=True, on_delete="SET NULL")
        lodged_on = peewee.DateField()
        party = peewee.CharField(max_length=120, constraints=[peewee.Check("party <> ''")])
        reference = peewee.CharField(max_length=40, default="")
        expected_on = peewee.DateField()
        outcome = peewee.CharField(
            max_length=12,
            constraints=[among("outcome", "aanhangig", "afgewezen", "toegewezen", "ingetrokken")],
        )
        decided_on = peewee.DateField(null=True)

        class Meta:
            database = db
            table_name = "proceedings"
            constraints = (
                peewee.Check("expected_on > lodged_on", name="proceedings_verdict_after_lodging"),
                peewee.Check(
                    "(outcome = 'aanhangig') = (decided_on IS NULL)",
                    name="proceedings_outcome_has_its_day",
                ),
                peewee.Check("decided_on >= lodged_on", name="proceedings_decided_after_lodging"),
            )

    class Signature(peewee.Model):
        award = peewee.ForeignKeyField(Award, on_delete="CASCADE")
        municipality = peewee.CharField(max_length=4)
        signed_on = peewee.DateField()

        class Meta:
            database = db
            table_name = "signature"
            indexes = ((("award", "municipality"), True),)

    class DigestMail(peewee.Model):
        day = peewee.DateField()
        owner = peewee.CharField(max_length=80)
        address = peewee.CharField(max_length=120)
        text = peewee.TextField()
        sent_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "digest_mail"
            indexes = ((("day", "address"), True),)

    db.create_tables([BidPrice, Proceedings, Signature, DigestMail])
    db.execute_sql(
        "INSERT INTO bid_price (bid_id, price_cents) "
        "SELECT id, price_cents FROM bid WHERE price_cents IS NOT NULL"
    )
    migrator.migrate(
        migrator.drop_column("bid", "price_cents"),
        migrator.add_column("lot", "prices_opened_at", peewee.DateTimeField(null=True)),
    )
    # Who decided on an award had seen the prices.
    db.execute_sql(
        "UPDATE lot SET prices_opened_at = consensus_opened_at "
        "WHERE id IN (SELECT lot_id FROM award_decision)"
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_column("lot", "prices_opened_at"),
        migrator.add_column(
            "bid",
            "price_cents",
            peewee.IntegerField(null=True, constraints=[peewee.Check("price_cents > 0")]),
        ),
    )
    db.execute_sql(
        "UPDATE bid SET price_cents = "
        "(SELECT price_cents FROM bid_price WHERE bid_price.bid_id = bid.id)"
    )
    for table in ("digest_mail", "signature", "proceedings", "bid_price"):
        migrator.migrate(migrator.drop_table(table))
