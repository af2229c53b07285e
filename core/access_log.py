"""Who looked at what: rows of learners, originals, receipts, bids, downloads; and who signed in.

Lines are added, never changed. Of a trajectnummer the log holds a keyed digest: a search makes the
same digest of what somebody asks for.
"""

import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import peewee

from core.accounts import Account
from core.db import BaseModel, MomentField, write_soon
from core.log_chain import LOGS, link_line, pseudonym
from core.personal_data import without

NOBODY = "onbekend"
RETENTION = "access_log"
"""What the audit trail calls the removal of old lines; it says up to which moment."""


class AccessLine(BaseModel):
    """One look, download, sign-in, sign-out or refusal."""

    at = MomentField(index=True)
    actor = peewee.CharField(max_length=120, index=True, help_text="e-mailadres, of 'onbekend'")
    role = peewee.CharField(max_length=16, default="")
    action = peewee.CharField(max_length=24)
    what = peewee.CharField(max_length=40)
    about = peewee.CharField(max_length=80, default="", help_text="number or code of what it was")
    count = peewee.IntegerField(null=True, help_text="how many rows or persons")
    purpose = peewee.CharField(max_length=200, default="")
    address = peewee.CharField(max_length=64, default="", help_text="of sign-ins and refusals")


class AccessSubject(BaseModel):
    """About whom a line is: the keyed digest of a trajectnummer."""

    line = peewee.ForeignKeyField(AccessLine, on_delete="CASCADE")
    pseudonym = peewee.CharField(max_length=32, index=True)


def record(
    account: Account | None,
    what: str,
    count: int | None = None,
    *,
    at: datetime,
    action: str = "look",
    about: object = "",
    numbers: Iterable[str] = (),
    purpose: str = "",
    address: str = "",
) -> None:
    """Write down that an account saw something: ``record(g.account, "learners", 50, at=now())``.

    ``action``: ``look``, ``download``, ``sign_in``, ``sign_in_failed``, ``sign_out``, ``refused``,
    ``not_found``: there is no such row, or it is one of others.
    ``what``: kind of thing, a word of ``app.web.log_sentences.LOOKED_AT``; ``about``: which one.
    ``numbers``: trajectnummers that were shown; leave them out of a whole file, whose delivery
    ``about`` names.
    """
    seen = sorted({pseudonym(number) for number in numbers})
    values = {
        "at": at,
        "actor": NOBODY if account is None else account.email[:120],
        "role": "" if account is None else account.role,
        "action": action,
        "what": what,
        "about": str(about)[:80],
        "count": len(seen) if count is None and seen else count,
        "purpose": without(" ".join(purpose.split()))[:200],
        "address": address[:64],
    }
    _here.recorded += 1
    # Nobody waits with reading for somebody who writes.
    write_soon(partial(_write, values, seen))


class _Here(threading.local):
    recorded = 0


_here = _Here()


def recorded() -> int:
    """How many lines this thread has asked for: the same again means that nothing was."""
    return _here.recorded


def _write(values: dict[str, Any], seen: list[str]) -> None:
    line = AccessLine.create(**values)
    rows = [{"line": line.id, "pseudonym": one} for one in seen]
    for start in range(0, len(rows), 500):
        AccessSubject.insert_many(rows[start : start + 500]).execute()
    link_line("access", line.id)


def seen_by(number: str) -> Any:
    """Condition on ``AccessLine``: lines that are about the learner with this trajectnummer."""
    about = AccessSubject.select(AccessSubject.line).where(
        AccessSubject.pseudonym == pseudonym(number)
    )
    return AccessLine.id.in_(about)


def _contents(rows: list[AccessLine]) -> Iterator[tuple[AccessLine, Any]]:
    subjects: dict[int, list[str]] = {row.id: [] for row in rows}
    listed: Any = AccessSubject.select(AccessSubject.line, AccessSubject.pseudonym).where(
        AccessSubject.line.in_(list(subjects))
    )
    for line, one in listed.tuples():
        subjects[line].append(one)
    for row in rows:
        yield row, [
            f"{row.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}", row.actor, row.role, row.action,
            row.what, row.about, row.count, row.purpose, row.address, sorted(subjects[row.id]),
        ]  # fmt: skip


LOGS["access"] = (AccessLine, _contents)
