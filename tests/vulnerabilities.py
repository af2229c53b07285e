"""What is known to be wrong with every locked dependency: by the network, else by a shipped list.

The list is made from a copy of the Python advisory database (github.com/pypa/advisory-database,
CC-BY-4.0): ``python -m tests.vulnerabilities FOLDER DAY``, with the day of that copy.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from packaging.version import Version

LOCKS = ["requirements-postgresql.txt", "requirements-build.txt"]
ARGUMENTS = ["--progress-spinner=off", "--disable-pip", "--require-hashes", "--timeout=20"]
SHIPPED = Path(__file__).parent / "data" / "advisories.json"
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[.*\])?==(\S+)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    """Every package of a lock file with its version."""
    text = (Path(__file__).parent.parent / lock).read_text(encoding="utf-8")
    return dict(PIN.findall(text))


def audit(lock: str) -> list[dict[str, Any]] | None:
    """Return one entry per dependency, or nothing when the list cannot be reached."""
    program = Path(sys.executable).parent / "pip-audit"
    answer = subprocess.run(
        [program, *ARGUMENTS, "--format=json", "--requirement", lock],
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        entries: list[dict[str, Any]] = json.loads(answer.stdout)["dependencies"]
    except json.JSONDecodeError:
        return None
    return None if any("skip_reason" in entry for entry in entries) else entries


def advisories_of(name: str, version: str) -> list[str]:
    """The advisories of the shipped list that hold for a version of a package."""
    advisories = json.loads(SHIPPED.read_text(encoding="utf-8"))["packages"].get(name, {})
    here = Version(version)
    return [
        advisory
        for advisory, ranges in advisories.items()
        for introduced, fixed in ranges
        if Version(introduced) <= here and (fixed is None or here < Version(fixed))
    ]


def ship(folder: Path, day: str) -> None:
    """Write the list anew: of every package locked here, in which versions it was wrong."""
    packages: dict[str, dict[str, list[list[str | None]]]] = {}
    for name in sorted({name for lock in LOCKS for name in pins(lock)}):
        packages[name] = {}
        for path in sorted(folder.glob(f"vulns/{name}/*.yaml")):
            advisory = yaml.safe_load(path.read_text(encoding="utf-8"))
            if "withdrawn" in advisory:
                continue
            packages[name][advisory["id"]] = [
                period
                for affected in advisory["affected"]
                for span in affected.get("ranges", [])
                if span["type"] == "ECOSYSTEM"
                for period in _periods(span["events"])
            ]
    content = {
        "source": "github.com/pypa/advisory-database, CC-BY-4.0",
        "day": day,
        "packages": packages,
    }
    SHIPPED.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _periods(events: list[dict[str, str]]) -> list[list[str | None]]:
    """From which version, and up to which; the last may still be wrong."""
    periods: list[list[str | None]] = []
    for event in events:
        if "introduced" in event:
            periods.append([event["introduced"], None])
        elif "fixed" in event:
            periods[-1][1] = event["fixed"]
    return periods


def main() -> int:
    """Return 1 when something is known to be vulnerable; say by which list that was looked up."""
    flaws = []
    for lock in LOCKS:
        answer = audit(lock)
        if answer is not None:
            flaws += [f"{entry['name']} {entry['vulns']}" for entry in answer if entry["vulns"]]
            continue
        day = json.loads(SHIPPED.read_text(encoding="utf-8"))["day"]
        print(f"pip-audit: niet te raadplegen; {lock} nagekeken met de lijst van {day}.")
        for name, version in pins(lock).items():
            flaws += [f"{name} {version}: {advisory}" for advisory in advisories_of(name, version)]
    for flaw in flaws:
        print(f"kwetsbaar: {flaw}", file=sys.stderr)
    return 1 if flaws else 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ship(Path(sys.argv[1]), sys.argv[2])
    else:
        sys.exit(main())
