"""Forms about inkooptrajecten."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from core import municipalities
from core.formats import read_day
from core.pages.fields import (
    DutchDateField,
    EuroField,
    ParsedField,
    Required,
    SafeForm,
    TextField,
    WholeNumberField,
)
from procurement.plan.documents import PlanStep
from procurement.plan.steps import CAUSE_WORDS, Kind, LinkType, Outcome, Unit
from procurement.plan.templates import TEMPLATES
from procurement.plan.terms import PROCEDURE_NAMES, Certainty, Purpose
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
LINK_WORDS = {
    LinkType.FINISH_START: "begint na het einde van",
    LinkType.START_START: "begint samen met",
    LinkType.FINISH_FINISH: "eindigt niet voor het einde van",
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


def step_choices(steps: Iterable[PlanStep]) -> list[SelectChoice]:
    """Milestones by number and name, and none."""
    return [NONE, *choices((step.code, f"{step.code} {step.title}") for step in steps)]


class RowForm(SafeForm):
    """A row of a table to fill in; the form around it has the token.

    A row whose first field is empty is no row: there are always some to spare. ``minor`` columns,
    by their labels, wait on a telephone for a tick.
    """

    minor: tuple[str, ...] = ()

    class Meta(SafeForm.Meta):
        """Under the token of the whole."""

        csrf = False

    @property
    def is_filled(self) -> bool:
        """Whether its first field says anything."""
        return bool(next(iter(self)).data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check a row that is filled; an empty one must be wholly empty."""
        if self.is_filled:
            return super().validate(extra_validators)
        typed = [
            field
            for field in self
            if not isinstance(field, SelectField) and str(field.data or "").strip()
        ]
        if typed:
            first = next(iter(self))
            first.errors = ["Vul dit ook in, of maak de regel leeg."]
        return not typed


class NamedRow(RowForm):
    """A row that is there from the start; its first, hidden field says of what."""

    @property
    def is_filled(self) -> bool:
        """Whether anything was typed in it."""
        return any(
            str(value).strip()
            for field in self
            if not isinstance(field, HiddenField)
            for value in field.raw_data or ()
        )

    @property
    def row_title(self) -> str:
        """What the row is about, in words; nothing where its fields say so themselves."""
        return ""

    @property
    def row_group(self) -> str:
        """Heading that the row stands under, with others like it."""
        return ""

    @property
    def row_name(self) -> str:
        """The row wherever it is spoken of."""
        return f"{self.row_group}, {self.row_title}" if self.row_group else self.row_title


class RowsField(FieldList):
    """Rows of one kind, drawn as a table."""

    def __init__(self, row: type[RowForm], label: str, description: str = "", **more: Any) -> None:
        super().__init__(FormField(row), label, description=description, **more)

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:  # noqa: ARG002
        """Check every row; what is wrong names its row and column."""
        self.errors = []
        for number, entry in enumerate(self.entries, start=1):
            if not entry.form.validate():
                row = getattr(entry.form, "row_name", f"regel {number}")
                self.errors += [
                    f"{self.label.text}, {row}, {field.label.text.lower()}: {message}"
                    for field in entry.form
                    for message in field.errors
                ]
        return not self.errors

    @property
    def heads(self) -> list[str]:
        """Names of the columns; of hidden fields only the first has one."""
        fields = [*self.entries[0].form] if self.entries else []
        return [f.label.text for f in fields if f is fields[0] or not isinstance(f, HiddenField)]


def name_places(rows: RowsField, region: Iterable[str]) -> None:
    """Let filled rows choose from the region, and spare ones from all: 342 names a row is much."""
    all_places = [NONE, *municipality_choices()]
    near = set(region)
    for entry in rows:
        field = entry.form.municipality
        own = field.object_data
        if own:
            field.choices = [c for c in all_places if c.value in {"", own, *near}]
        else:
            field.choices = all_places


def filled_rows(rows: RowsField) -> list[dict[str, Any]]:
    """What was filled in, row by row."""
    return [dict(entry.form.data) for entry in rows if entry.form.is_filled]


class PlaceRow(RowForm):
    """One gemeente."""

    municipality = SelectField("Gemeente", choices=lambda: [NONE, *municipality_choices()])


def _overlap_field() -> TextField:
    return TextField(
        "Reden van de overlap",
        description="Alleen nodig als het nieuwe contract begint voor het huidige is afgelopen.",
    )


class HeaderForm(SafeForm):
    """What is said once of an inkooptraject."""

    name = TextField("Naam", [Required("Geef het traject een naam.")], render_kw={"maxlength": 120})
    region = TextField("Regio", default=municipalities.named_region, render_kw={"maxlength": 80})
    procedure = SelectField("Procedure", choices=choices(PROCEDURE_NAMES.items()))
    electronic = BooleanField("Inschrijven gaat elektronisch", default=True)
    status = SelectField("Stand", choices=choices(zip(STATES, STATES, strict=True)))
    lead_municipality = SelectField("Penvoerder", choices=[])
    starts_on = DutchDateField("Begin van het traject", description=DAY_HINT)
    current_until = DutchDateField("Einddatum van het huidige contract", description=DAY_HINT)
    go_live = DutchDateField("Start van het nieuwe contract (streefdatum)", description=DAY_HINT)
    overlap = _overlap_field()
    contract_until = DutchDateField("Nieuw contract tot en met", description=DAY_HINT)
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
    region = TextField("Regio", default=municipalities.named_region, render_kw={"maxlength": 80})
    current_until = DutchDateField("Einddatum van het huidige contract", description=DAY_HINT)
    go_live = DutchDateField(
        "Start van het nieuwe contract (streefdatum)",
        description="Leeg: de dag na het huidige contract.",
    )
    overlap = _overlap_field()
    contract_until = DutchDateField("Nieuw contract tot en met", description=DAY_HINT)
    starts_on = DutchDateField("Begin van het traject", description="Leeg: vandaag.")
    routes = CheckboxesField("Leerroutes", choices=choices(ROUTES.items()))
    municipalities = CheckboxesField("Gemeenten van de regio die meedoen", choices=[])
    others = RowsField(PlaceRow, "Andere gemeenten", "Typ een naam om te zoeken.")


class WaitRow(RowForm):
    """One step that another waits for."""

    before = SelectField("Mijlpaal", choices=[])
    type = SelectField("Hoe", choices=choices(LINK_WORDS.items()))
    lag = WholeNumberField("Tussentijd", low=-LONGEST, high=LONGEST)
    unit = SelectField("In", choices=choices(reversed(UNIT_WORDS.items())))


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
    waits = RowsField(WaitRow, "Wacht op", "Kies wat eerst moet. Lege regels tellen niet.")
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


class DecisionRowForm(SafeForm):
    """How far one gemeente is: a row of a table, under the token of the whole."""

    class Meta(SafeForm.Meta):
        """The form around the rows has the token."""

        csrf = False

    outcome = SelectField("Uitkomst", choices=choices(OUTCOME_WORDS.items()))
    meeting_on = DutchDateField("Vergadering")
    decided_on = DutchDateField("Besloten op")
    document = TextField("Document")


class ReasonForm(SafeForm):
    """Why something changes; it comes in the history."""

    reason = TextField("Reden van de wijziging", description="Komt in de geschiedenis.")


def _replan_cause() -> SelectField:
    """By whose doing the plan is made anew."""
    return SelectField(
        "Verschoven door",
        [Required("Kies door wie of wat het plan verschuift.")],
        choices=[NONE, *choices((c, w[0].upper() + w[1:]) for c, w in CAUSE_WORDS.items())],
        description="Wat van buiten komt, telt niet als vertraging van onszelf.",
    )


class MoveForm(SafeForm):
    """The law or the target date moves: everything moves along."""

    go_live = DutchDateField(
        "Nieuwe streefdatum", [Required("Vul de nieuwe streefdatum in.")], description=DAY_HINT
    )
    cause = _replan_cause()
    reason = TextField(
        "Reden",
        [Required("Vul in waarom alles schuift.")],
        description="Bijvoorbeeld: wet uitgesteld naar 1-7-2021.",
    )


class BaselineForm(SafeForm):
    """A new planversie."""

    cause = _replan_cause()
    reason = TextField(
        "Reden",
        [Required("Vul in waarom er een nieuwe planversie is.")],
        description="Bijvoorbeeld: wet uitgesteld naar 1-7-2021.",
    )


class OpinionForm(SafeForm):
    """How sure the region is of a rule of law."""

    certainty = SelectField("Zekerheid", choices=choices((c, c) for c in Certainty))
    reason = TextField(
        "Reden",
        [Required("Vul in waarom.")],
        description="Bijvoorbeeld: nagekeken door de jurist op 3-11-2026.",
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


class ConfirmImportForm(SafeForm):
    """A plan that was read and looked at: packed, with the moment of the plan that it was beside.

    It is read again as any file, so what comes back is checked as any file is.
    """

    plan = HiddenField()
    state = HiddenField()
    name = HiddenField()


class RecessRow(RowForm):
    """One recess."""

    first = DutchDateField("Van")
    last = DutchDateField("Tot en met", [Required("Vul de laatste dag in.")])
    name = TextField("Naam")


class DaysField(ParsedField):
    """Several days with spaces or commas between them."""

    def parse(self, text: str) -> tuple[date, ...]:
        """Read every day."""
        return tuple(read_day(part) for part in re.split(r"[\s,;]+", text) if part)

    def present(self, value: tuple[date, ...]) -> str:
        """``08-12-2026 15-12-2026``."""
        return " ".join(f"{day:%d-%m-%Y}" for day in value)


class MeetingRow(RowForm):
    """The meetings of one body."""

    municipality = SelectField("Gemeente", choices=[])
    body = SelectField("Orgaan", choices=choices(BODIES.items()))
    days = DaysField("Data", [Required("Vul minstens een dag in.")])


class CalendarForm(SafeForm):
    """Recesses and meetings."""

    recesses = RowsField(RecessRow, "Reces", "Dan vergaderen colleges en raden niet.")
    meetings = RowsField(
        MeetingRow, "Vergaderingen", "Per gemeente en orgaan: de data met een spatie ertussen."
    )


class ParticipationRow(RowForm):
    """A gemeente that joins for one leerroute."""

    minor = ("Schaal", "Reden van de schaal")
    municipality = SelectField("Gemeente", choices=[])
    route = SelectField("Leerroute", choices=choices(ROUTES.items()))
    scale = SelectField("Schaal", choices=choices((s, s) for s in SCALES), default="regionaal")
    reason = TextField("Reden van de schaal")


class ParticipationForm(SafeForm):
    """Who joins for what."""

    rows = RowsField(ParticipationRow, "Deelname", "Een regel per gemeente en leerroute.")


class CalendarLinkForm(SafeForm):
    """Nothing but the token."""
