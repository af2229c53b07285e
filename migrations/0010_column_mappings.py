"""Column mappings: a provider's own headers and codes, in versions."""

import peewee


def up(migrator, db):
    class Provider(peewee.Model):
        class Meta:
            database = db
            table_name = "provider"

    class ColumnMapping(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT", index=False)
        version = peewee.SmallIntegerField(
            constraints=[peewee.Check("version > 0", name="column_mapping_version")]
        )
        headers = peewee.JSONField(default=dict)
        codes = peewee.JSONField(default=dict)
        created_by = peewee.CharField(max_length=120)
        created_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "column_mapping"
            indexes = ((("provider", "version"), True),)

    db.create_tables([ColumnMapping])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("column_mapping"))
