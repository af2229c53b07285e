"""Register of providers, deliveries and progress rows."""

import peewee


def up(migrator, db):
    class Provider(peewee.Model):
        code = peewee.CharField(unique=True, max_length=10)
        name = peewee.CharField(max_length=120)
        chamber_number = peewee.CharField(null=True, max_length=8)
        institution_number = peewee.CharField(null=True, max_length=10)
        city = peewee.CharField(null=True, max_length=60)
        contact_person = peewee.CharField(null=True, max_length=80)
        email = peewee.CharField(null=True, max_length=120)
        tst_from = peewee.DateField(null=True)
        tst_until = peewee.DateField(null=True)

        class Meta:
            database = db
            table_name = "provider"

    db.create_tables([Provider])

    class Contract(peewee.Model):
        number = peewee.CharField(unique=True, max_length=32)
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT")
        valid_from = peewee.DateField()
        valid_until = peewee.DateField(null=True)
        waiting_norm_days = peewee.SmallIntegerField(null=True)
        due_workday = peewee.SmallIntegerField(default=10)
        price_cents = peewee.IntegerField(null=True)
        teacher_exception_until = peewee.DateField(null=True)

        class Meta:
            database = db
            table_name = "contract"

    db.create_tables([Contract])

    class ContractScope(peewee.Model):
        contract = peewee.ForeignKeyField(Contract, on_delete="CASCADE")
        route = peewee.SmallIntegerField()
        municipality = peewee.CharField(null=True, max_length=4)

        class Meta:
            database = db
            table_name = "contract_scope"
            indexes = ((("contract", "route", "municipality"), True),)

    db.create_tables([ContractScope])

    class CourseTrack(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT")
        number = peewee.CharField(max_length=32)

        class Meta:
            database = db
            table_name = "course_track"
            indexes = ((("provider", "number"), True), (("number",), False))

    db.create_tables([CourseTrack])

    class Delivery(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT")
        file_name = peewee.CharField(max_length=200)
        sha256 = peewee.CharField(index=True, max_length=64)
        size = peewee.BigIntegerField()
        sender = peewee.CharField(max_length=120)
        received_at = peewee.DateTimeField()
        decided_at = peewee.DateTimeField(null=True)
        state = peewee.CharField(max_length=12, default="received")
        rows = peewee.IntegerField(default=0)
        accepted = peewee.IntegerField(default=0)
        unchanged = peewee.IntegerField(default=0)
        rejected = peewee.IntegerField(default=0)
        skipped = peewee.IntegerField(default=0)
        warnings = peewee.IntegerField(default=0)
        findings = peewee.JSONField(default=dict)
        again_of = peewee.ForeignKeyField("self", null=True, on_delete="RESTRICT")
        seconds = peewee.FloatField(null=True)
        withdrawn_at = peewee.DateTimeField(null=True)
        withdrawn_reason = peewee.TextField(null=True)

        class Meta:
            database = db
            table_name = "delivery"
            indexes = ((("provider", "sha256"), False),)

    db.create_tables([Delivery])

    class DeliveryMonth(peewee.Model):
        delivery = peewee.ForeignKeyField(Delivery, on_delete="CASCADE")
        month = peewee.IntegerField()
        rows = peewee.IntegerField()

        class Meta:
            database = db
            table_name = "delivery_month"
            indexes = ((("delivery", "month"), True), (("month",), False))

    db.create_tables([DeliveryMonth])

    class Location(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT")
        name = peewee.CharField(max_length=80)
        postcode4 = peewee.CharField(null=True, max_length=4)
        city = peewee.CharField(null=True, max_length=60)
        evening_weekend = peewee.BooleanField(null=True)

        class Meta:
            database = db
            table_name = "location"
            indexes = ((("provider", "name"), True),)

    db.create_tables([Location])

    class Problem(peewee.Model):
        delivery = peewee.ForeignKeyField(Delivery, on_delete="CASCADE")
        row = peewee.IntegerField(null=True)
        column = peewee.CharField(null=True, max_length=80)
        code = peewee.CharField(max_length=8)
        severity = peewee.CharField(max_length=8)
        value = peewee.TextField(null=True)
        message = peewee.TextField()

        class Meta:
            database = db
            table_name = "problem"

    db.create_tables([Problem])

    class ProgressRecord(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT", index=False)
        month = peewee.IntegerField()
        track = peewee.ForeignKeyField(CourseTrack, on_delete="RESTRICT", index=False)
        delivery = peewee.ForeignKeyField(Delivery, on_delete="RESTRICT", index=False)
        superseded_by = peewee.ForeignKeyField(
            Delivery, null=True, on_delete="RESTRICT", index=False
        )
        row = peewee.IntegerField()
        contract = peewee.ForeignKeyField(Contract, null=True, on_delete="RESTRICT", index=False)
        municipality = peewee.SmallIntegerField()
        route = peewee.SmallIntegerField()
        status = peewee.SmallIntegerField()
        registered_on = peewee.IntegerField()
        first_lesson_on = peewee.IntegerField(null=True)
        ended_on = peewee.IntegerField(null=True)
        end_reason = peewee.SmallIntegerField(null=True)
        expected_end_on = peewee.IntegerField(null=True)
        waiting_reason = peewee.SmallIntegerField(null=True)
        evening_weekend_wish = peewee.SmallIntegerField(null=True)
        pip_level = peewee.SmallIntegerField(null=True)
        minutes_offered = peewee.IntegerField()
        minutes_attended = peewee.IntegerField()
        minutes_authorised = peewee.IntegerField()
        minutes_unauthorised = peewee.IntegerField()
        minutes_evening_weekend = peewee.IntegerField()
        minutes_certified = peewee.IntegerField()
        minutes_in_training = peewee.IntegerField(null=True)
        minutes_knm = peewee.IntegerField(null=True)
        minutes_online = peewee.IntegerField(null=True)
        minutes_participation = peewee.IntegerField(null=True)
        level_reading = peewee.SmallIntegerField()
        level_listening = peewee.SmallIntegerField()
        level_writing = peewee.SmallIntegerField()
        level_speaking = peewee.SmallIntegerField()
        exam_reading = peewee.SmallIntegerField(null=True)
        exam_listening = peewee.SmallIntegerField(null=True)
        exam_writing = peewee.SmallIntegerField(null=True)
        exam_speaking = peewee.SmallIntegerField(null=True)
        exam_knm = peewee.SmallIntegerField(null=True)
        group_name = peewee.CharField(null=True, max_length=32)
        group_size = peewee.SmallIntegerField(null=True)
        dayparts_per_week = peewee.SmallIntegerField(null=True)

        class Meta:
            database = db
            table_name = "progress_record"

    db.create_tables([ProgressRecord])
    # One current version per traject and month; peewee's indexes tuple cannot say "where".
    db.execute_sql(
        "CREATE UNIQUE INDEX progress_record_current ON progress_record "
        "(provider_id, month, track_id) WHERE superseded_by_id IS NULL"
    )
    db.execute_sql("CREATE INDEX progress_record_track ON progress_record (track_id, month)")
    db.execute_sql("CREATE INDEX progress_record_delivery ON progress_record (delivery_id)")
    db.execute_sql(
        "CREATE INDEX progress_record_superseded_by ON progress_record (superseded_by_id) "
        "WHERE superseded_by_id IS NOT NULL"
    )

    class QualityMark(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT")
        status = peewee.SmallIntegerField()
        valid_from = peewee.DateField()
        valid_until = peewee.DateField(null=True)
        checked_on = peewee.DateField(null=True)
        source = peewee.CharField(null=True, max_length=200)

        class Meta:
            database = db
            table_name = "quality_mark"
            indexes = ((("provider", "valid_from"), True),)

    db.create_tables([QualityMark])

    class Teacher(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT")
        teacher_ref = peewee.CharField(max_length=32)
        registration = peewee.SmallIntegerField()
        valid_from = peewee.DateField(null=True)
        valid_until = peewee.DateField(null=True)

        class Meta:
            database = db
            table_name = "teacher"
            indexes = ((("provider", "teacher_ref", "valid_from"), True),)

    db.create_tables([Teacher])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("teacher"))
    migrator.migrate(migrator.drop_table("quality_mark"))
    migrator.migrate(migrator.drop_table("progress_record"))
    migrator.migrate(migrator.drop_table("problem"))
    migrator.migrate(migrator.drop_table("location"))
    migrator.migrate(migrator.drop_table("delivery_month"))
    migrator.migrate(migrator.drop_table("delivery"))
    migrator.migrate(migrator.drop_table("course_track"))
    migrator.migrate(migrator.drop_table("contract_scope"))
    migrator.migrate(migrator.drop_table("contract"))
    migrator.migrate(migrator.drop_table("provider"))
