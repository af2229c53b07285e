"""What protects every answer: headers, tokens against forged requests, and no outside redirects."""

import re
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from flask import Flask, Response, abort, current_app, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from werkzeug.sansio.utils import host_is_trusted

from core.pages.fields import LARGEST_INTEGER

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        # One file of our own: nothing inline, nothing from elsewhere.
        "script-src 'self'",
        "connect-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OWN_ADDRESS = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")

csrf = CSRFProtect()


class BoundedIntegerConverter(IntegerConverter):
    """A number in an address, no larger than a key of any engine; beyond it there is no page."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": LARGEST_INTEGER} | options)


def is_own_address(address: str) -> bool:
    """Whether a redirect target stays on this site, in every browser's reading."""
    return OWN_ADDRESS.fullmatch(address) is not None


def protect(app: Flask) -> None:
    """Set up everything in this module."""
    secure = app.config["TAALINKOOP_HTTPS"]
    app.config.update(
        # A browser takes such a name from this very host only, over https, for the whole site.
        SESSION_COOKIE_NAME="__Host-taalinkoop" if secure else "taalinkoop",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        # Bound to the session: a long form does not expire under somebody's hands.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_I18N_ENABLED=False,
        MAX_CONTENT_LENGTH=app.config["TAALINKOOP_MAX_UPLOAD_MB"] * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=5_000,
    )
    if secure:
        app.wsgi_app = AlwaysHttps(app.wsgi_app)  # type: ignore[method-assign]
    proxies = app.config["TAALINKOOP_TRUSTED_PROXIES"]
    if proxies:
        app.wsgi_app = BehindProxies(  # type: ignore[method-assign]
            app.wsgi_app, proxies, app.config["TAALINKOOP_PROXY_ADDRESSES"]
        )
    app.url_map.converters["int"] = BoundedIntegerConverter
    app.before_request(_refuse_other_hosts)
    app.before_request(_refuse_what_no_database_holds)
    app.before_request(_refuse_foreign_redirects)
    csrf.init_app(app)
    app.after_request(_add_headers)


class UnknownHostError(BadRequest):
    """The request is for a name that is not ours."""


def _refuse_other_hosts() -> None:
    # Who watches the server asks by its address; these answers name no address.
    if (request.endpoint or "").startswith("health."):
        return
    if not host_is_trusted(request.host, current_app.config["TAALINKOOP_HOSTS"]):
        raise UnknownHostError


def _refuse_what_no_database_holds() -> None:
    texts = [request.path, *request.args.values(), *request.form.values()]
    if any("\0" in text for text in texts):
        abort(400)


def _refuse_foreign_redirects() -> None:
    for name in ("url", "volgende"):
        for address in request.values.getlist(name):
            if address and not is_own_address(address):
                abort(400)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if g.get("account") is not None or request.path.startswith("/account/"):
        response.headers["Cache-Control"] = "no-store"
    elif response.mimetype == "text/calendar":
        # Its address is a secret of somebody: no cache in between keeps what it leads to.
        response.headers["Cache-Control"] = "private, no-store"
    return response


Environ = dict[str, Any]
Network = IPv4Network | IPv6Network
PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")


class BehindProxies:
    """Believes ``X-Forwarded-*`` of our own proxies, and of nobody else.

    ``count`` proxies stand in a row before the server: of each header the last ``count`` values
    are theirs, and what a visitor made up comes before. ``networks``: whence they connect.
    """

    def __init__(self, application: Any, count: int, networks: Sequence[Network]) -> None:
        self.application, self.networks = application, networks
        self.believing = ProxyFix(
            application, x_for=count, x_proto=count, x_host=count, x_prefix=count
        )

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Pass a request on, with the address of the visitor."""
        prefix = environ.get("HTTP_X_FORWARDED_PREFIX", "")
        if not PREFIX.fullmatch(prefix.rpartition(",")[2].strip()):
            del environ["HTTP_X_FORWARDED_PREFIX"]
        if is_in(environ.get("REMOTE_ADDR"), self.networks):
            return self.believing(environ, start_response)
        for name in [name for name in environ if name.startswith("HTTP_X_FORWARDED_")]:
            del environ[name]
        return self.application(environ, start_response)


class AlwaysHttps:
    """Tells the application that visitors speak https: the setting says that they can only so."""

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Pass a request on."""
        environ["wsgi.url_scheme"] = "https"
        return self.application(environ, start_response)


def is_in(address: str | None, networks: Sequence[Network]) -> bool:
    """Whether an address is in one of these networks."""
    try:
        host = ip_address((address or "").partition("%")[0])
    except ValueError:
        return False
    return any(host in network for network in networks)
