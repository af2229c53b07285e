"""An inkooptraject may be a draft (``concept``): it warns nobody until it is made active.

The check of a column cannot be changed on SQLite: a new column takes the place of the old one.
"""

BEFORE = "'lopend', 'afgerond', 'gestopt'"
NOW = f"'concept', {BEFORE}"


def up(migrator, db):
    _replace(db, NOW)


def down(migrator, db):
    db.execute_sql("UPDATE contracting_process SET status = 'lopend' WHERE status = 'concept'")
    _replace(db, BEFORE)


def _replace(db, values):
    column = f"state VARCHAR(12) NOT NULL DEFAULT 'lopend' CHECK (state IN ({values}))"
    db.execute_sql(f"ALTER TABLE contracting_process ADD COLUMN {column}")
    db.execute_sql("UPDATE contracting_process SET state = status")
    db.execute_sql("ALTER TABLE contracting_process DROP COLUMN status")
    db.execute_sql("ALTER TABLE contracting_process RENAME COLUMN state TO status")
