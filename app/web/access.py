"""Who is asking: loads the account of the session, and keeps undeclared routes shut."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from app.web.requests import WITHOUT_DATABASE
from core import access_log
from core.accounts import Account, Role, may
from core.admin import Page, sign_in_first
from core.dates import now
from core.identity import session_operations as sessions
from core.identity.account_operations import note_sign_in
from core.identity.models import SignInSession
from core.identity.second_step_operations import has_second_step

PUBLIC_ENDPOINTS = {"static"}
WITH_ONE_TIME_PASSWORD = {"static", "account.index", "account.sign_out"}
WITHOUT_SECOND_STEP = {"static", "second_step.index", "account.sign_out"}
COOKIE_HAS = "token"
"""Under which name the cookie holds the token of the session."""


def guard(app: Flask) -> None:
    """Load the account before each request and check what the route declares."""
    app.before_request(_load_account)
    app.before_request(_check_declaration)
    app.after_request(_log_look)


def start_session(account: Account, *, outside: bool = False, awaits_code: bool = False) -> None:
    """Begin a fresh session; nothing of an earlier one is kept.

    ``outside`` says that another system vouched for the person: it is not for us to ask for a
    password or a second step of our own.
    """
    if COOKIE_HAS in session:
        sessions.end(session[COOKIE_HAS])
    session.clear()
    session[COOKIE_HAS] = sessions.begin(
        account, at=now(), device=request.user_agent.string, outside=outside,
        awaits_code=awaits_code,
    )  # fmt: skip


def end_session() -> None:
    """End this session: whoever kept the cookie has nothing."""
    if COOKIE_HAS in session:
        sessions.end(session[COOKIE_HAS])
    session.clear()


def let_in(account: Account, by: str, *, outside: bool = False) -> None:
    """Begin a session for someone who has shown who they are; ``by`` says with what."""
    note_sign_in(account, at=now())
    access_log.record(
        account, "account", at=now(), action="sign_in", about=by, address=_address()
    )  # fmt: skip
    start_session(account, outside=outside)


def note_refused(account: Account | None = None) -> None:
    """Write down that somebody was not let in; what they typed may be anything, and is not."""
    access_log.record(account, "account", at=now(), action="sign_in_failed", address=_address())


def _address() -> str:
    return request.remote_addr or ""


def await_second_step(account: Account) -> None:
    """Remember whose password was right; it opens nothing but the page that asks for the code."""
    start_session(account, awaits_code=True)


def awaited_account() -> Account | None:
    """Whose code we wait for."""
    pending = _session_of_cookie()
    return pending.account if pending is not None and pending.awaits_code else None


def limits() -> dict[str, timedelta]:
    """How long a session may be idle, and how long it lasts at most."""
    config = current_app.config
    return {
        "idle": timedelta(minutes=config["TAALINKOOP_IDLE_MINUTES"]),
        "life": timedelta(hours=config["TAALINKOOP_SESSION_HOURS"]),
    }


def session_end() -> dict[str, Any] | None:
    """Until when one is signed in, in how many seconds that is, and whether it can be put off."""
    if g.get("account") is None:
        return None
    at, life = now(), limits()["life"]
    ends = sessions.ends_at(g.session, at=at, **limits())
    return {
        "at": ends,
        "seconds": int((ends - at).total_seconds()),
        "can_go_on": ends < g.session.began_at + life,
    }


def _session_of_cookie() -> SignInSession | None:
    token = session.get(COOKIE_HAS)
    return sessions.find(token, at=now(), **limits()) if isinstance(token, str) else None


def declared_access(function: Callable[..., Any]) -> str:
    """What a route declares: ``public``, ``signed_in``, ``page`` (checks itself) or nothing."""
    if isinstance(getattr(function, "__self__", None), Page):
        return "page"
    return getattr(function, "declared_access", "")


def _load_account() -> None:
    g.account = None
    g.recorded = access_log.recorded()
    if COOKIE_HAS not in session or request.endpoint in WITHOUT_DATABASE:
        return
    current = _session_of_cookie()
    if current is None:
        session.clear()
    elif not current.awaits_code:
        sessions.touch(current, at=now())
        g.session, g.account = current, current.account


LOGGED = frozenset(("progress", "learners", "signals", "bids"))
"""Kinds of things of which every look is written down, also where a page forgets to."""


def _log_look(response: Response) -> Response:
    """Write down what was seen of persons, and what was refused, when no page did so itself."""
    account: Account | None = g.get("account")
    if account is None or request.endpoint is None or g.get("recorded") != access_log.recorded():
        return response
    about = " ".join(str(value) for value in (request.view_args or {}).values())
    page = getattr(current_app.view_functions[request.endpoint], "__self__", None)
    # A row of somebody else does not exist for who asks for it; that they asked is kept.
    if refusal := {403: "refused", 404: "not_found"}.get(response.status_code):
        access_log.record(
            account, "page", at=now(), action=refusal, about=request.endpoint, address=_address()
        )
    elif response.status_code == 200 and isinstance(page, Page) and page.thing in LOGGED:
        saved = response.headers.get("Content-Disposition", "").startswith("attachment")
        access_log.record(
            account, page.thing, at=now(), action="download" if saved else "look", about=about,
            purpose=g.get("purpose", "") if saved else "",
        )  # fmt: skip
    return response


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
    return None if g.session.outside else _first_do_this(g.account)


def needs_second_step(account: Account) -> bool:
    """Whether a password alone is not enough for this account, by the setting."""
    wanted = current_app.config["TAALINKOOP_SECOND_STEP"]
    if wanted != "rollen":
        return bool(wanted == "ja")
    return account.role == Role.ADMINISTRATOR or may(account, "read", "progress")


def _first_do_this(account: Account) -> Response | None:
    """Send someone to what must be done before anything else."""
    if account.must_change_password:
        if request.endpoint not in WITH_ONE_TIME_PASSWORD:
            return redirect(url_for("account.index"))
    elif (
        needs_second_step(account)
        and request.endpoint not in WITHOUT_SECOND_STEP
        and not has_second_step(account)
    ):
        return redirect(url_for("second_step.index"))
    return None
