"""What an indicator says: the realised figure against its target, with the caution it needs.

Pure: figures in, words and rows out.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.formats import MISSING, number_text, percent_text

DATA = Path(__file__).parent / "data"
INDICATOR_FILE = DATA / "indicatoren_dalfsen.csv"
COHORT_FILE = DATA / "duo_cohorten_dalfsen_2019-01-01.csv"

HIDDEN_UNDER = 5
INDICATIVE_UNDER = 10
SMALL_UNDER = 25
HIDDEN = "<\N{NO-BREAK SPACE}5"


class Outcome(StrEnum):
    """How a year came out; the words of the page."""

    REACHED = "doel gehaald"
    NOT_REACHED = "doel niet gehaald"
    NO_FIGURE = "geen cijfer"
    NO_TARGET = "geen doel dit jaar"
    HIDDEN = "te weinig personen"


@dataclass(frozen=True)
class Figure:
    """One entered or computed figure: its value and the number of persons behind it."""

    value: float
    people: int | None
    source: str
    detail: dict[str, Any] | None = None


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

    @property
    def hidden(self) -> bool:
        """Whether the realised figure rests on so few persons that it is not shown."""
        return self.outcome is Outcome.HIDDEN


def small_number_note(people: int | None) -> str:
    """Say how careful a reader must be with a figure about this many persons."""
    if people is None:
        return "aantal personen niet bekend"
    if people < HIDDEN_UNDER:
        return "minder dan 5 personen: cijfer niet getoond"
    if people < INDICATIVE_UNDER:
        return "indicatief: 5 tot 9 personen"
    if people < SMALL_UNDER:
        return "klein aantal: minder dan 25 personen"
    return ""


def year_rows(
    targets: dict[int, Figure], realised: dict[int, Figure], *, better: str
) -> list[YearRow]:
    """Put target and realised side by side, one row per year that has either, oldest first."""
    return [
        _year_row(year, targets.get(year), realised.get(year), better=better)
        for year in sorted(targets.keys() | realised.keys())
    ]


def _year_row(year: int, target: Figure | None, found: Figure | None, *, better: str) -> YearRow:
    goal = None if target is None else target.value
    source = "; ".join(dict.fromkeys(f.source for f in (found, target) if f is not None))
    if found is None:
        return YearRow(year, goal, None, None, Outcome.NO_FIGURE, None, source, "")
    if found.people is not None and found.people < HIDDEN_UNDER:
        note = small_number_note(found.people)
        return YearRow(year, goal, None, None, Outcome.HIDDEN, None, source, note)
    outcome, gap = Outcome.NO_TARGET, None
    if goal is not None:
        gap = found.value - goal
        reached = gap >= 0 if better == "higher" else gap <= 0
        outcome = Outcome.REACHED if reached else Outcome.NOT_REACHED
    note = small_number_note(found.people)
    return YearRow(year, goal, found.value, found.people, outcome, gap, source, note, found.detail)


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
    return f"{number_text(value, decimals)} {unit}".strip()


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
    return HIDDEN if people is None else str(people)
