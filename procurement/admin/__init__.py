"""Pages of the planning: the portfolio, one inkooptraject, own milestones, planning back."""

from flask_admin import BaseView

from procurement.admin import tables
from procurement.admin.bids import BidPages
from procurement.admin.pages import PlanningPage
from procurement.admin.takeover import TakeoverPage


def views() -> list[BaseView]:
    """Make the views of this package; they belong to one application."""
    return [
        *tables.views(),
        PlanningPage("Planning", url="/planning", endpoint="planning"),
        TakeoverPage("Overname", url="/planning/overname", endpoint="takeover"),
        BidPages("Inschrijvingen", url="/planning/<code>/inschrijvingen", endpoint="bids"),
    ]
