"""One row per learner and provider, so that a list need not read all months."""

import peewee


def up(migrator, db):
    class Base(peewee.Model):
        class Meta:
            database = db

    class Provider(Base):
        class Meta:
            table_name = "provider"

    class CourseTrack(Base):
        class Meta:
            table_name = "course_track"

    class Contract(Base):
        class Meta:
            table_name = "contract"

    class LearnerSummary(Base):
        municipality = peewee.SmallIntegerField()
        number = peewee.CharField(max_length=32)
        provider = peewee.ForeignKeyField(Provider, null=True, on_delete="CASCADE", index=False)
        track = peewee.ForeignKeyField(CourseTrack, null=True, on_delete="CASCADE", index=False)
        latest = peewee.BooleanField()
        missing = peewee.BooleanField()
        route = peewee.SmallIntegerField(null=True)
        status = peewee.SmallIntegerField(null=True)
        registered_on = peewee.IntegerField(null=True)
        first_lesson_on = peewee.IntegerField(null=True)
        ended_on = peewee.IntegerField(null=True)
        end_reason = peewee.SmallIntegerField(null=True)
        waited_days = peewee.IntegerField(null=True)
        first_month = peewee.IntegerField(null=True)
        month = peewee.IntegerField(null=True)
        contract = peewee.ForeignKeyField(Contract, null=True, on_delete="SET NULL", index=False)
        pip_level = peewee.SmallIntegerField(null=True)
        level_reading = peewee.SmallIntegerField(null=True)
        level_listening = peewee.SmallIntegerField(null=True)
        level_writing = peewee.SmallIntegerField(null=True)
        level_speaking = peewee.SmallIntegerField(null=True)
        lowest_level = peewee.SmallIntegerField(null=True)
        weekly_offered = peewee.IntegerField(null=True)
        weekly_attended = peewee.IntegerField(null=True)
        attended_share = peewee.SmallIntegerField(null=True)
        exams_passed = peewee.SmallIntegerField()
        attended_minutes = peewee.IntegerField()
        reported_group = peewee.SmallIntegerField(null=True)
        target_group = peewee.SmallIntegerField(null=True)
        term_until = peewee.IntegerField(null=True)
        term_estimated = peewee.BooleanField()
        signals = peewee.SmallIntegerField()
        urgency = peewee.FloatField(null=True)

        class Meta:
            table_name = "learner_summary"
            indexes = (
                (("municipality", "number", "provider"), True),
                (("provider", "number"), False),
                (("track",), False),
            )

    db.create_tables([LearnerSummary])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("learner_summary"))
