"""Pages of the evaluation of a plan van aanpak: one gemeente, its report, and what changes."""

import io
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response as FlaskResponse, abort, g, redirect, send_file, url_for
from flask_admin import expose
from werkzeug.wrappers import Response
from wtforms import SelectChoice, SelectField

from core.accounts import visible
from core.admin import Page, needs
from core.dates import now, today
from core.export import download
from core.formats import day_text
from core.pages.fields import Required, SafeForm, TextField
from quality.evaluation.models import HeardPoint, PlanAction
from quality.evaluation.operations import answer_point, update_action
from quality.evaluation.report import (
    ACTIONS,
    HEARD,
    PARTS,
    Cohort,
    IndicatorYears,
    evaluation_of,
    evaluation_report,
    municipalities_with_evaluation,
)
from quality.evaluation.rules import STATES
from quality.indicators.queries import cohort_rows, figures_of, indicator_list
from quality.indicators.rules import year_rows
from quality.report.blocks import Report, Table, Text


class ActionForm(SafeForm):
    """Where an action stands."""

    state = SelectField(
        "Stand",
        choices=[SelectChoice(state, state) for state in STATES],
    )
    explanation = TextField(
        "Toelichting",
        description="Waarom staat de actie hier? Bij 'nee' is dit verplicht. "
        "Schrijf niet over personen.",
        render_kw={"maxlength": 500},
    )
    owner = TextField(
        "Eigenaar",
        description="Het team of de functie die ervoor zorgt.",
        render_kw={"maxlength": 120},
    )


class FollowUpForm(SafeForm):
    """What was done with a point."""

    follow_up = TextField(
        "Wat is ermee gebeurd",
        [Required("Vul in wat er met dit punt is gebeurd.")],
        description="Schrijf niet over personen.",
        render_kw={"maxlength": 500},
    )


class EvaluationPage(Page):
    """The evaluation of one gemeente."""

    thing = "evaluation"

    def _code(self, code: str) -> str:
        if code not in municipalities_with_evaluation(g.account):
            abort(404)
        return code

    @expose("/")
    def index(self) -> str:
        """List the gemeenten that have an evaluation."""
        codes = municipalities_with_evaluation(g.account)
        reports = {code: _report(code) for code in codes}
        return self.render("quality/evaluations.html", reports=reports)

    @expose("/<code>/")
    @expose("/<code>/<any(aantallen, doelen, begroting, gehoord):part>/")
    def one(self, code: str, part: str = "acties") -> str:
        """Show one part of an evaluation: actions, numbers, goals, money, who was heard."""
        report = _report(self._code(code))
        name, headings = PARTS[part]
        edits: dict[str, Callable[[str], str]] = {}
        if self.may("change"):
            edits = {
                ACTIONS: lambda number: url_for(".action", code=code, number=number),
                HEARD: lambda number: url_for(".heard", code=code, number=number),
            }
        return self.render(
            "quality/evaluation.html",
            report=report,
            part=name,
            sections=[one for one in report.sections if one.heading in headings],
            tabs=[
                (label, _part_address(code, key), key == part) for key, (label, _) in PARTS.items()
            ],
            code=code,
            edits=edits,
        )

    @expose("/<code>/evaluatie.pdf")
    def as_pdf(self, code: str) -> FlaskResponse:
        """Give the report for the raad as a tagged PDF."""
        from quality.report.pdf import pdf  # noqa: PLC0415  loads the compiler

        content = pdf(_report(self._code(code)), at=now())
        name = f"evaluatie-{code}.pdf"
        return send_file(
            io.BytesIO(content), "application/pdf", as_attachment=True, download_name=name
        )

    @expose("/<code>/evaluatie.<any(csv, xlsx):kind>")
    def as_table(self, code: str, kind: str) -> FlaskResponse:
        """Give every row of every table as one file."""
        report = _report(self._code(code))
        return download(
            f"evaluatie-{code}", kind, ("Onderdeel", "Kolom", "Rij", "Waarde"), _cells(report)
        )

    @expose("/<code>/acties/<int:number>/", methods=("GET", "POST"))
    @needs("change")
    def action(self, code: str, number: int) -> Response | str:
        """Say where an action stands."""
        action = _row(PlanAction, self._code(code), number)
        form = ActionForm(obj=action)
        form.is_about("plan_action", f"{code}/{number}")

        def change(values: dict[str, Any]) -> None:
            update_action(action, **_words(values), by=g.account.email, at=now())

        return self._entry(form, change, _part_address(code), f"Actie {number}: {action.title}")

    @expose("/<code>/gehoord/<int:number>/", methods=("GET", "POST"))
    @needs("change")
    def heard(self, code: str, number: int) -> Response | str:
        """Say what was done with a point."""
        point = _row(HeardPoint, self._code(code), number)
        form = FollowUpForm(obj=point)
        form.is_about("heard_point", f"{code}/{number}")

        def change(values: dict[str, Any]) -> None:
            answer_point(point, **_words(values), by=g.account.email, at=now())

        about = f"{point.party}: {point.point}"
        return self._entry(form, change, _part_address(code, "gehoord"), about)

    def _entry(
        self, form: SafeForm, change: Callable[[dict[str, Any]], None], back: str, about: str
    ) -> Response | str:
        if self.saved(form, change):
            return redirect(back)
        return self.render("quality/evaluation_entry.html", form=form, back=back, about=about)


def _part_address(code: str, part: str = "acties") -> str:
    """The first part has the address of the evaluation itself."""
    return url_for("evaluation.one", code=code, part=None if part == "acties" else part)


def _words(values: dict[str, Any]) -> dict[str, str]:
    return {name: value or "" for name, value in values.items() if name != "csrf_token"}


def _row(model: Any, code: str, number: int) -> Any:
    row = (
        visible(model, g.account)
        .where(model.municipality == code, model.number == number)
        .get_or_none()
    )
    return row or abort(404)


def _report(code: str) -> Report:
    return evaluation_report(evaluation_of(code, g.account), _indicators(code), _cohorts(code))


def _indicators(code: str) -> list[IndicatorYears]:
    own = [one for one in indicator_list(g.account) if one.municipality == code]
    figures = figures_of(own, g.account)
    return [
        (
            one.number,
            one.name,
            one.unit,
            year_rows(
                figures.get((one.id, "target"), {}),
                figures.get((one.id, "realised"), {}),
                better=one.better,
                unit=one.unit,
            ),
        )
        for one in own
    ]


def _cohorts(code: str) -> list[Cohort]:
    tables: dict[Any, Cohort] = {}
    for row in cohort_rows(g.account):
        if row["municipality"] == code:
            day = row["measured_on"]
            _, years, states, _ = tables.setdefault(day, (day_text(day), [], {}, row["source"]))
            if row["start_year"] not in years:
                years.append(row["start_year"])  # type: ignore[attr-defined]
            states.setdefault(row["status"], {})[row["start_year"]] = row["people"]
    return list(tables.values())


def _cells(report: Report) -> Iterator[tuple[str, str, str, str]]:
    yield "Stand", "Datum van maken", "", day_text(today())
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Text):
                yield section.heading, "Toelichting", "", block.text
            elif isinstance(block, Table):
                for number, row in enumerate(block.rows, 1):
                    for header, cell in zip(block.headers, row, strict=True):
                        yield section.heading, header, str(number), cell
