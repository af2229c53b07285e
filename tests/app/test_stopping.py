"""Stopping: requests on their way are finished, and who reads no further is no error."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing

import pytest

COMMAND = [sys.executable, "-m", "app.cli"]
HALVES = (b"email=kim%40gemeente", b".nl&password=x")


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    return {**os.environ, "TAALINKOOP_DATA_DIR": str(tmp_path), "DATABASE_URL": ""}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def connect(port: int) -> socket.socket:
    """Connect as soon as the server listens."""
    until = time.monotonic() + 60
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=20)
        except ConnectionRefusedError:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_an_upload_on_its_way_is_finished_and_nothing_new_begins(environment):
    port = free_port()
    server = subprocess.Popen(
        [*COMMAND, "serve", "--migrate", "--port", str(port)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        with closing(connect(port)) as line:
            length = len(b"".join(HALVES))
            line.sendall(
                b"POST /account/aanmelden/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (length, HALVES[0])
            )
            time.sleep(0.2)  # until the server has the first half; it says nothing of that
            server.send_signal(signal.SIGTERM)
            refused_by = time.monotonic() + 10
            while time.monotonic() < refused_by:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                except ConnectionRefusedError:
                    break
                time.sleep(0.1)
            else:
                pytest.fail("the server goes on accepting")
            line.sendall(HALVES[1])
            answer = line.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 ")
        assert b"</html>" in answer
        assert server.wait(timeout=20) == 0
    finally:
        server.kill()
        server.communicate()


def test_who_reads_no_further_is_no_error(environment):
    subprocess.run([*COMMAND, "db", "migrate"], env=environment, check=True, capture_output=True)
    child = subprocess.Popen(
        [*COMMAND, "db", "status"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()
    assert (child.wait(timeout=60), child.stderr.read()) == (0, b"")
    child.stderr.close()
