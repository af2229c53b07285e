"""Who got which report by e-mail."""

import peewee


def up(migrator, db):
    class ReportMail(peewee.Model):
        month = peewee.IntegerField()
        code = peewee.CharField(max_length=10)
        address = peewee.CharField(max_length=120)
        status = peewee.CharField(
            max_length=12, constraints=[peewee.Check("status IN ('concept', 'vastgesteld')")]
        )
        as_links = peewee.BooleanField(default=False)
        sent_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "report_mail"
            indexes = ((("month", "code", "address", "status"), True),)

    db.create_tables([ReportMail])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("report_mail"))
