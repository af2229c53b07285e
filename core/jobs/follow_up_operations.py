"""What a committed change still owes: scores to compute again, files to remove.

It is too much for the transaction of the change, or cannot be undone with it. So the change writes
down what it owes, and whoever made the change does it next. When that is interrupted, the next
command or the server does it, and ``db check`` names it until then.
"""

import fcntl
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.checks import check
from core.db import transaction
from core.errors import trouble_of
from core.formats import moment_text
from core.jobs.locks import named_lock
from core.jobs.models import FollowUp

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Owed:
    """What is still to be done about one subject."""

    subject: str
    details: list[dict[str, Any]]
    by: str
    at: datetime
    data_directory: Path


Do = Callable[[Owed], None]


@dataclass(frozen=True)
class Kind:
    """What has to be done, and how ``db check`` names it. Doing it twice does no harm."""

    do: Do
    sentence: str


KINDS: dict[str, Kind] = {}


def follow_up(name: str, sentence: str) -> Callable[[Do], Do]:
    """Register what is done of a kind; ``{subject}`` in its sentence says about what."""

    def register(function: Do) -> Do:
        KINDS[name] = Kind(function, sentence)
        return function

    return register


def owe(kind: str, subject: object, detail: dict[str, Any], *, by: str, at: datetime) -> None:
    """Write down what is owed; call it inside the transaction of the change itself."""
    FollowUp.create(
        kind=kind, subject=str(subject), detail=detail, created_by=by[:120], created_at=at
    )


def settle(
    data_directory: Path, *, at: datetime, kind: str | None = None, subject: object = None
) -> int:
    """Do what is owed, of everything or of one kind and subject; return how many were done.

    What another process is doing at this moment is left to it. What fails stays owed: the change
    that it follows is committed, and is not to be called a failure.
    """
    query: Any = FollowUp.select(FollowUp.kind, FollowUp.subject).distinct()
    if kind is not None:
        query = query.where(FollowUp.kind == kind)
    if subject is not None:
        query = query.where(FollowUp.subject == str(subject))
    count = 0
    for name, about in sorted(query.tuples()):
        try:
            count += _settle_one(data_directory, name, about, at=at)
        except Exception as error:
            said = "%s could not be done (%s); it stays owed"
            if trouble := trouble_of(error):
                logger.warning(said, name, trouble.code)
            else:
                logger.exception(said, name, type(error).__name__)
    return count


def _settle_one(data_directory: Path, name: str, about: str, *, at: datetime) -> int:
    count = 0
    with named_lock(_lock_name(name, about)) as free:
        while free and (rows := _owed(name, about)):
            details = [row.detail for row in rows]
            KINDS[name].do(Owed(about, details, rows[-1].created_by, at, data_directory))
            with transaction():
                FollowUp.delete().where(FollowUp.id.in_([row.id for row in rows])).execute()
            count += 1
    return count


def is_owed(kind: str, subject: object) -> bool:
    """Whether something is owed about a subject, or is being done."""
    mine = (FollowUp.kind == kind) & (FollowUp.subject == str(subject))
    return bool(FollowUp.select().where(mine).exists())


def is_left() -> bool:
    """Whether something is owed that nobody is doing."""
    for row in _first_of_each():
        with named_lock(_lock_name(row.kind, row.subject)) as free:
            if free:
                return True
    return False


def settled(kind: str) -> None:
    """Note that all that was owed of a kind has been done in another way."""
    with transaction():
        FollowUp.delete().where(FollowUp.kind == kind).execute()


def _owed(kind: str, subject: str) -> list[FollowUp]:
    query = FollowUp.select().where(FollowUp.kind == kind, FollowUp.subject == subject)
    return list(query.order_by(FollowUp.id).limit(500))


def _lock_name(kind: str, subject: str) -> str:
    return f"follow-up-{kind}-{subject}"


@check
def nothing_is_owed() -> list[str]:
    """Every change was followed by what belongs to it; what is being done now does not count."""
    sentences = []
    for row in _first_of_each():
        with named_lock(_lock_name(row.kind, row.subject)) as free:
            if free:
                sentence = KINDS[row.kind].sentence.format(subject=row.subject)
                sentences.append(
                    f"{sentence} sinds {moment_text(row.created_at)}. "
                    "Dat gebeurt bij de volgende opdracht, of met: taalinkoop jobs"
                )
    return sentences


def _first_of_each() -> list[FollowUp]:
    rows: dict[tuple[str, str], FollowUp] = {}
    for row in FollowUp.select().order_by(FollowUp.id):
        rows.setdefault((row.kind, row.subject), row)
    return list(rows.values())


@follow_up("remove_files", "Bestanden die weg moeten, staan er nog")
def remove_files(owed: Owed) -> None:
    """Remove files under the data directory: ``paths``, unless touched after ``before``.

    ``before`` is a Unix time: a file that was received again since is needed again.
    """
    for detail in owed.details:
        for name in detail["paths"]:
            path = owed.data_directory / name
            before = detail.get("before")
            if before is None:
                path.unlink(missing_ok=True)
                continue
            with suppress(FileNotFoundError), path.open("rb") as file:
                # Against who finds at this moment that it is needed again: ``Storage.need``.
                fcntl.flock(file, fcntl.LOCK_EX)
                if os.fstat(file.fileno()).st_mtime < before:
                    path.unlink()
