"""Forms about scores: reaction, answer, what to do with a signal."""

from wtforms import SelectChoice, SelectField, TextAreaField

from core.pages.fields import DutchDateField, Required, SafeForm
from quality.method.criteria import CRITERIA

WHOLE = SelectChoice("", "De score als geheel")


class InvitationForm(SafeForm):
    """Until when a provider is invited to react."""

    until = DutchDateField(
        "Reageren tot en met",
        [Required("Vul de laatste dag in waarop je een reactie verwacht.")],
        description="Bijvoorbeeld: 04-12-2026. Een reactie na deze dag blijft mogelijk.",
    )


class ReactionForm(SafeForm):
    """What a provider says."""

    criterion = SelectField(
        "Waarover",
        choices=[WHOLE, *(SelectChoice(code, measure.label) for code, measure in CRITERIA.items())],
    )
    text = TextAreaField(
        "Reactie",
        [Required("Schrijf je reactie op.")],
        description="Schrijf geen namen of nummers van deelnemers op.",
        render_kw={"rows": 6, "maxlength": 4000},
    )


class AnswerForm(SafeForm):
    """What the contract manager answers."""

    answer = TextAreaField(
        "Antwoord", [Required("Schrijf je antwoord op.")], render_kw={"rows": 6, "maxlength": 4000}
    )
