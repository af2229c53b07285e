"""What a committed change still owes is written down with the change itself."""

import peewee


def up(migrator, db):
    class FollowUp(peewee.Model):
        kind = peewee.CharField(max_length=20)
        subject = peewee.CharField(max_length=80)
        detail = peewee.JSONField(default=dict)
        created_by = peewee.CharField(max_length=120)
        created_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "follow_up"
            indexes = ((("kind", "subject"), False),)

    db.create_tables([FollowUp])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("follow_up"))
