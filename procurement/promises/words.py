"""What pages, letter and workbook say of a ledger. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from core.formats import (
    MISSING,
    count_text,
    counted,
    day_text,
    euro_text,
    month_text,
    number_text,
    percent_text,
)
from core.small_numbers import NOT_SHOWN
from procurement.promises.models import Invoice
from procurement.promises.queries import FROM_REGISTER, Ledger
from procurement.promises.rules import (
    CERTIFIED,
    EVENING,
    HOURS,
    MEASURES,
    PER_CENT,
    PER_HOUR,
    PRICE,
    START,
    UNITS,
    Hours,
    Line,
    Start,
)
from providers.codes import LearningRoute

NO_PROMISE = "niet beloofd"
ROUNDING = (
    "Uren en percentages worden niet afgerond voordat er een bedrag uit komt. Elk bedrag in de "
    "tabel Bedragen is één keer afgerond op hele centen; een halve cent gaat naar boven (bij een "
    "korting: de korting wordt groter). Het totaal is de som van die bedragen. In de bijlage heeft "
    "elke cursist een deel van het bedrag, in verhouding; de laatste centen gaan naar de grootste "
    "resten, zodat de regels precies optellen."
)
COUNTING = (
    (
        "Beloofde uren: de weken waarin een cursist les kon hebben, keer de lesuren per week uit "
        "het contract. Wie wacht of pauzeert, telt niet mee."
    ),
    (
        "Een cursist telt bij het begin van de lessen één keer: in de maand van de eerste les, of "
        "in de maand waarin de termijn voorbijging zonder les. Wie nog wacht, telt met de dagen "
        "tot nu toe."
    ),
    (
        "Alleen hele maanden binnen het contract tellen. Staat er in een rij geen contract, dan "
        "telt het contract dat de gemeente en de leerroute dekt."
    ),
    ROUNDING,
)


def hours_text(minutes: int | Fraction | None) -> str:
    """Hours with one decimal."""
    return MISSING if minutes is None else number_text(_decimal(Fraction(minutes) / 60))


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def share_text(share: Fraction | None) -> str:
    """A percentage with one decimal."""
    return MISSING if share is None else percent_text(float(share))


DECIMALS = {HOURS: 2, START: 0}
"""Of a value of each measure; a share has one."""


def value_text(measure: str, value: Decimal | Fraction | None) -> str:
    """What was promised or given, in its unit: ``12,00 uur``, ``80,0 %``, ``28 dagen``."""
    if value is None:
        return MISSING
    exact = _decimal(value) if isinstance(value, Fraction) else value
    return f"{number_text(exact, DECIMALS.get(measure, 1))}\N{NO-BREAK SPACE}{UNITS[measure]}"


def clause_text(line: Line) -> str:
    """The article of a line, with what it is about."""
    clause = line.clause
    about = (
        "prijs per lesuur" if clause.kind == PRICE else f"{clause.kind}, {MEASURES[clause.measure]}"
    )
    if clause.article == FROM_REGISTER:
        return "Prijs per lesuur (register)"
    return f"Art. {clause.article}: {about}"


def period_text(line: Line) -> str:
    """The month of a line, or the whole year."""
    return "hele jaar" if line.month is None else month_text(line.month)


def working_text(line: Line) -> str:
    """How a line comes about, to be done again by hand."""
    clause = line.clause
    if clause.basis == PER_HOUR:
        rate = "volgens de staffel" if line.rate is None else f"x {_euro(line.rate)}"
        kept = f"{number_text(_decimal(line.quantity), 2)} uur {rate}"
        if clause.kind == PRICE or line.given is None or line.promised is None:
            return kept
        given, promised = (number_text(_decimal(one), 2) for one in (line.given, line.promised))
        return f"{promised} uur beloofd, {given} gegeven: {kept}"
    if clause.measure == START:
        people = int(line.quantity)
        who = counted(people, "cursist", "cursisten")
        return f"{who} {'volgens de staffel' if line.rate is None else f'x {_euro(line.rate)}'}"
    if clause.measure == HOURS and line.given is not None and line.promised is not None:
        kept = (
            f"{number_text(_decimal(100 * line.given / line.promised), 2)} % van de beloofde uren"
        )
    else:
        kept = (
            f"{value_text(clause.measure, line.promised)} beloofd, "
            f"{number_text(_decimal(line.given or Fraction(0)), 2)} % gegeven"
        )
    if clause.basis == PER_CENT:
        return f"{kept}: {number_text(line.rate, 2)} % van {euro_text(line.of_cents)}"
    return f"{kept}: vast bedrag"


def _euro(amount: Decimal) -> str:
    return euro_text(int(amount * 100))


def route_text(route: int) -> str:
    """The name of a route."""
    return LearningRoute(route).label


def year_text(ledger: Ledger) -> str:
    """Which months a ledger is about."""
    year = ledger.year
    so_far = "" if year.complete else " (loopt nog)"
    return f"{month_text(year.first)} tot en met {month_text(year.last)}{so_far}"


def missing_text(ledger: Ledger) -> str:
    """Of which months nothing was delivered, so that nobody takes them for months without hours."""
    missing = ledger.missing_months
    if not missing:
        return ""
    listed = ", ".join(map(month_text, missing))
    return f"Geen levering over {listed}: daarvan is hier niets gerekend."


PROMISE_HEADERS = (
    "Belofte", "Leerroute", "In de inschrijving", "In het contract", "Gegeven", "Gehaald",
)  # fmt: skip


def promise_rows(ledger: Ledger) -> list[tuple[str, ...]]:
    """Each promise of each route beside what was given over the year."""
    rows: list[tuple[str, ...]] = []
    for route in ledger.case.routes:
        total = ledger.case.total(route)
        started = [one for one in ledger.case.starts if one.route == route]
        for measure, label in MEASURES.items():
            value = ledger.case.promised.get((measure, route))
            bid = next(
                (
                    one.bid_value
                    for one in sorted(ledger.promises, key=lambda p: p.route is None)
                    if one.measure == measure and one.route in (None, route)
                ),
                None,
            )
            if value is None and bid is None:
                continue
            given, kept = _given(measure, value, total, started)
            if ledger.hides(route, len(started) if measure == START else 0):
                given, kept = NOT_SHOWN, None
            rows.append(
                (
                    label.capitalize(),
                    route_text(route),
                    value_text(measure, bid),
                    NO_PROMISE if value is None else value_text(measure, value),
                    given,
                    MISSING if kept is None else "ja" if kept else "nee",
                )
            )
    return rows


def _given(
    measure: str, value: Decimal | None, total: Hours, started: Iterable[Start]
) -> tuple[str, bool | None]:
    """What was given in words, and whether that is what was promised (None: not to say)."""
    if measure == START:
        people = list(started)
        if not people or value is None:
            return MISSING, None
        in_time = sum(not one.late for one in people)
        share = share_text(Fraction(100 * in_time, len(people)))
        return f"{share} op tijd begonnen", in_time == len(people)
    given = total.per_week() if measure == HOURS else total.share(measure)
    if given is None:
        return MISSING, None
    kept = None if value is None else given >= Fraction(value)
    return value_text(measure, given), kept


MONTH_HEADERS = (
    "Maand", "Uren beloofd", "Uren gegeven", "Avond en weekend", "Bevoegde docent",
    "Op tijd begonnen", "Volgens het contract", "Gefactureerd", "Verschil",
)  # fmt: skip
MONTH_FIRST = ("Uren gegeven", "Volgens het contract", "Verschil")
"""What of a month is seen first on a telephone."""


def month_rows(ledger: Ledger) -> list[tuple[str, ...]]:
    """A row per month, all routes together, oldest first; of a missing month it says so."""
    return [_month_row(ledger, month) for month in ledger.year.months]


def _month_row(ledger: Ledger, month: date) -> tuple[str, ...]:
    parts = [one for (_, m), one in ledger.case.hours.items() if m == month]
    started = [one for one in ledger.case.starts if one.month == month]
    invoiced = ledger.invoiced.get(month)
    bill = MISSING if invoiced is None else euro_text(invoiced.cents)
    in_time = sum(not one.late for one in started)
    begun = f"{in_time} van {len(started)}" if started else MISSING
    if not parts:
        return (month_text(month), *("geen levering",) * 4, begun, MISSING, bill, MISSING)
    hours = Hours()
    for one in parts:
        hours = hours.plus(one)
    cents = ledger.cents(month)
    return (
        month_text(month),
        hours_text(hours.owed),
        hours_text(hours.offered),
        share_text(hours.share(EVENING)),
        share_text(hours.share(CERTIFIED)),
        begun,
        euro_text(cents) if ledger.has_price else MISSING,
        bill,
        euro_text(invoiced.cents - cents) if invoiced is not None and ledger.has_price else MISSING,
    )


LINE_HEADERS = ("Clausule", "Leerroute", "Maand", "Zo gerekend", "Bedrag")
SUM_HEADERS = ("Clausule", "Leerroute", "Zo gerekend", "Bedrag")
TOTAL = "Totaal volgens het contract"


def summed_rows(ledger: Ledger) -> list[tuple[str, ...]]:
    """The amounts by clause and route, and their total; nothing that tells of a few learners."""
    sums: dict[tuple[str, int], list[Line]] = {}
    for line in ledger.lines:
        sums.setdefault((clause_text(line), line.route), []).append(line)
    rows: list[tuple[str, ...]] = [
        (name, route_text(route), _summed_text(lines, ledger), _amount(ledger, lines))
        for (name, route), lines in sums.items()
    ]
    return [*rows, (TOTAL, "", "", _amount(ledger, ledger.lines))]


def _amount(ledger: Ledger, lines: Iterable[Line]) -> str:
    return NOT_SHOWN if ledger.hides_amounts else euro_text(sum(line.cents for line in lines))


def _summed_text(lines: list[Line], ledger: Ledger) -> str:
    """How many months or learners the amounts of one clause are about."""
    if ledger.hides_amounts:
        return NOT_SHOWN
    if len(lines) == 1:
        return working_text(lines[0])
    months = f"{len(lines)} maanden"
    quantity = sum((line.quantity for line in lines), Fraction(0))
    if lines[0].clause.basis == PER_HOUR:
        return f"{number_text(_decimal(quantity), 2)} uur in {months}"
    if lines[0].clause.measure == START:
        return f"{count_text(int(quantity))} cursisten in {months}"
    return months


def answer_text(ledger: Ledger, name: str) -> str:
    """One sentence: what was given of the promise, what that comes to, and what was invoiced."""
    total = Hours()
    for one in ledger.case.hours.values():
        total = total.plus(one)
    if not ledger.case.hours:
        return f"Van {year_text(ledger)} zijn nog geen uren geleverd."
    if total.owed is None:
        said = f"{name} gaf {hours_text(total.offered)} uur; het contract belooft geen uren."
    else:
        said = (
            f"{name} gaf {hours_text(total.offered)} van de {hours_text(total.owed)} beloofde uren."
        )
    if not ledger.has_price:
        return f"{said} Het contract noemt geen prijs per lesuur, daarom staat er geen bedrag bij."
    if ledger.hides_amounts:
        return said
    said += f" Volgens het contract komt dat op {euro_text(ledger.cents())}."
    if not ledger.invoiced:
        return f"{said} Er zijn nog geen facturen ingelezen."
    difference = ledger.invoiced_cents - ledger.cents()
    if not difference:
        return f"{said} Dat is ook gefactureerd."
    more = "meer" if difference > 0 else "minder"
    return f"{said} Gefactureerd is {euro_text(abs(difference))} {more} dan dat."


def invoice_rows(invoices: Sequence[tuple[Invoice, int]]) -> list[tuple[str, ...]]:
    """Invoices with lines over the year, and the cents of those lines."""
    return [
        (one.number, day_text(one.invoiced_on), euro_text(cents), one.entered_by)
        for one, cents in invoices
    ]
