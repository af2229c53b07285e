"""Somebody else owns the files: page, API and command say so, nothing is lost, and it mends."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.opening import opened_database
from core.db import database
from core.errors import NO_RIGHTS
from tests.app.test_cli import run  # noqa: F401  the fixture
from tests.app.test_stopping import free_port
from tests.builders import make_contract, make_provider
from tests.crowd import ask, wait_until_ready
from tests.providers.feed.lines import csv, row

# Root may open everything; as root without that power it is as any other user.
LIKE_OTHERS = [
    "setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all",
] if os.geteuid() == 0 else []  # fmt: skip
COMMAND = [*LIKE_OTHERS, sys.executable, "-m", "app.cli"]

pytestmark = pytest.mark.skipif(
    bool(LIKE_OTHERS) and shutil.which("setpriv") is None, reason="root needs setpriv"
)


@pytest.fixture
def data(run, tmp_path) -> Path:  # noqa: F811
    """The folder of an installation with a school that delivered once."""
    assert run("db", "migrate")[0] == 0
    with opened_database():
        make_contract(make_provider("TA001"))
    database.initialize(None)
    (tmp_path / "feed.csv").write_bytes(csv(row()))
    assert run("feed", "import", str(tmp_path / "feed.csv"), "--aanbieder", "TA001")[0] == 0
    return tmp_path / "instance"


@pytest.fixture
def command(data) -> Callable[..., tuple[int, str]]:
    """Give a command as somebody who may not open everything; its status and what it says."""

    def call(*arguments: str) -> tuple[int, str]:
        done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        assert "Traceback" not in said
        return done.returncode, said

    return call


@pytest.fixture
def url(data) -> Iterator[str]:
    """The address of a server that may not open everything."""
    port = free_port()
    server = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until_ready(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def test_a_database_that_may_not_be_opened_is_said_at_every_door(data, url, command):
    file = data / "taalinkoop.sqlite"
    file.chmod(0)
    page, answer = ask(url, "/account/aanmelden/", {}), ask(url, "/api/v1/deliveries", {})
    status, said = command("db", "check")
    file.chmod(0o600)
    assert (page.status, answer.status, status) == (503, 503, 2)
    for text in (page.body.decode(), answer.body.decode(), said):
        assert "kan niet worden geschreven" in text
        assert "is veilig" in text
        assert "rechten heeft op de gegevensmap" in " ".join(text.split())
    assert ask(url, "/account/aanmelden/", {}).status == 200
    assert command("db", "check")[0] == 0


@pytest.mark.parametrize("name", ["secret_key", "originals", "incoming"])
def test_a_delivery_beside_files_of_somebody_else_is_refused_in_one_sentence(
    name, data, command, tmp_path
):
    (tmp_path / "second.csv").write_bytes(csv(row(trajectnummer="T-9")))
    mode = (data / name).stat().st_mode
    (data / name).chmod(0)
    status, said = command("feed", "import", str(tmp_path / "second.csv"), "--aanbieder", "TA001")
    doctor = command("doctor")[1]
    (data / name).chmod(mode)
    assert status == 2
    assert NO_RIGHTS.sentence in said
    assert f"LET OP  gegevensmap: bij {name} in {data} mag Taalinkoop niet" in doctor
    status, said = command("feed", "import", str(tmp_path / "second.csv"), "--aanbieder", "TA001")
    assert (status, "1 aangenomen" in said) == (0, True)
    assert command("db", "check")[0] == 0


def test_what_a_delivery_owes_and_cannot_do_yet_is_no_failure_of_the_delivery(
    data, command, tmp_path
):
    (tmp_path / "second.csv").write_bytes(csv(row(trajectnummer="T-9")))
    (data / "locks").chmod(0o500)
    status, said = command("feed", "import", str(tmp_path / "second.csv"), "--aanbieder", "TA001")
    unable, why = command("jobs")
    (data / "locks").chmod(0o700)
    assert (status, "1 aangenomen" in said) == (0, True)
    assert (unable, NO_RIGHTS.sentence in why) == (2, True)
    assert command("jobs")[0] == 0
    assert command("db", "check") == (0, "Alles klopt.\n")
