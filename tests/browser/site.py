"""A running Taalinkoop with the demo region in it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from app.demo import ACCOUNTS
from core.accounts import Role
from tests.browser.examined import Examined

TAALINKOOP = Path(sys.executable).parent / "taalinkoop"
PATIENCE = 60


def email(role: Role, provider: str = "") -> str:
    """Address with which the demo lets this role in, of one aanbieder when it is named."""
    return next(
        address
        for address, _, own_role, code, *_ in ACCOUNTS
        if own_role == role and provider in ("", code)
    )


def _environment(folder: Path) -> dict[str, str]:
    # Nor is it measured which lines run: the tests of pages do that, in half the time.
    inherited = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("TAALINKOOP", "DATABASE", "COVERAGE"))
    }
    return {
        **inherited,
        "TAALINKOOP_DATA_DIR": str(folder),
        "TAALINKOOP_SECOND_STEP": "nee",
        "TAALINKOOP_RETENTION": "nee",
    }


def taalinkoop(folder: Path, *arguments: str, given: str | None = None) -> None:
    """Run a command on the data in this folder; ``given`` is what it reads."""
    done = subprocess.run(
        [TAALINKOOP, *arguments],
        check=False,
        env=_environment(folder),
        capture_output=True,
        text=True,
        input=given,
    )
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"taalinkoop {' '.join(arguments)}: {done.stderr or done.stdout}")


def fill(folder: Path, months: int = 24) -> None:
    """Make the demo region."""
    taalinkoop(folder, "demo", "--load-only", "--months", str(months), "--data", str(folder))


@dataclass
class Site:
    """A server on loopback, with its data in ``folder``."""

    folder: Path
    url: str
    process: subprocess.Popen[bytes]
    examined: Examined

    @classmethod
    def start(cls, folder: Path, examined: Examined | None = None, **settings: str) -> "Site":
        """Serve what ``fill`` made; return when it answers. ``settings`` of the installation."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = (folder / "server.log").open("wb")
        process = subprocess.Popen(
            [TAALINKOOP, "serve", "--port", str(port)],
            env=_environment(folder) | settings,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        site = cls(folder, f"http://127.0.0.1:{port}", process, examined or Examined())
        site.wait()
        return site

    def wait(self) -> None:
        """Return when the server is ready."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=PATIENCE):
                    return
            except urllib.error.URLError:
                time.sleep(0.1)
        raise RuntimeError((self.folder / "server.log").read_text())

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        self.process.wait()
