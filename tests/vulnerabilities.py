"""Ask what is known about every locked dependency, where the network allows it."""

import json
import subprocess
import sys
from pathlib import Path

LOCKS = ["requirements-postgresql.txt", "requirements-build.txt"]
ARGUMENTS = ["--progress-spinner=off", "--disable-pip", "--require-hashes", "--timeout=20"]


def audit(lock: str) -> list[dict[str, object]] | None:
    """Return one entry per dependency, or nothing when the list cannot be reached."""
    program = Path(sys.executable).parent / "pip-audit"
    answer = subprocess.run(
        [program, *ARGUMENTS, "--format=json", "--requirement", lock],
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        return json.loads(answer.stdout)["dependencies"]
    except json.JSONDecodeError:
        return None


def main() -> int:
    """Return 1 when something is known to be vulnerable; say it when nothing could be asked."""
    vulnerable, unknown = [], 0
    for lock in LOCKS:
        for dependency in audit(lock) or [{"name": lock, "skip_reason": "no answer"}]:
            unknown += "skip_reason" in dependency
            if dependency.get("vulns"):
                vulnerable.append(dependency)
    for dependency in vulnerable:
        print(f"pip-audit: {json.dumps(dependency)}", file=sys.stderr)
    if unknown:
        print("pip-audit: overgeslagen, de lijst met kwetsbaarheden is hier niet te raadplegen.")
    return 1 if vulnerable else 0


if __name__ == "__main__":
    sys.exit(main())
