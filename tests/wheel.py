"""Install the built wheel into an empty environment, far from the checkout, and use it."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
PATIENCE = 60


def build(folder: Path) -> Path:
    """Build the wheel with the locked hatchling; return its path."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", folder, CHECKOUT], check=True)
    return next(folder.glob("*.whl"))


def install(wheel: Path, folder: Path) -> Path:
    """Make an environment with the locked dependencies and the wheel; return its ``bin``."""
    venv.create(folder, with_pip=True)
    programs = folder / "bin"
    pip = [programs / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--require-hashes", "-r", CHECKOUT / "requirements.txt"], check=True)
    subprocess.run([*pip, "--no-deps", wheel], check=True)
    return programs


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(address: str, server: subprocess.Popen[bytes]) -> str:
    """Return the page once the server answers; fail when it stops or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
                return str(answer.read(), "utf-8")
        except urllib.error.URLError:
            time.sleep(0.1)
    raise SystemExit(f"{address} gives no answer")


def main() -> int:
    """Build, install, and try the commands and a page."""
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "DATABASE_URL"}}
    with tempfile.TemporaryDirectory(prefix="taalinkoop-wheel-") as temporary:
        folder = Path(temporary)
        programs = install(build(folder), folder / "venv")
        taalinkoop = str(programs / "taalinkoop")
        data = folder / "data"
        data.mkdir()
        environment["TAALINKOOP_DATA_DIR"] = str(data)

        def run(*arguments: str) -> None:
            subprocess.run(
                [taalinkoop, *arguments],
                check=True,
                cwd=folder,
                env=environment,
                stdout=subprocess.DEVNULL,
            )

        run("--help")
        run("demo", "--load-only", "--months", "3", "--data", str(folder / "demo"))
        port = str(_free_port())
        server = subprocess.Popen(
            [taalinkoop, "serve", "--migrate", "--port", port],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        try:
            page = fetch(f"http://127.0.0.1:{port}/", server)
            style = fetch(f"http://127.0.0.1:{port}/readyz", server)
        finally:
            server.terminate()
            server.wait()
        if 'lang="nl"' not in page or not style:
            raise SystemExit("The installed product serves something else than its own pages")
    print("wheel: geïnstalleerd in een lege omgeving; opdrachten, demonstratie en pagina werken.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
