"""The optional columns of feed 1.1: doelgroep, lesmethode, taalstage, duaal, les_sluit_aan."""

COLUMNS = {
    "target_group": "SMALLINT",
    "teaching_method": "VARCHAR(60)",
    "language_internship": "SMALLINT",
    "combined": "SMALLINT",
    "lesson_fits": "SMALLINT",
}


def up(migrator, db):
    for name, kind in COLUMNS.items():
        db.execute_sql(f"ALTER TABLE progress_record ADD COLUMN {name} {kind}")


def down(migrator, db):
    for name in COLUMNS:
        db.execute_sql(f"ALTER TABLE progress_record DROP COLUMN {name}")
