"""What is judged: one entry per criterion says everything about it.

A sixth criterion is one entry in ``CRITERIA`` (with a column in ``figures.Rows`` when it needs one
that is not there) and a weight in the scoring model. ``aanwezigheid`` is such a sixth, with
weight 0.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """Label, unit and definition of a criterion.

    A share of hours or an intensity names the sums that are divided; ``per_week`` divides by the
    weeks in which a learner could have lessons.
    """

    code: str
    label: str
    unit: str
    definition: str
    cause: str
    short: str
    """Name where there is little room: columns and charts."""
    target_unit: str
    """In what an agreement sets its measure."""
    picture: str = ""
    """What a line over months shows; without it none is drawn."""
    sums: tuple[str, str] = ("", "")
    """Words of what is divided and by what."""
    numerator: str = ""
    per_week: bool = False
    by_docent: bool = False
    """Whether its hours vary by docent: how sure it is, is held at the number of docenten."""
    asks_learners: bool = False
    """Whether it is what learners answered in a survey; each of them counts alone."""
    on_request: bool = False
    """Whether learners can ask for it: beside the value stands how many did, and got it."""
    details: tuple[str, str] = ("", "")
    """Endpoint of the provider's page that says more, and the words of the link."""
    complaints: tuple[str, ...] = ()
    """Kinds of complaints that are about it."""
    example: str = ""
    """A threshold that an agreement could set."""

    @property
    def is_share(self) -> bool:
        """Whether the value is a percentage."""
        return self.unit.startswith("%")

    @property
    def is_status(self) -> bool:
        """Whether the value is a word of the register, not a number."""
        return self.unit == "status"

    @property
    def counts_people(self) -> bool:
        """Whether the value is of people who started in time, not of hours."""
        return not (self.numerator or self.is_status or self.asks_learners)


CRITERIA = {
    measure.code: measure
    for measure in (
        Measure(
            "wachttijd",
            "Wachttijd",
            "% binnen de norm",
            "Van iedereen die had moeten beginnen: het deel dat binnen de norm begon."
            " Wie te lang wacht of te lang wachtte en wegging, telt mee.",
            "de wachttijd",
            "Wachttijd",
            "% binnen 4 weken",
            details=("providers.waiting", "De wachttijd van alle leerroutes"),
            complaints=("wachttijd",),
            example="90",
            picture="Deel van de cursisten dat binnen de norm begon, wachtenden meegeteld",
        ),
        Measure(
            "bevoegd",
            "Bevoegde docenten",
            "% van de lesuren",
            "Uren van een bevoegde docent, gedeeld door alle aangeboden uren.",
            "het aandeel bevoegde docenten",
            "Docenten",
            "%",
            picture="Deel van de lesuren door een bevoegde docent, over drie maanden",
            sums=("uur van een bevoegde docent", "aangeboden uur"),
            numerator="certified",
            by_docent=True,
            details=("providers.teachers", "Wie de lessen gaf, en of dat past bij het register"),
            complaints=("docent", "uitleg"),
        ),
        Measure(
            "intensiteit",
            "Intensiteit",
            "uren per week",
            "Aangeboden uren, gedeeld door de weken dat een deelnemer les kon hebben.",
            "de intensiteit",
            "Intensiteit",
            "uur per week",
            picture="Aangeboden lesuren per cursist per week, over drie maanden",
            sums=("lesuur", "deelnemersweken"),
            numerator="lesson_minutes",
            per_week=True,
            details=("providers.intensity", "Toegezegde, aangeboden en gevolgde uren"),
            complaints=("frequentie",),
            example="12",
        ),
        Measure(
            "avond_weekend",
            "Avond en weekend",
            "% van de lesuren",
            "Uren in de avond of het weekend, gedeeld door alle aangeboden uren.",
            "het aanbod in avond en weekend",
            "Avond/weekend",
            "%",
            picture="Deel van de lesuren in de avond of het weekend, over drie maanden",
            sums=("uur in avond of weekend", "aangeboden uur"),
            numerator="evening_weekend",
            on_request=True,
            details=("providers.locations", "Wie om avond of weekend vroeg, en waar niets is"),
        ),
        Measure(
            "keurmerk",
            "Blik op Werk",
            "status",
            "Status van het Blik op Werk Keurmerk Inburgeren op de peildatum.",
            "het keurmerk",
            "Blik op Werk",
            "punten",
        ),
        Measure(
            "aanwezigheid",
            "Aanwezigheid",
            "% van de lesuren",
            "Gevolgde uren, gedeeld door alle aangeboden uren.",
            "de aanwezigheid",
            "Aanwezigheid",
            "%",
            picture="Deel van de aangeboden lesuren dat is gevolgd, over drie maanden",
            sums=("gevolgd uur", "aangeboden uur"),
            numerator="attended",
        ),
        Measure(
            "tevredenheid",
            "Tevredenheid",
            "% zegt ja",
            "Antwoorden 'ja' van cursisten in de laatste vragenlijst van een jaar, gedeeld door"
            " alle antwoorden. De aanbieder als geheel, op elke leerroute gelijk.",
            "de tevredenheid van cursisten",
            "Tevredenheid",
            "%",
            picture="Deel van de antwoorden van cursisten dat 'ja' is, laatste vragenlijst",
            sums=("keer ja", "antwoorden"),
            asks_learners=True,
            details=("satisfaction.index", "Wat cursisten per vraag antwoordden"),
        ),
    )
}

WAITING = next(measure for measure in CRITERIA.values() if measure.counts_people)
MARK = next(measure for measure in CRITERIA.values() if measure.is_status)
