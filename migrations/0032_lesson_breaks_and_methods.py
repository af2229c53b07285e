"""Weeks without lessons of the region or a provider, and the teaching methods that it uses."""

import peewee


def up(migrator, db):
    class Provider(peewee.Model):
        class Meta:
            database = db
            table_name = "provider"

    class LessonBreak(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, null=True, on_delete="RESTRICT")
        valid_from = peewee.DateField()
        valid_until = peewee.DateField(constraints=[peewee.Check("valid_until >= valid_from")])

        class Meta:
            database = db
            table_name = "lesson_break"
            indexes = ((("provider", "valid_from"), True),)

    class TeachingMethod(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT")
        name = peewee.CharField(max_length=60)
        recognised = peewee.BooleanField(null=True)

        class Meta:
            database = db
            table_name = "teaching_method"
            indexes = ((("provider", "name"), True),)

    db.create_tables([LessonBreak, TeachingMethod])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("teaching_method"))
    migrator.migrate(migrator.drop_table("lesson_break"))
