"""What an indicator says: the realised figure against its target, with the caution it needs.

Pure: figures in, words and rows out.
"""

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.formats import MISSING, number_text, percent_text
from core.small_numbers import HIDDEN_TEXT, MINIMUM, NOT_SHOWN
from providers.feed.read.small_files import (
    FileColumn,
    a_day,
    a_number,
    read_small_file,
    short_text,
)

DATA = Path(__file__).parent / "data"
INDICATOR_FILE = DATA / "indicatoren_dalfsen.csv"
COHORT_FILE = DATA / "duo_cohorten_dalfsen_2019-01-01.csv"

INDICATIVE_UNDER = 10
SMALL_UNDER = 25
BY_HAND, FROM_TERM = "ingevoerd", "berekend van termijn_van tot geslaagd_op"
"""Definitions of a figure; a line is not drawn from one to another."""


class Outcome(StrEnum):
    """How a year came out; the words of the page."""

    REACHED = "doel gehaald"
    NOT_REACHED = "doel niet gehaald"
    AROUND = "rond het doel"
    UNSURE = "doel niet gehaald, niet zeker"
    NO_FIGURE = "geen cijfer"
    NO_TARGET = "geen doel dit jaar"
    HIDDEN = "te weinig personen"
    WITHHELD = NOT_SHOWN


@dataclass(frozen=True)
class Figure:
    """One entered or computed figure: its value and the number of persons behind it."""

    value: float
    people: int | None
    source: str
    detail: dict[str, Any] | None = None
    definition: str = BY_HAND
    is_withheld: bool = False
    """Whether the reader could work out what is another's from it."""


@dataclass(frozen=True)
class YearRow:
    """One year of an indicator: a row of the table and a point of the chart."""

    year: int
    target: float | None
    realised: float | None
    people: int | None
    outcome: Outcome
    gap: float | None
    source: str
    caution: str
    detail: dict[str, Any] | None = None
    interval: tuple[float, float] | None = None
    definition: str = ""
    is_redefined: bool = False

    @property
    def hidden(self) -> bool:
        """Whether the realised figure is not shown: too few persons, or it gives another's away."""
        return self.outcome in (Outcome.HIDDEN, Outcome.WITHHELD)

    @property
    def hidden_text(self) -> str:
        """What stands in the place of a figure that is not shown."""
        return HIDDEN_TEXT if self.outcome is Outcome.HIDDEN else str(Outcome.WITHHELD)


def small_number_note(people: int | None) -> str:
    """Say how careful a reader must be with a figure about this many persons."""
    if people is None:
        return "aantal personen niet bekend"
    if people < MINIMUM:
        return "minder dan 5 personen: cijfer niet getoond"
    if people < INDICATIVE_UNDER:
        return "indicatief: 5 tot 9 personen"
    if people < SMALL_UNDER:
        return "klein aantal: minder dan 25 personen"
    return ""


FEWEST_OTHERS = 2
GIVES_AWAY = "met je eigen cijfer zou dat van een andere gemeente te berekenen zijn"


def gives_away(parts: Mapping[int, int | None] | None, own: Collection[int]) -> bool:
    """Whether a figure of the region gives a reader of ``own`` gemeenten another's figure.

    ``parts`` are the people of each gemeente in it (None: not known which gemeenten those are), or
    empty when no gemeente has a figure to compare with. What is left after taking one's own away
    must be of two others or more, and of five people or more.
    """
    if parts is None:
        return True
    others = [people for place, people in parts.items() if place not in own]
    few = None not in others and sum(n or 0 for n in others) < MINIMUM
    return bool(parts) and (len(others) < FEWEST_OTHERS or few)


def year_rows(
    targets: dict[int, Figure], realised: dict[int, Figure], *, better: str, unit: str
) -> list[YearRow]:
    """Put target and realised side by side, one row per year that has either, oldest first."""
    rows: list[YearRow] = []
    definition = ""
    for year in sorted(targets.keys() | realised.keys()):
        row = _year_row(year, targets.get(year), realised.get(year), better=better, unit=unit)
        if row.realised is not None:
            row = replace(row, is_redefined=definition not in {"", row.definition})
            definition = row.definition
        rows.append(row)
    return rows


def _year_row(
    year: int, target: Figure | None, figure: Figure | None, *, better: str, unit: str
) -> YearRow:
    goal = None if target is None else target.value
    source = "; ".join(dict.fromkeys(f.source for f in (figure, target) if f is not None))
    if figure is None:
        return YearRow(year, goal, None, None, Outcome.NO_FIGURE, None, source, "")
    if figure.is_withheld:
        return YearRow(year, goal, None, None, Outcome.WITHHELD, None, source, GIVES_AWAY)
    nobody = figure.people == figure.value == 0
    note = "" if nobody else small_number_note(figure.people)
    if figure.people is not None and figure.people < MINIMUM and not nobody:
        return YearRow(year, goal, None, None, Outcome.HIDDEN, None, source, note)
    interval = _interval(figure, unit)
    gap = None if goal is None else figure.value - goal
    outcome = _outcome(gap, goal, interval, better=better)
    return YearRow(
        year, goal, figure.value, figure.people, outcome, gap, source, note, figure.detail,
        interval, figure.definition,
    )  # fmt: skip


def _outcome(
    gap: float | None, goal: float | None, interval: tuple[float, float] | None, *, better: str
) -> Outcome:
    """Say that a target was missed only where the 90 % interval lies wholly short of it."""
    if gap is None or goal is None:
        return Outcome.NO_TARGET
    if (gap >= 0) if better == "higher" else (gap <= 0):
        return Outcome.REACHED
    if interval is None:
        return Outcome.UNSURE
    return Outcome.AROUND if interval[0] <= goal <= interval[1] else Outcome.NOT_REACHED


def _interval(figure: Figure, unit: str) -> tuple[float, float] | None:
    """The 90 % interval of a share of so many people, or of a computed mean; else not known."""
    precise = (figure.detail or {}).get("interval")
    if precise is not None:
        return precise[0], precise[1]
    if unit != "%" or not figure.people:
        return None
    # Loads numpy, which most pages do without.
    from quality.method.uncertainty import share_interval  # noqa: PLC0415

    low, high = share_interval(figure.value / 100, figure.people)
    return 100 * low, 100 * high


def interval_text(interval: tuple[float, float] | None, unit: str) -> str:
    """An interval with its unit: ``69 tot 92 %``."""
    if interval is None:
        return MISSING
    low, high = interval
    decimals = 0 if unit == "%" else 1
    return f"{number_text(low, decimals)} tot {value_text(round(high, decimals), unit)}"


def latest_judged(rows: Sequence[YearRow]) -> YearRow | None:
    """The newest year that has a realised figure, or none."""
    return next((row for row in reversed(rows) if row.realised is not None), None)


def value_text(value: float | None, unit: str) -> str:
    """A figure with its unit: ``85 %``, ``33,5 maanden``."""
    if value is None:
        return MISSING
    decimals = 0 if value == int(value) else 1
    if unit == "%":
        return percent_text(value, decimals)
    return f"{number_text(value, decimals)} {'' if unit == 'aantal' else unit}".strip()


def answer(rows: Sequence[YearRow], *, unit: str) -> str:
    """One sentence that answers: is the target reached."""
    latest = latest_judged(rows)
    if latest is None:
        return "Er is nog geen gerealiseerd cijfer."
    now = f"In {latest.year} was het {value_text(latest.realised, unit)}"
    if latest.target is not None:
        return f"{now}; het doel was {value_text(latest.target, unit)}: {latest.outcome}."
    later = next((row for row in rows if row.year > latest.year and row.target is not None), None)
    if later is None:
        return f"{now}. Voor dat jaar is geen doel gesteld."
    goal = value_text(later.target, unit)
    return f"{now}. Het doel voor {later.year} is {goal}; over {later.year} is nog geen cijfer."


@dataclass(frozen=True)
class IndicatorLine:
    """One line of the indicator file."""

    number: str
    name: str
    unit: str
    year: int
    kind: str
    value: float


def read_indicator_lines(lines: Iterable[str]) -> list[IndicatorLine]:
    """Read a file with the columns nr, indicator, eenheid, jaar, soort, waarde."""
    kinds = {"doel": "target", "realisatie": "realised"}
    return [
        IndicatorLine(
            number=row["nr"],
            name=row["indicator"],
            unit=row["eenheid"],
            year=int(row["jaar"]),
            kind=kinds[row["soort"]],
            value=float(row["waarde"]),
        )
        for row in csv.DictReader(lines)
    ]


@dataclass(frozen=True)
class ReferenceRow:
    """One line of a file with what others reached."""

    name: str
    year: int
    value: float
    source: str
    published_on: date


def _year(text: str) -> int:
    if not (text.isdigit() and 2000 <= int(text[:5]) <= 2100):
        raise ValueError("Schrijf een jaar als 2026.")
    return int(text)


_REFERENCE_TABLE = (
    FileColumn("naam", short_text(60)),
    FileColumn("jaar", _year, as_displayed=False),
    FileColumn("waarde", lambda text: float(a_number(text.rstrip("% "))), as_displayed=False),
    FileColumn("bron", short_text(200)),
    FileColumn("datum", a_day, as_displayed=False),
)
REFERENCE_COLUMNS = tuple(column.name for column in _REFERENCE_TABLE)
MOST_ROWS = 1_000
MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class References:
    """What a file says, and the columns of it that were left out."""

    rows: list[ReferenceRow]
    ignored: tuple[str, ...]


def read_references(content: bytes) -> References:
    """Read a file with what others reached; ``DomainError`` names every fault in it."""
    file = read_small_file(
        content, _REFERENCE_TABLE, key=("naam", "jaar"), most_bytes=MOST_BYTES, most_rows=MOST_ROWS
    )
    return References([ReferenceRow(*row.values()) for _, row in file.rows], file.ignored)


def read_cohort_lines(lines: Iterable[str]) -> list[tuple[str, int, int | None]]:
    """Read DUO's table as (status, start year, persons); a ``*`` is hidden by DUO: no number."""
    return [
        (row["status"], int(year), None if cell == "*" else int(cell))
        for row in csv.DictReader(lines)
        for year, cell in row.items()
        if year != "status"
    ]


def cohort_text(people: int | None) -> str:
    """A cell of the cohort table; what DUO hides is shown as fewer than five, never as a gap."""
    return HIDDEN_TEXT if people is None else str(people)
