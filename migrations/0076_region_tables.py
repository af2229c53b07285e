"""Figures of regions without small numbers, to be put side by side."""

import peewee


def up(migrator, db):
    class RegionTable(peewee.Model):
        region = peewee.CharField(max_length=60)
        month = peewee.IntegerField()
        own = peewee.BooleanField()
        content = peewee.JSONField()
        entered_by = peewee.CharField(max_length=120)
        entered_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "region_table"
            indexes = ((("region", "month"), True),)

    db.create_tables([RegionTable])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("region_table"))
