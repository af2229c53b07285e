"""The monthly run from two sides at once, and killed half-way: everyone gets one letter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mailbox import mailbox
from tests.providers.feed.lines import row, text

PATIENCE = 120
REGISTER = """aanbiedercode;naam;email
TA001;Een;een@school.nl
TA002;Twee;twee@school.nl
"""


def start(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    settings = {"TAALINKOOP_DATA_DIR": str(folder), "DATABASE_URL": "", **environment}
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", *arguments],
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    child = start(folder, *arguments, **environment)
    out, error = child.communicate(timeout=PATIENCE)
    return child.returncode, out + error


@pytest.fixture
def folder(tmp_path):
    """Two providers with an address and rows of one month."""
    run(tmp_path, "db", "migrate")
    register, feed = tmp_path / "aanbieders.csv", tmp_path / "levering.csv"
    register.write_text(REGISTER, encoding="utf-8")
    feed.write_text(text([row(trajectnummer=f"T-{n}") for n in range(6)]), encoding="utf-8")
    run(tmp_path, "provider", "import", str(register), "--kind", "aanbieders")
    for code in ("TA001", "TA002"):
        run(tmp_path, "feed", "import", str(feed), "--aanbieder", code)
    return tmp_path


@pytest.mark.thorough
def test_a_second_run_is_refused_and_a_killed_one_goes_on_where_it_was(folder):
    with mailbox() as box:
        post = {"TAALINKOOP_SMTP_URL": box.url, "TAALINKOOP_MAIL_FROM": "post@regio.nl"}
        command = ("report", "2026-10", "--mail")
        box.hold_after = 1
        first = start(folder, *command, **post)
        try:
            assert box.held.wait(PATIENCE), first.communicate(timeout=1)
            status, said = run(folder, *command, **post)
            assert status == 2
            assert "De rapporten van oktober 2026 worden al gemaild" in said
        finally:
            first.kill()
            first.communicate()
            box.released.set()
        box.hold_after = None
        assert run(folder, *command, **post) == (
            0,
            "1 rapporten gemaild, 1 waren al gemaild.\n",
        )
        assert [letter["To"] for letter in box.letters] == ["een@school.nl", "twee@school.nl"]
