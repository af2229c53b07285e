"""Answers of learners as counts, visits of Blik op Werk, and travel times to lesson locations."""

import peewee


def up(migrator, db):
    class Provider(peewee.Model):
        class Meta:
            database = db
            table_name = "provider"

    class SurveyCount(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT")
        held_on = peewee.DateField()
        question = peewee.CharField(max_length=12)
        answer = peewee.CharField(max_length=12)
        count = peewee.IntegerField(
            constraints=[peewee.Check("count >= 0", name="survey_count_count")]
        )
        entered_by = peewee.CharField(max_length=120)
        entered_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "survey_count"
            indexes = ((("provider", "held_on", "question", "answer"), True),)

    class ClassInspection(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT")
        held_on = peewee.DateField()
        finding = peewee.CharField(max_length=300)
        follow_up = peewee.CharField(max_length=300, null=True)
        source = peewee.CharField(max_length=200, null=True)

        class Meta:
            database = db
            table_name = "class_inspection"
            indexes = ((("provider", "held_on"), True),)

    class TravelTime(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT")
        location = peewee.CharField(max_length=80)
        municipality = peewee.CharField(max_length=4)
        place = peewee.CharField(max_length=60)
        minutes = peewee.SmallIntegerField(
            constraints=[peewee.Check("minutes BETWEEN 0 AND 300", name="travel_time_minutes")]
        )

        class Meta:
            database = db
            table_name = "travel_time"
            indexes = ((("provider", "location", "municipality", "place"), True),)

    db.create_tables([SurveyCount, ClassInspection, TravelTime])


def down(migrator, db):
    for table in ("travel_time", "class_inspection", "survey_count"):
        migrator.migrate(migrator.drop_table(table))
