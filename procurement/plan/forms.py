"""Forms about inkooptrajecten."""

from collections.abc import Iterable

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectChoice, SelectField, SelectMultipleField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from core import municipalities
from core.pages.fields import (
    DutchDateField,
    EuroField,
    Required,
    SafeForm,
    TextField,
    WholeNumberField,
)
from procurement.plan.steps import Kind, Outcome, Unit
from procurement.plan.templates import TEMPLATES
from procurement.plan.terms import PROCEDURE_NAMES, Purpose
from procurement.plan.validity import BODIES, LONGEST, ROUTES, SCALES, STATES

NONE = SelectChoice("", "–")
KIND_WORDS = {
    Kind.TASK: "taak", Kind.MILESTONE: "mijlpaal", Kind.DECISION: "besluit",
    Kind.STATUTORY: "wettelijke termijn",
}  # fmt: skip
UNIT_WORDS = {Unit.WORKING: "werkdagen", Unit.CALENDAR: "kalenderdagen"}
OUTCOME_WORDS = {
    Outcome.NOT_NEEDED: "niet nodig",
    Outcome.PREPARED: "voorbereid",
    Outcome.SCHEDULED: "geagendeerd",
    Outcome.DECIDED: "besloten",
    Outcome.CONDITIONAL: "besloten met voorwaarden",
    Outcome.DEFERRED: "aangehouden",
    Outcome.REJECTED: "afgewezen",
}
PURPOSE_WORDS = {p: p.replace("_", " ") for p in Purpose}
DAY_HINT = "Bijvoorbeeld 23-11-2026."


def choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Choices of value and label."""
    return [SelectChoice(str(value), label) for value, label in pairs]


class CheckboxesField(SelectMultipleField):
    """Several choices as checkboxes; seen as a group by the form template."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def municipality_choices() -> list[SelectChoice]:
    """Every gemeente by name."""
    return choices(sorted(municipalities.names().items(), key=lambda pair: pair[1]))


class HeaderForm(SafeForm):
    """What is said once of an inkooptraject."""

    name = TextField("Naam", [Required("Geef het traject een naam.")], render_kw={"maxlength": 120})
    region = TextField("Regio", render_kw={"maxlength": 80})
    procedure = SelectField("Procedure", choices=choices(PROCEDURE_NAMES.items()))
    electronic = BooleanField("Inschrijven gaat elektronisch", default=True)
    status = SelectField("Stand", choices=choices(zip(STATES, STATES, strict=True)))
    lead_municipality = SelectField("Penvoerder", choices=[])
    starts_on = DutchDateField("Begin van het traject", description=DAY_HINT)
    go_live = DutchDateField("Streefdatum start dienstverlening", description=DAY_HINT)
    contract_until = DutchDateField("Contract tot en met", description=DAY_HINT)
    tracks = WholeNumberField("Aantal trajecten over de hele looptijd", low=0)
    price_cents = EuroField("Prijs per traject", description="In euro, zonder btw.", low=0)
    good_friday_off = BooleanField("Goede Vrijdag is een vrije dag")
    note = TextAreaField("Toelichting")


class NewProcessForm(SafeForm):
    """A new inkooptraject from a template."""

    template = SelectField("Sjabloon", choices=choices((name, name) for name in TEMPLATES))
    code = TextField(
        "Code", [Required("Vul een code in, bijvoorbeeld SAS-2027.")],
        description="Kort, bijvoorbeeld SAS-2027. De code staat in het adres en verandert niet.",
    )  # fmt: skip
    name = TextField("Naam", [Required("Geef het traject een naam.")], render_kw={"maxlength": 120})
    region = TextField("Regio", render_kw={"maxlength": 80})
    starts_on = DutchDateField("Begin van het traject", description=DAY_HINT)
    go_live = DutchDateField("Streefdatum start dienstverlening", description=DAY_HINT)
    contract_until = DutchDateField("Contract tot en met", description=DAY_HINT)
    routes = CheckboxesField("Leerroutes", choices=choices(ROUTES.items()))
    municipalities = SelectMultipleField(
        "Gemeenten die meedoen",
        description="Houd Ctrl ingedrukt om er meer te kiezen.",
        choices=[],
        render_kw={"size": 12},
    )


class StepForm(SafeForm):
    """One milestone."""

    code = TextField("Code", [Required("Vul een code in, bijvoorbeeld 7 of 7a.")])
    title = TextField(
        "Naam", [Required("Geef de mijlpaal een naam.")], render_kw={"maxlength": 160}
    )
    phase = TextField("Fase", render_kw={"maxlength": 80})
    kind = SelectField("Soort", choices=choices(KIND_WORDS.items()))
    purpose = SelectField(
        "Betekenis voor wet en gunning",
        choices=[NONE, *choices(PURPOSE_WORDS.items())],
    )
    owner = TextField("Eigenaar", render_kw={"maxlength": 80})
    duration = WholeNumberField("Duur", low=0, high=LONGEST)
    unit = SelectField("Eenheid", choices=choices(UNIT_WORDS.items()))
    waits = TextField(
        "Wacht op",
        description="Codes met ; ertussen. Bijvoorbeeld 5; 6, of 10 FS+45cd (45 dagen na het einde "
        "van 10), of 8 SS (begint samen met 8).",
    )
    body = SelectField("Orgaan dat besluit", choices=[NONE, *choices(BODIES.items())])
    per_municipality = BooleanField("Elke gemeente besluit")
    earliest_start = DutchDateField("Begint niet voor", description=DAY_HINT)
    deadline = DutchDateField("Uiterste datum", description=DAY_HINT)
    actual_start = DutchDateField("Begonnen op", description=DAY_HINT)
    actual_end = DutchDateField("Gereed op", description=DAY_HINT)
    progress = WholeNumberField("Voortgang in procenten", low=0, high=100)
    cancelled = BooleanField("Vervallen: telt niet meer mee")
    note = TextAreaField("Toelichting")
    evidence = TextField("Bewijs", description="Link of naam van het document.")


class DecisionForm(SafeForm):
    """How far one gemeente is."""

    outcome = SelectField("Uitkomst", choices=choices(OUTCOME_WORDS.items()))
    meeting_on = DutchDateField("Datum van de vergadering", description=DAY_HINT)
    decided_on = DutchDateField(
        "Besloten op", description="Alleen als het besluit genomen of afgewezen is."
    )
    document = TextField("Document", description="Link of naam van het besluit.")
    reason = TextField("Reden van de wijziging", description="Komt in de geschiedenis.")


class BaselineForm(SafeForm):
    """A new planversie."""

    reason = TextField(
        "Reden",
        [Required("Vul in waarom er een nieuwe planversie is.")],
        description="Bijvoorbeeld: wet uitgesteld naar 1-7-2021.",
    )


class RiskForm(SafeForm):
    """One risk."""

    title = TextField("Risico", [Required("Beschrijf het risico.")])
    chance = WholeNumberField(
        "Kans, van 1 (klein) tot 5 (groot)", [Required("Vul de kans in.")], low=1, high=5
    )
    impact = WholeNumberField(
        "Gevolg, van 1 (klein) tot 5 (groot)", [Required("Vul het gevolg in.")], low=1, high=5
    )
    measure = TextField("Maatregel")
    owner = TextField("Eigenaar", render_kw={"maxlength": 80})
    step = SelectField("Mijlpaal", choices=[])


class ActionForm(SafeForm):
    """One action."""

    text = TextField("Actie", [Required("Beschrijf de actie.")])
    state = SelectField("Gedaan", choices=choices((s, s) for s in ("nee", "deels", "ja")))
    reason = TextField("Reden of toelichting")
    owner = TextField("Eigenaar", render_kw={"maxlength": 80})
    due_on = DutchDateField("Voor", description=DAY_HINT)


class ImportForm(SafeForm):
    """A plan file."""

    file = FileField(
        "Planbestand", [FileRequired("Kies een bestand.")],
        description="XLSX, CSV, ZIP met CSV of XML van MS Project. Planversies blijven staan.",
    )  # fmt: skip


class CalendarForm(SafeForm):
    """Recesses and meetings, one per line."""

    recesses = TextAreaField(
        "Reces",
        description="Eén per regel: eerste dag, laatste dag, naam. "
        "Bijvoorbeeld 19-12-2026; 03-01-2027; kerstreces.",
        render_kw={"rows": 5},
    )  # fmt: skip
    meetings = TextAreaField(
        "Vergaderingen",
        description="Eén per regel: gemeente, orgaan, datum. Bijvoorbeeld 0166; college; "
        "08-12-2026.",
        render_kw={"rows": 10},
    )  # fmt: skip


class ParticipationForm(SafeForm):
    """Who joins for what, one per line."""

    rows = TextAreaField(
        "Deelname",
        description="Eén per regel: gemeentecode, leerroute (B, O of Z), schaal "
        f"({', '.join(SCALES)}), reden. Bijvoorbeeld 0166; B; regionaal; te weinig voor een "
        "eigen groep.",
        render_kw={"rows": 16},
    )  # fmt: skip


class CalendarLinkForm(SafeForm):
    """Nothing but the token."""
