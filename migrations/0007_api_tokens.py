"""Tokens of the API: only the hash is held."""

import peewee


def up(migrator, db):
    class ApiToken(peewee.Model):
        name = peewee.CharField(max_length=80)
        prefix = peewee.CharField(max_length=12)
        token_hash = peewee.CharField(unique=True, max_length=64)
        role = peewee.CharField(max_length=16)
        provider_code = peewee.CharField(null=True, max_length=10)
        municipalities = peewee.JSONField(default=list)
        permissions = peewee.JSONField(default=list)
        created_by = peewee.CharField(max_length=120)
        created_at = peewee.DateTimeField()
        expires_on = peewee.DateField(null=True)
        revoked_at = peewee.DateTimeField(null=True)
        last_used_on = peewee.DateField(null=True)

        class Meta:
            database = db
            table_name = "api_token"

    db.create_tables([ApiToken])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("api_token"))
