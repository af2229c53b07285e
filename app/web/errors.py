"""Error pages: in our frame, in Dutch, saying what to do; never a traceback."""

import logging
from typing import Any

from flask import Flask, Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from app.api import problems
from app.web.requests import LOCK_REFUSALS
from app.web.security import UnknownHostError
from core.admin import NothingThereError
from core.db import commits
from core.errors import BUSY, DomainError, Trouble, trouble_of

logger = logging.getLogger(__name__)
Answer = tuple[str, int] | Response

WITH_SECRETS = {"account", "second_step"}

TEXTS = {
    400: (
        "Deze aanvraag klopt niet",
        "Ga terug naar de vorige pagina en probeer het opnieuw.",
    ),
    403: (
        "Deze pagina is niet voor jouw rol",
        "Heb je deze pagina nodig voor je werk? Vraag het de beheerder.",
    ),
    404: (
        "Deze pagina bestaat niet",
        "Controleer het adres, of kies een onderdeel uit het menu.",
    ),
    405: (
        "Dit kan niet op deze pagina",
        "Ga terug naar de vorige pagina en gebruik de knoppen op die pagina.",
    ),
    413: (
        "Dit bestand is te groot",
        "Splits het bestand per maand, of vraag de beheerder om een hogere grens.",
    ),
    429: (
        "Te veel aanvragen achter elkaar",
        "Wacht een paar minuten en probeer het dan opnieuw.",
    ),
    500: (
        "Er ging iets mis bij ons",
        "Blijft het misgaan? Geef het nummer hieronder door aan de beheerder.",
    ),
}


def register(app: Flask) -> None:
    """Set up the error pages."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(Exception, _unexpected)


def _page(status: int, title: str, text: str, **more: Any) -> tuple[str, int]:
    g.setdefault("account", None)
    page = render_template("error/error.html", title=title, text=text, status=status, **more)
    return page, status


def _is_api() -> bool:
    return request.path.startswith(problems.PREFIX)


def _http_error(error: HTTPException) -> Answer | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    if _is_api():
        return problems.from_exception(error)
    title, text = TEXTS.get(status, TEXTS[400] if status < 500 else TEXTS[500])
    if isinstance(error, UnknownHostError):
        title = "Dit adres is niet van deze site"
        text = (
            "De server kent deze naam niet. Gebruik het adres dat je van de beheerder kreeg. "
            "Beheerder: zet de naam bij de instelling TAALINKOOP_HOSTS."
        )
    if isinstance(error, NothingThereError):
        title, text = error.title, error.text
    if isinstance(error, CSRFError):
        logger.warning("%s %s: a form without its token", request.method, request.url_rule)
        title = "Dit formulier is verlopen"
        text = "Ga terug, laad de pagina opnieuw en verstuur het formulier nog een keer."
    return _page(status, title, text)


def _domain_error(error: DomainError) -> Answer:
    if _is_api():
        return problems.from_exception(error)
    return _page(400, "Dit kan niet", error.message)


def _unexpected(error: Exception) -> Answer:
    trouble = trouble_of(error)
    if trouble is not None and trouble.passes:
        # Nothing of ours is broken, and a line for each that waits would hide what is.
        logger.warning("%s %s: %s", request.method, request.url_rule, trouble.code)
        if trouble is BUSY:
            LOCK_REFUSALS.inc()
    else:
        # The rule, not the address: an address may hold the number of a learner.
        logger.error("%s %s", request.method, request.url_rule, exc_info=error)
    if _is_api():
        return problems.from_exception(error)
    if trouble is None:
        title, text = TEXTS[500]
        return _page(InternalServerError.code, title, f"{_what_is_safe()} {text}")
    return _trouble_page(trouble)


def _what_is_safe() -> str:
    if g.get("commits_before", commits()) == commits():
        return "Er is niets gewijzigd."
    return "Een deel kan al zijn bewaard: kijk eerst of je wijziging er staat."


def _trouble_page(trouble: Trouble) -> Answer:
    """Say what is the matter; what was typed is kept, and goes along with the next try."""
    answer = make_response(
        _page(
            503,
            trouble.title,
            f"{_what_is_safe()} {trouble.advice}",
            fields=_typed() if trouble.passes else None,
            file_lost=bool(request.files),
        )
    )
    if trouble.passes:
        answer.headers["Retry-After"] = str(problems.RETRY_AFTER)
    return answer


def _typed() -> list[tuple[str, str]] | None:
    """The fields of the form, to send them once more; ``None`` when there is nothing to send.

    Passwords and codes are never put in a page.
    """
    if request.method != "POST" or request.files or request.blueprint in WITH_SECRETS:
        return None
    return [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"]
