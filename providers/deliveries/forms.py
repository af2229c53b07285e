"""Forms of the deliveries: send a file, declare that there is nothing, withdraw."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from core.pages.fields import DutchMonthField, Required, SafeForm


class UploadForm(SafeForm):
    """A file of one provider."""

    provider = SelectField("Aanbieder", validators=[Required("Kies de aanbieder.")])
    file = FileField(
        "Bestand",
        description="XLSX, XLS, ODS, CSV of JSON. De volgorde van de kolommen maakt niet uit.",
        validators=[Required("Kies een bestand.")],
    )
    again = BooleanField(
        "Neem het bestand opnieuw in, ook als wij het al hebben",
        description="Alleen nodig als een latere levering rijen van dit bestand verving.",
    )

    def offer(self, providers: Sequence[tuple[str, str]]) -> None:
        """Let the sender choose from these providers; one alone is chosen already."""
        choices = [SelectChoice(code, name) for code, name in providers]
        first = [] if len(choices) == 1 else [SelectChoice("", "Kies een aanbieder")]
        self.provider.choices = first + choices


class NilReturnForm(SafeForm):
    """Nothing to report about a month."""

    provider = SelectField("Aanbieder", validators=[Required("Kies de aanbieder.")])
    month = DutchMonthField(
        "Maand",
        description="Bijvoorbeeld 2026-10.",
        validators=[Required("Vul de maand in waarover er niets te melden is.")],
    )

    offer = UploadForm.offer

    @property
    def chosen_month(self) -> date:
        """The month that was filled in."""
        return cast("date", self.month.data)


class WithdrawForm(SafeForm):
    """Why a delivery is withdrawn."""

    reason = TextAreaField(
        "Reden",
        description="De aanbieder leest deze reden in het ontvangstbewijs.",
        validators=[Required("Vul in waarom je de levering intrekt.")],
    )
