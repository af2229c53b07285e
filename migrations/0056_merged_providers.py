"""A provider that went up in another keeps its past, and joins the future of the other."""


def up(migrator, db):
    db.execute_sql(
        "ALTER TABLE provider ADD COLUMN merged_into_id INTEGER "
        "REFERENCES provider (id) ON DELETE RESTRICT"
    )
    db.execute_sql("ALTER TABLE provider ADD COLUMN merged_on DATE")
    db.execute_sql("CREATE INDEX provider_merged_into_id ON provider (merged_into_id)")


def down(migrator, db):
    db.execute_sql("DROP INDEX provider_merged_into_id")
    db.execute_sql("ALTER TABLE provider DROP COLUMN merged_on")
    db.execute_sql("ALTER TABLE provider DROP COLUMN merged_into_id")
