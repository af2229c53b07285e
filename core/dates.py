"""Months and days as the whole product sees them. A month is the date of its first day."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def today() -> date:
    """Today in the Netherlands. Only the doors (CLI, pages) call this and pass it down."""
    return now().date()


def now() -> datetime:
    """This moment, with the Dutch zone. Only the doors call this and pass it down."""
    return datetime.now(AMSTERDAM)


def month_of(day: date) -> date:
    """First day of the month in which ``day`` falls."""
    return day.replace(day=1)


def month_number(month: date) -> int:
    """Months since year 0: consecutive months differ by one."""
    return month.year * 12 + month.month - 1


def month_from_number(number: int) -> date:
    """The inverse of ``month_number``."""
    return date(number // 12, number % 12 + 1, 1)


def add_months(month: date, count: int) -> date:
    """First day of the month ``count`` months later (earlier when negative)."""
    return month_from_number(month_number(month) + count)


def month_end(month: date) -> date:
    """Last day of the month."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def months_between(first: date, last: date) -> list[date]:
    """Every month from ``first`` up to and including ``last``."""
    return [month_from_number(n) for n in range(month_number(first), month_number(last) + 1)]


def parse_month(text: str) -> date:
    """Read ``JJJJ-MM``; raise ``ValueError`` for anything else."""
    if len(text) != 7 or text[4] != "-":
        raise ValueError(text)
    return date(int(text[:4]), int(text[5:]), 1)


def days(count: int) -> timedelta:
    """A number of calendar days."""
    return timedelta(days=count)
