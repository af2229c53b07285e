"""PgBouncer before the PostgreSQL of the tests, in transaction mode: nobody keeps a session."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

CONFIG = """[databases]
* = host={server.hostname} port={server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = 12
"""


@contextmanager
def pgbouncer(address: str) -> Iterator[str]:
    """Yield the address of the same database behind PgBouncer; skip where it is not installed."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed")
    server = urlsplit(address)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    behind = server._replace(netloc=f"{server.username}@127.0.0.1:{port}").geturl()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = CONFIG.format(server=server, port=port, folder=folder)
        (folder / "pgbouncer.ini").write_text(config, encoding="utf-8")
        (folder / "users.txt").write_text(f'"{server.username}" ""\n', encoding="utf-8")
        # It reads its files as another user than root.
        folder.chmod(0o755)
        command = [program, "--quiet", *(["--user=nobody"] if os.geteuid() == 0 else [])]
        process = subprocess.Popen([*command, folder / "pgbouncer.ini"], stderr=subprocess.DEVNULL)
        try:
            _wait_for(behind)
            yield behind
        finally:
            process.terminate()
            process.wait()


def _wait_for(address: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
