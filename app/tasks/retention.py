"""The retention rules: what is kept no longer than needed, each kind with its term.

Scores and other figures stay: they are the aggregate of what is removed, and a month of which rows
were removed is not computed again.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from core import access_log
from core.access_log import AccessLine
from core.accounts import SignInFailure
from core.audit import record
from core.dates import add_months
from core.db import empty_log_of_database, transaction
from core.identity.account_operations import KEEP_FAILURES
from core.identity.models import ApiToken
from core.jobs.follow_up_operations import owe, settle
from core.jobs.models import QUEUED, RUNNING, Job
from core.storage import Storage
from procurement.award.operations import OldBids
from providers.deliveries import retention_operations as deliveries
from quality.learners import fact_operations as learner_facts

WAIT_AT_MOST = timedelta(days=1)
"""How long the bytes of a file wait for somebody to accept it."""
DATABASES_BEFORE_RESTORE = "voor-terugzetten-*"


RETENTION_JOB = "retention"


def retention_is_due(*, at: datetime) -> bool:
    """Whether the rules were not applied yet today."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    today = Job.select().where(Job.kind == RETENTION_JOB, Job.created_at >= midnight)
    return not today.exists()


@dataclass(frozen=True)
class Kind:
    """One kind of thing: what it is, how much of it would go, and how it goes."""

    code: str
    sentence: str
    count: Callable[[], dict[str, int]]
    remove: Callable[[], None]
    first: Callable[[], object] = lambda: None
    """What is done before, outside the transaction: files take long."""
    bounds: Mapping[str, str] = field(default_factory=dict)
    """What the audit trail must say besides: ``db check`` asks up to which moment lines went."""


@dataclass(frozen=True)
class Removed:
    """What went, or would go, of one kind."""

    code: str
    sentence: str
    counts: dict[str, int]


def kinds(settings: Mapping[str, Any], *, at: datetime, by: str = "") -> tuple[Kind, ...]:
    """Every kind with its term filled in, in the order in which they are removed."""
    data: Path = settings["TAALINKOOP_DATA_DIR"]
    months = settings["TAALINKOOP_KEEP_LEARNERS_MONTHS"]
    file_months = settings["TAALINKOOP_KEEP_FILES_MONTHS"]
    days = settings["TAALINKOOP_KEEP_LEFTOVERS_DAYS"]
    years = settings["TAALINKOOP_KEEP_BIDS_YEARS"]
    bids = OldBids.before(_months_ago(at.date(), 12 * years))
    over, failed = _months_ago(at.date(), months), at - KEEP_FAILURES
    leftover = at - timedelta(days=days)
    log_months = settings["TAALINKOOP_KEEP_ACCESS_LOG_MONTHS"]
    looked = _moment(_months_ago(at.date(), log_months), at)
    return (
        Kind(
            "learners",
            f"deelnemers van wie het traject meer dan {months} maanden geleden eindigde of "
            "voor het laatst gemeld werd",
            lambda: deliveries.learners_over(over),
            lambda: deliveries.remove_learners_over(over),
            first=lambda: deliveries.clear_files_of_learners_over(Storage(data), over),
        ),
        Kind(
            "learner_facts",
            f"wat een gemeente van cursisten wist, {months} maanden na de laatste wijziging, als "
            "er geen rijen meer zijn",
            lambda: learner_facts.facts_over(_moment(over, at)),
            lambda: learner_facts.remove_facts_over(_moment(over, at)),
        ),
        Kind(
            "learner_rows",
            f"teruggestuurde rijen van bestanden over cursisten, na {days} dagen",
            lambda: {"bestanden": learner_facts.rows_to_mend(leftover).count()},
            lambda: learner_facts.remove_rows_to_mend(leftover),
        ),
        arrivals(data, at=at, by=by),
        _files(data, by=by, at=at, months=file_months, leftover=leftover),
        Kind(
            "bids",
            f"inschrijvingen die meer dan {years} jaar geleden niet wonnen; wie won en het "
            "contract blijven",
            bids.counts,
            bids.remove,
        ),
        _databases(data, leftover, days, by=by, at=at),
        _rows("sign_ins", "mislukte aanmeldingen van langer dan een dag geleden",
              SignInFailure, SignInFailure.at < failed),
        Kind(
            access_log.RETENTION,
            f"regels van het inzagelogboek van meer dan {log_months} maanden geleden",
            lambda: {"regels": _count(AccessLine, AccessLine.at < looked)},
            lambda: _remove(AccessLine, AccessLine.at < looked),
            bounds={"before": looked.isoformat()},
        ),
        _rows("tokens", f"tokens die meer dan {days} dagen geleden zijn afgelopen",
              ApiToken, (ApiToken.revoked_at < leftover)
              | (ApiToken.expires_on < leftover.date())),
        _rows("jobs", f"afgeronde taken van meer dan {days} dagen geleden",
              Job, Job.state.not_in((QUEUED, RUNNING)) & (Job.created_at < leftover)),
    )  # fmt: skip


def arrivals(data: Path, *, at: datetime, by: str) -> Kind:
    """What was received a day ago and never accepted: the bytes may hold anything."""
    storage, before = Storage(data), at - WAIT_AT_MOST

    def count() -> dict[str, int]:
        number, paths = deliveries.arrivals_over(storage, before)
        return {"leveringen": number, "bestanden": len(paths)}

    def remove() -> None:
        _, paths = deliveries.arrivals_over(storage, before)
        deliveries.remove_never_accepted(before)
        _owe_removal("incoming", data, paths, by=by, at=before)

    return Kind("previews", "bestanden die na een dag niet zijn aangenomen", count, remove)


UNCLEANED = "uncleaned"
UNCLEANED_SENTENCE = (
    "ontvangen bestanden die nog alles bevatten, vervangen door hun bekende kolommen"
)


def clean_originals(settings: Mapping[str, Any], *, by: str, at: datetime) -> Removed:
    """Clean what an older release kept as it came; what is interrupted goes on the next time."""
    storage = Storage(settings["TAALINKOOP_DATA_DIR"])
    files = deliveries.uncleaned_originals(storage)
    counts = {"bestanden": len(files)}
    for path in files:
        deliveries.clean_original(storage, path)
    if files:
        with transaction():
            record(
                at=at, actor=by, action="remove", thing="retention", thing_id=UNCLEANED,
                after=counts, reason=UNCLEANED_SENTENCE,
            )  # fmt: skip
    return Removed(UNCLEANED, UNCLEANED_SENTENCE, counts)


def look(settings: Mapping[str, Any], *, at: datetime) -> Iterator[Removed]:
    """Tell what would go, and change nothing."""
    for kind in kinds(settings, at=at):
        yield Removed(kind.code, kind.sentence, kind.count())
    files = deliveries.uncleaned_originals(Storage(settings["TAALINKOOP_DATA_DIR"]))
    yield Removed(UNCLEANED, UNCLEANED_SENTENCE, {"bestanden": len(files)})


def apply(settings: Mapping[str, Any], *, by: str, at: datetime) -> Iterator[Removed]:
    """Remove kind by kind, each in a transaction with a line of counts; tell what went.

    Files go after the transaction that says so.
    """
    for kind in kinds(settings, at=at, by=by):
        yield _apply(kind, settings["TAALINKOOP_DATA_DIR"], by=by, at=at)
    yield clean_originals(settings, by=by, at=at)


def expire_arrivals(settings: Mapping[str, Any], *, by: str, at: datetime) -> Removed:
    """Remove what waits for a day to be accepted; the server does so all day."""
    data: Path = settings["TAALINKOOP_DATA_DIR"]
    return _apply(arrivals(data, at=at, by=by), data, by=by, at=at)


def _apply(kind: Kind, data: Path, *, by: str, at: datetime) -> Removed:
    counts = kind.count()
    if any(counts.values()):
        kind.first()
        with transaction():
            counts = kind.count()
            record(
                at=at,
                actor=by,
                action="remove",
                thing="retention",
                thing_id=kind.code,
                after={**counts, **kind.bounds},
                reason=kind.sentence,
            )
            kind.remove()
        settle(data, at=at, kind="remove_files")
        empty_log_of_database()
    return Removed(kind.code, kind.sentence, counts)


def _months_ago(day: date, months: int) -> date:
    """The first day of the month so many months ago: a term ends with a whole month."""
    return add_months(day.replace(day=1), -months)


def _moment(day: date, at: datetime) -> datetime:
    return at.replace(
        year=day.year, month=day.month, day=1, hour=0, minute=0, second=0, microsecond=0
    )


def _owe_removal(what: str, data: Path, paths: Collection[Path], *, by: str, at: datetime) -> None:
    """Have files removed once this is committed, unless they are received again meanwhile."""
    names = [path.relative_to(data).as_posix() for path in paths]
    detail = {"paths": names, "before": at.timestamp()}
    owe("remove_files", what, detail, by=by, at=at)


def _files(data: Path, *, by: str, at: datetime, months: int, leftover: datetime) -> Kind:
    storage = Storage(data)
    before = _moment(_months_ago(at.date(), months), at)

    def old_files() -> deliveries.OldFiles:
        return deliveries.old_files(storage, before=before, orphans_before=leftover)

    def remove() -> None:
        old = old_files()
        deliveries.remove_rows_of_old_files(old)
        _owe_removal("originals", data, old.paths, by=by, at=at)

    return Kind(
        "files",
        f"ontvangen bestanden van meer dan {months} maanden geleden, en bestanden zonder levering",
        lambda: {"bestanden": len(old_files().paths)},
        remove,
    )


def _databases(data: Path, leftover: datetime, days: int, *, by: str, at: datetime) -> Kind:
    def old_databases() -> list[Path]:
        moment = leftover.timestamp()
        listed = sorted(data.glob(DATABASES_BEFORE_RESTORE))
        return [path for path in listed if path.stat().st_mtime < moment]

    def remove() -> None:
        _owe_removal("databases", data, old_databases(), by=by, at=at)

    return Kind(
        "databases",
        f"databases van voor een teruggezette reservekopie, ouder dan {days} dagen",
        lambda: {"databases": len(old_databases())},
        remove,
    )


def _rows(code: str, sentence: str, model: Any, condition: Any) -> Kind:
    return Kind(
        code,
        sentence,
        lambda: {"rijen": _count(model, condition)},
        lambda: _remove(model, condition),
    )


def _count(model: Any, condition: Any) -> int:
    return int(model.select().where(condition).count())


def _remove(model: Any, condition: Any) -> None:
    model.delete().where(condition).execute()
