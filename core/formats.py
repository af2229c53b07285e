"""How dates, months, amounts and counts are written and read in Dutch. Pure."""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from core.dates import AMSTERDAM, parse_month

MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip
STEPS = [Decimal(1).scaleb(-decimals) for decimals in range(7)]
DUTCH_MARKS = str.maketrans(",.", ".,")
MISSING = "–"


def day_text(day: date | None) -> str:
    """``23-11-2026``."""
    return MISSING if day is None else f"{day:%d-%m-%Y}"


def clock_text(moment: datetime) -> str:
    """Write the hour and minute of a moment: ``16:05``."""
    return f"{moment.astimezone(AMSTERDAM):%H:%M}"


def moment_text(moment: datetime | None) -> str:
    """``23-11-2026 14:05``, in Dutch time."""
    return MISSING if moment is None else f"{moment.astimezone(AMSTERDAM):%d-%m-%Y %H:%M}"


def month_text(month: date | None) -> str:
    """``oktober 2026``."""
    return MISSING if month is None else f"{MONTHS[month.month - 1]} {month.year}"


def month_name(month: date) -> str:
    """``okt``; March is ``mrt``."""
    return "mrt" if month.month == 3 else MONTHS[month.month - 1][:3]


def short_month_text(month: date) -> str:
    """``okt 2026``."""
    return f"{month_name(month)} {month.year}"


def number_text(value: float | Decimal | None, decimals: int = 1) -> str:
    """``1.234,5``: rounded half up, comma before the decimals, points between thousands."""
    if value is None:
        return MISSING
    exact = Decimal(repr(value) if isinstance(value, float) else value)
    rounded = exact.quantize(STEPS[decimals], rounding=ROUND_HALF_UP)
    return f"{rounded:,f}".translate(DUTCH_MARKS)


def count_text(value: int | None) -> str:
    """``1.234``."""
    return number_text(value, 0)


def counted(count: float, one: str, more: str) -> str:
    """``1 rij``, ``1.234 rijen``."""
    return f"{number_text(count, 0)} {one if count == 1 else more}"


def percent_text(value: float | None, decimals: int = 1) -> str:
    """``82,4 %``, from a percentage of 0-100."""
    return MISSING if value is None else f"{number_text(value, decimals)}\N{NO-BREAK SPACE}%"


def hours_text(minutes: int | None, decimals: int | None = None) -> str:
    """Minutes as hours: ``12,5``, no decimals that say nothing; a column gives all as many."""
    if minutes is None or decimals is not None:
        return MISSING if minutes is None else number_text(Decimal(minutes) / 60, decimals or 0)
    text = number_text(Decimal(minutes) / 60, 2)
    return text.rstrip("0").rstrip(",") if "," in text else text


def euro_text(cents: int | None) -> str:
    """``€ 11.600,00``."""
    return (
        MISSING if cents is None else f"€\N{NO-BREAK SPACE}{number_text(Decimal(cents) / 100, 2)}"
    )


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
