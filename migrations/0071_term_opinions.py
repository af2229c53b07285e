"""How sure a region is that a rule of law binds a procedure."""

import peewee


def up(migrator, db):
    class TermOpinion(peewee.Model):
        rule = peewee.CharField(max_length=24)
        procedure = peewee.CharField(max_length=24)
        certainty = peewee.CharField(
            max_length=16,
            constraints=[
                peewee.Check(
                    "certainty IN ('bindend', 'advies', 'laat nakijken')",
                    name="term_opinion_certainty",
                )
            ],
        )
        reason = peewee.TextField()
        set_by = peewee.CharField(max_length=120)
        set_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "term_opinion"
            indexes = ((("rule", "procedure"), True),)

    db.create_tables([TermOpinion])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("term_opinion"))
