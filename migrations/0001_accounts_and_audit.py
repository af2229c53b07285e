"""Accounts and the audit trail."""

import peewee


def up(migrator, db):
    class Account(peewee.Model):
        email = peewee.CharField(unique=True, max_length=120)
        name = peewee.CharField(max_length=80, default="")
        role = peewee.CharField(max_length=16)
        provider_code = peewee.CharField(null=True, max_length=10)
        municipalities = peewee.JSONField(default=list)
        password_hash = peewee.CharField(max_length=200)
        session_key = peewee.CharField(max_length=64)
        active = peewee.BooleanField(default=True)
        must_change_password = peewee.BooleanField(default=False)
        created_at = peewee.DateTimeField()
        last_seen_at = peewee.DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "account"

    db.create_tables([Account])

    class SignInFailure(peewee.Model):
        typed = peewee.CharField(max_length=64, index=True)
        address = peewee.CharField(max_length=64, index=True)
        at = peewee.DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "sign_in_failure"

    db.create_tables([SignInFailure])

    class AuditLine(peewee.Model):
        at = peewee.DateTimeField(index=True)
        actor = peewee.CharField()
        action = peewee.CharField(max_length=40)
        thing = peewee.CharField(max_length=40)
        thing_id = peewee.CharField(max_length=80)
        before = peewee.JSONField(null=True)
        after = peewee.JSONField(null=True)
        reason = peewee.TextField(default="")

        class Meta:
            database = db
            table_name = "audit_line"

    db.create_tables([AuditLine])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("audit_line"))
    migrator.migrate(migrator.drop_table("sign_in_failure"))
    migrator.migrate(migrator.drop_table("account"))
