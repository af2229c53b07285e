"""Pages of the planning: the portfolio, one inkooptraject, own milestones, planning back."""

from flask_admin import BaseView

from procurement.admin import tables
from procurement.admin.bids import BidPages
from procurement.admin.contracts import ContractPage
from procurement.admin.decisions import DecisionPages
from procurement.admin.entry import EntryPages
from procurement.admin.files import FilePages
from procurement.admin.groups import GroupPages
from procurement.admin.lessons import LessonPages
from procurement.admin.lists import ListPages
from procurement.admin.preparation import PreparationPages
from procurement.admin.process import ProcessPages
from procurement.admin.promises import ClauseTable, InvoiceTable, PromisePage, PromiseTable
from procurement.admin.takeover import TakeoverPage
from procurement.promises.models import ContractClause, ContractPromise, Invoice


class PlanningPage(
    ListPages,
    DecisionPages,
    EntryPages,
    FilePages,
    PreparationPages,
    GroupPages,
    LessonPages,
    ProcessPages,
):
    """``/planning/`` and everything under it."""


def views() -> list[BaseView]:
    """Make the views of this package; they belong to one application."""
    contract = "/planning/<code>/contract/<int:key>"
    return [
        *tables.views(),
        PlanningPage("Planning", url="/planning", endpoint="planning"),
        TakeoverPage("Overname", url="/planning/overname", endpoint="takeover"),
        PromisePage("Beloften", url="/aanbieders/<code>/beloften", endpoint="promises"),
        PromiseTable(ContractPromise, "Beloften", url="/beheer/beloften", category="Beloften"),
        ClauseTable(ContractClause, "Clausules", url="/beheer/clausules", category="Beloften"),
        InvoiceTable(Invoice, "Facturen", url="/beheer/facturen", category="Beloften"),
        BidPages("Inschrijvingen", url="/planning/<code>/inschrijvingen", endpoint="bids"),
        ContractPage("Contract", url=contract, endpoint="award_contract"),
    ]
