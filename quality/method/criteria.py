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
    numerator: str = ""
    per_week: bool = False

    @property
    def is_share(self) -> bool:
        """Whether the value is a percentage."""
        return self.unit.startswith("%")


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
        ),
        Measure(
            "bevoegd",
            "Bevoegde docenten",
            "% van de lesuren",
            "Uren van een bevoegde docent, gedeeld door alle aangeboden uren.",
            "het aandeel bevoegde docenten",
            numerator="certified",
        ),
        Measure(
            "intensiteit",
            "Intensiteit",
            "uren per week",
            "Aangeboden uren, gedeeld door de weken dat een deelnemer les kon hebben.",
            "de intensiteit",
            numerator="lesson_minutes",
            per_week=True,
        ),
        Measure(
            "avond_weekend",
            "Avond en weekend",
            "% van de lesuren",
            "Uren in de avond of het weekend, gedeeld door alle aangeboden uren.",
            "het aanbod in avond en weekend",
            numerator="evening_weekend",
        ),
        Measure(
            "keurmerk",
            "Blik op Werk",
            "status",
            "Status van het Blik op Werk Keurmerk Inburgeren op de peildatum.",
            "het keurmerk",
        ),
        Measure(
            "aanwezigheid",
            "Aanwezigheid",
            "% van de lesuren",
            "Gevolgde uren, gedeeld door alle aangeboden uren.",
            "de aanwezigheid",
            numerator="attended",
        ),
    )
}
