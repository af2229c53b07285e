"""Indicators with targets, and the cohort table of DUO."""

import peewee


def up(migrator, db):
    class Indicator(peewee.Model):
        number = peewee.CharField(max_length=8)
        name = peewee.CharField(max_length=200)
        unit = peewee.CharField(max_length=20)
        better = peewee.CharField(
            max_length=6, constraints=[peewee.Check("better IN ('higher', 'lower')")]
        )
        municipality = peewee.CharField(null=True, max_length=4)
        computation = peewee.CharField(null=True, max_length=40)
        definition = peewee.TextField(default="")

        class Meta:
            database = db
            table_name = "indicator"

    db.create_tables([Indicator])
    # A plain unique index lets two regional indicators (no gemeente) share a number.
    db.execute_sql(
        "CREATE UNIQUE INDEX indicator_number ON indicator (number, COALESCE(municipality, ''))"
    )

    class IndicatorValue(peewee.Model):
        indicator = peewee.ForeignKeyField(Indicator, on_delete="RESTRICT")
        year = peewee.SmallIntegerField(
            constraints=[peewee.Check("year BETWEEN 2000 AND 2100", name="indicator_value_year")]
        )
        kind = peewee.CharField(
            max_length=8, constraints=[peewee.Check("kind IN ('target', 'realised')")]
        )
        value = peewee.FloatField()
        people = peewee.IntegerField(
            null=True, constraints=[peewee.Check("people >= 0", name="indicator_value_people")]
        )
        source = peewee.CharField(max_length=200)
        detail = peewee.JSONField(null=True)
        entered_by = peewee.CharField(max_length=120)
        entered_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "indicator_value"
            indexes = ((("indicator", "year", "kind"), True),)

    db.create_tables([IndicatorValue])

    class CohortCount(peewee.Model):
        municipality = peewee.CharField(max_length=4)
        measured_on = peewee.DateField()
        start_year = peewee.SmallIntegerField()
        status = peewee.CharField(max_length=30)
        people = peewee.IntegerField(
            null=True, constraints=[peewee.Check("people >= 0", name="cohort_count_people")]
        )
        source = peewee.CharField(max_length=200)

        class Meta:
            database = db
            table_name = "cohort_count"
            indexes = ((("municipality", "measured_on", "start_year", "status"), True),)

    db.create_tables([CohortCount])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("cohort_count"))
    migrator.migrate(migrator.drop_table("indicator_value"))
    migrator.migrate(migrator.drop_table("indicator"))
