"""How urgent a signal is, what was done with it and what came after; notes and hand-overs.

What was typed with a signal is gone: from now on only reasons from a list are kept, and no free
text about persons.
"""

import peewee

COLUMNS = {
    "status": "VARCHAR(12) NOT NULL DEFAULT 'nieuw'",
    "snoozed_until": "DATE",
    "months_left": "REAL",
    "months_needed": "REAL",
    "urgency": "REAL",
}


def up(migrator, db):
    for column, kind in COLUMNS.items():
        db.execute_sql(f"ALTER TABLE signal ADD COLUMN {column} {kind}")
    db.execute_sql("UPDATE signal SET status = 'gezien' WHERE seen_at IS NOT NULL")
    db.execute_sql("ALTER TABLE signal DROP COLUMN follow_up")
    db.execute_sql(
        "CREATE INDEX signal_snoozed_until ON signal (snoozed_until) "
        "WHERE snoozed_until IS NOT NULL"
    )

    class Base(peewee.Model):
        class Meta:
            database = db

    class Signal(Base):
        class Meta:
            table_name = "signal"

    class SignalAct(Base):
        signal = peewee.ForeignKeyField(Signal, on_delete="CASCADE")
        kind = peewee.CharField(max_length=12)
        reason = peewee.CharField(max_length=20)
        until = peewee.DateField(null=True)
        levels = peewee.CharField(max_length=4)
        month = peewee.IntegerField()
        by = peewee.CharField(max_length=120)
        at = peewee.DateTimeField()

        class Meta:
            table_name = "signal_act"

    class LearnerNote(Base):
        municipality = peewee.SmallIntegerField()
        number = peewee.CharField(max_length=32)
        reason = peewee.CharField(max_length=20)
        on = peewee.DateField()
        by = peewee.CharField(max_length=120)
        at = peewee.DateTimeField()

        class Meta:
            table_name = "learner_note"
            indexes = ((("municipality", "number"), False),)

    class Handover(Base):
        from_municipality = peewee.SmallIntegerField()
        number = peewee.CharField(max_length=32)
        to_municipality = peewee.SmallIntegerField()
        reason = peewee.CharField(max_length=20)
        by = peewee.CharField(max_length=120)
        at = peewee.DateTimeField()

        class Meta:
            table_name = "handover"
            indexes = (
                (("from_municipality", "number", "to_municipality"), True),
                (("to_municipality", "number"), False),
            )
            constraints = (
                peewee.Check("from_municipality <> to_municipality", "handover_to_another"),
            )

    db.create_tables([SignalAct, LearnerNote, Handover])


def down(migrator, db):
    for table in ("handover", "learner_note", "signal_act"):
        migrator.migrate(migrator.drop_table(table))
    db.execute_sql("DROP INDEX signal_snoozed_until")
    db.execute_sql("ALTER TABLE signal ADD COLUMN follow_up TEXT NOT NULL DEFAULT ''")
    for column in COLUMNS:
        db.execute_sql(f"ALTER TABLE signal DROP COLUMN {column}")
