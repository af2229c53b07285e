"""Pages of the indicators: the list, one indicator, entry by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import abort, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core.accounts import Role, may, visible
from core.admin import Page, needs
from core.dates import add_months, month_of, now, today
from core.export import download
from core.formats import day_text
from core.municipalities import name as municipality_name, names as municipality_names
from core.small_numbers import count_or_hidden, few_text, parts_of_total
from providers.codes import LearningRoute
from quality.charts.indicator import indicator_chart
from quality.charts.trend import in_unit, unit_of
from quality.indicators.computed import DURATION, definition_of, formula
from quality.indicators.forms import (
    ComputeForm,
    CriterionReferenceForm,
    IndicatorForm,
    IndicatorValueForm,
    ReferenceForm,
)
from quality.indicators.models import BETTER, CriterionReference, Indicator
from quality.indicators.operations import (
    compute_value,
    define_indicator,
    enter_value,
    load_criterion_references,
    load_references,
)
from quality.indicators.queries import (
    cohort_rows,
    criterion_references,
    figures_of,
    indicator_list,
    references_of,
)
from quality.indicators.rules import (
    MOST_BYTES,
    YearRow,
    answer,
    cohort_text,
    interval_text,
    latest_judged,
    read_references,
    value_text,
    year_rows,
)
from quality.method.criteria import CRITERIA


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
    figures = figures_of(indicators, g.account)
    return [
        Listed(
            indicator,
            year_rows(
                figures.get((indicator.id, "target"), {}),
                figures.get((indicator.id, "realised"), {}),
                better=indicator.better,
                unit=indicator.unit,
            ),
        )
        for indicator in indicators
    ]


def _people(computed: YearRow | None) -> dict[str, int | None]:
    """Who a computed figure is about, without small numbers and what gives them."""
    if computed is None or computed.detail is None or "passed" not in computed.detail:
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
    "Nummer", "Indicator", "Gemeente", "Eenheid", "Jaar", "Realisatie", "Doel", "90% van",
    "90% tot", "Personen", "Uitkomst", "Let op", "Definitie", "Bron",
)  # fmt: skip


def _download_rows(items: list[Listed]) -> Iterator[tuple[Any, ...]]:
    for item in items:
        about = item.indicator
        where = municipality_name(about.municipality) if about.municipality else "hele regio"
        for row in item.rows:
            yield (
                about.number, about.name, where, about.unit, row.year, row.realised, row.target,
                *(row.interval or (None, None)), row.hidden_text if row.hidden else row.people,
                str(row.outcome), row.caution, row.definition, row.source,
            )  # fmt: skip


def _search() -> str:
    return request.args.get("zoek", "").strip().replace("\0", "")


def _may_enter(indicator: Indicator) -> bool:
    """A gemeente enters what is its own; the region enters all."""
    return g.account.role != Role.MUNICIPALITY or (
        indicator.municipality in g.account.municipalities
    )


class IndicatorPage(Page):
    """Indicators with their targets."""

    thing = "indicators"

    def _one(self, number: int) -> Indicator:
        indicator = visible(Indicator, g.account).where(Indicator.id == number).get_or_none()
        if indicator is None:
            abort(404)
        return indicator

    def _own(self, number: int) -> Indicator:
        """The indicator when this account may enter its figures."""
        indicator = self._one(number)
        if not _may_enter(indicator):
            abort(403)
        return indicator

    @expose("/")
    def index(self) -> str:
        """List the indicators, and the cohort tables of DUO."""
        search = _search()
        items = _listed(list(indicator_list(g.account, search=search)))
        return self.render(
            "quality/indicators.html",
            found=items,
            search=search,
            cohorts=_cohort_tables(),
            may_compare=may(g.account, "read", "criterion_references"),
        )

    @expose("/indicatoren.<any(csv, xlsx):kind>")
    def download(self, kind: str) -> Response:
        """Give every figure of every indicator as a file."""
        items = _listed(list(indicator_list(g.account, search=_search())))
        return download("indicatoren", kind, DOWNLOAD_COLUMNS, _download_rows(items))

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
        (item,) = _listed([indicator])
        computation = indicator.computation or ""
        references = references_of(indicator, g.account)
        lines = [(line.name, line.year, line.value) for line in references]
        chart = indicator_chart(indicator.number, indicator.name, indicator.unit, item.rows, lines)
        computed = next((row for row in reversed(item.rows) if row.detail), None)
        return self.render(
            "quality/indicator.html",
            better=dict(BETTER),
            listed=item,
            chart=chart,
            computed=computed,
            people=_people(computed),
            count_text=count_or_hidden,
            few_text=few_text,
            form=form,
            value_text=value_text,
            interval_text=interval_text,
            references=references,
            reference_rows=[
                (r.name, r.year, value_text(r.value, indicator.unit), r.source) for r in references
            ],
            formula=definition_of(computation) if computation not in ("", DURATION) else "",
            may_enter=_may_enter(indicator),
        )

    @expose("/nieuw/", methods=("GET", "POST"))
    @needs("create")
    def define(self) -> Response | str:
        """Define a new indicator: the region any, a gemeente its own."""
        own = g.account.role == Role.MUNICIPALITY
        codes = g.account.municipalities if own else list(municipality_names())
        options = [(code, municipality_name(code)) for code in codes]
        form = IndicatorForm.with_choices(options if own else [("", "hele regio"), *options])
        created: list[Indicator] = []

        def change(values: dict[str, Any]) -> None:
            values.pop("csrf_token")
            values["municipality"] = values["municipality"] or None
            chosen = {part: values.pop(part) for part in ("outcome", "group", "span")}
            values["computation"] = formula(values["computation"], **chosen)
            created.append(define_indicator(**values, by=g.account.email, at=now()))

        if self.saved(form, change, "De indicator is gemaakt. Vul nu een cijfer of een doel in."):
            return redirect(url_for(".one", number=created[0].id))
        return self.render("quality/indicator_new.html", form=form)

    @expose("/<int:number>/vergelijken/", methods=("GET", "POST"))
    @needs("create")
    def references(self, number: int) -> Response | str:
        """Take in what others reached, from a file."""
        indicator = self._own(number)
        form = ReferenceForm()

        def change(values: dict[str, Any]) -> None:
            read = read_references(values["file"].read(MOST_BYTES + 1))
            load_references(indicator, read.rows, by=g.account.email, at=now())
            self.tell_ignored(read.ignored)

        if self.saved(form, change, "De cijfers om mee te vergelijken zijn bewaard."):
            return redirect(url_for(".one", number=number))
        return self.render("quality/indicator_references.html", form=form, indicator=indicator)

    @expose("/<int:number>/invoer/", methods=("GET", "POST"))
    @needs("create")
    def enter(self, number: int) -> Response | str:
        """Enter a figure by hand."""
        indicator = self._own(number)
        form = IndicatorValueForm()

        def change(values: dict[str, Any]) -> None:
            values.pop("csrf_token")
            values |= {"value": float(values["value"]), "definition": values["definition"] or ""}
            enter_value(indicator=indicator, **values, by=g.account.email, at=now())

        if self.saved(form, change, "Het cijfer is bewaard."):
            return redirect(url_for(".one", number=number))
        return self.render("quality/indicator_entry.html", indicator=indicator, form=form)

    @expose("/<int:number>/berekenen/", methods=("POST",))
    @needs("create")
    def compute(self, number: int) -> Response | str:
        """Work the realised figure of a year out from what is held."""
        indicator = self._own(number)
        form = ComputeForm()

        def change(values: dict[str, Any]) -> None:
            compute_value(
                indicator=indicator, year=values["year"], by=g.account.email, at=now(),
                last_month=add_months(month_of(today()), -1),
            )  # fmt: skip

        if self.saved(form, change, "Het cijfer is berekend."):
            return redirect(url_for(".one", number=number))
        return self._show(indicator, form)


class CriterionReferencePage(Page):
    """What others reached on the criteria: published figures, drawn in the line of each school."""

    thing = "criterion_references"

    @expose("/", methods=("GET", "POST"))
    @needs("read", POST="create")
    def index(self) -> Response | str:
        """List them, and take in a file."""
        form = CriterionReferenceForm()

        def change(values: dict[str, Any]) -> None:
            read = read_references(values["file"].read(MOST_BYTES + 1))
            load_criterion_references(
                values["criterion"], LearningRoute(int(values["route"])), read.rows,
                by=g.account.email, at=now(),
            )  # fmt: skip
            self.tell_ignored(read.ignored)

        if self.saved(form, change, "De cijfers om mee te vergelijken zijn bewaard."):
            return redirect(url_for(".index"))
        rows = [
            (
                CRITERIA[one.criterion].label, LearningRoute(one.route).label, one.name, one.year,
                in_unit(one.value, unit_of(one.criterion)), one.source, day_text(one.published_on),
            )
            for one in visible(CriterionReference, g.account, criterion_references())
        ]  # fmt: skip
        return self.render("quality/criterion_references.html", form=form, rows=rows)
