"""Contract management: talks, agreements with a measure, complaints."""

import peewee


def up(migrator, db):
    class Provider(peewee.Model):
        class Meta:
            database = db
            table_name = "provider"

    class Talk(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT")
        held_on = peewee.DateField()
        subject = peewee.CharField(max_length=120)
        report = peewee.TextField(default="")
        created_by = peewee.CharField(max_length=120)
        created_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "talk"

    db.create_tables([Talk])

    class Agreement(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT")
        talk = peewee.ForeignKeyField(Talk, null=True, on_delete="RESTRICT")
        kind = peewee.CharField(
            max_length=12, constraints=[peewee.Check("kind IN ('agreement', 'plan')")]
        )
        text = peewee.CharField(max_length=400)
        criterion = peewee.CharField(null=True, max_length=20)
        route = peewee.SmallIntegerField(null=True)
        threshold = peewee.FloatField(null=True)
        agreed_on = peewee.DateField()
        due_on = peewee.DateField()
        state = peewee.CharField(
            max_length=10,
            default="open",
            constraints=[peewee.Check("state IN ('open', 'closed', 'cancelled')")],
        )
        closed_on = peewee.DateField(null=True)
        closing_note = peewee.CharField(max_length=400, default="")
        created_by = peewee.CharField(max_length=120)
        created_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "agreement"
            constraints = (
                # It cannot be due before it was made.
                peewee.Check("due_on >= agreed_on", name="agreement_due_after_made"),
                # A measure is a criterion, a route and a threshold, or there is none.
                peewee.Check(
                    "(criterion IS NULL AND route IS NULL AND threshold IS NULL) OR "
                    "(criterion IS NOT NULL AND route IS NOT NULL AND threshold IS NOT NULL)",
                    name="agreement_measure_is_whole",
                ),
                peewee.Check(
                    "(state = 'open') = (closed_on IS NULL)", name="agreement_closed_has_a_date"
                ),
            )

    db.create_tables([Agreement])

    class Complaint(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT")
        received_on = peewee.DateField()
        kind = peewee.CharField(max_length=12)
        criterion = peewee.CharField(null=True, max_length=20)
        route = peewee.SmallIntegerField(null=True)
        municipality = peewee.CharField(null=True, max_length=4)
        summary = peewee.CharField(max_length=400)
        internal_note = peewee.TextField(default="")
        state = peewee.CharField(
            max_length=10,
            default="open",
            constraints=[peewee.Check("state IN ('open', 'closed')")],
        )
        closed_on = peewee.DateField(null=True)
        outcome = peewee.CharField(max_length=400, default="")
        created_by = peewee.CharField(max_length=120)
        created_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "complaint"
            indexes = ((("provider", "received_on"), False),)
            constraints = (
                peewee.Check(
                    "(state = 'open') = (closed_on IS NULL)", name="complaint_closed_has_a_date"
                ),
            )

    db.create_tables([Complaint])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("complaint"))
    migrator.migrate(migrator.drop_table("agreement"))
    migrator.migrate(migrator.drop_table("talk"))
