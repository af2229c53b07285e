"""Forms about talks, agreements and complaints."""

from collections.abc import Sequence
from typing import Any

from wtforms import Field, RadioField, SelectChoice, SelectField, TextAreaField

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
from quality.agreements.rules import COMPLAINT_KINDS, CRITERIA, EXAMPLES, KINDS

NO_PERSONS = "De aanbieder leest dit mee. Schrijf geen namen en geen andere persoonsgegevens."


def _optional(choices: dict[str, str], nothing: str) -> list[SelectChoice]:
    return [
        SelectChoice("", nothing),
        *(SelectChoice(value, label) for value, label in choices.items()),
    ]


ROUTES = {str(int(route)): route.label for route in LearningRoute}


DECISIONS = 3
"""Agreements that can be kept together with a talk."""


class TalkForm(SafeForm):
    """A talk that was held, and what was decided in it.

    Row ``n`` of the decisions has the fields ``text_n``, ``criterion_n``, ``route_n``,
    ``threshold_n`` and ``due_on_n``; a row without text and date is empty.
    """

    held_on = DutchDateField("Datum van het gesprek", [Required("Vul de datum in.")])
    subject = TextField(
        "Onderwerp",
        [Required("Vul in waar het gesprek over ging.")],
        render_kw={"maxlength": 120},
    )
    report = TextAreaField(
        "Verslag", [], description=NO_PERSONS, render_kw={"rows": 6, "maxlength": 4000}
    )

    def decisions(self) -> list[tuple[int, list[Field]]]:
        """The fields of each row, in the order of the page."""
        names = ("text", "criterion", "route", "threshold", "due_on")
        return [(n, [self[f"{name}_{n}"] for name in names]) for n in range(1, DECISIONS + 1)]

    def given_decisions(self) -> list[tuple[int, dict[str, Any]]]:
        """The rows that were filled in: number, and values by name."""
        rows = [
            (n, {f.name.removesuffix(f"_{n}"): f.data for f in row}) for n, row in self.decisions()
        ]
        return [(n, values) for n, values in rows if values["text"] or values["due_on"]]


for _n in range(1, DECISIONS + 1):
    setattr(TalkForm, f"text_{_n}", TextField("Wat is afgesproken", render_kw={"maxlength": 400}))
    setattr(
        TalkForm,
        f"criterion_{_n}",
        SelectField("Criterium", choices=_optional(CRITERIA, "geen maatstaf"), default=""),
    )
    setattr(
        TalkForm,
        f"route_{_n}",
        SelectField("Leerroute", choices=_optional(ROUTES, "–"), default=""),
    )
    setattr(TalkForm, f"threshold_{_n}", DutchDecimalField("Minstens", places=2, high=100))
    setattr(TalkForm, f"due_on_{_n}", DutchDateField("Klaar op"))


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
        description=f"De waarde die minstens gehaald moet zijn. Bijvoorbeeld {EXAMPLES}.",
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
