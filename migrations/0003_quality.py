"""Scoring models, score cards, reactions and signals."""

import peewee


def up(migrator, db):
    class Provider(peewee.Model):
        class Meta:
            database = db
            table_name = "provider"

    class CourseTrack(peewee.Model):
        class Meta:
            database = db
            table_name = "course_track"

    class ScoringModelVersion(peewee.Model):
        code = peewee.CharField(max_length=40, unique=True)
        valid_from = peewee.IntegerField()
        definition = peewee.JSONField()
        reason = peewee.TextField(default="")
        proposed_by = peewee.CharField(max_length=120)
        proposed_at = peewee.DateTimeField()
        approved_by = peewee.CharField(max_length=120, null=True)
        approved_at = peewee.DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "scoring_model_version"
            # Two people put a model in force.
            constraints = (
                peewee.Check("approved_by IS NULL OR approved_by <> proposed_by"),
                peewee.Check("(approved_by IS NULL) = (approved_at IS NULL)"),
            )

    class ScoreCard(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT", index=False)
        route = peewee.SmallIntegerField()
        month = peewee.IntegerField()
        revision = peewee.SmallIntegerField(default=0)
        model = peewee.CharField(max_length=40)
        status = peewee.CharField(max_length=12, default="concept")
        standing = peewee.CharField(max_length=14)
        score = peewee.DoubleField(null=True)
        interval_low = peewee.DoubleField(null=True)
        interval_high = peewee.DoubleField(null=True)
        rank_median = peewee.SmallIntegerField(null=True)
        rank_low = peewee.SmallIntegerField(null=True)
        rank_high = peewee.SmallIntegerField(null=True)
        ranked = peewee.BooleanField(default=False)
        active = peewee.IntegerField(default=0)
        result = peewee.JSONField()
        fingerprint = peewee.CharField(max_length=64, default="")
        computed_at = peewee.DateTimeField()
        fixed_by = peewee.CharField(max_length=120, null=True)
        fixed_at = peewee.DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "score_card"
            indexes = (
                (("provider", "route", "month", "revision"), True),
                (("month", "route"), False),
            )
            # A standing of good to bad has a score; a missing delivery never has one.
            constraints = (
                peewee.Check("status IN ('concept', 'vastgesteld', 'herziening')"),
                peewee.Check(
                    "(standing IN ('goed', 'voldoende', 'onvoldoende')) = (score IS NOT NULL)"
                ),
                peewee.Check("(status = 'vastgesteld') = (fixed_at IS NOT NULL)"),
                peewee.Check("(revision = 0) = (status <> 'herziening')"),
            )

    class ScoreDraws(peewee.Model):
        card = peewee.ForeignKeyField(ScoreCard, unique=True, on_delete="CASCADE")
        draws = peewee.BlobField()

        class Meta:
            database = db
            table_name = "score_draws"

    class Reaction(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT", index=False)
        route = peewee.SmallIntegerField()
        month = peewee.IntegerField()
        criterion = peewee.CharField(max_length=20, default="")
        text = peewee.TextField()
        by = peewee.CharField(max_length=120)
        at = peewee.DateTimeField()
        answer = peewee.TextField(null=True)
        answered_by = peewee.CharField(max_length=120, null=True)
        answered_at = peewee.DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "reaction"
            indexes = ((("provider", "route", "month"), False),)
            constraints = (peewee.Check("(answer IS NULL) = (answered_at IS NULL)"),)

    class Signal(peewee.Model):
        track = peewee.ForeignKeyField(CourseTrack, on_delete="CASCADE")
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT", index=False)
        route = peewee.SmallIntegerField()
        municipality = peewee.SmallIntegerField()
        kind = peewee.CharField(max_length=20)
        month = peewee.IntegerField()
        since = peewee.IntegerField()
        detail = peewee.CharField(max_length=200, default="")
        escalated = peewee.BooleanField(default=False)
        open = peewee.BooleanField(default=True)
        seen_by = peewee.CharField(max_length=120, null=True)
        seen_at = peewee.DateTimeField(null=True)
        follow_up = peewee.TextField(default="")

        class Meta:
            database = db
            table_name = "signal"
            indexes = (
                (("track", "route", "kind"), True),
                (("municipality", "month"), False),
                (("provider", "month"), False),
            )

    db.create_tables([ScoringModelVersion, ScoreCard, ScoreDraws, Reaction, Signal])
    # Those still waiting from before the window of twelve months: few rows, found without reading
    # the history of a provider.
    db.execute_sql(
        "CREATE INDEX progress_record_waiting ON progress_record (provider_id, month) "
        "WHERE superseded_by_id IS NULL AND first_lesson_on IS NULL AND ended_on IS NULL"
    )


def down(migrator, db):
    db.execute_sql("DROP INDEX progress_record_waiting")
    for table in ("signal", "reaction", "score_draws", "score_card", "scoring_model_version"):
        migrator.migrate(migrator.drop_table(table))
