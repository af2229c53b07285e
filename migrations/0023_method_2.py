"""Method 2: figures kept with the month, chances of a rank, and the model from when it holds."""

import peewee

SHARES = {"wachttijd": (75, 90, 100), "bevoegd": (70, 80, 100), "avond_weekend": (5, 10, 25)}
HOURS = {"B": (9, 12, 15), "O": (16, 20, 25), "Z": (8, 10, 12.5)}


def knots(low, good, top):
    return [[0, 0], [low, 50], [good, 80], [top, 100]]


def criterion(code, weight, **more):
    base = {"code": code, "weight": weight, "window_months": 3, "norm_days": None, "knots": {}}
    shares = {"*": knots(*SHARES[code])} if code in SHARES else {}
    return base | {"knots": shares, "statuses": None, "not_on": []} | more


def basis(code, method):
    """The shipped model; what it leaves out has the default of the code."""
    return {
        "code": code,
        "method": method,
        "aggregation": "linear",
        "criteria": [
            criterion("wachttijd", 30, window_months=12, norm_days=28),
            criterion("bevoegd", 25, outside_norm=80, outside_norm_on=["B", "Z"]),
            criterion("intensiteit", 20, knots={r: knots(*k) for r, k in HOURS.items()}),
            criterion("avond_weekend", 10),
            criterion(
                "keurmerk", 15, window_months=1, not_on=["O"],
                statuses={"onbepaalde_tijd": 100, "bepaalde_tijd": 90},
            ),
            criterion("aanwezigheid", 0, knots={"*": knots(70, 80, 95)}),
        ],
    }  # fmt: skip


def versions_in(db):
    class ScoringModelVersion(peewee.Model):
        code = peewee.CharField(max_length=40, unique=True)
        valid_from = peewee.IntegerField()
        definition = peewee.JSONField()
        reason = peewee.TextField()
        proposed_by = peewee.CharField(max_length=120)
        proposed_at = peewee.DateTimeField()
        approved_by = peewee.CharField(max_length=120, null=True)
        approved_at = peewee.DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "scoring_model_version"

    return ScoringModelVersion


def up(migrator, db):
    class Provider(peewee.Model):
        class Meta:
            database = db
            table_name = "provider"

    class MonthFigures(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="CASCADE", index=False)
        route = peewee.SmallIntegerField()
        month = peewee.IntegerField()
        windows = peewee.CharField(max_length=200)
        figures = peewee.JSONField()

        class Meta:
            database = db
            table_name = "month_figures"
            indexes = ((("month", "provider", "route"), True),)

    db.create_tables([MonthFigures])
    migrator.migrate(
        migrator.add_column("score_card", "rank_best", peewee.DoubleField(null=True)),
        migrator.add_column("score_card", "rank_worst", peewee.DoubleField(null=True)),
    )
    keep_method_1(db)


def keep_method_1(db):
    """Fixed months keep method 1; method 2 holds from the month after the last of them.

    A region that set its own weights or knots keeps those under method 2.
    """
    versions = versions_in(db)
    first, last, since = db.execute_sql(
        "SELECT MIN(month), MAX(CASE WHEN status = 'vastgesteld' THEN month END), "
        "MIN(computed_at) FROM score_card"
    ).fetchone()
    if last is None:
        return
    approved = versions.select().where(versions.approved_at.is_null(False))
    for version in versions.select().where(versions.valid_from > last):
        version.definition = version.definition | {"method": 2}
        version.save()
    own = approved.where(versions.valid_from <= last).order_by(versions.valid_from.desc()).first()
    told = {"proposed_by": "Taalinkoop", "approved_by": "wie de database bijwerkte"}
    moments = {"proposed_at": since, "approved_at": since}
    if not approved.where(versions.valid_from <= first).exists():
        versions.create(
            code="basis-2026", valid_from=first, definition=basis("basis-2026", 1),
            reason="Het eerste rekenmodel", **told, **moments,
        )  # fmt: skip
    code = "basis-2027" if own is None else f"{own.code[:30]}-methode-2"
    definition = basis(code, 2) if own is None else own.definition | {"code": code, "method": 2}
    versions.create(
        code=code, valid_from=last + 1, definition=definition,
        reason="Methode 2: oordelen zo zeker als ze zeggen (docs/method-2.md)", **told, **moments,
    )  # fmt: skip


def down(migrator, db):
    migrator.migrate(
        migrator.drop_table("month_figures"),
        migrator.drop_column("score_card", "rank_best"),
        migrator.drop_column("score_card", "rank_worst"),
    )
