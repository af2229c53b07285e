"""What a contract promises: lesson hours a week per route, and the price of an hour."""

COLUMNS = {
    "weekly_minutes_b1": "weekly_minutes_b1 BETWEEN 15 AND 2400",
    "weekly_minutes_education": "weekly_minutes_education BETWEEN 15 AND 2400",
    "weekly_minutes_self_reliance": "weekly_minutes_self_reliance BETWEEN 15 AND 2400",
    "hour_price_cents": "hour_price_cents >= 0",
}


def up(migrator, db):
    for column, rule in COLUMNS.items():
        db.execute_sql(
            f"ALTER TABLE contract ADD COLUMN {column} INTEGER "
            f"CONSTRAINT contract_{column} CHECK ({rule})"
        )


def down(migrator, db):
    for column in COLUMNS:
        db.execute_sql(f"ALTER TABLE contract DROP COLUMN {column}")
