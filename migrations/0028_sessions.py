"""Sessions are held by the server: one that ended is dead, whoever kept its cookie."""

import peewee


def up(migrator, db):
    class Account(peewee.Model):
        class Meta:
            database = db
            table_name = "account"

    class SignInSession(peewee.Model):
        account = peewee.ForeignKeyField(Account, on_delete="CASCADE")
        token_hash = peewee.CharField(max_length=64, unique=True)
        key = peewee.CharField(max_length=64)
        awaits_code = peewee.BooleanField(default=False)
        outside = peewee.BooleanField(default=False)
        sealed_secret = peewee.CharField(max_length=200, null=True)
        device = peewee.CharField(max_length=80, default="")
        began_at = peewee.DateTimeField()
        seen_at = peewee.DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "sign_in_session"

    class OneTimeLink(peewee.Model):
        account = peewee.ForeignKeyField(Account, on_delete="CASCADE")
        token_hash = peewee.CharField(max_length=64, unique=True)
        made_at = peewee.DateTimeField()
        expires_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "one_time_link"

    db.create_tables([SignInSession, OneTimeLink])


def down(migrator, db):
    for table in ("one_time_link", "sign_in_session"):
        migrator.migrate(migrator.drop_table(table))
