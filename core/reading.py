"""Read dates, months and numbers as Dutch people type them. Pure."""

import re
from datetime import date
from decimal import Decimal

from core.dates import parse_month
from core.formats import MONTHS

DAY = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})|(\d{4})-(\d{2})-(\d{2})")
DECIMAL = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?|-?\d+\.\d{1,2}")


def read_day(text: str) -> date:
    """Read ``23-11-2026`` or ``2026-11-23``; ``ValueError`` says how to write it."""
    match = DAY.fullmatch(text.strip())
    if match:
        day, month, year, iso_year, iso_month, iso_day = match.groups()
        try:
            if day:
                return date(int(year), int(month), int(day))
            return date(int(iso_year), int(iso_month), int(iso_day))
        except ValueError:
            raise ValueError(f"De dag {text!r} bestaat niet. Controleer dag en maand.") from None
    raise ValueError("Schrijf de datum als dag-maand-jaar, bijvoorbeeld 23-11-2026.")


def read_month(text: str) -> date:
    """Read ``2026-10``, ``10-2026`` or ``oktober 2026``; ``ValueError`` says how to write it."""
    parts = re.split(r"[-/ ]+", text.strip().lower())
    try:
        if parts[0] in MONTHS:
            return date(int(parts[1]), MONTHS.index(parts[0]) + 1, 1)
        if len(parts) == 2 and len(parts[1]) == 4:
            return date(int(parts[1]), int(parts[0]), 1)
        return parse_month("-".join(parts))
    except (ValueError, IndexError):
        raise ValueError("Schrijf de maand als maand en jaar, bijvoorbeeld oktober 2026.") from None


def read_decimal(text: str) -> Decimal:
    """Read ``1.234,50``, ``1234,5`` or ``1234.5``; ``ValueError`` says how to write it."""
    compact = text.strip().replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    if len(compact) > 30 or not re.fullmatch(DECIMAL, compact):
        raise ValueError("Vul een getal in, bijvoorbeeld 12,5.")
    if "," in compact or re.search(r"\.\d{3}(\.|$)", compact):
        compact = compact.replace(".", "").replace(",", ".")
    return Decimal(compact)
