"""What somebody put off or dealt with on the start page; colleagues share it."""

from datetime import date, datetime, timedelta

import peewee

from core import audit
from core.accounts import Account
from core.attention import Attention
from core.db import BaseModel, MomentField, transaction


class SetAside(BaseModel):
    """A thing of the start page that is off the list: until a day, or until it changes.

    ``audience`` is who share a start page: accounts of one role, bound to the same rows.
    """

    audience = peewee.CharField(max_length=200)
    key = peewee.CharField(max_length=32)
    text = peewee.TextField()
    url = peewee.CharField(max_length=200)
    until = peewee.DateField(null=True)
    by = peewee.CharField(max_length=120)
    at = MomentField()

    class Meta:
        """Read as a whole by everyone of an audience who opens the start page."""

        table_name = "set_aside"
        indexes = ((("audience", "key"), True),)


KEPT_FOR = timedelta(days=400)
"""By then the thing itself has long gone or changed."""


def audience(account: Account) -> str:
    """Who share a start page: the same role, bound to the same school and gemeenten."""
    bound = [account.provider_code or "", ",".join(sorted(account.municipalities or []))]
    return "|".join([str(account.role), *bound])[:200]


def set_aside(item: Attention, account: Account, *, until: date | None, at: datetime) -> None:
    """Take a thing off the list: until a day, or (done) until it changes."""
    with transaction():
        SetAside.delete().where(SetAside.at < at - KEPT_FOR).execute()
        _remove(item.key, account)
        SetAside.create(
            audience=audience(account), key=item.key, text=item.text, url=item.url, until=until,
            by=account.email, at=at,
        )  # fmt: skip
        audit.record(
            at=at, actor=account.email, action="done" if until is None else "put_off",
            thing="inbox", thing_id=item.url, reason=item.text,
            after=None if until is None else {"until": until.isoformat()},
        )  # fmt: skip


def put_back(item: Attention, account: Account, *, at: datetime) -> None:
    """Put a thing on the list again."""
    with transaction():
        if _remove(item.key, account):
            audit.record(
                at=at, actor=account.email, action="put_back", thing="inbox", thing_id=item.url,
                reason=item.text,
            )  # fmt: skip


def items_set_aside(account: Account, today: date) -> dict[str, SetAside]:
    """What is off the list of this account today, by the key of the thing."""
    rows = SetAside.select().where(
        SetAside.audience == audience(account),
        SetAside.until.is_null() | (SetAside.until > today),
    )
    return {row.key: row for row in rows}


def _remove(key: str, account: Account) -> int:
    mine = SetAside.audience == audience(account)
    return int(SetAside.delete().where(mine, SetAside.key == key).execute())
