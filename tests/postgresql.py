"""Run a command with a PostgreSQL server of its own: ``python -m tests.postgresql COMMAND...``.

The server lives on loopback for as long as the command runs and is thrown away afterwards. Nothing
is started when ``TEST_DATABASE_URL`` names a server already, or where PostgreSQL is not installed.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACES = ["/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/pgsql-*/bin"]
FASTER_THAN_SAFE = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
ON_A_SMALL_DISK = ["max_wal_size=48MB", "min_wal_size=32MB"]


def find_binaries() -> Path | None:
    """Return the folder with ``initdb`` and ``pg_ctl``; of several versions the newest."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    results = [
        path.parent
        for place in PLACES
        for path in Path("/").glob(f"{place.removeprefix('/')}/initdb")
    ]
    return max(results, key=lambda path: [int(n) for n in path.parts if n.isdigit()], default=None)


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root: root lends it another user."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(binaries: Path, *, inside: Path | None = None) -> Iterator[str]:
    """Yield the address of a fresh server, and remove it afterwards; ``inside`` a small disk."""
    user = _server_user()
    folder = Path(tempfile.mkdtemp(prefix="taalinkoop-postgresql-", dir=inside))
    if user:
        shutil.chown(folder, user)
    data, port = folder / "data", _free_port()
    options = [f"-p {port}", f"-k {folder}", "-c listen_addresses=127.0.0.1"]
    settings = FASTER_THAN_SAFE + (ON_A_SMALL_DISK if inside else [])
    options += [f"-c {setting}" for setting in settings]

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [binaries / program, "--pgdata", data, *arguments],
            check=True,
            cwd=folder,
            user=user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    try:
        run("initdb", "--auth=trust", "--username=taalinkoop", "--no-sync", "--encoding=UTF8")
        run(
            "pg_ctl", "start", "--wait", f"--log={folder / 'log'}", f"--options={' '.join(options)}"
        )
        try:
            yield f"postgresql://taalinkoop@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "stop", "--wait", "--mode=immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(command: list[str], environment: dict[str, str]) -> int:
    """Return how the command ended; Ctrl-C reaches it by itself, and the server must outlive it."""
    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def main(command: list[str]) -> int:
    """Run the command, with a server when there can be one; return its exit status."""
    environment = dict(os.environ)
    binaries = find_binaries()
    if environment.get("TEST_DATABASE_URL") or binaries is None:
        return _wait_for(command, environment)
    with server(binaries) as address:
        return _wait_for(command, {**environment, "TEST_DATABASE_URL": address})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
