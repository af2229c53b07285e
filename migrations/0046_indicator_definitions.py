"""The definition that a figure was made by, and lines of others to compare with."""

import peewee


def up(migrator, db):
    migrator.migrate(
        migrator.add_column(
            "indicator_value",
            "definition",
            peewee.CharField(max_length=120, default="ingevoerd"),
        )
    )
    db.execute_sql(
        "UPDATE indicator_value SET definition = 'berekend uit de leveringen' "
        "WHERE detail IS NOT NULL"
    )

    # Four bytes on PostgreSQL until now: 26.1 was kept as 26.1000004.
    if not isinstance(db, peewee.SqliteDatabase):
        db.execute_sql("ALTER TABLE indicator_value ALTER COLUMN value TYPE DOUBLE PRECISION")

    class Indicator(peewee.Model):
        class Meta:
            database = db
            table_name = "indicator"

    class ReferenceLine(peewee.Model):
        indicator = peewee.ForeignKeyField(Indicator, on_delete="RESTRICT")
        name = peewee.CharField(max_length=60)
        year = peewee.SmallIntegerField(
            constraints=[peewee.Check("year BETWEEN 2000 AND 2100", name="reference_line_year")]
        )
        value = peewee.DoubleField()
        source = peewee.CharField(max_length=200)
        published_on = peewee.DateField()

        class Meta:
            database = db
            table_name = "reference_line"
            indexes = ((("indicator", "name", "year"), True),)

    db.create_tables([ReferenceLine])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("reference_line"))
    migrator.migrate(migrator.drop_column("indicator_value", "definition"))
