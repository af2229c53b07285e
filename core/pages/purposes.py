"""For what somebody takes a file about persons with them: asked before, kept in the access log.

Asked once an hour, not for every file: who is asked all day answers without reading.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import g, render_template, request, session, url_for
from wtforms import HiddenField, RadioField, SelectChoice

from core.accounts import Role
from core.pages.fields import Required, SafeForm, TextField

F = TypeVar("F", bound=Callable[..., Any])

ASKED_AGAIN_AFTER = 3600
"""Seconds that an answer holds for further files."""
OWN_DATA = "eigen gegevens van de aanbieder"
"""A school takes along what it sent itself: it is not asked for a purpose."""
OTHER = "anders"
PURPOSES = (
    "een cursist begeleiden of bespreken",
    "een levering controleren of verbeteren",
    "uitvoering van het contract",
    "een verzoek van een cursist",
    "toezicht of audit",
)
KEPT = "purpose"


class PurposeForm(SafeForm):
    """For what the file is needed."""

    purpose = RadioField(
        "Waarvoor heb je dit bestand nodig?",
        [Required("Kies waarvoor je dit bestand nodig hebt.")],
        choices=[
            *(SelectChoice(one, one.capitalize()) for one in PURPOSES),
            SelectChoice(OTHER, "Anders, namelijk:"),
        ],
    )
    other = TextField("Anders", render_kw={"maxlength": 100})
    volgende = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """Something else must be said in words, about nobody."""
        good = bool(super().validate(extra_validators))
        if good and self.purpose.data == OTHER:
            if not (self.other.data or "").strip():
                self.other.errors = ["Vul in waarvoor je dit bestand nodig hebt."]
                return False
            return self.about_nobody("other")
        return good

    @property
    def answer(self) -> str:
        """The purpose in words."""
        other = self.purpose.data == OTHER
        return str(self.other.data).strip() if other else str(self.purpose.data)


def keep_purpose(purpose: str) -> None:
    """Let a purpose hold for the files of the next hour."""
    session[KEPT] = [purpose, time.time() + ASKED_AGAIN_AFTER]


def purpose_given() -> str:
    """The purpose that the signed-in account gave, or has by its role; empty when it must say."""
    if g.account.role == Role.PROVIDER:
        return OWN_DATA
    purpose, until = session.get(KEPT, ("", 0))
    return str(purpose) if time.time() < until else ""


def asks_purpose(view: F) -> F:
    """A door to a file about persons: gives it to who said for what, and asks everyone else."""

    @wraps(view)
    def asked(*args: Any, **kwargs: Any) -> Any:
        if purpose := purpose_given():
            g.purpose = purpose
            return view(*args, **kwargs)
        path = f"{request.script_root}{request.full_path.rstrip('?')}"
        return ask(PurposeForm(formdata=None, volgende=path))

    return asked  # type: ignore[return-value]


def ask(form: PurposeForm) -> str:
    """The page with the question; the file follows the answer."""
    return render_template("account/purpose.html", form=form, action=url_for("account.purpose"))
