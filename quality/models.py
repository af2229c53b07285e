"""Scoring models, score cards per month, reactions, signals, docent hours, survey counts.

Answers of learners are held as counts only: nobody's own answers are kept.
"""

import peewee

from core.db import BaseModel, MomentField, MonthField, NoteField
from providers.models import CourseTrack, Provider


class ScoringModelVersion(BaseModel):
    """A version of the scoring model; in force from a month on, once a second person approved."""

    code = peewee.CharField(max_length=40, unique=True, verbose_name="Code")
    valid_from = MonthField(verbose_name="Geldt vanaf")
    definition = peewee.JSONField(verbose_name="Model")
    reason = peewee.TextField(default="", verbose_name="Reden")
    proposed_by = peewee.CharField(max_length=120, verbose_name="Voorgesteld door")
    proposed_at = MomentField(verbose_name="Voorgesteld op")
    approved_by = peewee.CharField(max_length=120, null=True, verbose_name="Goedgekeurd door")
    approved_at = MomentField(null=True, verbose_name="Goedgekeurd op")


CONCEPT, FIXED, REVISION = "concept", "vastgesteld", "herziening"


class ScoreCard(BaseModel):
    """The judgement of one provider on one route in one month, as computed last.

    Revision 0 is the card itself: concept until it is fixed, and unchanged from then on. Data
    that comes later adds revisions 1, 2, ... beside it.
    """

    provider = peewee.ForeignKeyField(
        Provider, on_delete="RESTRICT", index=False, verbose_name="Aanbieder"
    )
    route = peewee.SmallIntegerField(verbose_name="Leerroute")
    month = MonthField(verbose_name="Maand")
    revision = peewee.SmallIntegerField(default=0, verbose_name="Herziening")
    model = peewee.CharField(max_length=40, verbose_name="Model")
    status = peewee.CharField(max_length=12, default=CONCEPT, verbose_name="Status")
    standing = peewee.CharField(max_length=14, verbose_name="Oordeel")
    score = peewee.DoubleField(null=True, verbose_name="Score")
    interval_low = peewee.DoubleField(null=True)
    interval_high = peewee.DoubleField(null=True)
    rank_median = peewee.SmallIntegerField(null=True)
    rank_low = peewee.SmallIntegerField(null=True)
    rank_high = peewee.SmallIntegerField(null=True)
    rank_best = peewee.DoubleField(null=True, help_text="chance to be in the best quarter")
    rank_worst = peewee.DoubleField(null=True, help_text="chance to be in the worst quarter")
    ranked = peewee.BooleanField(default=False, help_text="sure enough for a place")
    active = peewee.IntegerField(default=0, verbose_name="Actieve trajecten")
    result = peewee.JSONField(help_text="the tree that every door prints")
    basis = peewee.CharField(
        max_length=64, default="", help_text="digest of all that the judgement was made from"
    )
    fingerprint = peewee.CharField(max_length=64, default="")
    computed_at = MomentField(verbose_name="Berekend op")
    fixed_by = peewee.CharField(max_length=120, null=True, verbose_name="Vastgesteld door")
    fixed_at = MomentField(null=True, verbose_name="Vastgesteld op")

    class Meta:
        """One card per provider, route, month and revision; months are read whole."""

        indexes = (
            (("provider", "route", "month", "revision"), True),
            (("month", "route"), False),
        )


class MonthFigures(BaseModel):
    """The figures of one provider on one route as a month sees them, from its rows.

    Sums, and sums per group (``quality.method.figures.Figures``): what a judgement needs, so that
    no row is read twice; and apart from them which learners are alike. ``windows`` are those of
    the model by which they were summed.
    """

    provider = peewee.ForeignKeyField(Provider, on_delete="CASCADE", index=False)
    route = peewee.SmallIntegerField()
    month = MonthField()
    windows = peewee.CharField(max_length=200)
    figures = peewee.JSONField()
    alike = peewee.JSONField(null=True, help_text="per criterion the learners that are alike")

    class Meta:
        """Once per provider and route; months are read whole."""

        indexes = ((("month", "provider", "route"), True),)


class ScoreDraws(BaseModel):
    """The draws of the score of a card, so that comparing needs no second drawing."""

    card = peewee.ForeignKeyField(ScoreCard, unique=True, on_delete="CASCADE")
    draws = peewee.BlobField()


class Reaction(BaseModel):
    """What a provider says about a month, on one criterion or as a whole; and the answer."""

    provider = peewee.ForeignKeyField(
        Provider, on_delete="RESTRICT", index=False, verbose_name="Aanbieder"
    )
    route = peewee.SmallIntegerField(verbose_name="Leerroute")
    month = MonthField(verbose_name="Maand")
    criterion = peewee.CharField(max_length=20, default="", verbose_name="Criterium")
    text = NoteField(verbose_name="Reactie")
    by = peewee.CharField(max_length=120, verbose_name="Van")
    at = MomentField(verbose_name="Op")
    answer = NoteField(null=True, verbose_name="Antwoord")
    answered_by = peewee.CharField(max_length=120, null=True, verbose_name="Antwoord van")
    answered_at = MomentField(null=True, verbose_name="Beantwoord op")

    class Meta:
        """Read per card."""

        indexes = ((("provider", "route", "month"), False),)


class Invitation(BaseModel):
    """The invitation of a provider to react to its concept scores of a month, until a day."""

    provider = peewee.ForeignKeyField(
        Provider, on_delete="RESTRICT", index=False, verbose_name="Aanbieder"
    )
    month = MonthField(verbose_name="Maand")
    until = peewee.DateField(verbose_name="Reageren tot en met")
    invited_by = peewee.CharField(max_length=120, verbose_name="Uitgenodigd door")
    invited_at = MomentField(verbose_name="Uitgenodigd op")

    class Meta:
        """Once per month; another day takes the place of the first."""

        indexes = ((("provider", "month"), True),)


class Signal(BaseModel):
    """Something to look at with one learner; for the gemeente of that learner only."""

    track = peewee.ForeignKeyField(CourseTrack, on_delete="CASCADE", verbose_name="Traject")
    provider = peewee.ForeignKeyField(
        Provider, on_delete="RESTRICT", index=False, verbose_name="Aanbieder"
    )
    route = peewee.SmallIntegerField(verbose_name="Leerroute")
    municipality = peewee.SmallIntegerField(verbose_name="Gemeente")
    kind = peewee.CharField(max_length=20, verbose_name="Signaal")
    month = MonthField(verbose_name="Maand", help_text="the last month in which it held")
    since = MonthField(verbose_name="Sinds")
    detail = peewee.CharField(max_length=200, default="", verbose_name="Toelichting")
    escalated = peewee.BooleanField(default=False, verbose_name="Dringend")
    open = peewee.BooleanField(default=True, help_text="holds in the newest month")
    status = peewee.CharField(max_length=12, default="nieuw", verbose_name="Stand")
    snoozed_until = peewee.DateField(null=True, verbose_name="Uitgesteld tot en met")
    months_left = peewee.FloatField(null=True, verbose_name="Maanden over")
    months_needed = peewee.FloatField(null=True, verbose_name="Maanden nodig")
    urgency = peewee.FloatField(null=True, help_text="months too short; lists are in this order")
    seen_by = peewee.CharField(max_length=120, null=True, verbose_name="Gezien door")
    seen_at = MomentField(null=True, verbose_name="Gezien op")

    class Meta:
        """A kind once per traject and route; read per gemeente and per provider."""

        indexes = (
            (("track", "route", "kind"), True),
            (("municipality", "month"), False),
            (("provider", "month"), False),
        )


Signal.add_index(
    Signal.index(
        Signal.snoozed_until, where=Signal.snoozed_until.is_null(False), name="signal_snoozed_until"
    )
)
Signal.add_index(
    Signal.index(
        Signal.municipality,
        Signal.urgency,
        Signal.id,
        where=Signal.open,
        name="signal_most_urgent",
    )
)


class SignalAct(BaseModel):
    """What somebody did with a signal, and the levels then: did they rise afterwards?"""

    signal = peewee.ForeignKeyField(Signal, on_delete="CASCADE", backref="acts")
    kind = peewee.CharField(max_length=12, verbose_name="Wat")
    reason = peewee.CharField(max_length=20, verbose_name="Reden")
    until = peewee.DateField(null=True, verbose_name="Tot en met")
    levels = peewee.CharField(max_length=4, help_text="a digit per skill, at that moment")
    month = MonthField(verbose_name="Maand", help_text="of those levels")
    by = peewee.CharField(max_length=120, verbose_name="Door")
    at = MomentField(verbose_name="Op")


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


class DocentHours(BaseModel):
    """The hours of certified docenten that a provider claims, of its newest month; in minutes."""

    provider = peewee.ForeignKeyField(Provider, on_delete="RESTRICT", unique=True)
    month = MonthField(verbose_name="Maand")
    tracks = peewee.IntegerField(verbose_name="Deelnemers")
    certified = peewee.IntegerField(help_text="of learners")
    claimed = peewee.IntegerField(help_text="of docenten, at least")


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


class RegionTable(BaseModel):
    """The tables of a region in a month, without small numbers: of this region, or of another.

    ``content`` is what its file says (``quality.regions``); of this region one a month, of which
    others hold a copy.
    """

    region = peewee.CharField(max_length=60, verbose_name="Regio")
    month = MonthField(verbose_name="Maand")
    own = peewee.BooleanField(default=False, verbose_name="Eigen regio")
    content = peewee.JSONField()
    entered_by = peewee.CharField(max_length=120, verbose_name="Ingelezen door")
    entered_at = MomentField(verbose_name="Ingelezen op")

    class Meta:
        """A region once per month."""

        indexes = ((("region", "month"), True),)
