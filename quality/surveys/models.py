"""Answers of learners, held as counts only: nobody's own answers are kept."""

import peewee

from core.db import BaseModel, MomentField
from providers.models import Provider


class SurveyCount(BaseModel):
    """How many learners of a provider gave an answer to a question, in one survey."""

    provider = peewee.ForeignKeyField(
        Provider, backref="survey_counts", on_delete="RESTRICT", verbose_name="Aanbieder"
    )
    held_on = peewee.DateField(verbose_name="Gehouden op")
    question = peewee.CharField(max_length=12, verbose_name="Vraag")
    answer = peewee.CharField(max_length=12, verbose_name="Antwoord")
    count = peewee.IntegerField(verbose_name="Aantal")
    entered_by = peewee.CharField(max_length=120, verbose_name="Ingevoerd door")
    entered_at = MomentField(verbose_name="Ingevoerd op")

    class Meta:
        """An answer once per question of a survey."""

        indexes = ((("provider", "held_on", "question", "answer"), True),)
