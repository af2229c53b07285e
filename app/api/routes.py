"""Puts the declared operations on their addresses, with the documents about them."""

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, render_template

from app.api import contracts, deliveries, learners, reading
from app.api.declaration import OPERATIONS, Operation
from app.api.guard import call_of_request
from app.api.openapi import document
from app.api.problems import ApiError, from_exception
from app.web.security import csrf
from core.admin import public
from core.errors import DomainError

PARTS = (deliveries, learners, reading, contracts)
"""The modules that declare operations, named so that they are imported."""

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


def register(app: Flask) -> None:
    """Set up the API; a token, not a session, says who asks, so no token against forgery."""
    csrf.exempt(blueprint)
    app.register_blueprint(blueprint)


def _view(one: Operation) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        try:
            answer = one.function(call_of_request(one, path))
        except (ApiError, DomainError) as error:
            return from_exception(error)
        return _json(answer.document, answer.status, dict(answer.headers))

    view.__name__ = one.name
    return public(view)


def _json(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps(content, ensure_ascii=False)
    response = Response(text, status, headers, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


for _one in OPERATIONS:
    blueprint.add_url_rule(
        _one.path.replace("{", "<").replace("}", ">"),
        _one.name,
        _view(_one),
        methods=[_one.method],
    )


@blueprint.get("/openapi.json")
@public
def openapi() -> Response:
    """Describe the API for machines."""
    return _json(document())


@blueprint.get("/")
@public
def about() -> str:
    """Describe the API for people."""
    return render_template("api/about.html", operations=OPERATIONS, described=document())
