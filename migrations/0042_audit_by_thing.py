"""What happened to one row last is found without reading the whole audit trail."""


def up(migrator, db):
    db.execute_sql("CREATE INDEX audit_line_thing_thing_id ON audit_line (thing, thing_id)")


def down(migrator, db):
    db.execute_sql("DROP INDEX audit_line_thing_thing_id")
