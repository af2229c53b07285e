"""Months, working days and terms as the whole product sees them.

A month is the date of its first day.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.easter import easter

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SATURDAY, SUNDAY = 5, 6
GOOD_FRIDAY = "Goede vrijdag"


def today() -> date:
    """Today in the Netherlands. Only the doors (CLI, pages) call this and pass it down."""
    return now().date()


def now() -> datetime:
    """This moment, with the Dutch zone. Only the doors call this and pass it down."""
    return datetime.now(AMSTERDAM)


def day_end(day: date) -> datetime:
    """The last moment of a day, in Dutch time."""
    return datetime.combine(day, time.max, tzinfo=AMSTERDAM)


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
    from calendar import monthrange  # noqa: PLC0415  brings more along than help should pay for

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


@cache
def holidays_of(year: int) -> Mapping[date, str]:
    """Dutch official holidays of a year with their Dutch names, Good Friday among them.

    Bevrijdingsdag is in it once every five years, as for most employers; Koningsdag is on 26 April
    when the 27th is a Sunday. Source: Rijksoverheid, "Officiële feestdagen".
    """
    sunday = easter(year)
    kings_day = date(year, 4, 27)
    days_off = {
        date(year, 1, 1): "Nieuwjaarsdag",
        sunday - timedelta(days=2): GOOD_FRIDAY,
        sunday: "Eerste paasdag",
        sunday + timedelta(days=1): "Tweede paasdag",
        kings_day - timedelta(days=kings_day.weekday() == SUNDAY): "Koningsdag",
        sunday + timedelta(days=39): "Hemelvaartsdag",
        sunday + timedelta(days=49): "Eerste pinksterdag",
        sunday + timedelta(days=50): "Tweede pinksterdag",
        date(year, 12, 25): "Eerste kerstdag",
        date(year, 12, 26): "Tweede kerstdag",
    }
    if year % 5 == 0:
        days_off.setdefault(date(year, 5, 5), "Bevrijdingsdag")
    return days_off


@cache
def _term_days_off(year: int) -> frozenset[date]:
    # Algemene termijnenwet art. 3: Good Friday is put on a par, and 5 May is every year.
    return frozenset({*holidays_of(year), date(year, 5, 5)})


def _is_off_for_terms(day: date) -> bool:
    return day.weekday() >= SATURDAY or day in _term_days_off(day.year)


def term_end(sent: date, count: int) -> date:
    """Last day of a statutory term of ``count`` days that starts the day after ``sent``.

    Algemene termijnenwet art. 1: a term that ends on a Saturday, Sunday or holiday runs on to the
    next other day. Art. 2: a term of three days or more has at least two such other days in it.
    Recesses are not holidays in this law.
    """
    end = sent + timedelta(days=count)
    if count >= 3:
        while sum(not _is_off_for_terms(day) for day in _days_between(sent, end)) < 2:
            end += timedelta(days=1)
    return next_term_day(end)


def next_term_day(day: date) -> date:
    """The day itself, or the first after it that is no Saturday, Sunday or holiday by that law."""
    while _is_off_for_terms(day):
        day += timedelta(days=1)
    return day


def _days_between(after: date, until: date) -> Iterator[date]:
    return (after + timedelta(days=n) for n in range(1, min((until - after).days, 30) + 1))


@dataclass(frozen=True)
class Recess:
    """Weeks in which colleges and councils do not meet, first and last day included."""

    first: date
    last: date
    name: str = ""


class Calendar(NamedTuple):
    """Which days are worked: no weekends, no Dutch holidays, no recess of the region.

    Good Friday is a working day unless the region chooses otherwise.
    """

    recesses: tuple[Recess, ...] = ()
    good_friday_off: bool = False

    def recess_on(self, day: date) -> Recess | None:
        """Name the recess in which a day falls."""
        return next((r for r in self.recesses if r.first <= day <= r.last), None)

    def holiday_on(self, day: date) -> str | None:
        """Name the holiday on a day, when it is one for this region."""
        name = holidays_of(day.year).get(day)
        return None if name == GOOD_FRIDAY and not self.good_friday_off else name

    def is_working_day(self, day: date) -> bool:
        """Whether people work on this day."""
        return day.toordinal() in _working_days(self, day.year)

    def next_working_day(self, day: date) -> date:
        """The day itself when it is worked, else the first after it that is."""
        return self.add_working_days(day - timedelta(days=1), 1)

    def previous_working_day(self, day: date) -> date:
        """The day itself when it is worked, else the last before it that is."""
        return self.add_working_days(day + timedelta(days=1), -1)

    def add_working_days(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``, before it when negative; 0 is the day."""
        if count == 0:
            return day
        year = day.year
        worked = _working_list(self, year)
        if count > 0:
            place = bisect_right(worked, day.toordinal()) + count - 1
            while place >= len(worked):
                place -= len(worked)
                year += 1
                worked = _working_list(self, year)
        else:
            place = bisect_left(worked, day.toordinal()) + count
            while place < 0:
                year -= 1
                worked = _working_list(self, year)
                place += len(worked)
        return date.fromordinal(worked[place])

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after ``first`` up to and including ``last``; negative when it is before."""
        if last < first:
            return -self.working_days_between(last, first)
        whole = sum(len(_working_list(self, year)) for year in range(first.year, last.year))
        before = bisect_right(_working_list(self, first.year), first.toordinal())
        return whole - before + bisect_right(_working_list(self, last.year), last.toordinal())


@cache
def _working_list(calendar: Calendar, year: int) -> list[int]:
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    off = {
        day.toordinal()
        for day, name in holidays_of(year).items()
        if calendar.good_friday_off or name != GOOD_FRIDAY
    }
    for recess in calendar.recesses:
        off.update(range(recess.first.toordinal(), recess.last.toordinal() + 1))
    # Ordinal 1 was a Monday.
    return [n for n in range(first, last + 1) if (n - 1) % 7 < SATURDAY and n not in off]


@cache
def _working_days(calendar: Calendar, year: int) -> frozenset[int]:
    return frozenset(_working_list(calendar, year))


NATIONAL = Calendar()
"""Weekends and official holidays only: no recess, Good Friday worked."""


def nth_working_day(month_after: date, count: int, calendar: Calendar = NATIONAL) -> date:
    """The ``count``-th working day of the month that follows ``month_after``.

    ``nth_working_day(date(2026, 10, 1), 10)`` is when October 2026 is due: 13-11-2026.
    """
    return calendar.add_working_days(month_end(month_after), count)
