"""The most urgent signals of a gemeente stand in order: a page of them reads no more than that."""

import peewee


def up(migrator, db):
    # SQLite takes no NULLS LAST; read backwards, its index has them last by itself.
    order = (
        "urgency DESC NULLS LAST, id DESC"
        if isinstance(db, peewee.PostgresqlDatabase)
        else "urgency, id"
    )
    db.execute_sql(f"CREATE INDEX signal_most_urgent ON signal (municipality, {order}) WHERE open")


def down(migrator, db):
    db.execute_sql("DROP INDEX signal_most_urgent")
