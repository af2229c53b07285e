"""Rows of a learner file that were sent back, kept a while for the workbook to mend them in."""

import peewee


def up(migrator, db):
    migrator.migrate(migrator.add_column("facts_import", "to_mend", peewee.JSONField(null=True)))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("facts_import", "to_mend"))
