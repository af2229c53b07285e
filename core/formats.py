"""How figures, dates and months look to Dutch readers. Missing is never zero."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from core.dates import AMSTERDAM

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


def moment_text(moment: datetime | None) -> str:
    """``23-11-2026 14:05``, in Dutch time."""
    return MISSING if moment is None else f"{moment.astimezone(AMSTERDAM):%d-%m-%Y %H:%M}"


def month_text(month: date | None) -> str:
    """``oktober 2026``."""
    return MISSING if month is None else f"{MONTHS[month.month - 1]} {month.year}"


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


def percent_text(value: float | None, decimals: int = 1) -> str:
    """``82,4 %``, from a percentage of 0-100."""
    return MISSING if value is None else f"{number_text(value, decimals)}\N{NO-BREAK SPACE}%"


def hours_text(minutes: int | None) -> str:
    """Minutes as hours: ``12,5``, without decimals that say nothing."""
    if minutes is None:
        return MISSING
    text = number_text(Decimal(minutes) / 60, 2)
    return text.rstrip("0").rstrip(",") if "," in text else text


def euro_text(cents: int | None) -> str:
    """``€ 11.600,00``."""
    return (
        MISSING if cents is None else f"€\N{NO-BREAK SPACE}{number_text(Decimal(cents) / 100, 2)}"
    )
