"""The connection of a request: opened when needed, closed by whoever opened it."""

from flask import Flask, g, request

from core.db import commits, database, limit_waiting, open_database

LONGEST_WAIT_MS = 5_000
"""How long a page waits for others who write, before it says so."""
WITHOUT_DATABASE = {"static", "health.alive", "health.ready", "health.metrics"}


def connect_to(app: Flask) -> None:
    """Choose the engine and hook the connection to the request."""
    database.initialize(open_database(app.config["DATABASE_URL"]))
    app.before_request(_open)
    app.teardown_request(_close)


def _open() -> None:
    g.commits_before = commits()
    if request.endpoint not in WITHOUT_DATABASE:
        g.opened_database = database.connect(reuse_if_open=True)
        if g.opened_database:
            limit_waiting(LONGEST_WAIT_MS)


def _close(_error: BaseException | None) -> None:
    if g.pop("opened_database", False):
        database.close()
