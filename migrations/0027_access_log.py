"""Who looked at what, and a chain of digests over this log and the audit trail."""

import peewee


def up(migrator, db):
    class AccessLine(peewee.Model):
        at = peewee.DateTimeField(index=True)
        actor = peewee.CharField(max_length=120, index=True)
        role = peewee.CharField(max_length=16, default="")
        action = peewee.CharField(max_length=24)
        what = peewee.CharField(max_length=40)
        about = peewee.CharField(max_length=80, default="")
        count = peewee.IntegerField(null=True)
        purpose = peewee.CharField(max_length=200, default="")
        address = peewee.CharField(max_length=64, default="")

        class Meta:
            database = db
            table_name = "access_line"

    class AccessSubject(peewee.Model):
        line = peewee.ForeignKeyField(AccessLine, on_delete="CASCADE")
        pseudonym = peewee.CharField(max_length=32, index=True)

        class Meta:
            database = db
            table_name = "access_subject"

    class LogLink(peewee.Model):
        log = peewee.CharField(max_length=8)
        line = peewee.IntegerField()
        at = peewee.DateTimeField()
        content = peewee.CharField(max_length=64)
        digest = peewee.CharField(max_length=64)

        class Meta:
            database = db
            table_name = "log_link"
            indexes = ((("log", "line"), True),)

    db.create_tables([AccessLine, AccessSubject, LogLink])


def down(migrator, db):
    for table in ("log_link", "access_subject", "access_line"):
        migrator.migrate(migrator.drop_table(table))
