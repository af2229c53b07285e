"""Learners whose rows are kept and shown to nobody (AVG 18)."""

import peewee


def up(migrator, db):
    class Restriction(peewee.Model):
        municipality = peewee.SmallIntegerField()
        number = peewee.CharField(max_length=32)
        ground = peewee.CharField(max_length=20)
        reason = peewee.TextField()
        by = peewee.CharField(max_length=120)
        at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "restriction"
            indexes = ((("municipality", "number"), True),)

    db.create_tables([Restriction])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("restriction"))
