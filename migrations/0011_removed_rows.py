"""How many rows of a delivery and month the retention rules removed."""


def up(migrator, db):
    db.execute_sql(
        "ALTER TABLE delivery_month ADD COLUMN removed INTEGER NOT NULL DEFAULT 0 "
        "CONSTRAINT delivery_month_removed CHECK (removed >= 0)"
    )


def down(migrator, db):
    db.execute_sql("ALTER TABLE delivery_month DROP COLUMN removed")
