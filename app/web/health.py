"""Addresses for whoever watches over the server."""

import peewee
from flask import Blueprint, Response

from core.admin import public
from core.db import database
from core.migrations import pending

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """Say that the process answers; the database is left alone."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@public
def ready() -> Response:
    """Say whether the database answers and has the schema of this release."""
    opened = False
    try:
        opened = database.connect(reuse_if_open=True)
        waiting = pending(database.obj)
    except peewee.DatabaseError:
        return Response("database antwoordt niet\n", status=503, mimetype="text/plain")
    finally:
        if opened:
            database.close()
    if waiting:
        return Response("schema is niet bij\n", status=503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")
