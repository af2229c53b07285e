"""What others reached on a criterion, to be drawn beside the schools."""

import peewee


def up(migrator, db):
    class CriterionReference(peewee.Model):
        criterion = peewee.CharField(max_length=20)
        route = peewee.SmallIntegerField()
        name = peewee.CharField(max_length=60)
        year = peewee.SmallIntegerField(
            constraints=[
                peewee.Check("year BETWEEN 2000 AND 2100", name="criterion_reference_year")
            ]
        )
        value = peewee.DoubleField()
        source = peewee.CharField(max_length=200)
        published_on = peewee.DateField()

        class Meta:
            database = db
            table_name = "criterion_reference"
            indexes = ((("criterion", "route", "name", "year"), True),)

    db.create_tables([CriterionReference])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("criterion_reference"))
