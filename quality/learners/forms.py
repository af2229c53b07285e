"""Forms about learners and their signals: what is kept is chosen, never typed."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField, SelectChoice, SelectField

from core.municipalities import names
from core.pages.fields import DutchDateField, Required, SafeForm, TextField
from quality.learners.acts import (
    ANSWERED,
    ESCALATED,
    GROUNDS,
    HANDLED,
    HANDOVER_REASONS,
    NOTES,
    REASONS,
    SNOOZED,
)
from quality.learners.facts import FACT_COLUMNS


def _choices(words: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(code, word) for code, word in words.items()]


class FactsFileForm(SafeForm):
    """A file with what a gemeente knows."""

    municipality = SelectField("Gemeente", validate_choice=True)
    file = FileField(
        "Bestand",
        [FileRequired("Kies een bestand.")],
        description="CSV, XLSX, XLS, ODS of JSON, met een rij per trajectnummer.",
    )
    dry_run = BooleanField("Alleen nakijken, niets bewaren")
    again = BooleanField("Neem een bestand dat al eerder kwam opnieuw in")


class EraseForm(SafeForm):
    """Why everything about a person is removed."""

    reason = TextField(
        "Reden",
        [Required("Vul in waarom je deze cursist verwijdert.")],
        description="Bijvoorbeeld: verzoek van de cursist, zaak 2026-123. Geen naam.",
        render_kw={"maxlength": 200},
    )


class RestrictForm(SafeForm):
    """Why what is held of a person is kept and shown to nobody."""

    ground = RadioField("Waarom", [Required("Kies waarom.")], choices=_choices(GROUNDS))
    reason = TextField(
        "Reden",
        [Required("Vul in waarom je de verwerking beperkt.")],
        description="Bijvoorbeeld: verzoek van de cursist, zaak 2026-123. Geen naam.",
        id="reden-beperken",
        render_kw={"maxlength": 200},
    )


class LiftForm(SafeForm):
    """Why a restriction ends."""

    reason = TextField(
        "Reden",
        [Required("Vul in waarom je de beperking opheft.")],
        description="Bijvoorbeeld: gegevens nagegaan en verbeterd, cursist heeft bericht.",
        render_kw={"maxlength": 200},
    )


class HandleForm(SafeForm):
    """What was done about a signal."""

    reason = SelectField("Wat deed je?", choices=_choices(REASONS[HANDLED]), id="reden-afgehandeld")


class SnoozeForm(SafeForm):
    """Why a signal can wait, and until when."""

    reason = SelectField(
        "Waarom kan het wachten?", choices=_choices(REASONS[SNOOZED]), id="reden-uitgesteld"
    )
    until = DutchDateField(
        "Tot en met",
        [Required("Vul in tot wanneer het signaal wacht.")],
        description="Bijvoorbeeld: 15-01-2027. Daarna staat het weer bovenaan.",
    )


class EscalateForm(SafeForm):
    """What a provider is asked."""

    reason = SelectField(
        "Wat vraag je de aanbieder?", choices=_choices(REASONS[ESCALATED]), id="reden-voorgelegd"
    )


class AnswerSignalForm(SafeForm):
    """What a provider says about it."""

    reason = SelectField(
        "Wat is het antwoord?", choices=_choices(REASONS[ANSWERED]), id="reden-antwoord"
    )


class NoteForm(SafeForm):
    """What happened, and when."""

    reason = SelectField("Wat gebeurde er?", choices=_choices(NOTES), id="notitie")
    on = DutchDateField("Wanneer", [Required("Vul in wanneer dat was.")])


class HandoverForm(SafeForm):
    """To which gemeente, and why."""

    to = SelectField(
        "Naar gemeente",
        choices=[SelectChoice("", "Kies een gemeente")]
        + [SelectChoice(code, name) for code, name in sorted(names().items(), key=lambda p: p[1])],
    )
    reason = SelectField("Reden", choices=_choices(HANDOVER_REASONS), id="reden-overdracht")


class FactsForm(SafeForm):
    """What the gemeente knows of one learner; the fields are those of the file."""


FACT_LABELS: dict[str, str] = {}
"""What each fact is called on a page."""
for _column in FACT_COLUMNS:
    if _column.held_as == "number":
        continue
    _label = _column.name.replace("_", " ").capitalize().replace("Pip", "PIP")
    for _short in ("Pvt", "Map"):
        _label = _label.replace(_short, _short.upper())
    FACT_LABELS[_column.held_as] = _label
    if _column.codes is None:
        _field = DutchDateField(_label, description=_column.note)
    else:
        _field = SelectField(
            _label,
            choices=[SelectChoice("", "niet bekend")]
            + [SelectChoice(str(int(code)), code.label) for code in _column.codes],
            description=_column.note,
        )
    setattr(FactsForm, _column.held_as, _field)
