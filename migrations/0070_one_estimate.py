"""One estimate per inkooptraject: its size is what gemeenten expect, where they said so."""


def up(migrator, db):
    db.execute_sql(
        "UPDATE contracting_process SET tracks = (SELECT SUM(tracks) FROM expected_number "
        "WHERE expected_number.process_id = contracting_process.id) WHERE EXISTS "
        "(SELECT 1 FROM expected_number WHERE expected_number.process_id = contracting_process.id)"
    )


def down(migrator, db):
    """The former figures were another estimate of the same; they are not kept."""
