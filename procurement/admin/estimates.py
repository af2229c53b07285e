"""The estimate of an inkooptraject beside what was really registered: a proposal from the feed."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, url_for
from flask_admin import BaseView, expose
from werkzeug.wrappers import Response
from wtforms import SelectField

from core.admin import needs
from core.dates import today
from core.errors import DomainError
from core.municipalities import name as municipality_name
from core.pages.fields import SafeForm
from core.small_numbers import HIDDEN_TEXT, is_small
from procurement.admin.base import PlanningBase, crumbs
from procurement.models import ContractingProcess
from procurement.plan.queries import load
from procurement.plan.validity import ROUTES
from procurement.preparation import queries as preparation_queries
from procurement.preparation.operations import Expected, Grouping, put_estimate
from providers.deliveries.demand_queries import last_month_held, registrations


@dataclass(frozen=True, slots=True)
class Proposal:
    """One gemeente and leerroute: what is estimated for a year, and what registered in one."""

    municipality: str
    route: str
    entered: int | None
    registered: int

    @property
    def shown(self) -> str:
        """Fewer than five stay hidden."""
        return HIDDEN_TEXT if is_small(self.registered) else f"{self.registered}"

    @property
    def usable(self) -> bool:
        """Whether the figure may become the estimate."""
        return self.registered > 0 and not is_small(self.registered)


class ProposalForm(SafeForm):
    """For which year the figures are taken over."""

    year = SelectField("Voor welk jaar", coerce=int)


class ProposalPage(PlanningBase):
    """Compare the estimate with the feed, and take the figures over."""

    @expose("/", methods=("GET", "POST"))
    @needs("change")
    def index(self, code: str) -> Response | str:
        """Show both figures; a person decides which year gets them."""
        process = self._process(code)
        begin = (process.go_live or today()).year
        form: Any = ProposalForm()
        form.year.choices = [(year, str(year)) for year in range(begin, begin + 4)]
        month = last_month_held()
        rows = [] if month is None else _proposals(process, begin, registrations(month))
        if form.validate_on_submit():
            try:
                changed = _take_over(process, rows, form.year.data, self._who())
            except DomainError as error:
                form.fill_errors(error)
            else:
                said = f"De raming voor {form.year.data} is gelijk aan de leveringen."
                flash(said if changed else "Er is niets veranderd.", "success")
                return redirect(url_for("planning.scale", code=code))
        return self.render(
            "procurement/proposal.html",
            code=code,
            crumbs=[*crumbs(code), ("Schaal", url_for("planning.scale", code=code))],
            form=form,
            rows=rows,
            year=begin,
            month=month,
            routes=ROUTES,
        )


def _proposals(
    process: ContractingProcess, year: int, counts: dict[tuple[str, str], int]
) -> list[Proposal]:
    entered = {
        (r.municipality, r.route): r.tracks
        for r in preparation_queries.numbers(process)
        if r.year == year
    }
    joining = {(p.municipality, p.route) for p in load(process).participations}
    return [
        Proposal(place, route, entered.get((place, route)), counts.get((place, route), 0))
        for place, route in sorted(joining, key=lambda key: (key[1], municipality_name(key[0])))
    ]


def _take_over(
    process: ContractingProcess, rows: list[Proposal], year: int, who: dict[str, Any]
) -> bool:
    """Replace the estimate of one year where the feed has a figure; the rest stays."""
    kept = {
        (r.municipality, r.route, r.year): Expected(r.municipality, r.route, r.year, r.tracks)
        for r in preparation_queries.numbers(process)
    }
    for row in rows:
        if row.usable:
            key = (row.municipality, row.route, year)
            kept[key] = Expected(row.municipality, row.route, year, row.registered)
    groups = [
        Grouping(g.route, g.group_size, g.start_every_weeks, g.places)
        for g in preparation_queries.groups(process)
    ]
    return put_estimate(process, list(kept.values()), groups, **who)


def views() -> list[BaseView]:
    """Make the page; it belongs to one application."""
    url = "/planning/<code>/raming-uit-leveringen"
    return [ProposalPage("Raming uit leveringen", url=url, endpoint="proposal")]
