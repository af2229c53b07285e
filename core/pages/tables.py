"""What a table of the register can do with several rows at once, and with a row that must go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import peewee
from wtforms import Field

from core.db import BaseModel, transaction
from core.errors import DomainError
from core.formats import counted


@dataclass(frozen=True)
class BulkAction:
    """Something that is done to several rows in one go.

    ``run(view, rows, value)`` calls the operation of one row for each. ``field`` makes the form
    field for what it needs to know first (a day, an outcome), or is none.
    """

    name: str
    label: str
    run: Callable[[Any, Sequence[Any], Any], object]
    field: Callable[[], Field] | None = None


class SavedFilter(BaseModel):
    """A list as somebody searched, filtered and sorted it, under a name of its own."""

    account_email = peewee.CharField(max_length=120, index=True)
    page = peewee.CharField(max_length=80)
    name = peewee.CharField(max_length=60)
    query = peewee.CharField(max_length=1000)

    class Meta:
        """A name once for each list of an account."""

        table_name = "saved_filter"
        indexes = ((("account_email", "page", "name"), True),)


LONGEST_NAME = 60
MOST_FILTERS = 50


def own_filters(email: str, page: str) -> list[SavedFilter]:
    """The lists that this account kept of a page, by name."""
    mine = (SavedFilter.account_email == email) & (SavedFilter.page == page)
    return list(SavedFilter.select().where(mine).order_by(SavedFilter.name))


def keep_filter(email: str, page: str, name: str, query: str) -> None:
    """Keep a list under a name; the same name again takes the new one."""
    name = name.strip()[:LONGEST_NAME]
    if not name:
        raise DomainError("name", "Geef het filter een naam.", field="name")
    if len(own_filters(email, page)) >= MOST_FILTERS:
        raise DomainError("many", f"Er zijn al {MOST_FILTERS} filters. Vergeet er eerst een.")
    with transaction():
        forget_filter(email, page, name)
        SavedFilter.create(account_email=email, page=page, name=name, query=query[:1000])


def forget_filter(email: str, page: str, name: str) -> None:
    """Forget a kept list."""
    mine = (SavedFilter.account_email == email) & (SavedFilter.page == page)
    SavedFilter.delete().where(mine, SavedFilter.name == name).execute()


def what_hangs_on(row: peewee.Model, owned: Sequence[type[peewee.Model]]) -> list[str]:
    """What refers to a row, with how many: ``12 leveringen``; ``owned`` goes along."""
    counts = []
    for key, model in row._meta.backrefs.items():
        number = 0 if model in owned else model.select().where(key == row).count()
        if number:
            one, more = WORDS[model._meta.table_name]
            counts.append((one, counted(number, one, more)))
    return [text for _, text in sorted(counts)]


WORDS = {
    "agreement": ("afspraak", "afspraken"), "award": ("gunning", "gunningen"),
    "bid": ("inschrijving", "inschrijvingen"), "class_inspection": ("klasbezoek", "klasbezoeken"),
    "column_mapping": ("kolomindeling", "kolomindelingen"), "complaint": ("klacht", "klachten"),
    "contract": ("contract", "contracten"), "contract_clause": ("clausule", "clausules"),
    "contract_promise": ("belofte", "beloften"), "contract_scope": ("dekking", "dekkingen"),
    "course_track": ("traject", "trajecten"), "decision": ("besluit", "besluiten"),
    "delivery": ("levering", "leveringen"),
    "dependency": ("volgorde met een mijlpaal", "volgordes met mijlpalen"),
    "docent_hours": ("maand met uren van docenten", "maanden met uren van docenten"),
    "dossier_version": ("versie in het dossier", "versies in het dossier"),
    "indicator_value": ("cijfer", "cijfers"), "invitation": ("uitnodiging", "uitnodigingen"),
    "invoice": ("factuur", "facturen"),
    "learner_summary": ("overzicht van een cursist", "overzichten van cursisten"),
    "lesson_break": ("lesvrije periode", "lesvrije perioden"), "location": ("locatie", "locaties"),
    "milestone": ("mijlpaal", "mijlpalen"), "month_figures": ("maandcijfer", "maandcijfers"),
    "open_tracks": ("telling van trajecten", "tellingen van trajecten"),
    "progress_record": ("rij uit een levering", "rijen uit leveringen"),
    "provider": ("aanbieder die erin opging", "aanbieders die erin opgingen"),
    "quality_mark": ("keurmerk", "keurmerken"), "reaction": ("reactie", "reacties"),
    "reference_line": ("vergelijking", "vergelijkingen"), "risk": ("risico", "risico's"),
    "score_card": ("oordeel", "oordelen"),
    "signal": ("signaal", "signalen"),
    "survey_count": ("uitslag van een vragenlijst", "uitslagen van vragenlijsten"),
    "talk": ("gesprek", "gesprekken"), "teacher": ("docent", "docenten"),
    "teaching_method": ("lesmethode", "lesmethoden"), "travel_time": ("reistijd", "reistijden"),
}  # fmt: skip
"""What tables are called where somebody hears that something hangs on a row: of one, of more."""


def remove_row(row: peewee.Model, owned: Sequence[type[peewee.Model]]) -> None:
    """Remove a row on which nothing hangs; ``DomainError`` names what does."""
    hanging = what_hangs_on(row, owned)
    if hanging:
        raise DomainError("in_use", f"Hieraan hangt nog: {', '.join(hanging)}.")
    for key, model in row._meta.backrefs.items():
        if model in owned:
            model.delete().where(key == row).execute()
    row.delete_instance()
