"""What a table of the register can do with several rows at once, and with a row that must go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import peewee
from wtforms import Field

from core.db import BaseModel, transaction
from core.errors import DomainError
from core.formats import count_text


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
    """Names of what refers to a row, with how many: ``12 keer levering``; ``owned`` goes along."""
    counts = []
    for key, model in row._meta.backrefs.items():
        if model in owned:
            continue
        number = model.select().where(key == row).count()
        if number:
            name = model._meta.table_name.replace("_", " ")
            counts.append(f"{count_text(number)} keer {WORDS.get(model._meta.table_name, name)}")
    return sorted(counts)


WORDS = {
    "agreement": "afspraak", "class_inspection": "klasbezoek", "column_mapping": "kolomindeling",
    "complaint": "klacht", "contract": "contract", "contract_clause": "clausule",
    "contract_promise": "belofte", "contract_scope": "dekking",
    "award": "gunning", "bid": "inschrijving", "decision": "besluit", "milestone": "mijlpaal",
    "course_track": "traject", "delivery": "levering", "docent_hours": "uren van docenten",
    "dossier_version": "versie in het dossier", "invitation": "uitnodiging",
    "indicator_value": "cijfer", "invoice": "factuur",
    "learner_summary": "overzicht van een cursist",
    "lesson_break": "lesvrije periode", "location": "locatie", "month_figures": "maandcijfer",
    "open_tracks": "telling van trajecten",
    "provider": "aanbieder die erin opging", "progress_record": "rij van een levering",
    "quality_mark": "keurmerk", "reaction": "reactie", "reference_line": "vergelijking",
    "score_card": "oordeel", "signal": "signaal", "survey_count": "uitslag van een vragenlijst",
    "talk": "gesprek", "teacher": "docent", "teaching_method": "lesmethode",
    "travel_time": "reistijd",
}  # fmt: skip
"""What tables are called where somebody hears that something hangs on a row."""


def remove_row(row: peewee.Model, owned: Sequence[type[peewee.Model]]) -> None:
    """Remove a row on which nothing hangs; ``DomainError`` names what does."""
    hanging = what_hangs_on(row, owned)
    if hanging:
        raise DomainError("in_use", f"Hieraan hangt nog: {', '.join(hanging)}.")
    for key, model in row._meta.backrefs.items():
        if model in owned:
            model.delete().where(key == row).execute()
    row.delete_instance()
