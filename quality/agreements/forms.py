"""Forms about talks, agreements and complaints."""

from collections.abc import Sequence

from wtforms import RadioField, SelectChoice, SelectField, TextAreaField

from core.municipalities import names
from core.pages.fields import (
    DutchDateField,
    DutchDecimalField,
    Required,
    SafeForm,
    TextField,
)
from providers.codes import LearningRoute
from quality.agreements.models import Talk
from quality.agreements.rules import COMPLAINT_KINDS, CRITERIA, KINDS, UNITS

NO_PERSONS = "De aanbieder leest dit mee. Schrijf geen namen en geen andere persoonsgegevens."


def _optional(choices: dict[str, str], nothing: str) -> list[SelectChoice]:
    return [
        SelectChoice("", nothing),
        *(SelectChoice(value, label) for value, label in choices.items()),
    ]


ROUTES = {str(int(route)): route.label for route in LearningRoute}


class TalkForm(SafeForm):
    """A talk that was held."""

    held_on = DutchDateField("Datum van het gesprek", [Required("Vul de datum in.")])
    subject = TextField(
        "Onderwerp",
        [Required("Vul in waar het gesprek over ging.")],
        render_kw={"maxlength": 120},
    )
    report = TextAreaField(
        "Verslag", [], description=NO_PERSONS, render_kw={"rows": 6, "maxlength": 4000}
    )


class AgreementForm(SafeForm):
    """An agreement or an improvement plan, with a measure when there is one."""

    kind = RadioField(
        "Soort",
        [Required("Kies een afspraak of een verbeterplan.")],
        choices=[SelectChoice(value, label) for value, label in KINDS.items()],
    )
    text = TextField(
        "Wat is afgesproken",
        [Required("Vul in wat is afgesproken.")],
        description=NO_PERSONS,
        render_kw={"maxlength": 400},
    )
    agreed_on = DutchDateField("Afgesproken op", [Required("Vul de datum van de afspraak in.")])
    due_on = DutchDateField("Klaar op", [Required("Vul in wanneer dit klaar moet zijn.")])
    talk = SelectField("Gesprek", description="In welk gesprek is dit afgesproken?", default="")
    criterion = SelectField(
        "Criterium van de maatstaf",
        choices=_optional(CRITERIA, "Geen maatstaf"),
        description="Met een maatstaf volgt Taalinkoop de afspraak zelf in de maandcijfers.",
        default="",
    )
    route = SelectField(
        "Leerroute van de maatstaf", choices=_optional(ROUTES, "Geen maatstaf"), default=""
    )
    threshold = DutchDecimalField(
        "Grens",
        places=2,
        high=100,
        description="De waarde die minstens gehaald moet zijn. Bijvoorbeeld 90 bij wachttijd "
        f"({UNITS['wachttijd']}) of 12 bij intensiteit ({UNITS['intensiteit']}).",
    )

    def offer(self, talks: Sequence[Talk]) -> None:
        """Let people choose from these talks."""
        labels = {str(t.id): f"{t.held_on:%d-%m-%Y}: {t.subject}" for t in talks}
        self.talk.choices = _optional(labels, "Los van een gesprek")


class ClosingForm(SafeForm):
    """How an agreement ended."""

    ending = RadioField(
        "Hoe is de afspraak geëindigd",
        [Required("Kies hoe de afspraak is geëindigd.")],
        choices=[
            SelectChoice("closed", "Afgerond"),
            SelectChoice("cancelled", "Vervallen: de afspraak geldt niet meer"),
        ],
    )
    note = TextField(
        "Uitkomst",
        [Required("Vul in wat de uitkomst is.")],
        description=NO_PERSONS,
        render_kw={"maxlength": 400},
    )


class ComplaintForm(SafeForm):
    """A complaint."""

    received_on = DutchDateField("Ontvangen op", [Required("Vul in wanneer de klacht binnenkwam.")])
    kind = RadioField(
        "Waar gaat de klacht over",
        [Required("Kies waar de klacht over gaat.")],
        choices=[SelectChoice(value, label) for value, label in COMPLAINT_KINDS.items()],
    )
    route = SelectField("Leerroute", choices=_optional(ROUTES, "Niet bekend"), default="")
    municipality = SelectField("Gemeente", default="")
    summary = TextField(
        "Klacht in het kort",
        [Required("Beschrijf de klacht in een of twee zinnen.")],
        description=NO_PERSONS,
        render_kw={"maxlength": 400},
    )
    internal_note = TextAreaField(
        "Interne notitie",
        [],
        description="Alleen contractmanagers en de gemeente lezen dit. Noteer niet meer dan nodig.",
        render_kw={"rows": 4, "maxlength": 2000},
    )

    def offer(self, codes: Sequence[str], *, required: bool) -> None:
        """Let people choose from these gemeenten."""
        labels = {code: names().get(code, code) for code in codes}
        self.municipality.choices = (
            [SelectChoice(code, label) for code, label in labels.items()]
            if required
            else _optional(labels, "Niet bekend")
        )


class OutcomeForm(SafeForm):
    """How a complaint was settled."""

    outcome = TextField(
        "Uitkomst",
        [Required("Vul de uitkomst van de klacht in.")],
        description=NO_PERSONS,
        render_kw={"maxlength": 400},
    )
