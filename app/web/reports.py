"""The page that has the reports of a month made and mailed: who gets what, and a yes."""

from datetime import date
from typing import Any

from flask import abort, current_app, g, redirect, request, url_for
from flask_admin import BaseView, expose
from werkzeug.wrappers import Response

from app.tasks.monthly_run import parcels, without_address
from core.admin import Page, needs
from core.dates import now
from core.formats import month_text
from core.jobs.runner import submit
from quality.admin.scores import month_or_404


class MailingPage(Page):
    """Make and mail the reports of a month, for who sees the whole region."""

    thing = "reports"

    @expose("/", methods=("GET", "POST"))
    @needs("create")
    def index(self, month: str) -> Response | str:
        """Show who gets what; on a yes the queue does it."""
        if g.account.provider_code or g.account.municipalities:
            abort(403)
        day = month_or_404(month)
        listed = [(parcel, parcel.sent()) for parcel in parcels(day)]
        nowhere = without_address(day)
        if not listed and not nowhere:
            abort(404)
        waiting = sum(sent is None for _, sent in listed)
        if request.method == "POST" and waiting and _settings()["TAALINKOOP_SMTP_URL"]:
            return redirect(url_for("jobs.one", number=_submit(day)))
        return self.render(
            "quality/reports_mail.html",
            month=day,
            listed=listed,
            waiting=waiting,
            nowhere=nowhere,
            open_for_mail=bool(_settings()["TAALINKOOP_SMTP_URL"]),
            as_links=bool(_settings()["TAALINKOOP_MAIL_LINKS"]),
        )


def _settings() -> Any:
    return current_app.config


def _submit(month: date) -> int:
    job = submit(
        kind="mailing",
        title=f"Rapportages van {month_text(month)} maken en mailen",
        arguments={"month": f"{month:%Y-%m}"},
        large=True,
        settings=current_app.config,
        by=g.account.email,
        clock=now,
    )
    return int(job.id)


def views() -> list[BaseView]:
    """Make the page; it belongs to one application."""
    return [MailingPage("Versturen", url="/rapportages/<month>/versturen", endpoint="mailing")]
