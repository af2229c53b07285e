"""What an indicator computes is a count out of another: the four fixed shares get their formula."""

import peewee

FORMULAS = {
    "plan_in_time": "plan_in_time/plan_due",
    "participation": "participates/half_year",
    "outflow_work": "to_work/three_to_seven",
    "outflow_study": "to_study/three_to_seven",
}


def up(migrator, db):
    for old, new in FORMULAS.items():
        _rename(db, old, new)


def down(migrator, db):
    for old, new in FORMULAS.items():
        _rename(db, new, old)


def _rename(db, old, new):
    class Indicator(peewee.Model):
        computation = peewee.CharField(null=True, max_length=40)

        class Meta:
            database = db

    Indicator.update(computation=new).where(Indicator.computation == old).execute()
