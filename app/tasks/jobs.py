"""Background work: what each kind of job does, and who looks after the queue.

The queue is a table of our own database (docs/decisions): a job is committed together with what it
is about, backed up with it, and works the same on SQLite and PostgreSQL. ``serve`` watches the
queue and starts ``taalinkoop jobs`` as a process of its own when there is work, so that pages stay
quick and a job that breaks takes nothing with it.
"""

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import peewee

import app.tasks.letters  # noqa: F401  registers letters about accounts
from app.tasks import heap
from app.tasks.backups import BACKUP_JOB, backup_is_due, scheduled_backup
from app.tasks.delivering import settle_owed, take_in
from app.tasks.drawing_ahead import newest
from app.tasks.monthly_run import send_reports
from app.tasks.retention import RETENTION_JOB, apply, expire_arrivals, retention_is_due
from core.accounts import Account
from core.charts import pictures
from core.dates import now, parse_month, today
from core.db import database, postponing, write_postponed
from core.errors import DomainError
from core.jobs.follow_up_operations import is_left
from core.jobs.locks import named_lock
from core.jobs.models import QUEUED, Job
from core.jobs.operations import enqueue, find_interrupted
from core.jobs.runner import Work, do_next, kind
from core.storage import Storage, clear_working_folders
from procurement.models import ContractingProcess
from procurement.plan.operations import refresh
from providers.deliveries.operations import Request, decide_on_preview, preview, withdraw
from providers.deliveries.outcomes import RECEIVED, WITHDRAWN, forget_preview, keep_preview
from providers.feed.read.cleaning import received_file
from providers.models import Delivery
from quality.cards.operations import compute
from quality.report.packs import Shelf, pack_for

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
SHARED_SETTINGS = ("DATABASE_URL", "TAALINKOOP_DATA_DIR")
"""What a worker must have the same as the server, also when the server was told otherwise."""
LOOK_FOR_INTERRUPTED_EVERY = 30
GIVE_BACK_EVERY = 10
LOW_PRIORITY = 10
FINISH_SECONDS = 60
"""How long a worker may go on with its job once the server stops."""


@kind("delivery")
def take_in_delivery(work: Work) -> dict[str, Any]:
    """Take in a delivery that was received before."""
    given = work.job.arguments
    month = given.get("month")
    at = work.clock()
    delivery, storage = Delivery.get_by_id(given["delivery"]), Storage(work.data_directory)
    outcome = take_in(
        delivery,
        storage=storage,
        request=Request(
            today=at.date(),
            only_month=parse_month(month) if month else None,
            replace=frozenset(map(parse_month, given.get("replace") or ())),
        ),
        by=work.job.created_by,
        at=at,
        report=work.progress,
    )
    forget_preview(storage, delivery)
    return {"url": f"/leveringen/{outcome.delivery}/", "status": outcome.status.value}


@kind("preview")
def look_through(work: Work) -> dict[str, Any]:
    """Find what would become of a received file; nothing of it is held."""
    delivery = Delivery.get_by_id(work.job.arguments["delivery"])
    if delivery.state == RECEIVED:
        storage = Storage(work.data_directory)
        work.progress("Het bestand wordt gelezen en gecontroleerd")
        outcome = preview(
            received_file(storage, delivery.sha256),
            file_name=delivery.file_name,
            provider=delivery.provider,
            request=Request(today=work.clock().date()),
        )
        keep_preview(storage, delivery, outcome)
        decide_on_preview(
            delivery, outcome, storage=storage, by=work.job.created_by, at=work.clock()
        )
    return {"url": f"/leveringen/{delivery.id}/"}


@kind("withdrawal")
def withdraw_delivery(work: Work) -> dict[str, Any]:
    """Withdraw a delivery, and compute again what that changes."""
    given, at = work.job.arguments, work.clock()
    delivery = Delivery.get_by_id(given["delivery"])
    if delivery.state != WITHDRAWN:  # as it is when this job was interrupted, and is done again
        withdraw(delivery, reason=given["reason"], by=work.job.created_by, at=at)
    settle_owed(work.data_directory, at=at, kind="judge", subject=delivery.provider.code)
    return {"url": f"/leveringen/{delivery.id}/"}


@kind(BACKUP_JOB)
def make_backup(work: Work) -> dict[str, Any]:
    """Make the backup of the night."""
    work.progress("De reservekopie wordt gemaakt en gecontroleerd")
    target = scheduled_backup(work.settings, by=work.job.created_by, at=work.clock())
    return {"url": "/beheer/", "file": target.name}


@kind(RETENTION_JOB)
def remove_what_is_over(work: Work) -> dict[str, Any]:
    """Apply the retention rules."""
    work.progress("Wat over de bewaartermijn is, wordt verwijderd")
    removed = apply(work.settings, by=work.job.created_by, at=work.clock())
    return {"url": "/beheer/", "removed": {one.code: one.counts for one in removed}}


@kind("report")
def make_report(work: Work) -> dict[str, Any]:
    """Make one report, with what the account that asked for it may see."""
    given, account = work.job.arguments, Account.get(Account.email == work.job.created_by)
    pack = pack_for(account, parse_month(given["month"]), given["code"], today=today())
    if pack is None:
        raise DomainError("no_report", "Er zijn geen scores meer om over te rapporteren.")
    pictures.keep_in(work.data_directory.absolute() / "pictures")
    charts = pack.report.charts
    for number, _ in enumerate(pictures.draw_all(charts, "svg")):
        work.progress("De grafieken worden getekend", number, len(charts))
    work.progress("Het rapport wordt opgemaakt")
    Shelf(work.data_directory / "reports").get(pack, given["kind"], at=work.clock())
    return {"url": f"/rapportages/{given['month']}/{given['code']}.{given['kind']}"}


@kind("mailing")
def make_and_mail(work: Work) -> dict[str, Any]:
    """Compute the concepts of a month, make the reports and mail what was not mailed yet."""
    month, by = parse_month(work.job.arguments["month"]), work.job.created_by
    pictures.keep_in(work.data_directory.absolute() / "pictures")
    work.progress("De concepten worden berekend")
    compute(month, by=by, at=work.clock())

    def progress(what: str, done: int, total: int) -> None:
        work.progress(f"{what.capitalize()} maken en mailen", done, total)

    done = send_reports(month, settings=work.settings, by=by, today=today(), progress=progress)
    if done.failed:
        refused = ", ".join(parcel.address for parcel, _ in done.failed)
        raise DomainError(
            "mail_refused",
            f"De mailserver nam geen bericht aan voor {refused}. De andere berichten zijn weg. "
            "Controleer de adressen en start de taak opnieuw.",
        )
    return {"url": f"/rapportages/{month:%Y-%m}/"}


def drain(settings: Mapping[str, Any]) -> int:
    """Do jobs until the queue is empty, then what is still owed; return how many."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    find_interrupted(at=now())
    count = 0
    while do_next(settings, worker=worker, clock=now):
        count += 1
    return count + settle_owed(Path(settings["TAALINKOOP_DATA_DIR"]), at=now())


class Watcher(threading.Thread):
    """Starts a process when the queue has work or scores are new; stops with the server."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(name="job-watcher", daemon=True)
        self.settings = settings
        self.stopped = threading.Event()
        self.child: subprocess.Popen[bytes] | None = None
        self.artist: subprocess.Popen[bytes] | None = None
        self.drawn: Any = None
        self.away = False

    def run(self) -> None:
        """Look every second, after clearing away what a killed process left half written."""
        with suppress(DomainError):  # a full or read-only disk is told where a file is sent
            Storage(Path(self.settings["TAALINKOOP_DATA_DIR"])).tidy()
            clear_working_folders(Path(self.settings["TAALINKOOP_DATA_DIR"]))
        with postponing():
            turn = 0
            while not self.stopped.is_set():
                self._try_to_look(turn)
                if turn % GIVE_BACK_EVERY == 0:
                    heap.give_back()
                turn += 1
                self.stopped.wait(POLL_SECONDS)

    def _try_to_look(self, turn: int) -> None:
        try:
            with database.connection_context():
                write_postponed()
            self.look(interrupted_too=turn % LOOK_FOR_INTERRUPTED_EVERY == 0)
        except (peewee.PeeweeException, OSError):
            # Database or disk are away for a moment; pages say so, the next look may succeed.
            if not self.away:
                logger.warning("the queue could not be read; it is tried again every second")
            self.away = True
        else:
            self.away = False

    def look(self, *, interrupted_too: bool) -> None:
        """Start a worker when something waits, and have the charts of new scores drawn."""
        if interrupted_too:
            self._draw_ahead()
        if self.child is not None and self.child.poll() is None:
            return
        self.child = None
        with database.connection_context():
            if interrupted_too:
                find_interrupted(at=now())
                expire_arrivals(self.settings, by="server", at=now())
                self._plan_backup()
                self._plan_retention()
                # On a new day every plan is calculated once, before somebody waits for its page.
                refresh(ContractingProcess.select(), at=now())
            waiting = Job.select().where(Job.state == QUEUED).exists()
            # What pages owe is done by the worker; a command does what it owes itself.
            waiting = waiting or is_left()
        if waiting:
            self.child = self._start()

    def _plan_backup(self) -> None:
        """Put the backup of the night in the queue, once: several servers may look."""
        if self.settings["TAALINKOOP_BACKUP_DIR"] is None:
            return
        with named_lock("plan-backup") as free:
            if free and backup_is_due(at=now()):
                enqueue(
                    kind=BACKUP_JOB, title="Reservekopie van de nacht", arguments={},
                    by="server", at=now(),
                )  # fmt: skip

    def _plan_retention(self) -> None:
        """Have what is over removed once a day, unless the region does so itself."""
        if not self.settings["TAALINKOOP_RETENTION"]:
            return
        with named_lock("plan-retention") as free:
            if free and retention_is_due(at=now()):
                enqueue(
                    kind=RETENTION_JOB, title="Opruimen volgens de bewaartermijnen", arguments={},
                    by="server", at=now(),
                )  # fmt: skip

    def _draw_ahead(self) -> None:
        """Draw in a process that lets everyone who waits for a page go first."""
        if self.artist is not None and self.artist.poll() is None:
            return
        with database.connection_context():
            latest = newest()
        if latest is not None and latest != self.drawn:
            self.drawn = latest
            self.artist = self._start("--pictures")
            os.setpriority(os.PRIO_PROCESS, self.artist.pid, LOW_PRIORITY)

    def _start(self, *options: str) -> "subprocess.Popen[bytes]":
        shared = {name: str(self.settings[name]) for name in SHARED_SETTINGS}
        return subprocess.Popen(  # noqa: S603  words of our own
            [sys.executable, "-m", "app.cli", "jobs", *options],
            env=os.environ | shared,
        )

    def stop(self) -> None:
        """Stop watching, and let a worker finish what it does."""
        self.stopped.set()
        self.join()
        if self.artist is not None:
            self.artist.terminate()
            self.artist.wait()
        if self.child is not None:
            try:
                self.child.wait(timeout=FINISH_SECONDS)
            except subprocess.TimeoutExpired:
                # Its transaction is undone, and the next server takes the job up again.
                self.child.terminate()
                self.child.wait()
