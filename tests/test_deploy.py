"""The ready-made ways to install: what they set, run and mount is there."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from app.cli import GROUPS
from app.settings import SETTINGS, read_settings
from tests.test_operating import lines_of

DEPLOY = Path(__file__).parent.parent / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*"))
SERVICES = [path for path in UNITS if path.suffix == ".service"]


def test_compose_sets_settings_that_can_be_read() -> None:
    document = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    given = {
        name: re.sub(r"\$\{\w+[^}]*\}", "waarde.nl", str(value))
        for name, value in document["services"]["server"]["environment"].items()
    }
    assert set(given) <= {setting.name for setting in SETTINGS}
    settings = read_settings(given)
    front = document["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert [str(one) for one in settings["TAALINKOOP_PROXY_ADDRESSES"]] == [front]
    volumes = {volume.split(":")[1] for volume in document["services"]["server"]["volumes"]}
    assert {given["TAALINKOOP_DATA_DIR"], given["TAALINKOOP_BACKUP_DIR"]} == volumes
    for name in ("Containerfile", "Caddyfile"):
        assert (DEPLOY / name).exists()


def test_the_container_copies_what_is_there_and_runs_a_command() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    for name in re.findall(r"requirements\S*\.txt", text):
        assert (DEPLOY.parent / name).exists()
    command = re.search(r'^CMD \["(\w+)"', text, re.MULTILINE)
    assert command is not None
    assert command[1] in GROUPS


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_unit_runs_a_command_of_ours_and_writes_in_the_data_directory_only(path: Path) -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.read(path, encoding="utf-8")
    program, command, *_ = shlex.split(unit["Service"]["ExecStart"])
    assert program.endswith("/taalinkoop")
    assert command in GROUPS
    assert unit["Service"]["ReadWritePaths"] == "/srv/taalinkoop/instance"
    if path.stem != "taalinkoop":
        assert path.with_suffix(".timer") in UNITS


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_reads_the_units() -> None:
    said = subprocess.run(
        ["systemd-analyze", "verify", *UNITS],
        capture_output=True, text=True, check=False,
    ).stderr  # fmt: skip
    # That the program and the user are not on this machine is no fault of the unit.
    lines = [one for one in said.splitlines() if "deploy/systemd" in one or "taalinkoop" in one]
    assert [one for one in lines if "not executable" not in one and "user" not in one.lower()] == []


def _passed_on() -> list[str]:
    """What pip is told here holds in the build too: from where it installs, whom it trusts."""
    names = (n for n in os.environ if re.match("pip_|ssl_cert|https?_proxy|no_proxy", n, re.I))
    given = [f"--build-arg={name}={os.environ[name]}" for name in names]
    trusted = Path("/etc/ssl/certs")
    return given + [f"--volume={trusted}:{trusted}:ro"] * trusted.exists()


@pytest.fixture
def in_container() -> Iterator[Callable[..., str]]:
    """Run a command in a container of the Containerfile; skip where none can be made, with why.

    In a chroot: for that, nothing that runs containers has to be allowed here.
    """
    if shutil.which("buildah") is None:
        pytest.skip("buildah is not here")

    def buildah(verb: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        isolation = ["--isolation=chroot"] if verb in ("build", "run") else []
        return subprocess.run(
            ["buildah", verb, *isolation, *arguments],
            input=given, capture_output=True, text=True, check=False,
        )  # fmt: skip

    file = DEPLOY / "Containerfile"
    for base in set(re.findall(r"^FROM (\S+)", file.read_text(encoding="utf-8"), re.MULTILINE)):
        # A test does not go out to a registry.
        if buildah("inspect", "--type=image", base).returncode:
            pytest.skip(f"{base} is not here; to try it: buildah pull {base}")
    options = ["--quiet", f"--file={file}", *_passed_on()]
    built = buildah("build", *options, str(DEPLOY.parent))
    assert built.returncode == 0, built.stderr
    image = built.stdout.split()[-1]
    container = buildah("from", image).stdout.strip()

    def run(*command: str, given: str = "") -> str:
        done = buildah("run", container, "--", *command, given=given)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    yield run
    buildah("rm", container)
    buildah("rmi", image)


@pytest.mark.container
@pytest.mark.thorough
def test_a_container_from_nothing_to_backed_up_and_watched(in_container) -> None:
    assert "uid=10001(taalinkoop)" in in_container("id")
    in_container("taalinkoop", "db", "migrate")
    for line in lines_of("De eerste beheerder")[:1]:
        command = shlex.split(line.removeprefix(".venv/bin/"))
        in_container(*command, "--password-stdin", given="fietsbel-aardappel-molen\n")
    backup, *verify_and_restore = lines_of("Reservekopie")[:3]
    for line in (backup, *verify_and_restore, backup):
        in_container(*shlex.split(line))
    assert "Alles klopt." in in_container("taalinkoop", "db", "check")
    assert "LET OP" not in in_container("taalinkoop", "doctor")
    assert in_container("pg_dump", "--version")
    served = in_container("sh", "-c", SERVED)
    assert "taalinkoop_database_up 1.0" in served
    assert served.endswith("status 0\n")


SERVED = """
taalinkoop serve --migrate & server=$!
python - <<'END'
import time, urllib.request
for path in ("readyz", "metrics"):
    for _ in range(300):
        try:
            print(urllib.request.urlopen(f"http://127.0.0.1:8000/{path}").read().decode())
            break
        except OSError:
            time.sleep(0.1)
END
kill -TERM $server; wait $server; echo status $?
"""
"""Starts the server as the container does, reads what watches it, and stops it."""
