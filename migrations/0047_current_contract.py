"""When the contract that runs now ends, beside the end of the one that is bought."""


def up(migrator, db):
    db.execute_sql("ALTER TABLE contracting_process ADD COLUMN current_until DATE")


def down(migrator, db):
    db.execute_sql("ALTER TABLE contracting_process DROP COLUMN current_until")
