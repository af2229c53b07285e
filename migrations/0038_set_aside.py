"""Things of the start page that somebody put off or dealt with."""

import peewee


def up(migrator, db):
    class SetAside(peewee.Model):
        audience = peewee.CharField(max_length=200)
        key = peewee.CharField(max_length=32)
        text = peewee.TextField()
        url = peewee.CharField(max_length=200)
        until = peewee.DateField(null=True)
        by = peewee.CharField(max_length=120)
        at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "set_aside"
            indexes = ((("audience", "key"), True),)

    db.create_tables([SetAside])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("set_aside"))
