"""Pages of the learners: the list, what a gemeente adds, and views that somebody keeps."""

import io
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from flask import abort, current_app, flash, g, redirect, request, send_file, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core import access_log
from core.accounts import Role, visible
from core.admin import Page, needs
from core.dates import now, today
from core.errors import DomainError
from core.export import XLSX_TYPE, download
from core.formats import count_text
from core.municipalities import current, name as municipality_name, with_merged
from core.pages.cells import downloaded
from core.pages.lists import PAGE_SIZE, SEARCH, RowList
from core.pages.purposes import asks_purpose
from core.pages.tables import forget_filter, keep_filter, own_filters
from core.storage import CHUNK
from providers.feed.tell.outcome import Outcome, Status, status_word
from providers.feed.tell.receipt import sum_text
from providers.feed.tell.template import write_template
from providers.models import Provider, Restriction
from quality.learners.fact_operations import counts_of, import_facts, write_rows_to_mend
from quality.learners.facts import FACT_COLUMNS, SHEET, template_checks
from quality.learners.forms import FactsFileForm
from quality.learners.lists import answer_of, columns_of, filters_of, summaries
from quality.learners.models import FactsImport, LearnerSummary
from quality.learners.operations import wake_snoozed

PRINTED = 500
SHOWN_PROBLEMS = 200
FILTERS = "learners"
"""Under what the kept filters of this list are held."""


def looked(numbers: Iterable[str], *, action: str = "look", about: str = "") -> None:
    """Write down who looked at which learners."""
    access_log.record(
        g.account, "learners", at=now(), action=action, about=about, numbers=list(numbers),
        purpose=g.get("purpose", ""),
    )  # fmt: skip


def own_places() -> list[int]:
    """The gemeenten of today that the account is of."""
    return sorted({current(code) for code in with_merged(g.account.municipalities)})


def address_of(row: Any) -> str:
    """Address of the page of one learner."""
    return url_for("learner.index", place=f"{row.municipality:04d}", number=row.number)


def learner_list(*, size: int = PAGE_SIZE) -> RowList:
    """The list as this account may see it."""
    place = LearnerSummary.municipality
    places = sorted(
        visible(LearnerSummary, g.account, LearnerSummary.select(place).distinct()).tuples()
    )
    named = visible(Provider, g.account).order_by(Provider.name)
    day = today()
    codes = [code for (code,) in places]
    return RowList(
        summaries(g.account),
        key=LearnerSummary.id,
        columns=columns_of(g.account, day, link=address_of, places=len(codes)),
        seal=str(current_app.secret_key),
        search=(LearnerSummary.number,),
        filters=filters_of(g.account, day, providers=[(p.id, p.name) for p in named], places=codes),
        sort="-urgency" if g.account.role == Role.MUNICIPALITY else "number",
        size=size,
    )


class LearnersPage(Page):
    """The learners that the account may see, one row each."""

    thing = "learners"

    @expose("/")
    def index(self) -> str:
        """Show the list."""
        wake_snoozed(today())
        rows = learner_list(size=PRINTED) if request.args.get("afdruk") else learner_list()
        page = rows.page(request.args)
        looked(row.number for row in page.rows)
        return self.render(
            "quality/learners.html",
            rows=rows,
            found=page,
            answer=answer_of(g.account),
            own=g.account.role == Role.MUNICIPALITY,
            saved=own_filters(g.account.email, FILTERS),
            restricted=[
                (one, url_for("person.index", place=f"{one.municipality:04d}", number=one.number))
                for one in visible(Restriction, g.account).order_by(Restriction.at)
            ],
        )

    @expose("/export/<any(csv, xlsx):kind>/")
    @asks_purpose
    def download(self, kind: str) -> Response:
        """Give the list as it is searched and filtered as a file."""
        rows = learner_list()
        items = list(rows.every_row(request.args))
        looked((row.number for row in items), action="download", about=kind)
        header = [column.label for column in rows.columns]
        return download("cursisten", kind, header, _cells(rows, items))

    @expose("/filter/", methods=("POST",))
    @needs("read")
    def keep_filter(self) -> Response:
        """Keep the list as it is narrowed now under a name, or forget such a list."""
        if "vergeet" in request.form:
            forget_filter(g.account.email, FILTERS, request.form["vergeet"])
            return redirect(url_for(".index"))
        # A search for a number names a learner: it is not kept.
        query = learner_list().state(request.args).url(**{SEARCH: ""})
        try:
            keep_filter(g.account.email, FILTERS, request.form.get("naam", ""), query)
        except DomainError as error:
            flash(error.message, "error")
        else:
            flash("Het filter is bewaard.", "success")
        return redirect(url_for(".index") + query)

    @expose("/inlezen/", methods=("GET", "POST"))
    @needs("create")
    def take_in(self) -> tuple[str, int] | str:
        """Take in a file with what the gemeente knows of its learners."""
        form = FactsFileForm()
        form.municipality.choices = [
            (str(place), municipality_name(place)) for place in own_places()
        ]
        outcome = None
        if form.validate_on_submit():
            outcome = self._taken_in(form)
        stored = visible(FactsImport, g.account).order_by(FactsImport.id.desc()).limit(10)
        page = self.render(
            "quality/learner_facts_file.html",
            form=form,
            outcome=outcome,
            columns=FACT_COLUMNS,
            imports=list(stored),
            word_of=lambda kept: status_word(Status(kept.status), counts_of(kept)),
            sum_text=sum_text,
            problems=list(outcome.problems[:SHOWN_PROBLEMS]) if outcome else [],
            heading=_heading(len(outcome.problems)) if outcome else "",
        )
        refused = form.errors or (outcome and outcome.status is Status.REFUSED)
        return (page, 422) if refused else page

    @expose("/inlezen/leeg.xlsx")
    @needs("create")
    def template(self) -> Response:
        """Give the empty workbook."""
        file = io.BytesIO()
        write_template(file, columns=FACT_COLUMNS, sheet=SHEET, checks=template_checks)
        file.seek(0)
        return send_file(file, XLSX_TYPE, as_attachment=True, download_name="cursisten.xlsx")

    @expose("/inlezen/<int:number>/verbeteren.xlsx")
    @needs("create")
    def marked(self, number: int) -> Response:
        """Give the rows that were sent back, the faulty cells marked."""
        kept = visible(FactsImport, g.account).where(FactsImport.id == number).get_or_none()
        if kept is None:
            abort(404)
        file = io.BytesIO()
        try:
            numbers = write_rows_to_mend(file, kept)
        except DomainError as error:
            flash(error.message, "error")
            return redirect(url_for(".take_in"))
        looked(numbers, action="download", about=f"verbeteren {kept.id}")
        file.seek(0)
        name = f"verbeteren-cursisten-{kept.id}.xlsx"
        return send_file(file, XLSX_TYPE, as_attachment=True, download_name=name)

    def _taken_in(self, form: FactsFileForm) -> Outcome | None:
        at_most = current_app.config["MAX_CONTENT_LENGTH"]
        with tempfile.NamedTemporaryFile() as file:
            while chunk := form.file.data.stream.read(CHUNK):
                file.write(chunk)
                if file.tell() > at_most:
                    abort(413)
            file.flush()
            try:
                return import_facts(
                    Path(file.name), file_name=form.file.data.filename or "cursisten",
                    municipality=int(form.municipality.data), by=g.account.email, at=now(),
                    today=today(), dry_run=form.dry_run.data, again=form.again.data,
                )  # fmt: skip
            except DomainError as error:
                form.fill_errors(error)
                return None


def _heading(problems: int) -> str:
    """What stands above the faults of a file."""
    which = f"{problems} {'melding' if problems == 1 else 'meldingen'}"
    if problems > SHOWN_PROBLEMS:
        which = f"De eerste {SHOWN_PROBLEMS} van {count_text(problems)} meldingen"
    return f"{which}, genummerd als in het bestand"


def _cells(rows: RowList, items: list[Any]) -> Iterator[list[Any]]:
    for row in items:
        yield [downloaded(column.value(row)) for column in rows.columns]
