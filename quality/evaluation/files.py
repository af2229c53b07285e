"""The files that an evaluation comes in: a sheet per part, and what is wrong in them. Pure.

The reader is that of the register; here stand the sheets, and the checks over the rows of one.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from core.errors import DomainError
from core.personal_data import refuse
from providers.feed.values import echo
from providers.register.cells import cents, day, text_of_at_most, whole
from providers.register.rows import (
    FileKind,
    Register,
    RegisterColumn as C,
    RegisterProblem,
    RegisterRow,
    RegisterTable,
    read_tables,
)
from quality.evaluation.rules import STATES, Housing, with_backlog

DATA = Path(__file__).parent / "data"
INCOME, EXPENSE, TOTAL = "inkomsten", "uitgaven", "totaal"
SIDES = (INCOME, EXPENSE, TOTAL)
HIDDEN = ("*", "<5")
MOST = 9999
"""People, or actions, of one gemeente; a number above it is a mistake."""
_BARE_PLACE = re.compile(r"\d[\d.]*")


def _note(limit: int) -> Callable[[str], str]:
    """Text about nobody that fits the column."""
    fits = text_of_at_most(limit)

    def parse(text: str) -> str:
        refuse(text)
        return fits(text)

    return parse


def _one_word_of(words: Iterable[str]) -> Callable[[str], str]:
    listed = {word.casefold(): word for word in words}

    def parse(text: str) -> str:
        word = listed.get(text.casefold().replace("_", " "))
        if word is None:
            choices = ", ".join(listed.values())
            raise DomainError("R103", f'Kies een van: {choices}. Er staat "{echo(text)}".')
        return word

    return parse


def _people(text: str) -> int | None:
    """A count; what DUO hides (1 to 4 people) is None, and not a gap."""
    return None if text.replace(" ", "") in HIDDEN else whole(0, MOST)(text)


def _columns(*columns: C) -> dict[str, C]:
    return {column.name: column for column in columns}


_NUMBER = whole(1, MOST)
_YEAR = C("jaar", whole(2000, 2100), required=True)
_SOURCE = C("bron", _note(120), required=True)
EVALUATION = FileKind(
    "de evaluatie",
    {
        "acties": _columns(
            C("volgnr", _NUMBER, required=True),
            C("thema_nr", _NUMBER, required=True),
            C("thema", _note(120), required=True),
            C("actie", _note(250), required=True),
            C("stand", _one_word_of(STATES), required=True),
            C("toelichting", _note(500)),
            C("eigenaar", text_of_at_most(120)),
            _SOURCE,
        ),
        "taakstelling": _columns(
            _YEAR,
            C("taakstelling", whole(0, MOST), required=True),
            C("achterstand_t_1", whole(0, MOST)),
            C("realisatie", whole(0, MOST), required=True),
            C("peildatum", day),
            _SOURCE,
        ),
        "cohorten": _columns(
            C("peildatum", day, required=True),
            C("stand", _note(30), required=True),
            _YEAR,
            C("aantal", _people, required=True),
            _SOURCE,
        ),
        "aantallen": _columns(
            C("wat", _note(60), required=True),
            _YEAR,
            C("aantal", whole(0, MOST), required=True),
            _SOURCE,
        ),
        "indicatoren": _columns(
            C("nr", _NUMBER, required=True),
            C("indicator", _note(250), required=True),
            C("doel", _note(60), required=True),
            C("realisatie", _note(60), required=True),
            C("noot", _note(250)),
            _SOURCE,
        ),
        "begroting": _columns(
            _YEAR,
            C("soort", _one_word_of(SIDES), required=True),
            C("post", _note(120), required=True),
            C("bedrag", cents, required=True),
            _SOURCE,
        ),
        "gehoord": _columns(
            C("partij", _note(80), required=True),
            C("punt", _note(250), required=True),
            C("soort", _note(40), required=True),
            C("wat_ermee_gebeurde", _note(500)),
            _SOURCE,
        ),
    },
    {
        "acties": ("volgnr",),
        "taakstelling": ("jaar",),
        "cohorten": ("peildatum", "stand", "jaar"),
        "aantallen": ("wat", "jaar"),
        "indicatoren": ("nr",),
        "begroting": ("jaar", "soort", "post"),
        "gehoord": ("partij", "punt"),
    },
)
CHOICES = {
    ("acties", "stand"): list(STATES),
    ("begroting", "soort"): list(SIDES),
}
NOTES = {
    "bron": "Waar staat dit? Bijvoorbeeld: Evaluatie 2026, par. 3.2.",
    "achterstand_t_1": "Alleen voor het eerste jaar; daarna rekent Taalinkoop haar uit.",
    "bedrag": "In euro, bijvoorbeeld 110000 of 35.500,50. Een regel met soort totaal wordt "
    "nagerekend.",
    "aantal": "Een getal; bij cohorten * voor een aantal dat DUO niet toont.",
    "eigenaar": "Het team of de functie die ervoor zorgt.",
    "toelichting": "Bij nee: waarom niet. Schrijf niet over personen.",
    "wat_ermee_gebeurde": "Schrijf niet over personen.",
}


def read_evaluation(tables: Iterable[RegisterTable]) -> Register:
    """Turn tables of text into typed rows that agree with each other; see ``read_tables``."""
    register = read_tables(tables, EVALUATION)
    for row in register.rows.get("acties", []):
        if row.values["stand"] == "nee" and not row.values.get("toelichting"):
            register.problems.append(
                _problem(row, "toelichting", "", "Vul in waarom de actie niet is uitgevoerd.")
            )
    for sheet, check in (("taakstelling", _check_backlog), ("begroting", _check_totals)):
        if sheet in register.rows:
            register.rows[sheet] = check(register.rows[sheet], register.problems)
    return register


def _check_backlog(rows: list[RegisterRow], problems: list[RegisterProblem]) -> list[RegisterRow]:
    """The backlog is held where it does not follow from the year before."""
    rows = sorted(rows, key=lambda row: int(row.values["jaar"]))
    kept: list[RegisterRow] = []
    years: list[Housing] = []
    for row in rows:
        given = row.values.get("achterstand_t_1")
        year, assigned, realised = (row.values[n] for n in ("jaar", "taakstelling", "realisatie"))
        follows = with_backlog([*years, Housing(year, assigned, None, realised)])[-1].backlog_before
        if follows is not None and given not in (None, follows):
            problems.append(
                _problem(
                    row, "achterstand_t_1", str(given),
                    f"Uit de jaren ervoor volgt een achterstand van {follows}; er staat {given}. "
                    "Verbeter een van de rijen, of laat deze cel leeg.",
                )
            )  # fmt: skip
        before = given if follows is None else None
        years.append(Housing(year, assigned, before, realised))
        kept.append(replace(row, values=row.values | {"achterstand_t_1": before}))
    return kept


def _check_totals(rows: list[RegisterRow], problems: list[RegisterProblem]) -> list[RegisterRow]:
    """A total is checked against its items, and not held."""
    items = [row for row in rows if row.values["soort"] != TOTAL]
    for row in rows:
        if row.values["soort"] == TOTAL:
            side, year = str(row.values["post"]).casefold(), row.values["jaar"]
            right = sum(
                one.values["bedrag"]
                for one in items
                if (one.values["soort"], one.values["jaar"]) == (side, year)
            )
            if row.values["bedrag"] != right:
                problems.append(
                    _problem(
                        row, "bedrag", euros(row.values["bedrag"]),
                        f"De posten van {side} in {year} zijn samen {euros(right)} euro; er staat "
                        f"{euros(row.values['bedrag'])}. Verbeter het totaal of een post.",
                    )
                )  # fmt: skip
    return items


def _problem(row: RegisterRow, column: str, value: str, message: str) -> RegisterProblem:
    return RegisterProblem(row.sheet, row.row, column, "R120", value, message)


def euros(amount: int) -> str:
    """Cents as a cell has them: ``35500,50``."""
    whole_euros, rest = divmod(amount, 100)
    return f"{whole_euros},{rest:02d}" if rest else str(whole_euros)


def cell_text(sheet: str, column: str, value: Any) -> str:
    """A held value as a cell of the file has it, so that the file can be read again."""
    if value is None:
        return HIDDEN[0] if (sheet, column) == ("cohorten", "aantal") else ""
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    return euros(value) if column == "bedrag" else str(value)


def with_title(title: str, place: str) -> str:
    """Where a figure stands: ``Evaluatie 2026, par. 3.2``."""
    return f"{title}, par. {place}" if _BARE_PLACE.fullmatch(place) else f"{title}, {place}"
