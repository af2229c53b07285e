"""Lists as somebody searched, filtered and sorted them, under a name."""

import peewee


def up(migrator, db):
    class SavedFilter(peewee.Model):
        account_email = peewee.CharField(max_length=120, index=True)
        page = peewee.CharField(max_length=80)
        name = peewee.CharField(max_length=60)
        query = peewee.CharField(max_length=1000)

        class Meta:
            database = db
            table_name = "saved_filter"
            indexes = ((("account_email", "page", "name"), True),)

    db.create_tables([SavedFilter])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("saved_filter"))
