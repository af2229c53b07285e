"""What a card was judged from, as a digest, so that only what is other now is judged again."""

import peewee


def up(migrator, db):
    basis = peewee.CharField(max_length=64, default="")
    migrator.migrate(migrator.add_column("score_card", "basis", basis))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("score_card", "basis"))
