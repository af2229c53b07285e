"""The inburgeringstermijn of one learner (Wet inburgering 2021, art. 11). Pure."""

from datetime import date

LEAP_DAYS = tuple(date(year, 2, 29).toordinal() for year in range(2004, 2064, 4))
"""Every 29 February that a term can have in it."""


def three_years_after(day: date) -> date:
    """The same day three years later; 1 March for a 29 February."""
    number = day.toordinal()
    crossed = any(leap - 1095 <= number <= leap for leap in LEAP_DAYS)
    return date.fromordinal(number + (1096 if crossed else 1095))


def months_between_days(first: date, last: date) -> float:
    """Months from one day to another, a month of a day being 1/31; negative when it is past."""
    return 12 * (last.year - first.year) + last.month - first.month + (last.day - first.day) / 31
