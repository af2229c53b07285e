"""Hours of certified docenten that a provider claims, of its newest month."""

import peewee


def up(migrator, db):
    class Provider(peewee.Model):
        class Meta:
            database = db
            table_name = "provider"

    class DocentHours(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT", unique=True)
        month = peewee.IntegerField()
        tracks = peewee.IntegerField()
        certified = peewee.IntegerField()
        claimed = peewee.IntegerField(constraints=[peewee.Check("claimed BETWEEN 0 AND certified")])

        class Meta:
            database = db
            table_name = "docent_hours"

    db.create_tables([DocentHours])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("docent_hours"))
