"""Lines of a feed for tests: a good row, of which a test names only what it is about."""

from collections.abc import Iterable

GOOD = {
    "rapportagemaand": "2026-10",
    "trajectnummer": "T-1",
    "gemeentecode": "0193",
    "leerroute": "B",
    "datum_aanmelding": "01-09-2026",
    "datum_eerste_les": "15-09-2026",
    "uren_aangeboden": "48",
    "uren_gevolgd": "40,5",
    "uren_geoorloofd_verzuim": "5",
    "uren_ongeoorloofd_verzuim": "2,5",
    "uren_avond_weekend": "0",
    "uren_bevoegd_docent": "48",
    "niveau_lezen": "A1",
    "niveau_luisteren": "A1",
    "niveau_schrijven": "A0",
    "niveau_spreken": "A1",
    "status": "actief",
    "datum_einde": "",
    "reden_einde": "",
}


def row(**values: str) -> dict[str, str]:
    """A good row with other values."""
    return GOOD | values


def text(rows: Iterable[dict[str, str]], separator: str = ";", newline: str = "\r\n") -> str:
    """A CSV with a header of every column that some row names."""
    rows = list(rows)
    header = list(dict.fromkeys(name for one in rows for name in one))
    lines = [separator.join(header)]
    lines += [separator.join(one.get(name, "") for name in header) for one in rows]
    return newline.join(lines) + newline


def csv(*rows: dict[str, str]) -> bytes:
    """A CSV as most providers send it."""
    return text(rows or (row(),)).encode()
