"""Gemeenten by their CBS code, as they are since 1-1-2023 (``gemeenten.csv``)."""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

MERGED = {"0457": "0363", "0501": "1992", "0530": "1992", "0614": "1992"}
"""Codes that a feed can still hold, and the gemeente of today that they became: Weesp to Amsterdam
(24-3-2022); Brielle, Hellevoetsluis and Westvoorne to Voorne aan Zee (1-1-2023). Source: CBS."""
FORMER = {"0457": "Weesp", "0501": "Brielle", "0530": "Hellevoetsluis", "0614": "Westvoorne"}
"""What they were called."""


def current(code: int) -> int:
    """The gemeente of today that a code stands for."""
    return int(MERGED.get(f"{code:04d}", code))


def with_merged(codes: Iterable[str | int]) -> list[int]:
    """These codes, and those of the gemeenten that were merged into them."""
    own = {int(code) for code in codes}
    return sorted(own | {int(old) for old, new in MERGED.items() if int(new) in own})


@cache
def names() -> dict[str, str]:
    """Name by four-digit gemeentecode."""
    with (Path(__file__).parent / "gemeenten.csv").open(encoding="utf-8", newline="") as file:
        return {row["gemeentecode"]: row["naam"] for row in csv.DictReader(file)}


def name(code: str | int) -> str:
    """Name of one gemeente; the code itself when it is not one of today's."""
    text = f"{code:04d}" if isinstance(code, int) else code
    return names().get(text) or FORMER.get(text, text)
