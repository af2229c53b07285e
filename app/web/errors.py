"""Error pages: in our frame, in Dutch, saying what to do; never a traceback."""

import logging

from flask import Flask, Response, g, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from app.api import problems
from app.web.security import UnknownHostError
from core.errors import DomainError

logger = logging.getLogger(__name__)
Answer = tuple[str, int] | Response

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
        "Er is niets gewijzigd. Blijft het misgaan? Geef het tijdstip door aan de beheerder.",
    ),
}


def register(app: Flask) -> None:
    """Set up the error pages."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(Exception, _unexpected)


def _page(status: int, title: str, text: str) -> tuple[str, int]:
    g.setdefault("account", None)
    return render_template("error/error.html", title=title, text=text, status=status), status


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
    if isinstance(error, CSRFError):
        title = "Dit formulier is verlopen"
        text = "Ga terug, laad de pagina opnieuw en verstuur het formulier nog een keer."
    return _page(status, title, text)


def _domain_error(error: DomainError) -> Answer:
    if _is_api():
        return problems.from_exception(error)
    return _page(400, "Dit kan niet", error.message)


def _unexpected(error: Exception) -> Answer:
    # The rule, not the address: an address may hold the number of a learner.
    logger.error("%s %s", request.method, request.url_rule, exc_info=error)
    if _is_api():
        return problems.from_exception(error)
    title, text = TEXTS[500]
    return _page(InternalServerError.code, title, text)
