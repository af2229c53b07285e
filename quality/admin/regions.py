"""Other regions beside this one."""

from datetime import date
from pathlib import Path
from typing import Any

from flask import Response as FlaskResponse, abort, current_app, g, redirect, request, url_for
from flask_admin import expose
from flask_wtf.file import FileField
from werkzeug.wrappers import Response

import quality.scopes  # noqa: F401  registers who sees what
from core.accounts import visible
from core.admin import Page, needs
from core.dates import now
from core.formats import MISSING, count_text, number_text, percent_text
from core.pages.fields import DutchMonthField, Required, SafeForm, TextField
from providers.codes import LearningRoute
from quality.cards.queries import model_in_force
from quality.charts.regions import regions_chart
from quality.method.criteria import CRITERIA, WAITING
from quality.method.model import ScoringModel, points_for
from quality.models import RegionTable
from quality.passport.seal import signing_key
from quality.regions.operations import LONGEST_NAME, MOST_BYTES, make_own, signed_file, take_in
from quality.regions.rules import YARDSTICK, RouteTable, read_table

TOGETHER = "Alle regio's samen"


class OwnForm(SafeForm):
    """Make the file of this region."""

    month = DutchMonthField(
        "Maand", [Required("Vul de maand in.")], description="Een maand die is vastgesteld."
    )
    name = TextField(
        "Naam van je regio",
        [Required("Vul de naam van je regio in.")],
        description="Zo heet je regio in het bestand.",
        render_kw={"maxlength": LONGEST_NAME},
    )


class OtherForm(SafeForm):
    """Take in the file of another region."""

    file = FileField("Bestand van een andere regio", [Required("Kies een bestand.")])


class RegionPage(Page):
    """Waiting and quality of regions, without a single small number."""

    thing = "regions"

    @expose("/")
    def index(self) -> str:
        """Show the regions of a month on one route."""
        rows = list(
            visible(RegionTable, g.account).order_by(RegionTable.own.desc(), RegionTable.region)
        )
        months = sorted({row.month for row in rows}, reverse=True)
        asked = request.args.get("maand")
        month = next((m for m in months if asked in (None, f"{m:%Y-%m}")), None)
        if asked and month is None:
            abort(404)
        of_month = [row for row in rows if row.month == month]
        codes = sorted({code for row in of_month for code in row.content["routes"]})
        wanted = request.args.get("leerroute")
        code = next((c for c in codes if wanted in (None, c)), None)
        if wanted and code is None:
            abort(404)
        tables = {
            row.region: read_table(row.content["routes"][code])
            for row in of_month
            if code in row.content["routes"]
        }
        return self.render(
            "quality/regions.html",
            months=months,
            month=month,
            codes=codes,
            code=code,
            own=next((row for row in of_month if row.own), None),
            route=LearningRoute,
            days=YARDSTICK,
            **_compared(tables, month, code),
        )

    @expose("/eigen/", methods=("GET", "POST"))
    @needs("create")
    def make(self) -> Response | str:
        """Make the tables of this region in a fixed month."""
        form = OwnForm()

        def change(given: dict[str, Any]) -> None:
            make_own(given["month"], name=given["name"] or "", by=g.account.email, at=now())

        if self.saved(form, change, "Het bestand van je regio is gemaakt."):
            return redirect(url_for(".index", maand=f"{form.month.data:%Y-%m}"))
        return self.render("quality/region_form.html", form=form, own=True)

    @expose("/ander/", methods=("GET", "POST"))
    @needs("create")
    def read(self) -> Response | str:
        """Take in the file of another region."""
        form = OtherForm()

        def change(given: dict[str, Any]) -> None:
            take_in(given["file"].read(MOST_BYTES + 1), by=g.account.email, at=now())

        if self.saved(form, change, "Het bestand is ingelezen."):
            return redirect(url_for(".index"))
        return self.render("quality/region_form.html", form=form, own=False)

    @expose("/regio-<month>.json")
    @needs("create")
    def download(self, month: str) -> FlaskResponse:
        """Give the file of this region, for another."""
        rows = visible(RegionTable, g.account).where(RegionTable.own)
        table = next((row for row in rows if f"{row.month:%Y-%m}" == month), None) or abort(404)
        key = signing_key(Path(current_app.config["TAALINKOOP_DATA_DIR"]))
        return FlaskResponse(
            signed_file(table, key),
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="regio-{month}.json"'},
        )


def _compared(
    tables: dict[str, RouteTable], month: date | None, code: str | None
) -> dict[str, Any]:
    """A row per region and one of all together, and their curves in one picture."""
    if month is None or code is None or not tables:
        return {"rows": [], "chart": None, "headers": (), "answer": None}
    model = model_in_force(month)
    measures = [CRITERIA[c.code] for c in model.weighted if not CRITERIA[c.code].is_status]
    by_region = dict(tables)
    if len(tables) > 1:
        first, *rest = tables.values()
        for one in rest:
            first = first.plus(one)
        by_region[TOGETHER] = first
    rows = [
        (
            region,
            count_text(table.providers),
            count_text(table.curve.people),
            *(_value(table.value(measure.code)) for measure in measures),
            _value(_score(table, model, code)),
        )
        for region, table in by_region.items()
    ]
    headers = [
        "Regio", ("Aanbieders", "numeric"), ("Cursisten", "numeric"),
        *((_header(measure.code), "numeric") for measure in measures),
        ("Score zonder keurmerk (0-100)", "numeric"),
    ]  # fmt: skip
    label = LearningRoute.from_code(code).label
    chart = regions_chart(
        f"regios-{month:%Y-%m}-{code}", label,
        {region: table.curve.share_started() for region, table in by_region.items()},
    )  # fmt: skip
    nearest, table = next(iter(by_region.items()))
    share = percent_text(table.value(WAITING.code))
    answer = f"{label}: bij {nearest} begon {share} binnen {YARDSTICK} dagen"
    if len(tables) > 1:
        together = percent_text(by_region[TOGETHER].value(WAITING.code))
        answer += f", bij alle regio's samen {together}"
    return {"rows": rows, "chart": chart, "headers": headers, "answer": f"{answer}."}


def _header(code: str) -> str:
    measure = CRITERIA[code]
    return (
        "Begonnen binnen 28 dagen (%)"
        if measure.counts_people
        else f"{measure.label} ({measure.unit})"
    )


def _value(value: float | None) -> str:
    return MISSING if value is None else number_text(value)


def _score(table: RouteTable, model: ScoringModel, code: str) -> float | None:
    """Points of the values of a whole region, by weight; None when a value is missing."""
    total = weight = 0.0
    for criterion in model.weighted:
        if CRITERIA[criterion.code].is_status:
            continue
        value = table.value(criterion.code)
        if value is None:
            return None
        total += criterion.weight * points_for(value, criterion.knots_for(code))
        weight += criterion.weight
    return total / weight if weight else None
