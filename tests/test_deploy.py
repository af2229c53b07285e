"""The ready-made ways to install: what they set, run and mount is there."""

import configparser
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from app.cli import GROUPS
from app.settings import SETTINGS, read_settings

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
