"""Which learners are alike, apart from the figures that a judgement reads."""

import peewee

SQLITE = """
UPDATE month_figures SET
  alike = json_object('wachttijd', json(coalesce(json_extract(figures, '$.alike'), '[]'))),
  figures = json_remove(figures, '$.alike')
"""
POSTGRESQL = """
UPDATE month_figures SET
  alike = jsonb_build_object('wachttijd', coalesce(figures::jsonb -> 'alike', '[]'::jsonb)),
  figures = figures::jsonb - 'alike'
"""


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("month_figures", "alike", peewee.JSONField(null=True)),
    )
    # ``db copy`` brings another database up to date than the one that is served.
    db.execute_sql(POSTGRESQL if isinstance(db, peewee.PostgresqlDatabase) else SQLITE)


def down(migrator, db):
    migrator.migrate(migrator.drop_column("month_figures", "alike"))
