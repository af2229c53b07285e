"""One module per command; each speaks in text, or in one JSON document on standard output."""

import argparse
import sys
from collections.abc import Callable
from datetime import date
from typing import Any


def say(text: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{text}\n")


def as_json(document: Any) -> None:
    """Print one JSON document."""
    import json  # noqa: PLC0415  help says nothing in JSON

    say(json.dumps(document, ensure_ascii=False, indent=2))


def month_argument(text: str) -> date:
    """``JJJJ-MM``."""
    from core.dates import parse_month  # noqa: PLC0415  help reads no month

    try:
        return parse_month(text)
    except ValueError:
        message = "schrijf de maand als JJJJ-MM, bijvoorbeeld 2026-10"
        raise argparse.ArgumentTypeError(message) from None


def month_or(*words: str) -> Callable[[str], date | str]:
    """One of these words, or else a month."""
    return lambda text: text if text in words else month_argument(text)
