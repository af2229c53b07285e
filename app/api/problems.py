"""Errors of the API as RFC 9457 problem documents."""

import json
from typing import Any

from flask import Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from core.errors import DomainError, trouble_of

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
RETRY_AFTER = 5
"""Seconds after which trying again can help."""

TITLES = {
    400: ("bad_request", "Deze aanvraag klopt niet", "Kijk in de beschrijving wat er kan."),
    401: ("no_token", "Geef een geldig token", "Zet in de kopregel: Authorization: Bearer TOKEN."),
    403: ("not_allowed", "Dit token mag dit niet", "Vraag de beheerder om een token dat dit mag."),
    404: ("not_found", "Dit bestaat niet", "Of het token mag het niet zien. Controleer het adres."),
    405: ("method_not_allowed", "Deze methode kan hier niet", "Kijk in Allow welke wel kan."),
    413: ("too_large", "Dit bestand is te groot", "Splits het bestand per maand."),
    415: ("media_type", "Dit soort inhoud wordt niet gelezen", "Stuur CSV, een werkboek of JSON."),
    422: ("refused", "Dit is niet aangenomen", "Verbeter wat er in detail staat."),
    429: ("too_many", "Te veel aanvragen achter elkaar", "Retry-After zegt hoelang je wacht."),
    503: ("busy", "Dit kan nu even niet", "Retry-After zegt hoelang je wacht."),
    500: ("server_error", "Er ging iets mis bij ons", "Er is niets gewijzigd. Probeer het later."),
}  # fmt: skip


class ApiError(Exception):
    """An answer that is a problem document."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        code: str = "",
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.code = code
        self.headers = headers or {}
        self.more = more


def problem(
    status: int,
    detail: str = "",
    *,
    code: str = "",
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """Make a problem document; ``code`` is stable and in English."""
    standard_code, title, advice = TITLES.get(status, TITLES[400 if status < 500 else 500])
    document = {
        "type": f"urn:taalinkoop:problem:{code or standard_code}",
        "title": title,
        "status": status,
        "detail": detail or advice,
    } | more
    response = Response(json.dumps(document, ensure_ascii=False), status, mimetype=MEDIA_TYPE)
    response.headers.update(headers or {})
    return response


def from_exception(error: Exception) -> Response:
    """Make the problem document of whatever went wrong."""
    if isinstance(error, ApiError):
        return problem(
            error.status, error.detail, code=error.code, headers=error.headers, **error.more
        )
    if isinstance(error, DomainError):
        detail = " ".join((error.message, *error.more))
        return problem(413 if error.code == "too_large" else 422, detail, code=error.code)
    if isinstance(error, HTTPException):
        headers = {}
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return problem(error.code or 500, headers=headers)
    trouble = trouble_of(error)
    if trouble is not None:
        headers = {"Retry-After": str(RETRY_AFTER)} if trouble.passes else {}
        return problem(503, trouble.sentence, code=trouble.code, headers=headers)
    return problem(500)
