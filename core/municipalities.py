"""Gemeenten by their CBS code, as they are since 1-1-2023 (``gemeenten.csv``)."""

import csv
from functools import cache
from pathlib import Path


@cache
def names() -> dict[str, str]:
    """Name by four-digit gemeentecode."""
    with (Path(__file__).parent / "gemeenten.csv").open(encoding="utf-8", newline="") as file:
        return {row["gemeentecode"]: row["naam"] for row in csv.DictReader(file)}


def name(code: str | int) -> str:
    """Name of one gemeente; the code itself when it is not one of today's."""
    text = f"{code:04d}" if isinstance(code, int) else code
    return names().get(text, text)
