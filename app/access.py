"""Who is asking: loads the account of the session, and keeps undeclared routes shut."""

import time
from collections.abc import Callable
from typing import Any

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from core.accounts import Account
from core.admin import Page, sign_in_first

PUBLIC_ENDPOINTS = {"static"}
WITH_ONE_TIME_PASSWORD = {"static", "account.index", "account.sign_out"}


def guard(app: Flask) -> None:
    """Load the account before each request and check what the route declares."""
    app.before_request(_load_account)
    app.before_request(_check_declaration)


def start_session(account: Account) -> None:
    """Begin a fresh session; nothing of an earlier one is kept."""
    session.clear()
    session["account"] = account.id
    session["key"] = account.session_key
    session["seen"] = int(time.time())


def declared_access(function: Callable[..., Any]) -> str:
    """What a route declares: ``public``, ``signed_in``, ``page`` (checks itself) or nothing."""
    if isinstance(getattr(function, "__self__", None), Page):
        return "page"
    return getattr(function, "declared_access", "")


def _load_account() -> None:
    g.account = None
    if "account" not in session or request.endpoint in PUBLIC_ENDPOINTS:
        return
    now = int(time.time())
    idle = now - session.get("seen", 0)
    account = Account.get_or_none(Account.id == session["account"], Account.active)
    if (
        account is None
        or session.get("key") != account.session_key
        or idle > current_app.config["TAALINKOOP_IDLE_MINUTES"] * 60
    ):
        session.clear()
        return
    if idle > 60:
        session["seen"] = now
    g.account = account


def _check_declaration() -> Response | None:
    if request.endpoint is None or request.endpoint in PUBLIC_ENDPOINTS:
        return None
    access = declared_access(current_app.view_functions[request.endpoint])
    if access == "public":
        return None
    if g.account is None:
        return sign_in_first()
    if access not in ("signed_in", "page"):
        abort(403)
    if g.account.must_change_password and request.endpoint not in WITH_ONE_TIME_PASSWORD:
        return redirect(url_for("account.index"))
    return None
