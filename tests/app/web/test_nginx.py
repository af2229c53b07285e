"""The nginx of docs/operating.md in front of a real server: alone, and under a prefix."""

import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from core.accounts import SignInFailure
from tests.app.web.test_listening import BEHIND, serve  # noqa: F401  the fixture

DOCUMENT = Path(__file__).parents[3] / "docs" / "operating.md"
BLOCK = re.search(r"^server \{\n.*?^\}\n", DOCUMENT.read_text(encoding="utf-8"), re.M | re.S)
FRAME = """pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {server}
}}
"""


@pytest.fixture
def nginx(tmp_path):
    """Start nginx with the block of the document, for a port here and that of the server."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed")
    started = []

    def start(behind: int, **changes: str) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        changes |= {
            "listen 443 ssl;": f"listen 127.0.0.1:{port};",
            "127.0.0.1:8000": f"127.0.0.1:{behind}",
        }
        block = BLOCK[0]
        for old, new in changes.items():
            assert old in block
            block = block.replace(old, new)
        config = tmp_path / "nginx.conf"
        config.write_text(FRAME.format(folder=tmp_path, server=block), encoding="utf-8")
        process = subprocess.Popen(
            [program, "-p", str(tmp_path), "-c", str(config), "-g", "daemon off;"],
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        until = time.monotonic() + 20
        while time.monotonic() < until and process.poll() is None:
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    return port
        raise AssertionError((tmp_path / "error.log").read_text(encoding="utf-8"))

    yield start
    for process in started:
        process.terminate()
        process.wait(20)


def ask(port: int, path: str, **headers: str) -> http.client.HTTPResponse:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    line.request("GET", path, headers={"Host": "taal.example"} | named)
    answer = line.getresponse()
    answer.text = answer.read().decode()
    line.close()
    return answer


def test_what_a_visitor_makes_up_does_not_pass_nginx(serve, nginx):  # noqa: F811
    server = serve(**BEHIND)
    behind, server.port = server.port, nginx(server.port)

    server.sign_in("fout", x_forwarded_for="192.0.2.9", x_forwarded_prefix="/evil")
    page = ask(server.port, "/planning/", x_forwarded_host="evil.example", x_forwarded_prefix="/x")

    assert behind != server.port
    assert {one.address for one in SignInFailure.select()} == {"127.0.0.1"}
    assert page.headers["Location"] == "/account/aanmelden/?volgende=/planning/"


def test_a_site_under_a_prefix_leads_to_itself(serve, nginx):  # noqa: F811
    port = nginx(
        serve(**BEHIND).port,
        **{
            "location / {": "location /inkoop/ {",
            "proxy_pass http://127.0.0.1:8000;": "proxy_pass http://127.0.0.1:8000/;",
            'X-Forwarded-Prefix ""': "X-Forwarded-Prefix /inkoop",
        },
    )
    first = ask(port, "/inkoop/planning/")
    assert first.headers["Location"] == "/inkoop/account/aanmelden/?volgende=/inkoop/planning/"
    page = ask(port, first.headers["Location"])
    addresses = re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text)
    assert addresses
    assert all(address.startswith("/inkoop/") for address in addresses)
    assert ask(port, next(a for a in addresses if a.endswith(".css"))).status == 200
