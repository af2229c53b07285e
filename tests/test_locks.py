"""Each lock file is closed: pip finds in it all it needs, whatever was published since.

A requirement that no pin of the same file meets (an extra that was left out, say) sends pip to the
registry for the newest release, and stops the installation on the day that there is one.
"""

import tomllib
from collections import defaultdict
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.vulnerabilities import advisories_of

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = PROJECT["project"]["dependencies"]
POSTGRESQL = PROJECT["project"]["optional-dependencies"]["postgresql"]
BUILD = PROJECT["dependency-groups"]["build"]
DEV = [line for line in PROJECT["dependency-groups"]["dev"] if isinstance(line, str)]
# What each file is made for.
LOCKS = {
    "requirements.txt": DEPENDENCIES,
    "requirements-postgresql.txt": DEPENDENCIES + POSTGRESQL,
    "requirements-build.txt": BUILD + PROJECT["build-system"]["requires"],
    "requirements-dev.txt": DEPENDENCIES + POSTGRESQL + BUILD + DEV,
}
# Where people install it; of this machine's own Python every package is there to be read.
PLACES = [
    {"python_version": version, "python_full_version": f"{version}.2", "sys_platform": system}
    for version in ("3.11", "3.13", "3.14")
    for system in ("linux", "darwin")
]


def pins_of(text: str) -> list[tuple[Requirement, int]]:
    """The pins of a lock file, each with its number of hashes."""
    entries = text.replace("\\\n", " ").splitlines()
    pins = [line.split("--hash=") for line in entries if line.strip() and line.lstrip()[0] != "#"]
    return [(Requirement(pin.strip()), len(hashes)) for pin, *hashes in pins]


def applies(requirement: Requirement, place: dict[str, str], extras: set[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({**place, "extra": extra}) for extra in extras or {""}
    )


def unmet(text: str, roots: list[str], place: dict[str, str]) -> list[str]:
    """What the file asks for and does not hold, in one place."""
    pins: dict[str, Requirement] = {}
    needed = defaultdict[str, list[Requirement]](list)
    for line in roots:
        needed["pyproject.toml"].append(Requirement(line))
    for pin, _ in pins_of(text):
        if not applies(pin, place, set()):
            continue
        pins[canonicalize_name(pin.name)] = pin
        try:
            result = distribution(pin.name)
        except PackageNotFoundError:
            continue
        if pin.specifier.contains(result.version, prereleases=True):
            needed[str(pin)] += [
                line
                for line in map(Requirement, result.requires or [])
                if applies(line, place, pin.extras)
            ]
    return [
        f"{who}: {line}"
        for who, lines in needed.items()
        for line in lines
        if (pin := pins.get(canonicalize_name(line.name))) is None
        or not line.specifier.contains(str(pin.specifier).removeprefix("=="), prereleases=True)
        or not line.extras <= pin.extras
    ]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: "-".join(place.values()))
@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_needs_nothing_from_outside(name: str, place: dict[str, str]) -> None:
    assert unmet((ROOT / name).read_text(encoding="utf-8"), LOCKS[name], place) == []


def test_an_extra_that_is_left_out_is_noticed() -> None:
    text = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    without = text.replace("coverage[toml]==", "coverage==")
    assert [line.split("==")[0] for line in unmet(without, [], PLACES[0])] == ["pytest-cov"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_is_one_version_with_a_hash(name: str) -> None:
    for pin, hashes in pins_of((ROOT / name).read_text(encoding="utf-8")):
        assert [clause.operator for clause in pin.specifier] == ["=="], pin
        assert hashes, pin


def test_what_is_installed_is_what_is_locked() -> None:
    pins = [pin for pin, _ in pins_of((ROOT / "requirements-dev.txt").read_text(encoding="utf-8"))]
    here = [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]
    other = [
        f"{pin}, here {version}"
        for pin in here
        if not pin.specifier.contains(version := distribution(pin.name).version, prereleases=True)
    ]
    assert other == [], "make dev"


def test_the_shipped_list_knows_what_was_wrong_before_it_was_mended():
    assert "PYSEC-2023-58" in advisories_of("werkzeug", "2.2.2")
    assert "PYSEC-2023-58" not in advisories_of("werkzeug", "2.2.3")
    assert advisories_of("authlib", "1.3.0") == ["PYSEC-2024-52"]
