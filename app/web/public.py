"""Addresses that anyone may ask: pages about the site, and answers for who watches over it."""

import hmac
import ipaddress
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import peewee
from flask import Blueprint, Response, abort, current_app, render_template, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily as Gauge, Metric
from prometheus_client.registry import Collector

from app.tasks.backups import last_backup
from core.admin import public
from core.dates import now
from core.db import database, postponed_writes, waiters
from core.jobs.models import FollowUp, Job
from core.migrations import pending
from providers.models import Delivery

blueprint = Blueprint("public", __name__)


@blueprint.get("/toegankelijkheid/")
@public
def accessibility() -> str:
    """Show the toegankelijkheidsverklaring."""
    return render_template("public/accessibility.html")


@blueprint.get("/privacy/")
@public
def privacy() -> str:
    """Show what is kept of whom, and for how long."""
    return render_template("public/privacy.html")


@blueprint.get("/.well-known/security.txt")
@public
def security() -> Response:
    """Say where to report a flaw (RFC 9116)."""
    contact, until = current_app.config["TAALINKOOP_SECURITY_CONTACT"], now() + timedelta(days=180)
    if not contact:
        abort(404)
    about = f"mailto:{contact}" if "@" in contact else contact
    lines = [
        f"Contact: {about}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nl, en",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


health = Blueprint("health", __name__)


@health.get("/healthz")
@public
def alive() -> Response:
    """Say that the process answers; the database is left alone."""
    return Response("ok\n", mimetype="text/plain")


@health.get("/readyz")
@public
def ready() -> Response:
    """Say whether the database answers and has the schema of this release."""
    opened = False
    try:
        opened = database.connect(reuse_if_open=True)
        waiting = pending(database.obj)
    except peewee.PeeweeException:
        return Response("database antwoordt niet\n", status=503, mimetype="text/plain")
    finally:
        if opened:
            database.close()
    if waiting:
        return Response("schema is niet bij\n", status=503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")


@health.get("/metrics")
@public
def metrics() -> Response:
    """Give figures to Prometheus: from this machine itself, or with the token of the settings."""
    if not _may_read_metrics():
        abort(404)
    return Response(
        generate_latest(REGISTRY) + generate_latest(_OfTheDatabase()),
        content_type=CONTENT_TYPE_LATEST,
    )


def _may_read_metrics() -> bool:
    token = current_app.config["TAALINKOOP_METRICS_TOKEN"]
    if token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    # What a proxy passes on comes from elsewhere, whatever address it has here.
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not forwarded and ipaddress.ip_address(request.remote_addr or "::").is_loopback


def count_by(model: type[Job] | type[Delivery]) -> list[tuple[str, int]]:
    """How many rows there are in each state."""
    query: Any = model.select(model.state, peewee.fn.COUNT(model.id)).group_by(model.state)
    return list(query.tuples())


class _OfTheDatabase(Collector):
    """What the database says at this moment."""

    def collect(self) -> Iterator[Metric]:
        """Give the figures; without a database only that there is none."""
        up = Gauge("taalinkoop_database_up", "Whether the database answers")
        opened = False
        try:
            opened = database.connect(reuse_if_open=True)
            yield from self._figures()
        except peewee.PeeweeException:
            up.add_metric([], 0)
        else:
            up.add_metric([], 1)
        finally:
            if opened:
                database.close()
        yield up

    def _figures(self) -> list[Metric]:
        jobs = Gauge("taalinkoop_jobs", "Jobs by state", labels=["state"])
        for state, count in count_by(Job):
            jobs.add_metric([state], count)
        deliveries = Gauge("taalinkoop_deliveries", "Deliveries by state", labels=["state"])
        for state, count in count_by(Delivery):
            deliveries.add_metric([state], count)
        made = last_backup()
        waiting, longest = waiters()
        return [
            Gauge("taalinkoop_lock_waiters", "Who waits for a lock of PostgreSQL now", waiting),
            Gauge("taalinkoop_lock_longest_wait_seconds", "How long the first waits", longest),
            jobs,
            deliveries,
            Gauge(
                "taalinkoop_follow_ups",
                "What committed changes still owe",
                FollowUp.select().count(),
            ),
            Gauge(
                "taalinkoop_postponed_writes",
                "Small writes that wait for the lock",
                postponed_writes(),
            ),
            Gauge(
                "taalinkoop_last_backup_timestamp_seconds",
                "When the last backup was made; 0 when never",
                made.timestamp() if made else 0,
            ),
        ]
