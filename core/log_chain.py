"""A chain of digests over the logs, so that a line changed, put in or taken out shows.

Each line of a log gets a link: a keyed digest (HMAC-SHA256) of the line and of the link before it.
The key is that of the server, which is neither in the database nor in its backups: whoever can
write the tables cannot make the chain fit again. ``findings`` goes along the whole chain.

The number and digest of the last link are also kept in a file beside the database, under the same
key: links cut off at the end, or an older database put in place, leave the file ahead.
"""

import hmac
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import peewee

from core.db import (
    BaseModel,
    MomentField,
    after_commit,
    before_commit,
    database,
    is_postgresql,
    waiting_for_lock,
)

POSTGRESQL_LOCK = 7_221_014
"""Number of the advisory lock that lets writers add a link one after the other."""
BATCH = 1_000


class LogLink(BaseModel):
    """The link of one line: its log, its moment, the digests of its content and of the chain."""

    log = peewee.CharField(max_length=8)
    line = peewee.IntegerField()
    at = MomentField()
    content = peewee.CharField(max_length=64)
    digest = peewee.CharField(max_length=64)

    class Meta:
        """One link per line."""

        indexes = ((("log", "line"), True),)


LOGS: dict[str, tuple[type[BaseModel], Callable[[list[Any]], Iterator[tuple[Any, Any]]]]] = {}
"""Name of a log -> its table, and what gives of some rows each row with its content as JSON."""
HEAD_FILE = "log_head"
_keys: list[Callable[[], str]] = []
_folders: list[Path] = []


def use_key(read: Callable[[], str], *, folder: Path | None = None) -> None:
    """Say where the key of the server comes from, and in which folder the last link is kept.

    The key is read when the first line is written; without a folder no last link is kept.
    """
    _keys[:] = [read]
    _folders[:] = [] if folder is None else [folder]


@contextmanager
def head_in(folder: Path | None) -> Iterator[None]:
    """Keep the last link in another folder for a while, or nowhere: of another database."""
    before = _folders[:]
    _folders[:] = [] if folder is None else [folder]
    try:
        yield
    finally:
        _folders[:] = before


def keyed_digest(purpose: str, text: str) -> str:
    """HMAC-SHA256 of a text under the key of the server, as 64 hexadecimal digits."""
    own = hmac.digest(_keys[0]().encode(), purpose.encode(), "sha256")
    return hmac.digest(own, text.encode(), "sha256").hex()


def pseudonym(number: str) -> str:
    """What the logs hold instead of a trajectnummer: the same for the same number, unreadable."""
    return keyed_digest("trajectnummer", number.strip())[:32]


def link_line(log: str, line: int) -> None:
    """Give a line its link, at the end of the transaction that writes it."""
    before_commit(partial(_link, log, line))


def _link(log: str, line: int) -> None:
    if is_postgresql():
        with waiting_for_lock():
            database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (POSTGRESQL_LOCK,))
    last = LogLink.select().order_by(LogLink.id.desc()).first()
    if last is None:
        # The lines of before there was a chain are its beginning.
        last = _link_all()
    model, contents = LOGS[log]
    row = model.get_or_none(model.id == line)
    done = LogLink.select().where(LogLink.log == log, LogLink.line == line).exists()
    # A line whose savepoint was rolled back is not there.
    if row is not None and not done:
        added = _add(last, log, *next(contents([row])))
        after_commit(partial(_keep_head, _Head(added.id, added.digest)))


def _link_all() -> LogLink | None:
    last = None
    for log, (model, contents) in LOGS.items():
        for rows in _batches(model):
            for row, content in contents(rows):
                last = _add(last, log, row, content)
    return last


def _add(last: LogLink | None, log: str, row: Any, content: Any) -> LogLink:
    digest = keyed_digest("line", _canonical(content))
    before = "" if last is None else last.digest
    added: LogLink = LogLink.create(
        log=log, line=row.id, at=row.at, content=digest,
        digest=keyed_digest("chain", _chained(before, log, row.id, row.at, digest)),
    )  # fmt: skip
    return added


class _Head(NamedTuple):
    """The last link: its number and digest."""

    number: int
    digest: str

    @property
    def text(self) -> str:
        return f"{self.number} {self.digest}"


def _keep_head(head: _Head) -> None:
    """Write down which link is the last; a file that the chain does not reach stays as it is."""
    if not _folders:
        return
    path = _folders[0] / HEAD_FILE
    # The log itself is committed: a full disk is for others to name.
    with suppress(OSError):
        if path.exists():
            kept = _read_head(path)
            if kept is None or kept.number >= head.number or not _is_in_chain(kept):
                return
        aside = path.with_name(f"{HEAD_FILE}.{os.getpid()}-{threading.get_ident()}")
        aside.write_text(f"{head.text} {keyed_digest('head', head.text)}\n", encoding="ascii")
        aside.replace(path)


def _read_head(path: Path) -> _Head | None:
    """What the file says, or ``None`` when somebody else wrote it."""
    number, _, rest = path.read_text(encoding="ascii", errors="replace").strip().partition(" ")
    digest, _, seal = rest.partition(" ")
    if not number.isascii() or not number.isdigit():
        return None
    head = _Head(int(number), digest)
    expected = keyed_digest("head", head.text)
    return head if hmac.compare_digest(seal.encode(), expected.encode()) else None


def _is_in_chain(head: _Head) -> bool:
    same = (LogLink.id == head.number) & (LogLink.digest == head.digest)
    return bool(LogLink.select().where(same).exists())


def forget_head() -> None:
    """Begin again from the chain as it is now: another database was put in place on purpose."""
    for folder in _folders:
        (folder / HEAD_FILE).unlink(missing_ok=True)


CUT_OFF = (
    "Het einde van de keten van de logboeken ontbreekt: schakel {number} is er niet, of is een "
    "andere. Er zijn regels weggehaald, of er staat een oudere database dan de gegevensmap kent "
    "(een reservekopie zet je terug met: taalinkoop restore)."
)
NOT_OURS = (
    "Het bestand {name} in de gegevensmap is niet door deze server geschreven. Of de logboeken "
    "hun einde nog hebben, is niet na te gaan."
)


def _cut_off() -> str:
    """What is wrong with the end of the chain, as one sentence; empty when nothing is."""
    path = _folders[0] / HEAD_FILE if _folders else None
    if path is None or not path.exists():
        return ""
    head = _read_head(path)
    if head is None:
        return NOT_OURS.format(name=HEAD_FILE)
    return "" if _is_in_chain(head) else CUT_OFF.format(number=head.number)


def _chained(before: str, log: str, line: int, at: datetime, content: str) -> str:
    return f"{before} {log} {line} {at.astimezone(UTC):%Y-%m-%dT%H:%M:%S} {content}"


def _canonical(content: Any) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def _batches(model: Any) -> Iterator[list[Any]]:
    last = 0
    while rows := list(model.select().where(model.id > last).order_by(model.id).limit(BATCH)):
        yield rows
        last = rows[-1].id


def log_texts() -> Iterator[tuple[str, Iterator[list[tuple[int, str]]]]]:
    """Of each log its name in a sentence, and its lines by the batch: number and what is text."""
    for log in LOGS:
        yield _WORDS[log], _texts(log)


def _texts(log: str) -> Iterator[list[tuple[int, str]]]:
    model, contents = LOGS[log]
    for rows in _batches(model):
        yield [(row.id, "\n".join(_strings(content))) for row, content in contents(rows)]


def _strings(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, list | dict):
        for one in content.values() if isinstance(content, dict) else content:
            yield from _strings(one)


def findings(*, removed_before: datetime | None) -> list[str]:
    """What does not fit, one Dutch sentence each, at most one per kind and log.

    Lines of the access log from before ``removed_before`` may be gone: a retention rule took
    them, and said so in the audit trail.
    """
    broken = _broken_link()
    if broken is not None:
        return [BROKEN.format(link=broken.id, line=broken.line, log=_WORDS[broken.log])]
    sentences = [sentence] if (sentence := _cut_off()) else []
    if LogLink.select().exists():
        sentences += [one for log in LOGS for one in _wrong_lines(log, removed_before)]
    return sentences


_WORDS = {"audit": "het logboek", "access": "het inzagelogboek"}
BROKEN = (
    "De keten van het logboek is verbroken bij schakel {link} (regel {line} van {log}): "
    "er is een schakel weggehaald, gewijzigd of tussengevoegd, of de server heeft een andere "
    "sleutel dan toen."
)


def _broken_link() -> LogLink | None:
    before = ""
    for links in _batches(LogLink):
        for link in links:
            chained = _chained(before, link.log, link.line, link.at, link.content)
            if not hmac.compare_digest(link.digest, keyed_digest("chain", chained)):
                return link
            before = link.digest
    return None


def _wrong_lines(log: str, removed_before: datetime | None) -> Iterator[str]:
    model, contents = LOGS[log]
    changed, unlinked = [], []
    for rows in _batches(model):
        low, high = rows[0].id, rows[-1].id
        links = {
            link.line: link.content
            for link in LogLink.select().where(LogLink.log == log, LogLink.line.between(low, high))
        }
        for row, content in contents(rows):
            if row.id not in links:
                unlinked.append(row.id)
            elif links[row.id] != keyed_digest("line", _canonical(content)):
                changed.append(row.id)
    gone: Any = (
        LogLink.select(LogLink.line)
        .join(model, peewee.JOIN.LEFT_OUTER, on=LogLink.line == model.id)
        .where(LogLink.log == log, model.id.is_null())
    )
    if log == "access" and removed_before is not None:
        gone = gone.where(LogLink.at >= removed_before)
    missing = [line for (line,) in gone.order_by(LogLink.line).tuples()]
    for lines, what in (
        (changed, "is later gewijzigd"),
        (unlinked, "is buiten Taalinkoop om toegevoegd"),
        (missing, "is buiten Taalinkoop om verwijderd"),
    ):
        if lines:
            more = f", en {len(lines) - 1} andere" if len(lines) > 1 else ""
            yield f"Regel {lines[0]} van {_WORDS[log]} {what}{more}."
