"""Whom the identity provider let in for an account first."""

import peewee


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("account", "outside_id", peewee.CharField(max_length=81, null=True))
    )


def down(migrator, db):
    migrator.migrate(migrator.drop_column("account", "outside_id"))
