"""Pages of the deliveries: who sent what, sending a file, the receipt, withdrawing."""

import io
import json

from flask import Response, abort, current_app, flash, g, redirect, request, send_file, url_for
from flask_admin import BaseView, expose
from werkzeug.wrappers import Response as AnyResponse

from core import access_log
from core.accounts import Role, may, visible
from core.admin import Page, needs
from core.dates import add_months, month_of, now, parse_month, today
from core.errors import DomainError
from core.export import XLSX_TYPE, download
from core.jobs.follow_up_operations import is_owed
from core.jobs.models import FAILED, Job
from core.jobs.runner import submit
from core.pages.purposes import asks_purpose
from core.storage import Storage
from providers.admin.delivery_parts import (
    CalendarRow,
    MonthCompleteness,
    NilReturnForm,
    UploadForm,
    WithdrawForm,
    answer_of,
    calendar_rows,
    delivery_list,
    missing_cells,
    month_changes,
    month_completeness,
    state_word,
)
from providers.admin.history import narrow
from providers.codes import LearningRoute, TrackStatus
from providers.deliveries import operations
from providers.deliveries.calendar_queries import last_closed_month
from providers.deliveries.difference_queries import neighbours
from providers.deliveries.history_queries import rows_with_history
from providers.deliveries.mapping import mapping_of
from providers.deliveries.outcomes import (
    HELD,
    RECEIVED,
    already_delivered,
    kept_preview,
    outcome_of,
)
from providers.deliveries.queries import effect_of_withdrawal, missing_rows
from providers.feed.columns import COLUMNS
from providers.feed.read.cleaning import copy_without, is_cleaned, kept_file, received_file
from providers.feed.table import row_text
from providers.feed.tell.marked_workbook import write_marked
from providers.feed.tell.outcome import Outcome, Status
from providers.feed.tell.receipt import (
    assumed_text,
    fate_text,
    grouped,
    rows_text,
    skipped_lines,
    sum_text,
)
from providers.feed.tell.template import write_template
from providers.models import Delivery, Provider
from providers.scopes import restricted_numbers, sees_whole_files

CALENDAR_MONTHS = 12
SHOWN_PROBLEMS = 200
COMPARED_MONTHS = 3
PREVIEW_BYTES = 2_000_000
"""A larger file goes to the queue: first what would become of it, then taking it in."""


class DeliveriesPage(Page):
    """Deliveries of every provider that the account may see."""

    thing = "deliveries"

    def _storage(self) -> Storage:
        return Storage(current_app.config["TAALINKOOP_DATA_DIR"])

    def _one(self, number: int) -> Delivery:
        delivery: Delivery | None = (
            visible(Delivery, g.account).where(Delivery.id == number).get_or_none()
        )
        if delivery is None:
            abort(404)
        return delivery

    def _with_values(self) -> bool:
        """Whether this account may see what stands in a row."""
        return may(g.account, "read", "progress")

    @expose("/")
    def index(self) -> str:
        """The calendar of provider x month, and every file that came in.

        Who searches, filters, sorts or turns a page has the list without the calendar above it.
        """
        last = last_closed_month(today())
        first = add_months(last, 1 - CALENDAR_MONTHS)
        rows = delivery_list()
        calendar: list[CalendarRow] = []
        if not request.args:
            providers = list(visible(Provider, g.account).order_by(Provider.name))
            exact = self._with_values()
            calendar = calendar_rows(providers, first, last, today(), exact=exact)
        return self.render(
            "providers/deliveries.html",
            list_only=bool(request.args),
            calendar=calendar,
            months=[add_months(first, n) for n in range(CALENDAR_MONTHS)],
            last=last,
            may_compare=self._with_values(),
            rows=rows,
            listed=rows.page(request.args),
        )

    @expose("/leveringen.<any(csv, xlsx):kind>/")
    def download_list(self, kind: str) -> Response:
        """Give the list as a file."""
        rows = delivery_list()
        header = [column.label for column in rows.columns]
        values = ([c.value(d) for c in rows.columns] for d in rows.every_row(request.args))
        return download("leveringen", kind, header, values)

    def _providers(self) -> list[tuple[str, str]]:
        mine = visible(Provider, g.account).order_by(Provider.name)
        return [(provider.code, provider.name) for provider in mine]

    def _provider(self, code: str) -> Provider:
        provider: Provider | None = (
            visible(Provider, g.account).where(Provider.code == code).get_or_none()
        )
        if provider is None:
            abort(403)
        return provider

    @expose("/nieuw/", methods=("GET", "POST"))
    @needs("create")
    def new(self) -> str | AnyResponse:
        """Send a file; the next page shows what would happen."""
        form = UploadForm()
        form.offer(self._providers())
        if request.method == "GET" and "aanbieder" in request.args:
            form.provider.data = request.args["aanbieder"]
        if form.validate_on_submit():
            try:
                return self._receive(form)
            except DomainError as error:
                form.fill_errors(error)
        return self.render("providers/delivery_new.html", form=form, columns=COLUMNS)

    def _receive(self, form: UploadForm) -> AnyResponse:
        delivery, is_held = operations.receive(
            form.file.data.stream,
            file_name=form.file.data.filename or "levering",
            provider=self._provider(form.provider.data),
            storage=self._storage(),
            by=g.account.email,
            at=now(),
            again=form.again.data,
            at_most=current_app.config["MAX_CONTENT_LENGTH"],
        )
        if is_held:
            flash("Dit bestand hebben wij al. Er is niets veranderd.", "info")
        elif delivery.size > PREVIEW_BYTES:
            self._queue_preview(delivery)
        else:
            operations.decide_on_preview(
                delivery, self._preview(delivery), storage=self._storage(),
                by=g.account.email, at=now(),
            )  # fmt: skip
        return redirect(url_for(".one", number=delivery.id))

    def _preview(self, delivery: Delivery) -> Outcome:
        return operations.preview(
            received_file(self._storage(), delivery.sha256),
            file_name=delivery.file_name,
            provider=delivery.provider,
            request=operations.Request(today=today()),
        )

    def _queue_preview(self, delivery: Delivery) -> None:
        submit(
            kind="preview",
            title=f"{delivery.file_name} nakijken",
            arguments={"delivery": delivery.id},
            large=True,
            settings=current_app.config,
            by=g.account.email,
            clock=now,
            provider_code=delivery.provider.code,
        )

    @expose("/<int:number>/nakijken/", methods=("POST",))
    @needs("create")
    def look_through(self, number: int) -> AnyResponse:
        """Have the queue find what would become of a large file."""
        delivery = self._one(number)
        waiting = self._job(delivery)
        if delivery.state == RECEIVED and not (waiting and waiting.waiting):
            self._queue_preview(delivery)
        return redirect(url_for(".one", number=number))

    @expose("/sjabloon.xlsx")
    def template(self) -> Response:
        """The empty workbook."""
        file = io.BytesIO()
        write_template(file)
        file.seek(0)
        return send_file(file, XLSX_TYPE, as_attachment=True, download_name="levering.xlsx")

    @expose("/<int:number>/")
    def one(self, number: int) -> str:
        """What became of a file, or what would become of it."""
        delivery = self._one(number)
        job = self._job(delivery)
        outcome = self._outcome(delivery)
        form = UploadForm(provider=delivery.provider.code)
        form.offer([(delivery.provider.code, delivery.provider.name)])
        problems = list(outcome.problems) if self._with_values() else []
        if problems:
            access_log.record(g.account, "delivery", len(problems), at=now(), about=delivery.id)
        return self.render(
            "providers/delivery.html",
            delivery=delivery,
            outcome=outcome,
            job=job,
            answer=answer_of(delivery, outcome, job=job, sends=g.account.role == Role.PROVIDER),
            may_follow=job is not None and job.waiting and may(g.account, "read", "jobs"),
            judged_later=is_owed("judge", delivery.provider.code),
            sum_text=sum_text(outcome),
            fate_text=fate_text,
            rows_text=rows_text,
            assumed=assumed_text(outcome.findings),
            groups=grouped(problems, outcome.sheets),
            row_text=row_text,
            is_provider=g.account.role == Role.PROVIDER,
            skipped=skipped_lines(outcome)[:SHOWN_PROBLEMS] if self._with_values() else [],
            problems=problems[:SHOWN_PROBLEMS],
            with_history=rows_with_history(
                delivery.id, {p.row for p in problems[:SHOWN_PROBLEMS] if p.row}, narrow
            ),
            total=outcome.problem_count if problems else 0,
            changes=month_changes(delivery) if delivery.state == HELD else [],
            neighbours=neighbours(delivery, outcome.months[-COMPARED_MONTHS:])
            if delivery.state == HELD
            else [],
            completeness=self._completeness(delivery, outcome),
            form=form,
            state_word=state_word(delivery),
            statuses={int(status): status.label for status in TrackStatus},
            routes={
                key: route.label for route in LearningRoute for key in (int(route), route.code)
            },
            with_values=self._with_values(),
            whole=sees_whole_files(g.account),
        )

    def _completeness(self, delivery: Delivery, outcome: Outcome) -> list[MonthCompleteness]:
        """Who was open a month before and is not there now, for the newest months."""
        if delivery.state != HELD:
            return []
        return month_completeness(
            delivery, outcome.months[-COMPARED_MONTHS:], narrow if self._with_values() else None
        )

    @expose("/<int:number>/ontbreekt/<month>/ontbreekt.<any(csv, xlsx):kind>")
    @asks_purpose
    def missing(self, number: int, month: str, kind: str) -> Response:
        """Give the learners that were open a month before and are not in a month as a file."""
        delivery = self._readable(number)
        try:
            day = parse_month(month)
        except ValueError:
            abort(404)
        self._note("delivery", delivery, action="download")
        header = ("Trajectnummer", "Status", "Leerroute", "Gemeente", "Laatste maand")
        return download(
            f"ontbreekt-{delivery.provider.code}-{month}", kind, header,
            missing_cells(missing_rows(delivery.provider.id, day, narrow)),
        )  # fmt: skip

    def _job(self, delivery: Delivery) -> Job | None:
        if delivery.state != RECEIVED:
            return None
        kinds = ("delivery", "preview")
        mine = Job.select().where(Job.kind.in_(kinds)).order_by(Job.id.desc()).limit(50)
        return next((job for job in mine if job.arguments.get("delivery") == delivery.id), None)

    def _outcome(self, delivery: Delivery) -> Outcome:
        if delivery.state == RECEIVED:
            nothing_known = Outcome(delivery.file_name, delivery.sha256, Status.DRY_RUN)
            if not sees_whole_files(g.account):
                return nothing_known
            if delivery.size > PREVIEW_BYTES:
                return kept_preview(self._storage(), delivery) or nothing_known
            return self._preview(delivery)
        outcome = outcome_of(delivery, narrow=narrow)
        later = already_delivered(delivery, file_name=delivery.file_name)
        outcome.superseded_by, outcome.differing = later.superseded_by, later.differing
        return outcome

    @expose("/<int:number>/aannemen/", methods=("POST",))
    @needs("create")
    def accept(self, number: int) -> AnyResponse:
        """Take the file in: at once, or from the queue when it is large."""
        delivery = self._one(number)
        job = submit(
            kind="delivery",
            title=f"{delivery.file_name} verwerken",
            arguments={
                "delivery": delivery.id,
                "month": None,
                "replace": request.form.getlist("vervang"),
            },
            large=delivery.size > PREVIEW_BYTES,
            settings=current_app.config,
            by=g.account.email,
            clock=now,
            provider_code=delivery.provider.code,
        )
        if job.state == FAILED:
            flash(job.message, "error")
        elif not job.waiting and self._one(number).state == RECEIVED:
            flash(
                "Er is niets verwerkt. Bevestig eerst dat de maand vervangen moet worden.", "error"
            )
        return redirect(url_for(".one", number=number))

    @expose("/<int:number>/intrekken/", methods=("GET", "POST"))
    @needs("change")
    def withdraw(self, number: int) -> str | AnyResponse:
        """Take a delivery back, with a reason."""
        delivery = self._one(number)
        if delivery.state != HELD:
            abort(404)
        form = WithdrawForm()
        if form.validate_on_submit() and form.about_nobody("reason"):
            job = submit(
                kind="withdrawal",
                title=f"{delivery.file_name} intrekken",
                arguments={"delivery": delivery.id, "reason": form.reason.data},
                large=False,
                settings=current_app.config,
                by=g.account.email,
                clock=now,
                provider_code=delivery.provider.code,
            )
            if job.state == FAILED:
                flash(job.message, "error")
            else:
                flash("De levering is ingetrokken. Wat zij verving, geldt weer.", "success")
            return redirect(url_for(".one", number=number))
        return self.render(
            "providers/delivery_withdraw.html",
            delivery=delivery,
            form=form,
            effect=effect_of_withdrawal(delivery.id),
        )

    @expose("/nihil/", methods=("GET", "POST"))
    @needs("create")
    def nothing(self) -> str | AnyResponse:
        """Declare that there is nothing to report about a month."""
        form = NilReturnForm()
        form.offer(self._providers())
        if request.method == "GET":
            form.month.data = add_months(month_of(today()), -1)
            form.provider.data = request.args.get("aanbieder", "")
        if form.validate_on_submit():
            try:
                operations.declare_nothing(
                    self._provider(form.provider.data), form.chosen_month,
                    by=g.account.email, at=now(),
                )  # fmt: skip
            except DomainError as error:
                form.fill_errors(error)
            else:
                flash("De nihil-opgave is aangenomen.", "success")
                return redirect(url_for(".index"))
        return self.render("providers/delivery_nothing.html", form=form)

    def _readable(self, number: int) -> Delivery:
        delivery = self._one(number)
        if not self._with_values():
            abort(403)
        if not delivery.size:
            abort(404)
        return delivery

    def _note(self, what: str, delivery: Delivery, *, action: str = "look") -> None:
        """Write down who saw rows of this delivery."""
        access_log.record(
            g.account, what, delivery.rows, at=now(), action=action, about=delivery.id,
            purpose=g.get("purpose", ""),
        )  # fmt: skip

    def _whole(self, number: int) -> Delivery:
        """A delivery of which the account may see every row, for doors that give a whole file."""
        if not sees_whole_files(g.account):
            abort(403)
        return self._readable(number)

    @expose("/<int:number>/verbeteren.xlsx")
    @asks_purpose
    def marked(self, number: int) -> Response:
        """The provider's own table with the faults marked."""
        delivery = self._whole(number)
        file = io.BytesIO()
        source = received_file if delivery.state == RECEIVED else kept_file
        self._note("original", delivery, action="download")
        school = delivery.provider.id
        path, mapping = source(self._storage(), delivery.sha256), mapping_of(school)
        with copy_without(path, mapping, restricted_numbers(school)) as readable:
            write_marked(file, self._outcome(delivery), readable, mapping=mapping)
        file.seek(0)
        name = f"verbeteren-levering-{delivery.id}.xlsx"
        return send_file(file, XLSX_TYPE, as_attachment=True, download_name=name)

    @expose("/<int:number>/ontvangstbewijs.json")
    @asks_purpose
    def receipt(self, number: int) -> Response:
        """The receipt for another system."""
        delivery = self._readable(number)
        self._note("receipt", delivery, action="download")
        text = json.dumps(self._outcome(delivery).document(), ensure_ascii=False, indent=2)
        answer = Response(text, mimetype="application/json")
        name = f"ontvangstbewijs-levering-{delivery.id}.json"
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer

    @expose("/<int:number>/origineel/")
    @asks_purpose
    def original(self, number: int) -> Response:
        """The file as it is kept; never shown by the browser, always saved."""
        delivery = self._whole(number)
        if delivery.state == RECEIVED:
            abort(404)
        path = kept_file(self._storage(), delivery.sha256)
        self._note("original", delivery, action="download")
        school = delivery.provider.id
        with copy_without(path, mapping_of(school), restricted_numbers(school)) as readable:
            ending = ".csv" if is_cleaned(readable) else _ending(delivery.file_name)
            file = readable.open("rb")
        name = f"levering-{delivery.id}{ending}"
        return send_file(file, "application/octet-stream", as_attachment=True, download_name=name)


def _ending(file_name: str) -> str:
    ending = file_name.rpartition(".")[2].lower()
    return f".{ending}" if ending in ("csv", "xlsx", "xls", "ods", "json", "txt") else ".bestand"


def views() -> list[BaseView]:
    """Make the pages; they belong to one application."""
    return [DeliveriesPage("Leveringen", url="/leveringen", endpoint="deliveries")]
