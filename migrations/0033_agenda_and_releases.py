"""Agenda items with how often they changed, and the OCDS releases that were given out."""

import peewee


def up(migrator, db):
    class ContractingProcess(peewee.Model):
        class Meta:
            database = db
            table_name = "contracting_process"

    class AgendaEvent(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        key = peewee.CharField(max_length=24)
        day = peewee.DateField()
        owner = peewee.CharField(max_length=80, default="", index=True)
        summary = peewee.TextField()
        description = peewee.TextField(default="")
        confirmed = peewee.BooleanField(default=False)
        sequence = peewee.IntegerField(default=0)
        changed_at = peewee.DateTimeField()
        cancelled_at = peewee.DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "agenda_event"
            indexes = ((("process", "key"), True),)

    class PublishedRelease(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        release_id = peewee.CharField(max_length=80, unique=True)
        published_at = peewee.DateTimeField()
        content = peewee.TextField()

        class Meta:
            database = db
            table_name = "published_release"

    db.create_tables([AgendaEvent, PublishedRelease])
    # Each plan is calculated anew when it is next looked at, and then gives its agenda.
    db.execute_sql("UPDATE contracting_process SET computed_on = NULL")


def down(migrator, db):
    db.execute_sql("DROP TABLE published_release")
    db.execute_sql("DROP TABLE agenda_event")
