"""Work in the background: the queue is a table."""

import peewee


def up(migrator, db):
    class Job(peewee.Model):
        kind = peewee.CharField(max_length=40)
        title = peewee.CharField(max_length=200)
        arguments = peewee.JSONField(default=dict)
        state = peewee.CharField(
            max_length=12,
            default="queued",
            constraints=[
                peewee.Check("state IN ('queued', 'running', 'done', 'failed', 'interrupted')")
            ],
        )
        step = peewee.CharField(max_length=200, default="")
        done = peewee.IntegerField(default=0)
        total = peewee.IntegerField(null=True)
        result = peewee.JSONField(null=True)
        message = peewee.TextField(default="")
        attempts = peewee.SmallIntegerField(default=0)
        worker = peewee.CharField(null=True, max_length=80)
        provider_code = peewee.CharField(null=True, max_length=10)
        created_by = peewee.CharField(max_length=120)
        created_at = peewee.DateTimeField()
        started_at = peewee.DateTimeField(null=True)
        finished_at = peewee.DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "job"
            indexes = ((("state", "id"), False),)

    db.create_tables([Job])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("job"))
