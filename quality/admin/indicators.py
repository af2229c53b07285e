"""Pages of the indicators: the list, one indicator, entry by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core.accounts import visible
from core.admin import Page, needs
from core.dates import add_months, month_of, now, today
from core.errors import DomainError
from core.export import download
from core.municipalities import name as municipality_name
from core.small_numbers import count_or_hidden, parts_of_total
from quality.charts.indicator import indicator_chart
from quality.indicators.forms import ComputeForm, IndicatorValueForm
from quality.indicators.models import Indicator
from quality.indicators.operations import compute_value, enter_value
from quality.indicators.queries import cohort_rows, figures_of, indicator_list
from quality.indicators.rules import (
    YearRow,
    answer,
    cohort_text,
    latest_judged,
    value_text,
    year_rows,
)


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


def _people(computed: YearRow | None) -> dict[str, int | None]:
    """Who a computed figure is about, without small numbers and what gives them."""
    if computed is None or computed.detail is None:
        return {}
    detail = computed.detail
    return parts_of_total({name: detail[name] for name in ("passed", "under_way", "left")})


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


DOWNLOAD_COLUMNS = (
    "Nummer", "Indicator", "Gemeente", "Eenheid", "Jaar", "Realisatie", "Doel",
    "Personen", "Uitkomst", "Let op", "Bron",
)  # fmt: skip


def _download_rows(found: list[Listed]) -> Iterator[tuple[Any, ...]]:
    for item in found:
        about = item.indicator
        where = municipality_name(about.municipality) if about.municipality else "hele regio"
        for row in item.rows:
            yield (
                about.number, about.name, where, about.unit, row.year, row.realised, row.target,
                "<5" if row.hidden else row.people, str(row.outcome), row.caution, row.source,
            )  # fmt: skip


def _search() -> str:
    return request.args.get("zoek", "").strip().replace("\0", "")


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
        search = _search()
        found = _listed(list(indicator_list(g.account, search=search)))
        return self.render(
            "quality/indicators.html", found=found, search=search, cohorts=_cohort_tables()
        )

    @expose("/indicatoren.<any(csv, xlsx):kind>")
    def download(self, kind: str) -> Response:
        """Give every figure of every indicator as a file."""
        found = _listed(list(indicator_list(g.account, search=_search())))
        return download("indicatoren", kind, DOWNLOAD_COLUMNS, _download_rows(found))

    @expose("/<int:number>/indicator.<any(csv, xlsx):kind>")
    def download_one(self, number: int, kind: str) -> Response:
        """Give the figures of one indicator as a file."""
        indicator = self._one(number)
        rows = _download_rows(_listed([indicator]))
        return download(f"indicator-{indicator.number}", kind, DOWNLOAD_COLUMNS, rows)

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
            people=_people(computed),
            count_text=count_or_hidden,
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
