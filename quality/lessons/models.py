"""What is kept of the hours of certified docenten, so that nobody waits for the sum."""

import peewee

from core.db import BaseModel, MonthField
from providers.models import Provider


class DocentHours(BaseModel):
    """The hours of certified docenten that a provider claims, of its newest month; in minutes."""

    provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT", unique=True)
    month = MonthField(verbose_name="Maand")
    tracks = peewee.IntegerField(verbose_name="Deelnemers")
    certified = peewee.IntegerField(help_text="of learners")
    claimed = peewee.IntegerField(help_text="of docenten, at least")
