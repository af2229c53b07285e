"""Whom the server believes about who is asking: our own proxies, and nobody else."""

import re
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

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
