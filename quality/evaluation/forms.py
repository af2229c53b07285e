"""Forms about an evaluation."""

from wtforms import SelectChoice, SelectField

from core.pages.fields import Required, SafeForm, TextField
from quality.evaluation.rules import STATES


class ActionForm(SafeForm):
    """Where an action stands."""

    state = SelectField(
        "Stand",
        [Required("Kies waar de actie staat.")],
        choices=[SelectChoice(state, state) for state in STATES],
    )
    explanation = TextField(
        "Toelichting",
        description="Waarom staat de actie hier? Bij 'nee' is dit verplicht. "
        "Schrijf niet over personen.",
        render_kw={"maxlength": 500},
    )
    owner = TextField(
        "Eigenaar",
        description="Het team of de functie die ervoor zorgt.",
        render_kw={"maxlength": 120},
    )


class FollowUpForm(SafeForm):
    """What was done with a point."""

    follow_up = TextField(
        "Wat is ermee gebeurd",
        [Required("Vul in wat er met dit punt is gebeurd.")],
        description="Schrijf niet over personen.",
        render_kw={"maxlength": 500},
    )
