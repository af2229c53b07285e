"""Pages of the monthly pack: what there is of a month, and each report as PDF or workbook."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flask import abort, current_app, g, redirect, send_file, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core.accounts import Account, visible
from core.admin import Page, needs
from core.dates import add_months, now, today
from core.db import transaction
from core.export import XLSX_TYPE
from core.formats import month_text
from core.jobs.runner import submit
from core.municipalities import region_name
from providers.codes import LearningRoute
from quality.admin.scores import month_or_404, visible_cards, visible_months
from quality.cards.queries import newest_judged_month
from quality.models import FIXED, ReportMail, ScoreCard
from quality.report.operations import record_given
from quality.report.packs import REGION, Pack, Shelf, pack_for, sees_region

TYPES = {"pdf": "application/pdf", "xlsx": XLSX_TYPE}


@dataclass(frozen=True)
class ReportLine:
    """One report in the list of a month."""

    code: str
    name: str
    status: str
    scores: str


class ReportPage(Page):
    """Reports of a month."""

    thing = "reports"

    @expose("/")
    def index(self) -> Response | str:
        """Go to the newest month."""
        months = visible_months()
        if not months:
            return self.render("quality/reports_empty.html")
        newest = newest_judged_month(today(), months) or months[-1]
        return redirect(url_for(".month", month=f"{newest:%Y-%m}"))

    @expose("/<month>/")
    def month(self, month: str) -> str:
        """Show which reports there are of a month."""
        day = month_or_404(month)
        month_cards = visible_cards(day)
        if not month_cards:
            abort(404)
        months = visible_months()
        return self.render(
            "quality/reports.html",
            month=day,
            lines=_lines(month_cards, g.account),
            previous=max((m for m in months if m < day), default=None),
            following=min((m for m in months if m > day), default=None),
            concept=any(card.status != FIXED for card in month_cards),
            next_month=add_months(day, 1),
            may_mail=self.may("create")
            and not (g.account.provider_code or g.account.municipalities),
            mails=_mails(day),
        )

    @expose("/<month>/<code>.<any(pdf, xlsx):kind>")
    def download(self, month: str, code: str, kind: str) -> Response | str:
        """Give one report; what is not made yet is made now, or offered to the queue."""
        day = month_or_404(month)
        pack = _pack(day, code)
        shelf = Shelf(data_directory() / "reports")
        if not shelf.has(pack, kind) and pack.takes_long(kind):
            return self.render("quality/report_later.html", month=day, pack=pack, kind=kind)
        at = now()
        path = shelf.get(pack, kind, at=at)
        with transaction():
            record_given(day, code, kind, by=g.account.email, at=at)
        return send_file(
            path.absolute(),
            TYPES[kind],
            as_attachment=True,
            download_name=f"{pack.file_name}.{kind}",
        )

    @expose("/<month>/<code>.<any(pdf, xlsx):kind>/maken/", methods=("POST",))
    @needs("read")
    def make(self, month: str, code: str, kind: str) -> Response:
        """Have the queue make a report; the page of the job tells how far it is."""
        day = month_or_404(month)
        pack = _pack(day, code)
        job = submit(
            kind="report",
            title=f"Rapport van {pack.material.name}, {month_text(day)}",
            arguments={"month": f"{day:%Y-%m}", "code": code, "kind": kind},
            large=True,
            settings=current_app.config,
            by=g.account.email,
            clock=now,
        )
        return redirect(url_for("jobs.one", number=job.id))


def data_directory() -> Path:
    """Where made reports are kept."""
    return Path(current_app.config["TAALINKOOP_DATA_DIR"])


def _pack(month: date, code: str) -> Pack:
    """The report of one provider or of the region, as far as the account may see; 404 otherwise."""
    return pack_for(g.account, month, code, today=today()) or abort(404)


def _lines(month_cards: list[ScoreCard], account: Account) -> list[ReportLine]:
    """The region's report first, then those of the providers by name."""
    lines = []
    if sees_region(account):
        lines.append(
            ReportLine(REGION, region_name(), _status(month_cards), f"{len(month_cards)} oordelen")
        )
    by_code: dict[str, list[ScoreCard]] = {}
    for card in sorted(month_cards, key=lambda card: card.provider.name.casefold()):
        by_code.setdefault(card.provider.code, []).append(card)
    for code, cards in by_code.items():
        words = ", ".join(f"{LearningRoute(card.route).label}: {_word(card)}" for card in cards)
        lines.append(ReportLine(code, cards[0].provider.name, _status(cards), words))
    return lines


def _mails(month: date) -> list[ReportMail]:
    query: Any = visible(ReportMail, g.account).where(ReportMail.month == month)
    return list(query.order_by(ReportMail.sent_at.desc(), ReportMail.id.desc()))


def _word(card: ScoreCard) -> str:
    return str(card.standing).replace("_", " ")


def _status(month_cards: list[ScoreCard]) -> str:
    fixed = sum(card.status == FIXED for card in month_cards)
    if fixed == len(month_cards):
        return "vastgesteld"
    return "concept" if not fixed else f"{fixed} van {len(month_cards)} vastgesteld"
