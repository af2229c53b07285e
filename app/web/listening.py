"""How the server listens: how many connections, and how long a request may take to arrive.

Waitress reads a request in full before a thread works on it, so that slow senders hold no thread;
but they hold a connection, and of those there are a limited number.
"""

import signal
import time
from collections.abc import Sequence
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer

from app.web.security import Network, is_in

IN_MEMORY_BYTES = 512 * 1024
"""Waitress keeps an upload in memory up to here and in a temporary file beyond it."""
CONNECTIONS = 400
PER_ADDRESS = CONNECTIONS // 2
"""One address that is no proxy of ours holds no more than half of the connections."""
PATIENCE_SECONDS = 30
"""How long a connection may be silent, and how long a request may take to arrive..."""
SLOWEST_BYTES_PER_SECOND = 20_000
"""...beyond the time that its bytes take at this pace: a 50 MB upload has 42 minutes."""
CLEANUP_SECONDS = 5
LOOK_SECONDS = 0.5
"""How soon a signal to stop is noticed."""
FINISH_SECONDS = 30
"""How long requests that are on their way may take once the server is told to stop."""
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


class OneEndParser(HTTPRequestParser):
    """Refuses a request that says in two ways where it ends (RFC 9112, 6.1).

    A proxy that believes the other way would take what follows for a request of somebody else.
    """

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head of a request."""
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Both Transfer-Encoding and Content-Length")


class BoundedChannel(HTTPChannel):
    """A connection whose request must arrive in time.

    Waitress ends what was silent for ``channel_timeout`` seconds; of a request that is still
    arriving, ``last_activity`` is when it began plus the time that its bytes may take.
    """

    parser_class = OneEndParser
    proxies: Sequence[Network] = ()

    def __init__(self, server: Any, sock: Any, addr: Any, adj: Any, map: Any = None) -> None:  # noqa: A002
        self._last, self._began, self._received = 0.0, 0.0, 0
        super().__init__(server, sock, addr, adj, map)
        others = sum(1 for one in server.active_channels.values() if one.addr[0] == addr[0])
        if others > PER_ADDRESS and not is_in(addr[0], self.proxies):
            self.will_close = True

    @property
    def last_activity(self) -> float:
        """When something last happened, as far as it counts."""
        if self.request is None or self.requests:
            return self._last
        return self._began + self._received / SLOWEST_BYTES_PER_SECOND

    @last_activity.setter
    def last_activity(self, moment: float) -> None:
        self._last = moment

    def received(self, data: bytes) -> Any:
        """Count what arrives of a request."""
        if self.request is None:
            self._began, self._received = self._last, 0
        self._received += len(data)
        return super().received(data)


def make_server(app: Flask, *, host: str, port: int, threads: int) -> Any:
    """Make the server of an application; ``run()`` serves until it is interrupted."""
    if not app.config["TAALINKOOP_HOSTS"] and host in ("127.0.0.1", "localhost", "::1"):
        app.config["TAALINKOOP_HOSTS"] = LOCAL_NAMES
    server = create_server(
        app,
        host=host,
        port=port,
        threads=threads,
        ident="",
        inbuf_overflow=IN_MEMORY_BYTES,
        max_request_body_size=(app.config["MAX_CONTENT_LENGTH"] or 0) + 1024 * 1024,
        connection_limit=CONNECTIONS,
        channel_timeout=PATIENCE_SECONDS,
        cleanup_interval=CLEANUP_SECONDS,
        asyncore_use_poll=True,
        # Whom to believe is for ``BehindProxies``; waitress knows one proxy address only.
        clear_untrusted_proxy_headers=False,
    )
    channel = type(
        "Channel",
        (BoundedChannel,),
        {
            "proxies": app.config["TAALINKOOP_PROXY_ADDRESSES"]
            if app.config["TAALINKOOP_TRUSTED_PROXIES"]
            else ()
        },
    )
    listeners = getattr(server, "map", None) or server._map
    for one in listeners.values():
        if isinstance(one, BaseWSGIServer):
            one.channel_class = channel
    return server


def serve_until_stopped(server: Any) -> None:
    """Serve until SIGTERM or Ctrl-C; then finish what is on its way, and refuse what is new.

    A second signal ends it at once.
    """
    asked: list[bool] = []

    def stop(_number: int, _frame: Any) -> None:
        if asked:
            raise SystemExit(1)
        asked.append(True)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    connections = getattr(server, "map", None) or server._map

    def turn() -> None:
        wasyncore.loop(timeout=LOOK_SECONDS, use_poll=True, map=connections, count=1)

    while not asked:
        turn()
    for one in list(connections.values()):
        if isinstance(one, BaseWSGIServer):
            one.del_channel(connections)
            one.socket.close()
    last = time.monotonic() + FINISH_SECONDS
    while time.monotonic() < last and any(map(_is_busy, connections.values())):
        turn()
    server.task_dispatcher.shutdown()


def _is_busy(connection: Any) -> bool:
    """Whether a request is arriving, being worked on, or being answered."""
    return isinstance(connection, HTTPChannel) and bool(
        connection.request is not None or connection.requests or connection.total_outbufs_len
    )
