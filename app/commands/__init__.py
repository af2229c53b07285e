"""One module per command; each speaks in text, or in one JSON document on standard output."""

import sys
from typing import Any


def say(text: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{text}\n")


def as_json(document: Any) -> None:
    """Print one JSON document."""
    import json  # noqa: PLC0415  help says nothing in JSON

    say(json.dumps(document, ensure_ascii=False, indent=2))
