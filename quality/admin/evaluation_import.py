"""Make an evaluation from a file: a gemeente its own, the region any; what changes comes first."""

import io
from typing import Any

from flask import Response, abort, flash, g, redirect, request, send_file, url_for
from flask_admin import expose
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from core.accounts import Role
from core.admin import Page, needs
from core.dates import now
from core.errors import DomainError
from core.export import XLSX_TYPE
from core.municipalities import name as municipality_name, names as municipality_names
from core.pages.changes import change_text, differences
from core.pages.fields import Required, SafeForm
from core.pages.uploads import About, Uploads
from providers.register.files import tables_of, write_template
from providers.register.rows import Register
from quality.evaluation.files import CHOICES, EVALUATION, NOTES, cell_text, read_evaluation
from quality.evaluation.operations import Change, Values, cells_of, changes_of, take_in

UPLOADS = Uploads("evaluatie")
MOST_LINES = 200


class EvaluationFileForm(SafeForm):
    """An evaluation, as a workbook or as one of its sheets."""

    municipality = SelectField("Gemeente", [Required("Kies een gemeente.")])
    file = FileField(
        "Bestand",
        [Required("Kies een bestand.")],
        description="Het ingevulde werkboek, of een CSV van een onderdeel.",
    )
    sheet = SelectField(
        "Onderdeel",
        choices=[
            SelectChoice("", "Staat in het bestand"),
            *(SelectChoice(sheet, sheet) for sheet in EVALUATION.sheets),
        ],
        default="",
        description="Alleen nodig bij een CSV die niet naar zijn onderdeel heet.",
    )


class TakeInForm(SafeForm):
    """Consent to what the preview showed."""

    file = HiddenField()


class EvaluationImportPage(Page):
    """An evaluation from a file."""

    thing = "evaluation"

    @expose("/", methods=("GET", "POST"))
    @needs("change")
    def index(self) -> Any:
        """Take a file, and show what it would change."""
        form = EvaluationFileForm()
        codes = _own_codes()
        form.municipality.choices = [
            SelectChoice("", "Kies een gemeente"),
            *(SelectChoice(code, municipality_name(code)) for code in codes),
        ]
        if form.validate_on_submit():
            try:
                about = UPLOADS.keep(
                    form.file.data, code=form.municipality.data, sheet=form.sheet.data or None
                )
                register = _read(about)
            except DomainError as error:
                form.fill_errors(error)
            else:
                return self._preview(about, register)
        elif request.method == "GET":
            only = codes[0] if len(codes) == 1 else ""
            asked = request.args.get("gemeente", "")
            form.municipality.data = asked if asked in codes else only
        return self.render(
            "quality/evaluation_import.html", form=form, kind=EVALUATION
        ), 422 if form.errors else 200

    def _preview(self, about: About, register: Register) -> Any:
        changes = changes_of(register, about["code"])
        return self.render(
            "quality/evaluation_preview.html",
            form=TakeInForm(formdata=None, file=UPLOADS.sealed(about)),
            municipality=municipality_name(about["code"]),
            register=register,
            counts=[_counted(sheet, rows, changes) for sheet, rows in register.rows.items()],
            changes=changes,
            lines=[_line(change) for change in changes[:MOST_LINES]],
        ), 422 if register.problems else 200

    @expose("/opnemen/", methods=("POST",))
    @needs("change")
    def take_in(self) -> Any:
        """Take the file of a preview in."""
        about = UPLOADS.unsealed(request.form.get("file", ""))
        if about is None or about["code"] not in _own_codes():
            flash("Het bestand is niet meer beschikbaar. Kies het opnieuw.", "error")
            return redirect(url_for(".index"))
        try:
            take_in(_read(about), about["code"], by=g.account.email, at=now())
        except DomainError as error:
            flash(error.message, "error")
            return redirect(url_for(".index"))
        UPLOADS.forget(about)
        flash("De evaluatie is bewaard.", "success")
        return redirect(url_for("evaluation.one", code=about["code"]))

    @expose("/werkboek.xlsx")
    @needs("change")
    def template(self) -> Response:
        """Give the workbook: empty, or with what is held of a gemeente."""
        code = request.args.get("gemeente", "")
        if code and code not in _own_codes():
            abort(404)
        file = io.BytesIO()
        rows = cells_of(code) if code else None
        write_template(file, EVALUATION, choices=CHOICES, notes=NOTES, rows=rows)
        file.seek(0)
        name = f"evaluatie-{code or 'sjabloon'}.xlsx"
        return send_file(file, XLSX_TYPE, as_attachment=True, download_name=name)


def _own_codes() -> list[str]:
    """The gemeenten whose evaluation this account makes."""
    own = g.account.role == Role.MUNICIPALITY
    return list(g.account.municipalities if own else municipality_names())


def _read(about: About) -> Register:
    with UPLOADS.path(about) as path:
        return read_evaluation(tables_of(path, about["sheet"], EVALUATION))


def _counted(sheet: str, rows: list[Any], changes: list[Change]) -> tuple[str, int, int, int, int]:
    """Of a sheet: rows that are new, changed, removed and the same."""
    own = [change for change in changes if change.sheet == sheet]
    new = sum(change.before is None for change in own)
    removed = sum(change.after is None for change in own)
    changed = len(own) - new - removed
    return sheet, new, changed, removed, len(rows) - new - changed


def _line(change: Change) -> str:
    """``taakstelling 2019: realisatie 20 → 22``, in the words of the file."""
    columns = EVALUATION.keys[change.sheet]
    key = ", ".join(cell_text(change.sheet, *one) for one in zip(columns, change.key, strict=True))
    if change.before is None:
        return f"{change.sheet} {key}: nieuw"
    if change.after is None:
        return f"{change.sheet} {key}: verdwijnt"
    parts = [
        change_text(one.path[0], one)
        for one in differences(_cells(change, change.before), _cells(change, change.after))
    ]
    return f"{change.sheet} {key}: {', '.join(parts)}"


def _cells(change: Change, values: Values) -> dict[str, str]:
    return {name: cell_text(change.sheet, name, value) for name, value in values.items()}
