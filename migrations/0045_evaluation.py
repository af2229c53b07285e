"""The evaluation of a plan van aanpak: actions, housing, budget, goals, who was heard, counts."""

import peewee


def up(migrator, db):
    class PlanAction(peewee.Model):
        municipality = peewee.CharField(max_length=4)
        number = peewee.SmallIntegerField()
        theme_number = peewee.SmallIntegerField()
        theme = peewee.CharField(max_length=120)
        title = peewee.CharField(max_length=250)
        state = peewee.CharField(
            max_length=20,
            constraints=[
                peewee.Check(
                    "state IN ('ja', 'deels', 'nee', 'wordt opgepakt', 'geen verzoek gehad')",
                    name="plan_action_state",
                )
            ],
        )
        explanation = peewee.CharField(max_length=500, default="")
        owner = peewee.CharField(max_length=120, default="")
        source = peewee.CharField(max_length=120)

        class Meta:
            database = db
            table_name = "plan_action"
            indexes = ((("municipality", "number"), True),)

    class HousingTask(peewee.Model):
        municipality = peewee.CharField(max_length=4)
        year = peewee.SmallIntegerField()
        assigned = peewee.IntegerField(
            constraints=[peewee.Check("assigned >= 0", name="housing_task_assigned")]
        )
        backlog_before = peewee.IntegerField(null=True)
        realised = peewee.IntegerField(
            constraints=[peewee.Check("realised >= 0", name="housing_task_realised")]
        )
        measured_on = peewee.DateField(null=True)
        source = peewee.CharField(max_length=120)

        class Meta:
            database = db
            table_name = "housing_task"
            indexes = ((("municipality", "year"), True),)

    class BudgetLine(peewee.Model):
        municipality = peewee.CharField(max_length=4)
        year = peewee.SmallIntegerField()
        side = peewee.CharField(
            max_length=7,
            constraints=[peewee.Check("side IN ('income', 'expense')", name="budget_line_side")],
        )
        position = peewee.SmallIntegerField()
        item = peewee.CharField(max_length=120)
        cents = peewee.BigIntegerField()
        source = peewee.CharField(max_length=120)

        class Meta:
            database = db
            table_name = "budget_line"
            indexes = ((("municipality", "year", "side", "position"), True),)

    class PlanGoal(peewee.Model):
        municipality = peewee.CharField(max_length=4)
        number = peewee.SmallIntegerField()
        name = peewee.CharField(max_length=250)
        target = peewee.CharField(max_length=60)
        realised = peewee.CharField(max_length=60)
        note = peewee.CharField(max_length=250, default="")
        source = peewee.CharField(max_length=120)

        class Meta:
            database = db
            table_name = "plan_goal"
            indexes = ((("municipality", "number"), True),)

    class HeardPoint(peewee.Model):
        municipality = peewee.CharField(max_length=4)
        number = peewee.SmallIntegerField()
        party = peewee.CharField(max_length=80)
        point = peewee.CharField(max_length=250)
        kind = peewee.CharField(max_length=40)
        follow_up = peewee.CharField(max_length=500, default="")
        source = peewee.CharField(max_length=120)

        class Meta:
            database = db
            table_name = "heard_point"
            indexes = ((("municipality", "number"), True),)

    class YearCount(peewee.Model):
        municipality = peewee.CharField(max_length=4)
        what = peewee.CharField(max_length=60)
        year = peewee.SmallIntegerField()
        count = peewee.IntegerField(
            constraints=[peewee.Check("count >= 0", name="year_count_count")]
        )
        source = peewee.CharField(max_length=120)

        class Meta:
            database = db
            table_name = "year_count"
            indexes = ((("municipality", "what", "year"), True),)

    db.create_tables([PlanAction, HousingTask, BudgetLine, PlanGoal, HeardPoint, YearCount])


def down(migrator, db):
    for table in (
        "year_count",
        "heard_point",
        "plan_goal",
        "budget_line",
        "housing_task",
        "plan_action",
    ):
        migrator.migrate(migrator.drop_table(table))
