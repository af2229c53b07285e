"""The server as people reach it: a real waitress on loopback, alone and behind a proxy."""

import http.client
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from app import create_app
from app.settings import read_settings
from app.web import listening
from core.accounts import Account, Role, SignInFailure
from core.db import database
from core.identity.account_operations import add_account
from tests.builders import AT

PASSWORD = "vier losse woorden samen"
EMAIL = "kim@gemeente.example"
BEHIND = {"TAALINKOOP_TRUSTED_PROXIES": 1, "TAALINKOOP_HOSTS": ("taal.example", "127.0.0.1")}


class Server:
    """A waitress in a thread, and a way to ask it something as a proxy would pass it on."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self.app = create_app(read_settings({"TAALINKOOP_DATA_DIR": str(folder)}) | settings)
        self.server = listening.make_server(self.app, host="127.0.0.1", port=0, threads=4)
        self.port = self.server.effective_port
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> Any:
        """Ask, with headers such as ``x_forwarded_for="192.0.2.1"``; the answer with its text."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body:
            named["Content-Type"] = "application/x-www-form-urlencoded"
        line.request(method, path, body or None, named)
        answer = line.getresponse()
        answer.text = answer.read().decode("utf-8", "replace")  # type: ignore[attr-defined]
        line.close()
        return answer

    def sign_in(self, password: str, *, email: str = EMAIL, **headers: str) -> Any:
        """Fill in the form of the sign-in page."""
        page = self.ask("GET", "/account/aanmelden/", **headers)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]  # type: ignore[index]
        return self.ask(
            "POST", "/account/aanmelden/", f"csrf_token={token}&email={email}&password={password}",
            cookie=page.headers["Set-Cookie"].partition(";")[0], **headers,
        )  # fmt: skip

    def stop(self) -> None:
        """End it."""
        self.server.close()
        self.server.task_dispatcher.shutdown()
        self.thread.join(5)


@pytest.fixture
def serve(tmp_path, empty_database) -> Iterator[Any]:
    """``serve(TAALINKOOP_...=...)``: a server with one account in a database of its own."""
    was = database.obj
    shutil.copy(empty_database, tmp_path)
    with ExitStack() as stack:

        def start(**settings: Any) -> Server:
            if database.obj is not was:
                database.close()  # of the server before
            server = Server(tmp_path, settings)
            stack.callback(server.stop)
            database.connect(reuse_if_open=True)
            if not Account.select().exists():
                add_account(
                    email=EMAIL, role=Role.REGION, password=PASSWORD, by="test", at=AT
                )  # fmt: skip
            return server

        yield start
    database.close()
    database.initialize(was)


def test_thirty_five_wrong_sign_ins_behind_the_proxy_stop_nobody_else(serve):
    server = serve(**BEHIND)
    for n in range(35):
        # Each visitor makes up an address of its own too; the last one is what our proxy saw.
        server.sign_in(
            "fout", email=f"iemand{n}@x.example", x_forwarded_for=f"10.9.8.7, 192.0.2.{n}"
        )

    assert SignInFailure.select(SignInFailure.address).distinct().count() == 35
    assert server.sign_in(PASSWORD, x_forwarded_for="198.51.100.1").status == 302


def test_made_up_addresses_do_not_evade_the_lock_out(serve):
    server = serve(**BEHIND)
    for n in range(3):
        server.sign_in("fout", x_forwarded_for=f"192.0.2.{n}, 198.51.100.66")
    assert {one.address for one in SignInFailure.select()} == {"198.51.100.66"}

    direct = serve()
    direct.sign_in("fout", x_forwarded_for="192.0.2.9")
    elsewhere = serve(**BEHIND, TAALINKOOP_PROXY_ADDRESSES=(ip_network("10.0.0.0/8"),))
    elsewhere.sign_in("fout", x_forwarded_for="192.0.2.10")
    assert {one.address for one in SignInFailure.select()} == {"198.51.100.66", "127.0.0.1"}


def test_the_site_has_the_address_that_visitors_use(serve):
    server = serve(**BEHIND, TAALINKOOP_HTTPS=True, TAALINKOOP_OIDC_ISSUER="")
    answer = server.ask(
        "GET", "/planning/", host="intern:8000", x_forwarded_for="192.0.2.1",
        x_forwarded_proto="https", x_forwarded_host="taal.example", x_forwarded_prefix="/inkoop",
    )  # fmt: skip
    assert answer.headers["Location"] == "/inkoop/account/aanmelden/?volgende=/inkoop/planning/"
    assert answer.headers["Strict-Transport-Security"]

    page = server.ask("GET", "/account/aanmelden/", x_forwarded_prefix="/inkoop")
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-taalinkoop=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    with server.app.test_request_context(base_url="https://taal.example/inkoop"):
        own = server.app.url_for("oidc.arrive", _external=True)
    assert own == "https://taal.example/inkoop/account/oidc/terug/"


@pytest.mark.parametrize("prefix", ["//evil.example", "/a b", "javascript:", "/a\\b", "/a/../b?"])
def test_a_prefix_that_is_none_is_left_out(serve, prefix):
    page = serve(**BEHIND).ask("GET", "/account/aanmelden/", x_forwarded_prefix=prefix)
    assert prefix not in page.text
    assert 'href="/static/app.css"' in page.text


def test_a_name_that_is_not_ours_is_refused_and_says_which_setting(serve):
    server = serve(**BEHIND)
    for headers in ({"host": "evil.example"}, {"x_forwarded_host": "evil.example"}):
        answer = server.ask("GET", "/account/aanmelden/", **headers)
        assert answer.status == 400
        assert "TAALINKOOP_HOSTS" in answer.text
        assert "evil.example" not in answer.text
    assert server.ask("GET", "/healthz", host="10.0.0.9").status == 200
    assert serve().ask("GET", "/account/aanmelden/", host="localhost").status == 200
    assert serve().ask("GET", "/account/aanmelden/", host="evil.example").status == 400


def test_half_sent_requests_stop_nobody_and_are_ended(serve, monkeypatch):
    monkeypatch.setattr(listening, "PATIENCE_SECONDS", 1)
    monkeypatch.setattr(listening, "CLEANUP_SECONDS", 1)
    monkeypatch.setattr(listening, "PER_ADDRESS", 61)
    server = serve()
    head = b"POST /account/aanmelden/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n"
    with ExitStack() as stack:
        lines = []
        for n in range(60):
            line = socket.create_connection(("127.0.0.1", server.port), timeout=20)
            stack.callback(line.close)
            # Some stop half-way in the body, some in the headers.
            line.sendall(head + b"x" * 100 if n % 2 else head[:60])
            lines.append(line)
        assert server.ask("GET", "/healthz").status == 200
        # Beyond its share of the connections an address gets no more.
        for _ in "12":
            line = socket.create_connection(("127.0.0.1", server.port), timeout=20)
            stack.callback(line.close)
        assert line.recv(1) == b""
        deadline = time.monotonic() + 20
        while lines and time.monotonic() < deadline:
            for line in list(lines):
                line.settimeout(0.05)
                try:
                    # Whoever drips a byte now and then is not spared.
                    line.sendall(b"y")
                    if not line.recv(1000):
                        lines.remove(line)
                except TimeoutError:
                    pass
                except OSError:
                    lines.remove(line)
        assert lines == []
    assert server.ask("GET", "/healthz").status == 200


HIDDEN = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"
TWO_ENDS = (
    b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (5 + len(HIDDEN)),
    b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN),
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
    b"Content-Length: +0\r\n\r\n",
    b"Content-Length : %d\r\n\r\n" % len(HIDDEN),
)


@pytest.mark.parametrize("ends", TWO_ENDS)
def test_a_request_with_two_ends_hides_no_other(serve, ends):
    """What a proxy might take for the body is not answered as a request of its own."""
    with socket.create_connection(("127.0.0.1", serve().port), timeout=20) as line:
        line.sendall(b"POST /healthz HTTP/1.1\r\nHost: localhost\r\n" + ends + HIDDEN)
        line.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert answer.count(b"HTTP/1.") == 1
    assert b" 200 OK" not in answer


def test_guesses_at_the_same_moment_all_count(serve):
    server = serve(**BEHIND)
    with ThreadPoolExecutor(24) as crowd:
        list(crowd.map(lambda _: server.sign_in("fout", x_forwarded_for="192.0.2.1"), range(24)))
    assert SignInFailure.select().count() == 5
