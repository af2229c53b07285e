"""What a gemeente adds about its own learners, with a receipt per file."""

import peewee

SUM = "rows = accepted + unchanged + rejected + skipped"
DAYS = (
    "settled_on", "term_from", "term_until", "term_extended_until", "learnability_test_on",
    "notified_on", "plan_on", "passed_on", "pvt_on", "map_on", "participation_from", "outflow_on",
)  # fmt: skip


def up(migrator, db):
    class LearnerFacts(peewee.Model):
        municipality = peewee.SmallIntegerField()
        number = peewee.CharField(max_length=32)
        target_group = peewee.SmallIntegerField(null=True)
        participation = peewee.SmallIntegerField(null=True)
        outflow = peewee.SmallIntegerField(null=True)
        changed_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "learner_facts"
            indexes = ((("municipality", "number"), True),)

    for day in DAYS:
        LearnerFacts._meta.add_field(day, peewee.IntegerField(null=True))

    class FactsImport(peewee.Model):
        municipality = peewee.SmallIntegerField()
        file_name = peewee.CharField(max_length=200)
        sha256 = peewee.CharField(max_length=64)
        sender = peewee.CharField(max_length=120)
        received_at = peewee.DateTimeField()
        status = peewee.CharField(max_length=24)
        rows = peewee.IntegerField()
        accepted = peewee.IntegerField()
        unchanged = peewee.IntegerField()
        rejected = peewee.IntegerField()
        skipped = peewee.IntegerField()
        receipt = peewee.JSONField()

        class Meta:
            database = db
            table_name = "facts_import"
            indexes = ((("municipality", "sha256"), False),)
            constraints = (peewee.Check(SUM, "facts_import_sum"),)

    db.create_tables([LearnerFacts, FactsImport])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("facts_import"), migrator.drop_table("learner_facts"))
