"""Every request gets a number and a connection, is timed and counted, and can be logged."""

import logging
import re
import secrets
import time

from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

from core.db import (
    commits,
    database,
    limit_waiting,
    open_database,
    seconds_waited,
    tell_of_lock_waits,
)

logger = logging.getLogger(__name__)

REQUESTS = Counter("taalinkoop_requests", "Requests answered", ["method", "status"])
SECONDS = Histogram(
    "taalinkoop_request_seconds",
    "Time from request to answer",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
LOCK_REFUSALS = Counter("taalinkoop_lock_refusals", "Requests refused because others were writing")
LOCK_WAITS = Histogram(
    "taalinkoop_lock_wait_seconds",
    "Time that a change waited for others who were writing",
    buckets=(0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def register(app: Flask) -> None:
    """Hook it to every request; before anything else, so that whatever fails has a number."""
    tell_of_lock_waits(LOCK_WAITS.observe)
    app.before_request(_begin)
    app.after_request(_end)
    app.context_processor(lambda: {"request_id": g.get("request_id", "")})


def _begin() -> None:
    # A proxy that numbers requests itself is followed, so that one number leads through both logs.
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if re.fullmatch(r"[\w-]{8,64}", given) else secrets.token_hex(6)
    g.request_began = time.perf_counter()
    g.waited_before = seconds_waited()


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("request_began", time.perf_counter())
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint != "static":
        REQUESTS.labels(request.method, f"{response.status_code // 100}xx").inc()
        SECONDS.observe(seconds)
        fields = {
            "method": request.method,
            # The rule, not the address: an address may hold the number of a learner.
            "rule": str(request.url_rule or ""),
            "status": response.status_code,
            "milliseconds": round(seconds * 1000),
            "waited_milliseconds": round((seconds_waited() - g.get("waited_before", 0)) * 1000),
        }
        logger.info("request", extra={"fields": fields})
    return response


LONGEST_WAIT_MS = 10_000
"""How long a page waits for others who write, before it says so: a million rows are held in 3 s."""
WITHOUT_DATABASE = {"static", "health.alive", "health.ready", "health.metrics"}
"""Answered without the database, also to whoever brings a session."""


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
