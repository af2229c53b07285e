"""Where an indicator comes from: the plan or agreement that asks for it."""

import peewee


def up(migrator, db):
    source = peewee.CharField(max_length=200, default="")
    migrator.migrate(migrator.add_column("indicator", "source", source))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("indicator", "source"))
