"""Forms about indicators."""

from wtforms import RadioField, SelectChoice

from core.pages.fields import (
    DutchDecimalField,
    Required,
    SafeForm,
    TextField,
    WholeNumberField,
)


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


class ComputeForm(SafeForm):
    """The year to work out."""

    year = WholeNumberField(
        "Jaar", [Required("Vul het jaar in dat je wilt berekenen.")], low=2022, high=2100
    )
