"""Files and calendars of one inkooptraject, in and out."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Any

from flask import Blueprint, abort, current_app, flash, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core import municipalities
from core.accounts import Account, may, visible
from core.admin import needs, public
from core.dates import now, today
from core.errors import DomainError
from core.formats import day_text
from procurement.admin.base import PlanningBase, crumbs
from procurement.exchange.files import KINDS, pack, read_plan, unpack, write_plan
from procurement.exchange.ocds import package, record_package
from procurement.exchange.publication import publish, publisher_of
from procurement.exchange.sheets import (
    HEADER_COLUMNS,
    PLAIN_SHEETS,
    STEP_COLUMNS,
    PlanFile,
)
from procurement.models import CalendarLink, ContractingProcess
from procurement.plan import agenda, operations, queries
from procurement.plan.agenda import MIME, write_calendar
from procurement.plan.forms import CalendarLinkForm, ConfirmImportForm, ImportForm
from procurement.plan.outlook import look


class FilePages(PlanningBase):
    """Downloads, import, and secret addresses of calendars."""

    @expose("/<code>/plan.<any(xlsx, csv, zip, xml):kind>")
    def export(self, code: str, kind: str) -> Response:
        """Give the plan as a file that can come back without loss."""
        content = write_plan(self._outlook(self._process(code)), f".{kind}")
        return _file(content, KINDS[f".{kind}"], f"plan-{code}.{kind}")

    @expose("/<code>/agenda.ics")
    def calendar_file(self, code: str) -> Response:
        """Give the calendar as a file."""
        process = self._process(code)
        content = _calendar(_only(process), f"Inkoop {code}")
        return _file(content, MIME, f"agenda-{code}.ics")

    @expose("/<code>/ocds.json")
    def ocds(self, code: str) -> Response:
        """Give the OCDS release, in the package that it is published in."""
        return self._published(code, package, url_for("planning.ocds", code=code, _external=True))

    @expose("/<code>/ocds-record.json")
    def ocds_record(self, code: str) -> Response:
        """Give all OCDS releases that were given out, as a record."""
        address = url_for("planning.ocds_record", code=code, _external=True)
        return self._published(code, record_package, address)

    def _published(self, code: str, pack: Callable[..., Any], address: str) -> Response:
        process = self._process(code)
        at, config = now(), current_app.config
        releases = publish(process, at=at, prefix=config["TAALINKOOP_OCDS_PREFIX"])
        if not releases:
            abort(404)
        content = pack(
            releases if pack is record_package else releases[-1:], moment=at,
            publisher=publisher_of(process), address=address,
            licence=config["TAALINKOOP_OCDS_LICENSE"],
        )  # fmt: skip
        text = json.dumps(content, ensure_ascii=False, indent=2).encode()
        return _file(text, "application/json", f"{address.rsplit('/', 1)[1][:-5]}-{code}.json")

    @expose("/<code>/import/", methods=("GET", "POST"))
    @needs("change")
    def take_in(self, code: str) -> Response | str:
        """Read a plan file and show what it would change; then do it."""
        process = self._process(code)
        confirm: Any = ConfirmImportForm()
        if confirm.plan.data and confirm.validate_on_submit():
            return self._take_over(process, confirm)
        form: Any = ImportForm()
        if form.validate_on_submit():
            name = PurePath(form.file.data.filename or "bestand").name[:120]
            try:
                plan = read_plan(name, form.file.data.read(), queries.load(process))
                return self._preview(process, plan, name)
            except DomainError as error:
                form.fill_errors(error)
        return self.render(
            "procurement/form.html", form=form, title=f"Plan van {code} inlezen",
            crumbs=crumbs(code), submit="Bekijk wat er verandert",
            cancel=url_for("planning.one", code=code),
            note="Eerst zie je wat er verandert. Wat niet in het bestand staat, blijft.",
        )  # fmt: skip

    def _preview(self, process: ContractingProcess, plan: PlanFile, name: str) -> str:
        changes = operations.would_change(plan.document, **self._who())
        before = queries.load(process)
        form: Any = ConfirmImportForm(
            formdata=None,
            data={"plan": pack(plan.document), "state": _seen(process), "name": name},
        )
        lines = change_lines(changes)
        return self.render(
            "procurement/import.html", form=form, code=process.code, crumbs=crumbs(process.code),
            lines=lines, gone=sum(not line.becomes for line in lines), notices=plan.notices,
            name=name, old_start=look(before, today()).expected_go_live,
            new_start=look(plan.document, today()).expected_go_live,
        )  # fmt: skip

    def _take_over(self, process: ContractingProcess, form: Any) -> Response | str:
        try:
            document = unpack(form.plan.data, queries.load(process))
            if form.state.data != _seen(process):
                flash("Het plan is intussen veranderd. Kijk opnieuw wat er verandert.", "warning")
                return self._preview(process, PlanFile(document), form.name.data)
            operations.save_document(document, reason=form.name.data[:120], **self._who())
        except DomainError as error:
            flash(error.message, "error")
            return redirect(url_for("planning.take_in", code=process.code))
        flash("Het plan is overgenomen uit het bestand.", "success")
        return self._to(process.code)

    @expose("/<code>/agendalink/", methods=("POST",))
    @needs("read")
    def make_link(self, code: str) -> Response | str:
        """Make a secret calendar address; it is shown once."""
        process = self._process(code)
        if not CalendarLinkForm().validate_on_submit():
            abort(400)
        token = agenda.make_calendar_link(process=process, **self._who())
        return self._show_link(token, code)

    @expose("/mijlpalen/agendalink/", methods=("POST",))
    @needs("read")
    def make_owner_link(self) -> Response | str:
        """Make a secret calendar address of one owner's milestones."""
        owner = request.form.get("eigenaar", "").strip()
        if not CalendarLinkForm().validate_on_submit() or not owner:
            abort(400)
        token = agenda.make_calendar_link(process=None, owner=owner[:80], **self._who())
        return self._show_link(token, None)

    def _show_link(self, token: str, code: str | None) -> str:
        address = url_for("calendars.calendar", token=token, _external=True)
        return self.render(
            "procurement/calendar_link.html", address=address, code=code, crumbs=crumbs(code)
        )

    @expose("/agendalink/<int:number>/intrekken/", methods=("POST",))
    @needs("read")
    def revoke_link(self, number: int) -> Response:
        """Make one of one's own calendar addresses useless."""
        link = CalendarLink.get_or_none(
            (CalendarLink.id == number) & (CalendarLink.made_by == g.account.email)
        )
        if link is None or not CalendarLinkForm().validate_on_submit():
            abort(404)
        try:
            agenda.revoke_calendar_link(number, **self._who())
            flash("De agendalink werkt niet meer.", "success")
        except DomainError as error:
            flash(error.message, "error")
        if link.process is None:
            return redirect(url_for("planning.milestones"))
        return self._to(link.process.code)


def _seen(process: ContractingProcess) -> str:
    """The state of a plan that somebody looked at."""
    return process.changed_at.isoformat()


def _file(content: bytes, mime: str, name: str) -> Response:
    response = Response(content, content_type=mime)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


blueprint = Blueprint("calendars", __name__)


@blueprint.get("/agenda/<token>.ics")
@public
def calendar(token: str) -> Response:
    """Answer a calendar program; the token is the key, and its maker's rights are the limit."""
    link = agenda.calendar_link(token)
    maker = None if link is None else Account.get_or_none(Account.email == link.made_by)
    if link is None or maker is None or not maker.active or not may(maker, "read", "planning"):
        abort(404)
    query = visible(ContractingProcess, maker)
    if link.process is not None:
        query = query.where(ContractingProcess.id == link.process.id)
        name = f"Inkoop {link.process.code}"
    else:
        name = f"Mijlpalen {link.owner}"
    if link.process is not None and not query.exists():
        abort(404)
    return Response(_calendar(query, name, link.owner or None), content_type=MIME)


def _only(process: ContractingProcess) -> Any:
    return ContractingProcess.select().where(ContractingProcess.id == process.id)


def _calendar(processes: Any, name: str, owner: str | None = None) -> bytes:
    operations.refresh(processes, at=now())
    return write_calendar(queries.agenda(processes, owner), name=name)


PARTS = {
    "mijlpaal": "Mijlpaal",
    "links": "Afhankelijkheid",
    "decisions": "Besluit",
    "participations": "Deelname",
    "recesses": "Reces",
    "meetings": "Vergadering",
    "actions": "Actie",
    "risks": "Risico",
    "planversie": "Planversie",
}
FIELDS = {
    column.field: column.name.replace("_", " ")
    for columns in (*(sheet.columns for sheet in PLAIN_SHEETS), STEP_COLUMNS, HEADER_COLUMNS)
    for column in columns
} | {"lag": "tussentijd", "type": "soort", "before": "na", "after": "van"}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One thing that differs; an empty text is nothing."""

    what: str
    was: str
    becomes: str


def change_lines(changes: Mapping[str, Mapping[str, Any]]) -> list[ChangeLine]:
    """``before`` and ``after`` of an operation as lines, what goes away first."""
    was, becomes = changes.get("before") or {}, changes.get("after") or {}
    lines = [
        ChangeLine(_what(key), _text(was.get(key)), _text(becomes.get(key)))
        for key in dict.fromkeys((*was, *becomes))
    ]
    return sorted(lines, key=lambda line: line.becomes != "")


def _what(key: str) -> str:
    head, _, field = key.partition(": ")
    part, _, name = head.partition(" ")
    if part not in PARTS:
        return FIELDS.get(head, head).capitalize()
    words = [municipalities.names().get(word, word) for word in name.split(" ")]
    label = f"{PARTS[part]} {' '.join(words)}".strip()
    return f"{label}: {FIELDS.get(field, field)}" if field else label


def _text(value: Any) -> str:
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, Mapping):
        return _listed(f"{FIELDS.get(k, k)} {_text(v)}" for k, v in value.items())
    text = str(value).replace("_", " ")
    try:
        return day_text(date.fromisoformat(text))
    except ValueError:
        return text


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)
