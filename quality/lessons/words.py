"""What a page and a report say about hours: promised, offered, and what falls short."""

from typing import Any

from core.dates import month_end
from core.formats import MISSING, count_text, euro_text, month_text
from core.small_numbers import HIDDEN_TEXT
from quality.lessons.intensity import LessonMonth, Lessons, Shortfall

NO_PROMISE = (
    "In het contract staat niet hoeveel lesuren per week zijn toegezegd. "
    "Daarom is er geen tekort te berekenen."
)
WORKING = (
    "Toegezegde uren: de weken waarin een deelnemer les kon hebben, keer de lesuren per week uit "
    "het contract. Vakanties tellen mee, want de toezegging is een gemiddelde over het jaar. Wie "
    "wacht of pauzeert, telt niet mee. Een maand met meer uren maakt een maand met minder goed. "
    "Uren zijn steeds uren van een deelnemer: tien deelnemers in een les van een uur is tien uur."
)


HEADERS = (
    "Maand", "Deelnemers", "Uren toegezegd", "Uren aangeboden", "Uren gevolgd",
    "Geoorloofd verzuim", "Ongeoorloofd verzuim",
)  # fmt: skip


def hours(minutes: float) -> str:
    """Whole hours: ``1.234``."""
    return count_text(round(minutes / 60))


def rows(lessons: Lessons) -> list[tuple[str, ...]]:
    """A row per month, newest first; a month of a few learners is hidden in every cell."""
    return [
        (month_text(month), *_cells(lessons.months[month]))
        for month in sorted(lessons.months, reverse=True)
    ]


def _cells(month: LessonMonth) -> tuple[str, ...]:
    if month.few:
        return (HIDDEN_TEXT,) * (len(HEADERS) - 1)
    promised = "niet toegezegd" if month.promised is None else hours(month.promised)
    kinds = (month.offered, month.attended, month.authorised, month.unauthorised)
    return (count_text(month.tracks), promised, *(hours(minutes) for minutes in kinds))


def plain_rows(lessons: Lessons) -> list[tuple[Any, ...]]:
    """The same for a spreadsheet: the last day of the month, and hours as numbers."""
    return [
        (month_end(month), *_plain_cells(lessons.months[month])) for month in sorted(lessons.months)
    ]


def _plain_cells(month: LessonMonth) -> tuple[Any, ...]:
    if month.few:
        return (HIDDEN_TEXT,) * (len(HEADERS) - 1)
    promised = MISSING if month.promised is None else round(month.promised / 60, 2)
    kinds = (month.offered, month.attended, month.authorised, month.unauthorised)
    return (month.tracks, promised, *(minutes / 60 for minutes in kinds))


def shortfall_words(lessons: Lessons) -> str:
    """Whether a provider gave what the contract promised, with the amount and how it came about."""
    short = lessons.shortfall()
    if not lessons.visible_months:
        return "Er is nog geen maand met genoeg deelnemers om uren te tonen."
    if short is None:
        return NO_PROMISE
    sums = f"{hours(short.promised)} lesuren toegezegd en {hours(short.offered)} aangeboden"
    if round(short.minutes / 60) == 0:
        text = f"Er zijn {sums}: er is geen tekort."
    else:
        text = f"Er zijn {sums}: een tekort van {hours(short.minutes)} uur. {_amount(short)}"
    without_promise = (
        sum(month.offered for month in lessons.visible_months.values()) - short.offered
    )
    if without_promise:
        text += (
            f" Nog {hours(without_promise)} uur ging naar deelnemers of maanden zonder toezegging; "
            "die telt hier niet mee."
        )
    return text


def _amount(short: Shortfall) -> str:
    """The shortfall in euros, or why there is none."""
    if short.cents is None:
        why = "verschillen in de" if short.prices_differ else "noemt geen"
        who = "De contracten" if short.prices_differ else "Het contract"
        return f"{who} {why} prijs per lesuur, daarom staat er geen bedrag bij."
    price = euro_text(short.hour_price_cents)
    return f"Dat is {euro_text(round(short.cents, -2))} bij {price} per lesuur van een deelnemer."
