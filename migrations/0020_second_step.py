"""A second step of signing in: the secret of an app, and codes for when the app is lost."""

import peewee


def up(migrator, db):
    class Account(peewee.Model):
        class Meta:
            database = db
            table_name = "account"

    class SecondStep(peewee.Model):
        account = peewee.ForeignKeyField(Account, on_delete="CASCADE", unique=True)
        sealed_secret = peewee.CharField(max_length=200)
        last_used = peewee.IntegerField()
        since = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "second_step"

    class RecoveryCode(peewee.Model):
        account = peewee.ForeignKeyField(Account, on_delete="CASCADE")
        digest = peewee.CharField(max_length=64)

        class Meta:
            database = db
            table_name = "recovery_code"

    db.create_tables([SecondStep, RecoveryCode])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("recovery_code"), migrator.drop_table("second_step"))
