"""What somebody put off or dealt with on the start page; colleagues share it."""

import peewee

from core.db import BaseModel, MomentField


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
