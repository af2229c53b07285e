"""Forms about lots, bids, scores and the award."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wtforms import SelectChoice, SelectField, TextAreaField
from wtforms.validators import Regexp

from core.dates import AMSTERDAM
from core.formats import moment_text, read_day
from core.pages.fields import (
    DutchDateField,
    EuroField,
    ParsedField,
    Required,
    SafeForm,
    TextField,
    WholeNumberField,
)
from procurement.award.rules import METHOD_NAMES, TOP_SCORE, Method, weights_text
from procurement.plan.forms import DAY_HINT, CheckboxesField, RowForm, RowsField, choices
from procurement.plan.steps import USUAL_WAIT, Verdict
from procurement.plan.validity import ROUTES

VERDICTS = {
    Verdict.PENDING: "loopt nog",
    Verdict.REJECTED: "afgewezen: de gunning mag doorgaan",
    Verdict.GRANTED: "toegewezen: de gunning mag niet doorgaan",
    Verdict.WITHDRAWN: "ingetrokken door de partij",
}
NO_ANSWER = "geen"
PASSED, FAILED = "ja", "nee"
MOMENT_HINT = "Bijvoorbeeld 23-11-2026 12:00."


class MomentInputField(ParsedField):
    """A day with a time, in Dutch time: ``23-11-2026 12:00``."""

    def parse(self, text: str) -> datetime:
        """Read a day and a time."""
        day, _, clock = text.partition(" ")
        hour, _, minute = clock.strip().partition(":")
        try:
            day_part = read_day(day)
            return datetime(
                day_part.year,
                day_part.month,
                day_part.day,
                int(hour),
                int(minute),
                tzinfo=AMSTERDAM,
            )
        except ValueError:
            raise ValueError("Schrijf dag en tijd, bijvoorbeeld 23-11-2026 12:00.") from None

    def present(self, value: datetime) -> str:
        """``23-11-2026 12:00``."""
        return moment_text(value)


class CriterionRow(RowForm):
    """One gunningscriterium: by weight, or by what it is worth."""

    code = TextField("Code")
    title = TextField("Gunningscriterium", [Required("Vul in wat beoordeeld wordt.")])
    weight = WholeNumberField("Weging (%)", low=0, high=100, render_kw={"data-weight": "1"})
    value_cents = EuroField("Waarde (€)", low=0)


class LotForm(SafeForm):
    """A lot with its criteria."""

    code = TextField("Code", [Required("Vul een code in, bijvoorbeeld P1.")])
    title = TextField(
        "Naam", [Required("Geef het perceel een naam.")], render_kw={"maxlength": 120}
    )
    route = SelectField("Leerroute", choices=choices(ROUTES.items()))
    closes_at = MomentInputField(
        "Inschrijven tot", [Required("Vul in tot wanneer inschrijven kan.")],
        description=f"{MOMENT_HINT} Wat later komt, wordt terzijde gelegd.",
    )  # fmt: skip
    suppliers = WholeNumberField(
        "Aantal contracten", [Required("Vul in hoeveel aanbieders een contract krijgen.")],
        low=1, high=50,
    )  # fmt: skip
    method = SelectField("Manier van gunnen", choices=choices(METHOD_NAMES.items()))
    price_weight = WholeNumberField(
        "Weging van de prijs (%)", low=0, high=100, render_kw={"data-weight": "1"},
        description="Alleen bij prijs-kwaliteitverhouding. Samen met de criteria 100 %.",
    )  # fmt: skip
    criteria = RowsField(
        CriterionRow,
        "Gunningscriteria",
        "Bij prijs-kwaliteitverhouding telt de weging, bij gunnen op waarde het bedrag.",
    )

    @property
    def weights(self) -> str:
        """Whether price and criteria weigh 100 together; nothing when value decides."""
        if self.method.data == Method.VALUE_BASED:
            return ""
        rows = sum(row["weight"] or 0 for row in self.criteria.data)
        return weights_text((self.price_weight.data or 0) + rows)


class BidForm(SafeForm):
    """A bid as it came in."""

    tenderer = TextField(
        "Inschrijver", [Required("Vul de naam van de inschrijver in.")],
        render_kw={"maxlength": 120},
    )  # fmt: skip
    chamber_number = TextField(
        "KvK-nummer", [Regexp(r"^(\d{8})?$", message="Een KvK-nummer heeft acht cijfers.")],
        render_kw={"inputmode": "numeric"},
    )  # fmt: skip
    email = TextField("E-mail", render_kw={"maxlength": 120})
    received_at = MomentInputField(
        "Ontvangen", [Required("Vul in wanneer de inschrijving binnenkwam.")],
        description=MOMENT_HINT,
    )  # fmt: skip
    price_cents = EuroField(
        "Prijs per traject",
        description="In euro, zonder btw. Gaat in de envelop: niemand ziet de prijs tot de "
        "kwaliteit vaststaat. Leeg: geen prijs, dus ongeldig.",
        low=1,
    )  # fmt: skip


class AwardForm(SafeForm):
    """The award decision of a lot."""

    chosen = CheckboxesField("Gegund aan")
    sent_on = DutchDateField(
        "Gunningsbeslissing verzonden op", [Required("Vul in wanneer de brieven weggingen.")],
        description=DAY_HINT,
    )  # fmt: skip
    motivation = TextAreaField("Motivering", [Required("Motiveer de beslissing.")])


class FinalForm(SafeForm):
    """The end of a standstill period."""

    awarded_on = DutchDateField(
        "Definitief gegund op", [Required("Vul in wanneer de gunning definitief is.")],
        description=DAY_HINT,
    )  # fmt: skip


class ProceedingsForm(SafeForm):
    """A kort geding against an award decision, and how it ended."""

    party = TextField(
        "Partij", [Required("Vul in wie naar de rechter gaat.")], render_kw={"maxlength": 120}
    )
    lodged_on = DutchDateField(
        "Dagvaarding ontvangen op", [Required("Vul in wanneer de dagvaarding kwam.")],
        description=DAY_HINT,
    )  # fmt: skip
    reference = TextField(
        "Zaaknummer",
        render_kw={"maxlength": 40},
        description="Bijvoorbeeld C/08/123456.",
    )
    expected_on = DutchDateField(
        "Uitspraak verwacht op",
        description=f"Leeg: {USUAL_WAIT.days // 7} weken na de dagvaarding.",
    )
    outcome = SelectField("Uitkomst", choices=choices(VERDICTS.items()))
    decided_on = DutchDateField("Uitspraak op", description="Vul dit in als er een uitkomst is.")


class WithdrawForm(SafeForm):
    """Why an award decision is taken back."""

    reason = TextAreaField(
        "Reden", [Required("Vul in waarom de beslissing vervalt.")], render_kw={"rows": 3},
        description="Dit komt in het logboek. Noem geen inschrijvers.",
    )  # fmt: skip


class OpenForm(SafeForm):
    """Nothing but the token."""


def checks_form(rules: Sequence[tuple[str, str]]) -> type[SafeForm]:
    """A form with a verdict and evidence for each check."""
    fields: dict[str, Any] = {}
    for rule, label in rules:
        fields[f"passed_{rule}"] = SelectField(
            label, [Required(f"Kies of de inschrijving voldoet: {label}.")],
            choices=[
                SelectChoice("", "–"), *choices([(PASSED, "voldoet"), (FAILED, "voldoet niet")]),
            ],
        )  # fmt: skip
        fields[rule] = TextField(
            f"Bewijs: {label}", [Required(f"Vul in waaruit dit blijkt: {label}.")]
        )
    return type("ChecksForm", (SafeForm,), fields)


def scores_form(criteria: Sequence[tuple[str, str]], *, motivated: bool) -> type[SafeForm]:
    """A form with a score and a motivation for each criterion."""
    marks = [(str(n), str(n)) for n in range(TOP_SCORE + 1)]
    fields: dict[str, Any] = {}
    for code, title in criteria:
        fields[f"score_{code}"] = SelectField(
            f"Cijfer: {title}", [Required(f"Geef een cijfer voor {title}.")],
            choices=[
                SelectChoice("", "–"), *choices([(NO_ANSWER, "geen antwoord: 0 punten"), *marks]),
            ],
        )  # fmt: skip
        must = [Required(f"Motiveer het cijfer voor {title}.")] if motivated else []
        fields[f"motivation_{code}"] = TextAreaField(
            f"Motivering: {title}", must, render_kw={"rows": 2}
        )
    return type("ScoresForm", (SafeForm,), fields)
