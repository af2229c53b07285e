"""Pages of the background work: what runs, how far it is, and what was interrupted."""

from datetime import date

from flask import abort, flash, g, redirect, request, url_for
from flask_admin import BaseView, expose
from werkzeug.wrappers import Response

import app.tasks.jobs  # noqa: F401  registers the kinds of work
import core.scopes  # noqa: F401  registers who sees what
from app.tasks.backups import last_backup
from core.accounts import Account, Role, may, visible
from core.admin import Page, needs
from core.attention import Attention, Urgency
from core.dates import AMSTERDAM, now
from core.errors import DomainError
from core.jobs.models import FAILED, INTERRUPTED, QUEUED, Job
from core.jobs.operations import restart

REFRESH_SECONDS = 3
NEEDED = {
    "delivery": ("deliveries", "create"),
    "preview": ("deliveries", "create"),
    "withdrawal": ("deliveries", "change"),
    "report": ("reports", "read"),
    "mailing": ("reports", "create"),
}
"""The right that each kind of job needs, as (thing, action)."""
LATEST = 50
OLDEST_BACKUP_DAYS = 2
"""After so many days without a backup a beheerder is told so."""


class JobPage(Page):
    """Work in the background."""

    thing = "jobs"

    @expose("/")
    def index(self) -> str:
        """List one's jobs, newest first."""
        jobs = visible(Job, g.account).order_by(Job.id.desc()).limit(LATEST)
        return self.render("jobs/jobs.html", jobs=list(jobs))

    @expose("/<int:number>/")
    def one(self, number: int) -> str:
        """Show how far a job is; the page refreshes itself unless the reader turned that off."""
        job = _one(number)
        still = request.args.get("ververs") != "nee"
        before = Job.select().where(Job.state == QUEUED, Job.id < job.id).count()
        return self.render(
            "jobs/job.html",
            job=job,
            refreshing=still and job.waiting,
            before=before,
            seconds=REFRESH_SECONDS,
            may_restart=_may_restart(job),
            may_follow=_may_follow(job),
        )

    @expose("/<int:number>/opnieuw/", methods=("POST",))
    @needs("read")
    def again(self, number: int) -> Response:
        """Put one's own job that failed or was interrupted in the queue again."""
        job = _one(number)
        if not _may_restart(job):
            abort(403)
        try:
            restart(job, by=g.account.email, at=now())
        except DomainError as error:
            flash(error.message, "error")
        else:
            flash("De taak staat weer in de rij.", "success")
        return redirect(url_for(".one", number=number))


def views() -> list[BaseView]:
    """Make the page; it belongs to one application."""
    return [JobPage("Taken", url="/taken", endpoint="jobs")]


def _one(number: int) -> Job:
    job: Job | None = visible(Job, g.account).where(Job.id == number).get_or_none()
    if job is None:
        abort(404)
    return job


def _may_restart(job: Job) -> bool:
    """Only who started it does so again, and only with the right that it needs."""
    if job.created_by != g.account.email or job.kind not in NEEDED:
        return False
    thing, action = NEEDED[job.kind]
    return may(g.account, action, thing)


def _may_follow(job: Job) -> bool:
    """Whether the result is on a page that this account may open; others see that it is done."""
    if job.kind not in NEEDED:
        return bool(g.account.role == Role.ADMINISTRATOR)
    thing, _ = NEEDED[job.kind]
    return may(g.account, "read", thing)


def attention(account: Account, today: date) -> list[Attention]:
    """Tell about one's own jobs that ended badly, and a beheerder about a backup that is late."""
    if not may(account, "read", "jobs"):
        return []
    return _own_jobs(account, today) + _backup(account, today)


def _backup(account: Account, today: date) -> list[Attention]:
    if account.role != Role.ADMINISTRATOR:
        return []
    made = last_backup()
    days = None if made is None else (today - made.astimezone(AMSTERDAM).date()).days
    if days is not None and days <= OLDEST_BACKUP_DAYS:
        return []
    text = "Er is nog geen reservekopie."
    if days is not None:
        text = f"De laatste reservekopie is van {days} dagen geleden."
    urgency = Urgency.SOON if days is None else Urgency.NOW
    more = "Maak er een met taalinkoop backup, of laat de server het doen (TAALINKOOP_BACKUP_DIR)."
    return [Attention(text, "/beheer/", urgency, more=more)]


def _own_jobs(account: Account, today: date) -> list[Attention]:
    broken = (
        visible(Job, account)
        .where(Job.state.in_((FAILED, INTERRUPTED)), Job.created_by == account.email)
        .order_by(Job.id)
    )
    return [
        Attention(
            f"{job.title}: {'afgebroken' if job.state == INTERRUPTED else 'mislukt'}. "
            "Kijk wat je kunt doen.",
            f"/taken/{job.id}/",
            Urgency.NOW,
        )
        for job in broken
        if job.finished_at is not None and (today - job.finished_at.date()).days <= 14
    ]
