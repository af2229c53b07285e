"""Forms about indicators."""

from collections.abc import Iterable
from typing import Self

from flask_wtf.file import FileField
from wtforms import RadioField, SelectChoice, SelectField

from core.pages.fields import (
    DutchDecimalField,
    Required,
    SafeForm,
    TextField,
    WholeNumberField,
)
from providers.codes import LearningRoute
from quality.indicators.computed import (
    COUNT,
    DAYS,
    DURATION,
    GROUPS,
    OUTCOMES,
    SHARE,
    SPANS,
    UNITS,
)
from quality.indicators.models import BETTER
from quality.method.criteria import CRITERIA


class IndicatorValueForm(SafeForm):
    """One figure of one year."""

    year = WholeNumberField(
        "Jaar", [Required("Vul het jaar in, bijvoorbeeld 2026.")], low=2000, high=2100
    )
    kind = RadioField(
        "Soort",
        [Required("Kies of dit een doel of een realisatie is.")],
        choices=[
            SelectChoice("realised", "Realisatie: wat is bereikt"),
            SelectChoice("target", "Doel: wat je wilt bereiken"),
        ],
    )
    value = DutchDecimalField("Waarde", [Required("Vul de waarde in.")], places=3, low=0)
    people = WholeNumberField(
        "Aantal personen",
        description="Over hoeveel personen gaat dit cijfer? "
        "Laat leeg als je dit niet weet. Onder 5 personen wordt het cijfer niet getoond.",
        low=0,
    )
    source = TextField(
        "Bron",
        [Required("Vul de bron in: waar komt dit cijfer vandaan?")],
        description="Bijvoorbeeld: jaarverslag 2026, pagina 12.",
        render_kw={"maxlength": 200},
    )
    definition = TextField(
        "Definitie",
        description="Is dit cijfer anders geteld dan vorig jaar? Zeg dan kort hoe. "
        "De grafiek trekt de lijn dan niet door.",
        render_kw={"maxlength": 120},
    )


class IndicatorForm(SafeForm):
    """A new indicator."""

    number = TextField(
        "Nummer", [Required("Vul een nummer in, bijvoorbeeld 5.")], render_kw={"maxlength": 8}
    )
    name = TextField("Naam", [Required("Vul in wat je meet.")], render_kw={"maxlength": 200})
    municipality = SelectField("Gemeente", default="")
    unit = SelectField("Eenheid", choices=[SelectChoice(unit, unit) for unit in UNITS])
    better = RadioField(
        "Beter is",
        [Required("Kies welke kant goed is.")],
        choices=[SelectChoice(value, label) for value, label in BETTER],
    )
    computation = SelectField(
        "Hoe komt het cijfer er",
        choices=[
            SelectChoice("", "met de hand ingevuld"),
            SelectChoice(SHARE, "berekend: een deel van een groep cursisten, in procenten"),
            SelectChoice(COUNT, "berekend: hoeveel cursisten van een groep"),
            SelectChoice(DAYS, "berekend: gemiddeld aantal dagen tussen twee data"),
            SelectChoice(DURATION, "berekend: gemiddelde duur van termijn_van tot geslaagd_op"),
        ],
        default="",
    )
    group = SelectField(
        "Van wie",
        choices=[SelectChoice(code, one.label) for code, one in GROUPS.items()],
        description="Bij een deel of aantal van een groep: over welke cursisten gaat het?",
    )
    outcome = SelectField(
        "Wat tel je daarvan",
        choices=[SelectChoice(code, f"wie {one.label}") for code, one in OUTCOMES.items()],
        description="Bij een deel of aantal van een groep. Meedoen is: taalstage, "
        "vrijwilligerswerk, studie of werk.",
    )
    span = SelectField(
        "Van welke dag tot welke dag",
        choices=[SelectChoice(code, f"van {one.label}") for code, one in SPANS.items()],
        description="Bij een gemiddelde tussen twee data. Wie de tweede datum in het jaar heeft, "
        "telt mee.",
    )
    definition = TextField(
        "Wat telt mee",
        description="In een of twee zinnen: wie telt mee, en wanneer.",
        render_kw={"maxlength": 500},
    )
    source = TextField(
        "Bron",
        description="Waar staat dat je dit meet? Bijvoorbeeld: plan van aanpak 2027, par. 3.",
        render_kw={"maxlength": 200},
    )

    @classmethod
    def with_choices(cls, municipalities: Iterable[tuple[str, str]]) -> Self:
        """Make the form; ``municipalities`` are code and name, an empty code is the region."""
        form = cls()
        form.municipality.choices = [SelectChoice(code, name) for code, name in municipalities]
        return form


class ReferenceForm(SafeForm):
    """A file with what others reached."""

    file = FileField(
        "Bestand",
        [Required("Kies een bestand.")],
        description="CSV, XLSX of ODS met de kolommen naam, jaar, waarde, bron en datum.",
    )


class CriterionReferenceForm(ReferenceForm):
    """The same about a criterion of a leerroute."""

    criterion = SelectField(
        "Criterium",
        choices=[SelectChoice(m.code, m.label) for m in CRITERIA.values() if not m.is_status],
    )
    route = SelectField(
        "Leerroute", choices=[SelectChoice(str(int(r)), r.label) for r in LearningRoute]
    )


class ComputeForm(SafeForm):
    """The year to work out."""

    year = WholeNumberField(
        "Jaar", [Required("Vul het jaar in dat je wilt berekenen.")], low=2022, high=2100
    )
