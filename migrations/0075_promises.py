"""What contracts promise and what that is worth: promises, clauses in steps, and invoices."""

import peewee


def up(migrator, db):
    class Contract(peewee.Model):
        class Meta:
            database = db
            table_name = "contract"

    class ContractPromise(peewee.Model):
        contract = peewee.ForeignKeyField(Contract, on_delete="RESTRICT")
        route = peewee.SmallIntegerField(null=True)
        measure = peewee.CharField(
            max_length=8,
            constraints=[
                peewee.Check(
                    "measure IN ('uren', 'avond', 'bevoegd', 'start')",
                    name="contract_promise_measure",
                )
            ],
        )
        value = peewee.DecimalField(8, 2, null=True)
        bid_value = peewee.DecimalField(8, 2, null=True)
        source = peewee.CharField(max_length=120)

        class Meta:
            database = db
            table_name = "contract_promise"
            indexes = ((("contract", "route", "measure"), True),)

    class ContractClause(peewee.Model):
        contract = peewee.ForeignKeyField(Contract, on_delete="RESTRICT")
        article = peewee.CharField(max_length=12)
        kind = peewee.CharField(
            max_length=8,
            constraints=[
                peewee.Check("kind IN ('prijs', 'malus', 'bonus')", name="contract_clause_kind")
            ],
        )
        measure = peewee.CharField(max_length=8)
        basis = peewee.CharField(max_length=8)
        period = peewee.CharField(max_length=8)
        route = peewee.SmallIntegerField(null=True)
        threshold = peewee.DecimalField(10, 2)
        amount = peewee.DecimalField(
            10, 2, constraints=[peewee.Check("amount >= 0", name="contract_clause_amount")]
        )

        class Meta:
            database = db
            table_name = "contract_clause"
            indexes = ((("contract", "article", "route", "threshold"), True),)

    class Invoice(peewee.Model):
        contract = peewee.ForeignKeyField(Contract, on_delete="RESTRICT")
        number = peewee.CharField(max_length=40)
        invoiced_on = peewee.DateField()
        sha256 = peewee.CharField(max_length=64)
        entered_by = peewee.CharField(max_length=120)
        entered_at = peewee.DateTimeField()

        class Meta:
            database = db
            table_name = "invoice"
            indexes = ((("contract", "number"), True),)

    class InvoiceLine(peewee.Model):
        invoice = peewee.ForeignKeyField(Invoice, on_delete="CASCADE")
        month = peewee.IntegerField()
        route = peewee.SmallIntegerField(null=True)
        municipality = peewee.CharField(max_length=4, null=True)
        minutes = peewee.IntegerField(null=True)
        cents = peewee.IntegerField()

        class Meta:
            database = db
            table_name = "invoice_line"

    db.create_tables([ContractPromise, ContractClause, Invoice, InvoiceLine])


def down(migrator, db):
    for table in ("invoice_line", "invoice", "contract_clause", "contract_promise"):
        migrator.migrate(migrator.drop_table(table))
