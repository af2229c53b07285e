"""A planversie says by what cause the plan was made anew: the first has none.

Of those that there are, it is inferred as it was until now: a target that moved means a delay from
outside, by the law when the reason names one.
"""

import itertools

import peewee


def up(migrator, db):
    cause = peewee.CharField(max_length=10, null=True)
    migrator.migrate(migrator.add_column("baseline", "cause", cause))
    infer_causes(db)


def infer_causes(db):
    class Baseline(peewee.Model):
        process_id = peewee.IntegerField()
        number = peewee.IntegerField()
        reason = peewee.TextField()
        go_live = peewee.DateField(null=True)
        cause = peewee.CharField(max_length=10, null=True)

        class Meta:
            database = db

    versions = list(Baseline.select().order_by(Baseline.process_id, Baseline.number))
    for before, version in itertools.pairwise(versions):
        if before.process_id == version.process_id:
            targets = {before.go_live, version.go_live} - {None}
            outside = "wet" if "wet" in version.reason.lower() else "buiten"
            version.cause = outside if len(targets) > 1 else "eigen"
            version.save(only=[Baseline.cause])


def down(migrator, db):
    migrator.migrate(migrator.drop_column("baseline", "cause"))
