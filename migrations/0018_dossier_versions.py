"""The register as it was: one row for every change of what judgements rest on."""

import peewee


def up(migrator, db):
    class Provider(peewee.Model):
        class Meta:
            database = db
            table_name = "provider"

    class DossierVersion(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT", index=False)
        recorded_at = peewee.DateTimeField()
        dossier = peewee.JSONField()

        class Meta:
            database = db
            table_name = "dossier_version"
            indexes = ((("provider", "recorded_at"), False),)

    db.create_tables([DossierVersion])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("dossier_version"))
