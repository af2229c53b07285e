"""Which held row a later delivery repeated without a change."""

import peewee


def up(migrator, db):
    class Delivery(peewee.Model):
        class Meta:
            database = db
            table_name = "delivery"

    class ProgressRecord(peewee.Model):
        class Meta:
            database = db
            table_name = "progress_record"

    class Confirmation(peewee.Model):
        delivery = peewee.ForeignKeyField(Delivery, on_delete="RESTRICT", index=False)
        record = peewee.ForeignKeyField(ProgressRecord, on_delete="RESTRICT", index=False)
        row = peewee.IntegerField()

        class Meta:
            database = db
            table_name = "confirmation"
            indexes = ((("record", "delivery"), True),)

    db.create_tables([Confirmation])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("confirmation"))
