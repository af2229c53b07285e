"""docs/operating.md, walked from nothing to an installation that is backed up and watched."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENT = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
SECONDS = 60


def lines_of(section: str) -> list[str]:
    """The lines to type in a section, without their remarks."""
    text = DOCUMENT.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines()]


@pytest.fixture
def shell(tmp_path):
    """Type a line in an empty folder, on a machine where the product was installed."""
    for name in (".env.example", ".venv"):
        (tmp_path / name).symlink_to(ROOT / name if name == ".env.example" else sys.prefix)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: os.environ[name] for name in ("LANG", "HOME") if name in os.environ}

    def type_(line: str, *, answer: str = "", status: int = 0, **settings: str) -> str:
        done = subprocess.run(
            ["bash", "-c", line], cwd=tmp_path, env={**kept, "PATH": path, **settings},
            input=answer, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == status, (line, done.stdout, done.stderr)
        return done.stdout

    type_.environment = {**kept, "PATH": path}
    return type_


@pytest.mark.thorough
def test_from_nothing_to_backed_up_and_watched(shell, tmp_path):
    for line in lines_of("Installeren"):
        if line.startswith(("cp ", "chmod ", "mkdir ")):
            shell(line)
    shell("taalinkoop db migrate")
    for line in lines_of("De eerste beheerder")[:1]:
        shell(f"{line} --password-stdin", answer="fietsbel-aardappel-molen\n")

    backup, verify, restore, new_key, recipient, decrypt = lines_of("Reservekopie")
    for line in (backup, verify, restore):
        shell(line)
    key = re.search(r"age1\w+", shell(new_key))
    shell(f"{backup}.age", TAALINKOOP_BACKUP_RECIPIENT=key[0])
    assert recipient == "TAALINKOOP_BACKUP_RECIPIENT=age1..."
    shell(decrypt)
    shell(backup)  # as the document says after a restore
    for line in lines_of("Opruimen"):
        shell(line)
    assert "Alles klopt." in shell("taalinkoop db check")
    assert "LET OP" not in shell("taalinkoop doctor")

    figures = _served(shell.environment, tmp_path)
    assert "taalinkoop_database_up 1.0" in figures
    made = re.search(r"^taalinkoop_last_backup_timestamp_seconds (\S+)$", figures, re.MULTILINE)
    assert abs(time.time() - float(made[1])) < 10 * SECONDS


def _served(environment: dict[str, str], folder: Path) -> str:
    """Start the server, and read what the table under 'In de gaten houden' names."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["taalinkoop", "serve", "--port", str(port)], cwd=folder, env=environment,
        executable=Path(sys.executable).parent / "taalinkoop", stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert f":{port}" in server.stdout.readline()
        addresses = re.findall(r"^\| `(/\w+)` \|", DOCUMENT, re.MULTILINE)
        assert addresses == ["/healthz", "/readyz", "/metrics"]
        answers = [_answer(f"http://127.0.0.1:{port}{address}") for address in addresses]
    finally:
        server.terminate()
        server.communicate(timeout=SECONDS)
    return answers[-1]


def _answer(address: str) -> str:
    """What an address answers; the server says that it runs a moment before it listens."""
    until = time.monotonic() + SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=SECONDS) as answer:
                return answer.read().decode()
        except ConnectionError:
            if time.monotonic() > until:
                raise
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionError) or time.monotonic() > until:
                raise
