"""Which report went to whom by e-mail: a run that was stopped goes on where it was."""

import peewee

from core.db import BaseModel, MomentField, MonthField


class ReportMail(BaseModel):
    """One e-mail with one report; of a month once as concept and once when it is fixed."""

    month = MonthField(verbose_name="Maand")
    code = peewee.CharField(max_length=10, verbose_name="Rapport")
    address = peewee.CharField(max_length=120, verbose_name="Aan")
    status = peewee.CharField(max_length=12, verbose_name="Scores")
    as_links = peewee.BooleanField(default=False, verbose_name="Als link")
    sent_at = MomentField(verbose_name="Verstuurd op")

    class Meta:
        """Once to an address."""

        indexes = ((("month", "code", "address", "status"), True),)
