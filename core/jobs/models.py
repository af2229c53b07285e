"""Work in the background: one row per job, and the table is the queue; what changes still owe."""

import peewee

from core.db import BaseModel, MomentField

QUEUED, RUNNING, DONE, FAILED, INTERRUPTED = "queued", "running", "done", "failed", "interrupted"


class Job(BaseModel):
    """Something that takes longer than a page may.

    ``kind`` names the function that does it, ``arguments`` are its arguments (plain JSON, no
    secrets). ``result`` holds at least ``url``: where to look when it is done.
    """

    kind = peewee.CharField(max_length=40)
    title = peewee.CharField(max_length=200, verbose_name="Taak")
    arguments = peewee.JSONField(default=dict)
    state = peewee.CharField(max_length=12, default=QUEUED, verbose_name="Stand")
    step = peewee.CharField(max_length=200, default="", verbose_name="Stap")
    done = peewee.IntegerField(default=0)
    total = peewee.IntegerField(null=True)
    result = peewee.JSONField(null=True)
    message = peewee.TextField(default="", verbose_name="Melding")
    attempts = peewee.SmallIntegerField(default=0)
    worker = peewee.CharField(max_length=80, null=True)
    provider_code = peewee.CharField(max_length=10, null=True, verbose_name="Aanbieder")
    created_by = peewee.CharField(max_length=120, verbose_name="Gestart door")
    created_at = MomentField(verbose_name="Gestart op")
    started_at = MomentField(null=True, verbose_name="Begonnen op")
    finished_at = MomentField(null=True, verbose_name="Klaar op")

    class Meta:
        """The queue is read by state, oldest first."""

        indexes = ((("state", "id"), False),)

    @property
    def waiting(self) -> bool:
        """Whether it is still to be done, or being done."""
        return self.state in (QUEUED, RUNNING)


class FollowUp(BaseModel):
    """What a committed change still owes; written in its transaction, removed once it is done.

    ``kind`` names the function that does it, ``subject`` what it is about: all rows of one kind
    and subject are done at once. ``detail`` is plain JSON.
    """

    kind = peewee.CharField(max_length=20)
    subject = peewee.CharField(max_length=80)
    detail = peewee.JSONField(default=dict)
    created_by = peewee.CharField(max_length=120)
    created_at = MomentField()

    class Meta:
        """Found by what they are about."""

        indexes = ((("kind", "subject"), False),)
