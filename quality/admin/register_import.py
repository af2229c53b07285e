"""Reading the register in by page: a file, what would change, and then the change.

It stands in this package because open judgements follow the register.
"""

import io
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, g, redirect, request, send_file, url_for
from flask_admin import expose
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from core.accounts import Role
from core.admin import Page, needs
from core.audit import AuditLine
from core.dates import now
from core.db import transaction
from core.errors import DomainError
from core.export import XLSX_TYPE
from core.municipalities import name as municipality_name
from core.pages.changes import change_text, differences, plain_text
from core.pages.fields import Required, SafeForm, TextField
from core.pages.uploads import Uploads
from providers.codes import LearningRoute
from providers.models import Delivery
from providers.register.files import tables_of, write_template
from providers.register.operations import FIELDS, ImportResult, import_register
from providers.register.rows import SHEETS, Register, read_tables
from quality.cards.operations import follow_register
from quality.cards.queries import effects_on_open_months

UPLOADS = Uploads("register")
MOST_LINES = 200


class RegisterFileForm(SafeForm):
    """A register file."""

    file = FileField(
        "Bestand",
        [Required("Kies een bestand.")],
        description="Een werkboek met een blad per onderdeel, of een CSV van een onderdeel.",
    )
    kind = SelectField(
        "Onderdeel",
        choices=[SelectChoice("", "Staat in het bestand"), *(SelectChoice(s, s) for s in SHEETS)],
        default="",
        description="Alleen nodig bij een los bestand dat niet naar zijn onderdeel heet.",
    )


class TakeInForm(SafeForm):
    """Consent to what the preview showed; what it changes of norms and marks asks why."""

    file = HiddenField()
    reason = TextField(
        "Reden van de wijziging",
        [Required("Vul in waarom dit verandert.")],
        description="Dit komt in het logboek te staan.",
        render_kw={"maxlength": 400},
    )

    @classmethod
    def about(cls, outcome: "Outcome", **given: Any) -> "TakeInForm":
        """The form below a preview: without a reason where no contract or mark changes."""
        form = cls(**given)
        if not any(outcome.result.changed[sheet] for sheet in ("contracten", "keurmerken")):
            del form.reason
        return form


@dataclass(frozen=True)
class Outcome:
    """What an import does: the counts, every change in words, and the effect on open months."""

    register: Register
    result: ImportResult
    lines: list[str]
    effect: list[str]

    @property
    def counts(self) -> list[tuple[str, int, int, int, int]]:
        """Per sheet: new, changed, unchanged and left out."""
        result = self.result
        listed = [s for s in SHEETS if s in self.register.rows or result.rejected[s]]
        return [
            (s, result.created[s], result.changed[s], result.unchanged[s], result.rejected[s])
            for s in listed
        ]

    @property
    def changes_nothing(self) -> bool:
        """Whether the register stays as it is."""
        return not self.result.created.total() and not self.result.changed.total()


class _OnlyLookedError(Exception):
    """Takes a preview back, with what it found."""

    def __init__(self, outcome: "Outcome") -> None:
        super().__init__()
        self.outcome = outcome


class RegisterImportPage(Page):
    """Aanbieders, contracten, keurmerken and the rest, from a file."""

    thing = "register"
    about = "Alles tegelijk uit een bestand; je ziet eerst wat er verandert."

    def may(self, action: str) -> bool:
        """Only who manages the whole register reads it in, not who manages a part."""
        bound = g.account is not None and (g.account.provider_code or g.account.municipalities)
        manages = g.account is not None and g.account.role in (Role.REGION, Role.CONTRACT_MANAGER)
        return manages and not bound and super().may(action)

    @expose("/", methods=("GET", "POST"))
    @needs("create")
    def index(self) -> Any:
        """Take a file, and show what would happen."""
        form = RegisterFileForm()
        if form.validate_on_submit():
            try:
                about = UPLOADS.keep(form.file.data, kind=form.kind.data or None)
                outcome = _preview(about)
            except DomainError as error:
                form.fill_errors(error)
            else:
                consent = TakeInForm.about(outcome, formdata=None, file=UPLOADS.sealed(about))
                return self._preview_page(outcome, consent, about["name"])
        return self.render(
            "quality/register_import.html", form=form, sheets=SHEETS
        ), 422 if form.errors else 200

    @expose("/opnemen/", methods=("POST",))
    @needs("create")
    def take_in(self) -> Any:
        """Take the file of a preview in."""
        about = UPLOADS.unsealed(request.form.get("file", ""))
        if about is None:
            flash("Het bestand is niet meer beschikbaar. Kies het opnieuw.", "error")
            return redirect(url_for(".index"))
        try:
            outcome = _preview(about)
        except DomainError as error:
            flash(error.message, "error")
            return redirect(url_for(".index"))
        form = TakeInForm.about(outcome)
        if not form.validate_on_submit():
            return self._preview_page(outcome, form, about["name"]), 422
        reason = form.reason.data if form.reason else ""
        try:
            with transaction():
                _, result = _import(about, reason or f"Ingelezen uit {about['name']}")
        except DomainError as error:
            flash(error.message, "error")
            return redirect(url_for(".index"))
        UPLOADS.forget(about)
        made, changed = result.created.total(), result.changed.total()
        flash(f"Het register is bijgewerkt: {made} nieuw, {changed} gewijzigd.", "success")
        # As long as nobody delivered, the list of first steps on the start page tells what is next.
        onward = "providers.index" if Delivery.select().exists() else "start.index"
        return redirect(url_for(onward))

    def _preview_page(self, outcome: Outcome, form: TakeInForm, name: str) -> Any:
        return self.render("quality/register_preview.html", outcome=outcome, form=form, name=name)

    @expose("/sjabloon.xlsx")
    def template(self) -> Response:
        """Give the empty workbook."""
        target = io.BytesIO()
        write_template(target)
        target.seek(0)
        return send_file(
            target, XLSX_TYPE, as_attachment=True, download_name="register-sjabloon.xlsx"
        )


def _import(about: dict[str, Any], reason: str = "") -> tuple[Register, ImportResult]:
    """Read a kept file under its own name, and take it in."""
    with UPLOADS.path(about) as path:
        register = read_tables(tables_of(path, about["kind"]))
    by, at = g.account.email, now()
    result = import_register(register, by=by, at=at, reason=reason)
    if result.providers:
        follow_register(by=by, at=at, providers=result.providers)
    return register, result


def _preview(about: dict[str, Any]) -> Outcome:
    """Take a file in, note what that did, and take it back."""
    tell = effects_on_open_months()
    last = AuditLine.select().order_by(AuditLine.id.desc()).first()
    try:
        with transaction():
            register, result = _import(about)
            written = AuditLine.select().where(
                AuditLine.id > (last.id if last else 0), AuditLine.thing.in_(list(SHEETS))
            )
            lines = [_line(line) for line in written.order_by(AuditLine.id).limit(MOST_LINES)]
            raise _OnlyLookedError(Outcome(register, result, lines, tell()))
    except _OnlyLookedError as looked:
        return looked.outcome


def _line(line: AuditLine) -> str:
    """``contracten RZ-TA002-1: norm_wachttijd_dagen 28 → 42``, in the words of the file."""
    columns = {field: column for column, field in FIELDS.get(line.thing, {}).items()}
    if line.before is None:
        return f"{line.thing} {line.thing_id}: nieuw"
    changes = [
        change_text(columns.get(one.path[0], "leerroutes en gemeenten"), one, _value)
        for one in differences(line.before, line.after)
    ]
    return f"{line.thing} {line.thing_id}: {', '.join(changes)}"


def _value(value: Any) -> str:
    """A value; of what a contract covers the routes with their gemeenten."""
    if not (isinstance(value, list) and value and isinstance(value[0], list)):
        return plain_text(value)
    by_route: dict[str, list[str]] = {}
    for route, place in value:
        by_route.setdefault(LearningRoute(route).code, []).append(
            "hele regio" if place == "*" else municipality_name(place)
        )
    return "; ".join(f"{code} {', '.join(places)}" for code, places in by_route.items())
