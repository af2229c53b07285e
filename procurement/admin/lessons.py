"""What the last award teaches: the chapter as a page, PDF and workbook; for the region only."""

import io

from flask import abort, current_app, g, send_file, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core import access_log
from core.admin import needs
from core.dates import now, today
from core.export import download
from procurement.admin.base import PlanningBase, crumbs
from procurement.award import lesson_queries as queries
from procurement.award.chapter import HEADERS, chapter, criterion_rows
from procurement.award.lessons import Lessons
from procurement.models import ContractingProcess
from quality.cards.queries import newest_judged_month
from quality.report.blocks import Report
from quality.report.pdf import pdf


class LessonPages(PlanningBase):
    """Lessons of one traject, once its lots are awarded and as long as its bids are kept."""

    @expose("/<code>/lessen/")
    @needs("create")
    def lessons(self, code: str) -> str:
        """Show the chapter, or why there is none."""
        process = self._process(code)
        made = self._chapter(process)
        others = [
            (one.code, url_for("planning.lessons", code=one.code))
            for one in queries.awarded_processes(g.account)
            if one.id != process.id and self._why_not(one) is None
        ]
        return self.render(
            "procurement/lessons.html", code=code, crumbs=crumbs(code),
            sheet=None if made is None else made[1], why_not=self._why_not(process),
            others=others,
        )  # fmt: skip

    @expose("/<code>/lessen.<any(pdf, csv, xlsx):kind>")
    @needs("create")
    def download_lessons(self, code: str, kind: str) -> Response:
        """Give the chapter, or its criteria as a table."""
        made = self._chapter(self._process(code))
        if made is None:
            abort(404)
        learned, sheet = made
        name = f"lessen-{code}"
        if kind != "pdf":
            return download(name, kind, HEADERS, criterion_rows(learned))
        file = io.BytesIO(pdf(sheet, at=now()))
        return send_file(
            file, "application/pdf", as_attachment=True, download_name=f"{name}.pdf"
        )  # fmt: skip

    def _why_not(self, process: ContractingProcess) -> str | None:
        if not queries.is_final(process):
            return (
                "De lessen komen als alle percelen definitief zijn gegund: na de opschortende "
                "termijn, en zonder kort geding dat nog loopt."
            )
        if queries.is_over(process, today(), current_app.config["TAALINKOOP_KEEP_BIDS_YEARS"]):
            return (
                "De bewaartermijn van de inschrijvingen is voorbij. Daarmee zijn ook de lessen weg."
            )
        return None

    def _chapter(self, process: ContractingProcess) -> tuple[Lessons, Report] | None:
        month = newest_judged_month(today())
        if month is None or self._why_not(process) is not None:
            return None
        learned = queries.lessons(process, g.account, month)
        access_log.record(g.account, "bids", at=now(), about=f"{process.code} lessen")
        return learned, chapter(learned, code=process.code, name=process.name, month=month)
