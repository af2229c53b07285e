"""How many trajecten are open per provider, month and route, kept beside the rows."""

import peewee


def up(migrator, db):
    class Provider(peewee.Model):
        class Meta:
            database = db
            table_name = "provider"

    class OpenTracks(peewee.Model):
        provider = peewee.ForeignKeyField(Provider, on_delete="CASCADE", index=False)
        month = peewee.IntegerField()
        route = peewee.SmallIntegerField()
        waiting = peewee.IntegerField(constraints=[peewee.Check("waiting >= 0")])
        active = peewee.IntegerField(constraints=[peewee.Check("active >= 0")])
        paused = peewee.IntegerField(constraints=[peewee.Check("paused >= 0")])
        followed = peewee.IntegerField(
            constraints=[peewee.Check("followed BETWEEN 0 AND waiting + active + paused")]
        )

        class Meta:
            database = db
            table_name = "open_tracks"
            indexes = ((("provider", "month", "route"), True),)

    db.create_tables([OpenTracks])
    # As it is counted after every delivery from now on.
    db.execute_sql(
        "INSERT INTO open_tracks (provider_id, month, route, waiting, active, paused, followed) "
        "SELECT r.provider_id, r.month, r.route, "
        "SUM(CASE WHEN r.status = 1 THEN 1 ELSE 0 END), "
        "SUM(CASE WHEN r.status = 2 THEN 1 ELSE 0 END), "
        "SUM(CASE WHEN r.status = 3 THEN 1 ELSE 0 END), "
        "SUM(CASE WHEN l.id IS NOT NULL THEN 1 ELSE 0 END) "
        "FROM progress_record r LEFT JOIN progress_record l ON l.provider_id = r.provider_id "
        "AND l.month = r.month + 1 AND l.track_id = r.track_id AND l.superseded_by_id IS NULL "
        "AND r.status < 4 WHERE r.superseded_by_id IS NULL "
        "GROUP BY r.provider_id, r.month, r.route"
    )


def down(migrator, db):
    migrator.migrate(migrator.drop_table("open_tracks"))
