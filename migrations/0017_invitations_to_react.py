"""Until when an aanbieder is invited to react to the concept scores of a month."""

import peewee


def up(migrator, db):
    class Provider(peewee.Model):
        class Meta:
            database = db
            table_name = "provider"

    class Invitation(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT", index=False)
        month = peewee.IntegerField()
        until = peewee.DateField()
        invited_by = peewee.CharField(max_length=120)
        invited_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "invitation"
            indexes = ((("provider", "month"), True),)

    db.create_tables([Invitation])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("invitation"))
