"""Which rows were sent back and which later delivery sent them again; held rows by their place."""

import peewee


def up(migrator, db):
    class Delivery(peewee.Model):
        class Meta:
            database = db
            table_name = "delivery"

    class RejectedRow(peewee.Model):
        delivery = peewee.ForeignKeyField(Delivery, on_delete="CASCADE", index=False)
        row = peewee.IntegerField()
        number = peewee.CharField(max_length=32, null=True)
        month = peewee.IntegerField(
            null=True, constraints=[peewee.Check("number IS NULL OR month IS NOT NULL")]
        )
        taken_up_by = peewee.ForeignKeyField(Delivery, null=True, on_delete="RESTRICT")
        mended = peewee.BooleanField(
            default=False, constraints=[peewee.Check("NOT mended OR taken_up_by_id IS NOT NULL")]
        )

        class Meta:
            database = db
            table_name = "rejected_row"
            indexes = ((("delivery", "row"), True), (("number", "month"), False))

    db.create_tables([RejectedRow])
    db.execute_sql("DROP INDEX progress_record_delivery")
    db.execute_sql("CREATE INDEX progress_record_delivery ON progress_record (delivery_id, row)")
    db.execute_sql("CREATE INDEX confirmation_delivery ON confirmation (delivery_id, row)")


def down(migrator, db):
    db.execute_sql("DROP INDEX confirmation_delivery")
    db.execute_sql("DROP INDEX progress_record_delivery")
    db.execute_sql("CREATE INDEX progress_record_delivery ON progress_record (delivery_id)")
    migrator.migrate(migrator.drop_table("rejected_row"))
