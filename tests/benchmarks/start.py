"""Starting the app and the command line."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import Ratio, timing

TAALINKOOP = Path(sys.executable).parent / "taalinkoop"


def measure() -> Iterator[Ratio]:
    """The app against ``import flask``; a command that draws nothing against bare Python."""
    with tempfile.TemporaryDirectory() as folder:
        app = timing.best_of(
            timing.command(
                [sys.executable, "-c", "from app import create_app; create_app()"],
                TAALINKOOP_DATA_DIR=folder,
            )
        )
    flask = timing.best_of(timing.python("import flask"))
    yield Ratio("app gestart", app / flask, 2.8, "import flask", note=f"{app:.2f} s")
    bare = timing.best_of(timing.python("pass"))
    shown = timing.best_of(timing.command([TAALINKOOP, "--help"]))
    yield Ratio("taalinkoop --help", shown / bare, 5, "een kale interpreter", note=f"{shown:.2f} s")
    loaded = timing.best_of(timing.command([TAALINKOOP, "feed", "--help"]))
    yield Ratio("taalinkoop feed --help", loaded / bare, 5, "een kale interpreter")
