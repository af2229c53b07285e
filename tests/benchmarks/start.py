"""Starting the app and the command line, in processor time: the start is never waiting."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import Ratio, timing

TAALINKOOP = Path(sys.executable).parent / "taalinkoop"
ROUNDS = 5
COMMANDS: dict[str, list[str | Path]] = {
    "bare": [sys.executable, "-c", "pass"],
    "flask": [sys.executable, "-c", "import flask"],
    "app": [sys.executable, "-c", "from app import create_app; create_app()"],
    "--help": [TAALINKOOP, "--help"],
    "feed --help": [TAALINKOOP, "feed", "--help"],
}


def measure() -> Iterator[Ratio]:
    """The app against ``import flask``; a command that draws nothing against bare Python."""
    with tempfile.TemporaryDirectory() as folder:
        # The first round leaves bytecode behind, as installing does.
        environment = {"TAALINKOOP_DATA_DIR": folder, "PYTHONDONTWRITEBYTECODE": ""}
        rounds = [
            [timing.spend(command, **environment).processor for command in COMMANDS.values()]
            for _ in range(ROUNDS)
        ]
    spent = dict(zip(COMMANDS, map(min, zip(*rounds, strict=True)), strict=True))
    yield Ratio(
        "app gestart", spent["app"] / spent["flask"], 2.8, "import flask",
        note=f"{spent['app']:.2f} s processor",
    )  # fmt: skip
    for name in ("--help", "feed --help"):
        yield Ratio(
            f"taalinkoop {name}", spent[name] / spent["bare"], 5, "een kale interpreter",
            note=f"{1000 * spent[name]:.0f} ms processor",
        )  # fmt: skip
