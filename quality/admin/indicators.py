"""Pages of the indicators: the list, one indicator, entry by hand."""

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core.accounts import visible
from core.admin import Page, needs
from core.dates import add_months, month_of, now, today
from core.errors import DomainError
from quality.charts.indicator import indicator_chart
from quality.indicator_forms import ComputeForm, IndicatorValueForm
from quality.indicator_metrics import cohort_rows, figures_of, indicator_list
from quality.indicator_models import Indicator
from quality.indicator_operations import compute_value, enter_value
from quality.indicators import YearRow, answer, cohort_text, latest_judged, value_text, year_rows


@dataclass(frozen=True)
class Listed:
    """One line of the list."""

    indicator: Indicator
    rows: list[YearRow]

    @property
    def latest(self) -> YearRow | None:
        """The newest year with a figure."""
        return latest_judged(self.rows)

    @property
    def answer(self) -> str:
        """The state in one sentence."""
        return answer(self.rows, unit=self.indicator.unit)


def _listed(indicators: list[Indicator]) -> list[Listed]:
    figures = figures_of([indicator.id for indicator in indicators])
    return [
        Listed(
            indicator,
            year_rows(
                figures.get((indicator.id, "target"), {}),
                figures.get((indicator.id, "realised"), {}),
                better=indicator.better,
            ),
        )
        for indicator in indicators
    ]


def _cohort_tables() -> list[dict[str, Any]]:
    """Each published table: its start years as columns, its states as rows."""
    tables: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in cohort_rows(g.account):
        key = row["municipality"], row["measured_on"]
        table = tables.setdefault(key, row | {"years": [], "states": {}})
        if row["start_year"] not in table["years"]:
            table["years"].append(row["start_year"])
        cells = table["states"].setdefault(row["status"], {})
        cells[row["start_year"]] = cohort_text(row["people"])
    return list(tables.values())


class IndicatorPage(Page):
    """Indicators with their targets."""

    thing = "indicators"

    def _one(self, number: int) -> Indicator:
        found = visible(Indicator, g.account).where(Indicator.id == number).get_or_none()
        if found is None:
            abort(404)
        return found

    @expose("/")
    def index(self) -> str:
        """List the indicators, and the cohort tables of DUO."""
        search = request.args.get("zoek", "").strip().replace("\0", "")
        found = _listed(list(indicator_list(g.account, search=search)))
        return self.render(
            "quality/indicators.html", found=found, search=search, cohorts=_cohort_tables()
        )

    @expose("/<int:number>/")
    def one(self, number: int) -> str:
        """Show one indicator: sentence, chart, years."""
        return self._show(self._one(number), ComputeForm())

    def _show(self, indicator: Indicator, form: ComputeForm) -> str:
        (listed,) = _listed([indicator])
        chart = indicator_chart(indicator.number, indicator.name, indicator.unit, listed.rows)
        computed = next((row for row in reversed(listed.rows) if row.detail), None)
        return self.render(
            "quality/indicator.html",
            listed=listed,
            chart=chart,
            computed=computed,
            form=form,
            value_text=value_text,
        )

    @expose("/<int:number>/invoer/", methods=("GET", "POST"))
    @needs("create")
    def enter(self, number: int) -> Response | str:
        """Enter a figure by hand."""
        indicator = self._one(number)
        form = IndicatorValueForm()
        if form.validate_on_submit():
            given = form.data
            try:
                enter_value(
                    indicator=indicator,
                    year=given["year"],
                    kind=given["kind"],
                    value=float(given["value"]),
                    people=given["people"],
                    source=given["source"],
                    by=g.account.email,
                    at=now(),
                )
            except DomainError as error:
                form.fill_errors(error)
            else:
                flash("Het cijfer is bewaard.", "success")
                return redirect(url_for(".one", number=number))
        return self.render("quality/indicator_entry.html", indicator=indicator, form=form)

    @expose("/<int:number>/berekenen/", methods=("POST",))
    @needs("create")
    def compute(self, number: int) -> Response | str:
        """Work the realised figure of a year out from the deliveries."""
        indicator = self._one(number)
        form = ComputeForm()
        if not form.validate():
            return self._show(indicator, form)
        try:
            compute_value(
                indicator=indicator,
                year=form.data["year"],
                last_month=add_months(month_of(today()), -1),
                by=g.account.email,
                at=now(),
            )
        except DomainError as error:
            form.fill_errors(error)
            return self._show(indicator, form)
        flash("Het cijfer is berekend uit de leveringen.", "success")
        return redirect(url_for(".one", number=number))
