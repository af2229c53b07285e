"""``taalinkoop privacy``: the register of processing and the input of a DPIA."""

import argparse
from pathlib import Path

from app.commands import say
from app.settings import read_settings
from app.tasks.processing import document


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--out", type=Path, metavar="BESTAND", help="schrijf het in dit bestand")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print it, or write it to a file."""
    text = document(read_settings())
    if args.out is None:
        say(text.rstrip("\n"))
    else:
        args.out.write_text(text, encoding="utf-8")
        say(f"Geschreven: {args.out}")
    return 0
