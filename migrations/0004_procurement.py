"""Inkooptrajecten: plan, decisions per gemeente, versions, estimate, trace and questions."""

import peewee


def among(column, *values):
    listed = ", ".join(f"'{value}'" for value in values)
    return peewee.Check(f"{column} IN ({listed})")


def up(migrator, db):
    class ContractingProcess(peewee.Model):
        code = peewee.CharField(unique=True, max_length=24)
        name = peewee.CharField(max_length=120)
        region = peewee.CharField(max_length=80, default="")
        procedure = peewee.CharField(
            max_length=24,
            constraints=[
                among("procedure", "SAS", "europees_openbaar", "toelating", "meervoudig_onderhands")
            ],
        )
        status = peewee.CharField(
            max_length=12,
            default="lopend",
            constraints=[among("status", "lopend", "afgerond", "gestopt")],
        )
        electronic = peewee.BooleanField(default=True)
        lead_municipality = peewee.CharField(null=True, max_length=4)
        starts_on = peewee.DateField(null=True)
        go_live = peewee.DateField(null=True)
        contract_until = peewee.DateField(null=True)
        tracks = peewee.IntegerField(null=True, constraints=[peewee.Check("tracks >= 0")])
        price_cents = peewee.IntegerField(null=True, constraints=[peewee.Check("price_cents >= 0")])
        good_friday_off = peewee.BooleanField(default=False)
        note = peewee.TextField(default="")
        changed_at = peewee.DateTimeField()
        computed_on = peewee.DateField(null=True)
        headline = peewee.TextField(default="")
        health = peewee.CharField(max_length=20, default="")
        expected_go_live = peewee.DateField(null=True)

        class Meta:
            database = db
            table_name = "contracting_process"

    db.create_tables([ContractingProcess])

    class Participation(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        municipality = peewee.CharField(max_length=4)
        route = peewee.CharField(max_length=2, constraints=[among("route", "B", "O", "Z")])
        scale = peewee.CharField(
            max_length=16,
            default="regionaal",
            constraints=[among("scale", "lokaal", "subregionaal", "regionaal", "bovenregionaal")],
        )
        reason = peewee.TextField(default="")

        class Meta:
            database = db
            table_name = "participation"
            indexes = ((("process", "municipality", "route"), True),)

    db.create_tables([Participation])

    class ClosedPeriod(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        name = peewee.CharField(max_length=60, default="")
        first = peewee.DateField()
        last = peewee.DateField()

        class Meta:
            database = db
            table_name = "closed_period"
            constraints = (peewee.Check("first <= last"),)

    db.create_tables([ClosedPeriod])

    class Meeting(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        municipality = peewee.CharField(max_length=4)
        body = peewee.CharField(max_length=12)
        held_on = peewee.DateField()

        class Meta:
            database = db
            table_name = "meeting"
            indexes = ((("process", "municipality", "body", "held_on"), True),)

    db.create_tables([Meeting])

    class Milestone(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        position = peewee.IntegerField()
        code = peewee.CharField(max_length=12)
        title = peewee.CharField(max_length=160)
        phase = peewee.CharField(max_length=80, default="")
        kind = peewee.CharField(
            max_length=20,
            constraints=[among("kind", "taak", "mijlpaal", "besluit", "wettelijke_termijn")],
        )
        purpose = peewee.CharField(null=True, max_length=32)
        owner = peewee.CharField(index=True, max_length=80, default="")
        duration = peewee.IntegerField(
            default=0, constraints=[peewee.Check("duration BETWEEN 0 AND 3650")]
        )
        unit = peewee.CharField(max_length=2, default="cd", constraints=[among("unit", "wd", "cd")])
        body = peewee.CharField(max_length=12, default="")
        per_municipality = peewee.BooleanField(default=False)
        earliest_start = peewee.DateField(null=True)
        deadline = peewee.DateField(null=True)
        actual_start = peewee.DateField(null=True)
        actual_end = peewee.DateField(null=True)
        progress = peewee.IntegerField(
            default=0, constraints=[peewee.Check("progress BETWEEN 0 AND 100")]
        )
        cancelled = peewee.BooleanField(default=False)
        note = peewee.TextField(default="")
        evidence = peewee.TextField(default="")
        expected_start = peewee.DateField(null=True)
        expected_end = peewee.DateField(null=True)
        latest_end = peewee.DateField(null=True)
        total_float = peewee.IntegerField(null=True)
        health = peewee.CharField(max_length=20, default="")
        reason = peewee.TextField(default="")

        class Meta:
            database = db
            table_name = "milestone"
            indexes = ((("process", "code"), True),)
            constraints = (
                peewee.Check(
                    "actual_start IS NULL OR actual_end IS NULL OR actual_start <= actual_end"
                ),
            )

    db.create_tables([Milestone])

    class Dependency(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        before = peewee.ForeignKeyField(Milestone, on_delete="CASCADE")
        after = peewee.ForeignKeyField(Milestone, on_delete="CASCADE")
        type = peewee.CharField(
            max_length=2, default="FS", constraints=[among("type", "FS", "SS", "FF")]
        )
        lag = peewee.IntegerField(
            default=0, constraints=[peewee.Check("lag BETWEEN -3650 AND 3650")]
        )
        unit = peewee.CharField(max_length=2, default="cd", constraints=[among("unit", "wd", "cd")])

        class Meta:
            database = db
            table_name = "dependency"
            indexes = ((("before", "after", "type"), True),)
            constraints = (peewee.Check("before_id <> after_id"),)

    db.create_tables([Dependency])

    class Decision(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        milestone = peewee.ForeignKeyField(Milestone, on_delete="CASCADE")
        municipality = peewee.CharField(max_length=4)
        body = peewee.CharField(max_length=12, default="college")
        outcome = peewee.CharField(
            max_length=24,
            default="voorbereid",
            constraints=[
                among(
                    "outcome",
                    "niet_nodig",
                    "voorbereid",
                    "geagendeerd",
                    "besloten",
                    "besloten_met_voorwaarden",
                    "aangehouden",
                    "afgewezen",
                )
            ],
        )
        meeting_on = peewee.DateField(null=True)
        decided_on = peewee.DateField(null=True)
        document = peewee.TextField(default="")

        class Meta:
            database = db
            table_name = "decision"
            indexes = ((("milestone", "municipality"), True),)

    db.create_tables([Decision])

    class Baseline(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        number = peewee.IntegerField(constraints=[peewee.Check("number >= 1")])
        made_on = peewee.DateField()
        reason = peewee.TextField()
        go_live = peewee.DateField(null=True)

        class Meta:
            database = db
            table_name = "baseline"
            indexes = ((("process", "number"), True),)

    db.create_tables([Baseline])

    class PlannedDate(peewee.Model):
        baseline = peewee.ForeignKeyField(Baseline, on_delete="CASCADE")
        step = peewee.CharField(max_length=12)
        municipality = peewee.CharField(max_length=4, default="")
        starts_on = peewee.DateField()
        ends_on = peewee.DateField()

        class Meta:
            database = db
            table_name = "planned_date"
            indexes = ((("baseline", "step", "municipality"), True),)
            constraints = (peewee.Check("starts_on <= ends_on"),)

    db.create_tables([PlannedDate])

    class ForecastPoint(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        month = peewee.IntegerField()
        step = peewee.CharField(max_length=12)
        expected_on = peewee.DateField()

        class Meta:
            database = db
            table_name = "forecast_point"
            indexes = ((("process", "month", "step"), True),)

    db.create_tables([ForecastPoint])

    class Action(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        text = peewee.TextField()
        state = peewee.CharField(
            max_length=8, default="nee", constraints=[among("state", "ja", "deels", "nee")]
        )
        reason = peewee.TextField(default="")
        owner = peewee.CharField(max_length=80, default="")
        due_on = peewee.DateField(null=True)

        class Meta:
            database = db
            table_name = "action"

    db.create_tables([Action])

    class Risk(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        milestone = peewee.ForeignKeyField(Milestone, null=True, on_delete="SET NULL")
        title = peewee.TextField()
        chance = peewee.SmallIntegerField(
            default=1, constraints=[peewee.Check("chance BETWEEN 1 AND 5")]
        )
        impact = peewee.SmallIntegerField(
            default=1, constraints=[peewee.Check("impact BETWEEN 1 AND 5")]
        )
        measure = peewee.TextField(default="")
        owner = peewee.CharField(max_length=80, default="")

        class Meta:
            database = db
            table_name = "risk"

    db.create_tables([Risk])

    class Breach(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        rule = peewee.CharField(max_length=24)
        step = peewee.CharField(max_length=12, default="")
        message = peewee.TextField()
        found_at = peewee.DateTimeField()
        mended_at = peewee.DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "breach"

    db.create_tables([Breach])

    class CalendarLink(peewee.Model):
        token_hash = peewee.CharField(unique=True, max_length=64)
        process = peewee.ForeignKeyField(ContractingProcess, null=True, on_delete="CASCADE")
        owner = peewee.CharField(max_length=80, default="")
        made_by = peewee.CharField(max_length=120)
        made_at = peewee.DateTimeField()
        revoked_at = peewee.DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "calendar_link"

    db.create_tables([CalendarLink])

    class ExpectedNumber(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        municipality = peewee.CharField(max_length=4)
        route = peewee.CharField(max_length=2, constraints=[among("route", "B", "O", "Z")])
        year = peewee.SmallIntegerField()
        tracks = peewee.IntegerField(constraints=[peewee.Check("tracks >= 0")])

        class Meta:
            database = db
            table_name = "expected_number"
            indexes = ((("process", "municipality", "route", "year"), True),)

    db.create_tables([ExpectedNumber])

    class GroupPlan(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        route = peewee.CharField(max_length=2, constraints=[among("route", "B", "O", "Z")])
        group_size = peewee.SmallIntegerField(
            constraints=[peewee.Check("group_size BETWEEN 1 AND 100")]
        )
        start_every_weeks = peewee.SmallIntegerField(
            default=0, constraints=[peewee.Check("start_every_weeks BETWEEN 0 AND 52")]
        )
        places = peewee.IntegerField(null=True)

        class Meta:
            database = db
            table_name = "group_plan"
            indexes = ((("process", "route"), True),)

    db.create_tables([GroupPlan])

    class TraceItem(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        kind = peewee.CharField(
            max_length=20,
            constraints=[
                among(
                    "kind", "eis", "gunningscriterium", "belofte", "kpi", "scorecriterium", "kolom"
                )
            ],
        )
        code = peewee.CharField(max_length=40)
        text = peewee.TextField()
        source = peewee.TextField(default="")
        weight = peewee.SmallIntegerField(
            null=True, constraints=[peewee.Check("weight BETWEEN 0 AND 100")]
        )

        class Meta:
            database = db
            table_name = "trace_item"
            indexes = ((("process", "kind", "code"), True),)

    db.create_tables([TraceItem])

    class TraceLink(peewee.Model):
        origin = peewee.ForeignKeyField(TraceItem, on_delete="CASCADE")
        result = peewee.ForeignKeyField(TraceItem, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "trace_link"
            indexes = ((("origin", "result"), True),)
            constraints = (peewee.Check("origin_id <> result_id"),)

    db.create_tables([TraceLink])

    class Question(peewee.Model):
        process = peewee.ForeignKeyField(ContractingProcess, on_delete="CASCADE")
        number = peewee.IntegerField()
        stage = peewee.CharField(
            max_length=24, constraints=[among("stage", "marktconsultatie", "nota_van_inlichtingen")]
        )
        asked_on = peewee.DateField()
        question = peewee.TextField()
        answer = peewee.TextField(default="")
        published_on = peewee.DateField(null=True)

        class Meta:
            database = db
            table_name = "question"
            indexes = ((("process", "number"), True),)

    db.create_tables([Question])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("question"))
    migrator.migrate(migrator.drop_table("trace_link"))
    migrator.migrate(migrator.drop_table("trace_item"))
    migrator.migrate(migrator.drop_table("group_plan"))
    migrator.migrate(migrator.drop_table("expected_number"))
    migrator.migrate(migrator.drop_table("calendar_link"))
    migrator.migrate(migrator.drop_table("breach"))
    migrator.migrate(migrator.drop_table("risk"))
    migrator.migrate(migrator.drop_table("action"))
    migrator.migrate(migrator.drop_table("forecast_point"))
    migrator.migrate(migrator.drop_table("planned_date"))
    migrator.migrate(migrator.drop_table("baseline"))
    migrator.migrate(migrator.drop_table("decision"))
    migrator.migrate(migrator.drop_table("dependency"))
    migrator.migrate(migrator.drop_table("milestone"))
    migrator.migrate(migrator.drop_table("meeting"))
    migrator.migrate(migrator.drop_table("closed_period"))
    migrator.migrate(migrator.drop_table("participation"))
    migrator.migrate(migrator.drop_table("contracting_process"))
