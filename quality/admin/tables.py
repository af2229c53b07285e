"""Tables under Beheer over all aanbieders: klachten, afspraken, and the indicatoren."""

from typing import Any

from flask import g, url_for
from flask_admin import BaseView

import quality.scopes  # noqa: F401  registers which rows an account may see
from core.accounts import visible
from core.dates import now
from core.municipalities import name as municipality_name, names as municipality_names
from core.pages.fields import Required, TextField
from core.pages.lists import Filter, choice_filter, day_filters
from core.pages.model_view import SafeModelView
from core.pages.tables import BulkAction
from providers.admin.register import provider_filter
from providers.codes import LearningRoute
from quality.agreements.models import Agreement, Complaint
from quality.agreements.operations import close_agreement, close_complaint
from quality.agreements.rules import COMPLAINT_KINDS, CRITERIA, KINDS
from quality.indicators.models import BETTER, Indicator

CATEGORY = "Kwaliteit"
ROUTES = [(int(route), route.label) for route in LearningRoute]
STATES = [("open", "open"), ("closed", "afgehandeld"), ("cancelled", "vervallen")]


def _outcome() -> TextField:
    return TextField(
        "Uitkomst",
        [Required("Vul de uitkomst in.")],
        description="De aanbieder leest dit mee. Schrijf geen namen.",
        render_kw={"maxlength": 400},
    )


def _close_complaints(view: SafeModelView, rows: Any, outcome: str) -> None:
    del view
    for row in rows:
        close_complaint(row, outcome=outcome, by=g.account.email, at=now())


def _close_agreements(view: SafeModelView, rows: Any, note: str) -> None:
    del view
    for row in rows:
        close_agreement(row, cancelled=False, note=note, by=g.account.email, at=now())


class ComplaintTable(SafeModelView):
    """Klachten; what they say of a person stays on their own page."""

    thing = "complaints"
    about = "Wat misging, en wat ermee gebeurde."
    column_list = (
        "received_on", "provider.name", "kind", "route", "municipality", "summary", "state",
        "closed_on",
    )  # fmt: skip
    joined = (Complaint.provider,)
    choices = {"kind": tuple(COMPLAINT_KINDS.items()), "route": ROUTES, "state": STATES[:2]}
    cells = {
        "municipality": lambda row: municipality_name(row.municipality) if row.municipality else "–"
    }
    search_columns = (Complaint.summary,)
    list_filters = (
        provider_filter(),
        choice_filter("soort", "Soort", Complaint.kind, tuple(COMPLAINT_KINDS.items())),
        choice_filter("stand", "Stand", Complaint.state, STATES[:2]),
        *day_filters("ontvangen", "Ontvangen", Complaint.received_on),
    )
    default_sort = "-received_on"
    bulk_actions = (
        BulkAction("handel_af", "Handel af met een uitkomst", _close_complaints, _outcome),
    )

    def details_url(self, row: Complaint) -> str:
        """The page of the complaint itself."""
        return url_for("complaints.one", code=row.provider.code, number=row.id)

    @property
    def changeable(self) -> bool:
        """Complaints are closed here, and changed nowhere."""
        return self.may("change")


class AgreementTable(SafeModelView):
    """Afspraken and verbeterplannen."""

    thing = "agreements"
    about = "Wat met aanbieders is afgesproken."
    column_list = ("text", "provider.name", "kind", "criterion", "route", "due_on", "state")
    column_details_list = (*column_list, "threshold", "agreed_on", "closed_on", "closing_note")
    joined = (Agreement.provider,)
    choices = {
        "kind": tuple(KINDS.items()),
        "criterion": tuple(CRITERIA.items()),
        "route": ROUTES,
        "state": STATES,
    }
    search_columns = (Agreement.text,)
    list_filters = (
        provider_filter(),
        choice_filter("soort", "Soort", Agreement.kind, tuple(KINDS.items())),
        choice_filter("stand", "Stand", Agreement.state, STATES),
        *day_filters("klaar", "Klaar", Agreement.due_on),
    )
    default_sort = "due_on"
    bulk_actions = (BulkAction("rond_af", "Rond af met een uitkomst", _close_agreements, _outcome),)

    def details_url(self, row: Agreement) -> str:
        """The page of the agreement itself."""
        return url_for("agreements.one", code=row.provider.code, number=row.id)

    @property
    def changeable(self) -> bool:
        """Agreements are closed here, and made with the aanbieder."""
        return self.may("change")


def _gemeenten() -> list[tuple[str, str]]:
    mine = visible(Indicator, g.account, Indicator.select(Indicator.municipality)).distinct()
    codes = {one.municipality for one in mine if one.municipality}
    return sorted(((c, municipality_names().get(c, c)) for c in codes), key=lambda pair: pair[1])


class IndicatorTable(SafeModelView):
    """Indicatoren; each leads to its figures."""

    thing = "indicators"
    about = "Doelen van gemeenten, met een cijfer per jaar."
    column_list = ("number", "name", "unit", "better", "municipality")
    choices = {"better": BETTER}
    cells = {
        "municipality": lambda row: (
            municipality_name(row.municipality) if row.municipality else "hele regio"
        )
    }
    search_columns = (Indicator.name, Indicator.number)
    list_filters = (
        Filter("gemeente", "Gemeente", lambda q, v: q.where(Indicator.municipality == v),
               choices_of=_gemeenten),
    )  # fmt: skip
    default_sort = "number"

    def details_url(self, row: Indicator) -> str:
        """The page of the indicator itself."""
        return url_for("indicators.one", number=row.id)


def views() -> list[BaseView]:
    """Make the tables; they belong to one application."""
    return [
        ComplaintTable(Complaint, "Klachten", url="/beheer/klachten", category=CATEGORY),
        AgreementTable(Agreement, "Afspraken", url="/beheer/afspraken", category=CATEGORY),
        IndicatorTable(Indicator, "Indicatoren", url="/beheer/indicatoren", category=CATEGORY),
    ]
