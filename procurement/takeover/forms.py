"""Forms about a takeover."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from wtforms import SelectChoice, SelectField

from core.pages.fields import DutchDateField, Required, SafeForm, TextField


class QuestionForm(SafeForm):
    """Which aanbieder, and from which day; sent as an address, so without a token."""

    class Meta(SafeForm.Meta):
        """Reading changes nothing."""

        csrf = False

    aanbieder = SelectField("Aanbieder die wegvalt")
    dag = DutchDateField("Vanaf welke dag", [Required("Vul de dag in.")])

    @classmethod
    def asked(cls, names: Iterable[tuple[str, str]], values: object, day: date) -> Self:
        """Make the form out of an address; ``names`` are code and name."""
        form = cls(values, data={"dag": day})
        form.aanbieder.choices = [SelectChoice(code, name) for code, name in names]
        return form


class PlanForm(SafeForm):
    """Code of the traject that is made of it."""

    code = TextField(
        "Code van het traject",
        [Required("Vul een code in, bijvoorbeeld OVERNAME-2026.")],
        render_kw={"maxlength": 32},
    )
