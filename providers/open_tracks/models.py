"""How many trajecten are open in a month, kept so that pages of the region need not count rows."""

import peewee

from core.db import BaseModel, MonthField
from providers.models import Provider


class OpenTracks(BaseModel):
    """The open trajecten of one provider, month and route, and of how many a month later tells.

    Thrown away as soon as a delivery changes the rows it counts, and counted again by the work
    that follows; until then it is counted from the rows.
    """

    provider = peewee.ForeignKeyField(Provider, on_delete="CASCADE", index=False)
    month = MonthField()
    route = peewee.SmallIntegerField()
    waiting = peewee.IntegerField()
    active = peewee.IntegerField()
    paused = peewee.IntegerField()
    followed = peewee.IntegerField()

    class Meta:
        """One count per route."""

        indexes = ((("provider", "month", "route"), True),)


FIELDS = (
    OpenTracks.provider,
    OpenTracks.month,
    OpenTracks.route,
    OpenTracks.waiting,
    OpenTracks.active,
    OpenTracks.paused,
    OpenTracks.followed,
)
