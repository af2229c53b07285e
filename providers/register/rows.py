"""The register files of ``provider import``: sheets, columns, and what is wrong in them.

Pure: tables of text in, typed rows and problems out. What needs the rows that are held already
(an unknown provider, an overlap with a registered period) is checked in
``providers.register.operations``.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.errors import DomainError
from core.formats import day_text
from core.workbooks.sheets import fault
from providers.codes import MarkStatus, TeacherRegistration
from providers.feed.values import clean, echo, fold
from providers.register.cells import (
    MAX_DAYS,
    WORKDAYS,
    cents,
    chamber_number,
    day,
    email_address,
    municipality_code,
    municipality_codes,
    one_of,
    postcode,
    provider_code,
    routes,
    teacher_code,
    text_of_at_most,
    weekly_minutes,
    whole,
    yes_no,
)


@dataclass(frozen=True)
class RegisterTable:
    """One sheet or CSV file: its header and its rows as text, numbered as a spreadsheet does."""

    sheet: str
    header: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True)
class RegisterProblem:
    """Something that keeps a row (or, without a row, a sheet) out of the register."""

    sheet: str
    row: int | None
    column: str | None
    code: str
    value: str
    message: str

    def place(self) -> str:
        """Where to look: ``blad keurmerken, rij 4, kolom van``."""
        parts = [f"blad {self.sheet}"]
        if self.row is not None:
            parts.append(f"rij {self.row}")
        if self.column:
            parts.append(f"kolom {self.column}")
        return ", ".join(parts)


@dataclass(frozen=True)
class RegisterRow:
    """A sound row: the values of the columns that the file has, by column name."""

    sheet: str
    row: int
    values: dict[str, Any]


@dataclass
class Register:
    """What was read: rows per sheet, and the problems."""

    rows: dict[str, list[RegisterRow]] = field(default_factory=dict)
    problems: list[RegisterProblem] = field(default_factory=list)
    ignored_columns: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class RegisterColumn:
    """One column of a register sheet."""

    name: str
    parse: Callable[[str], Any]
    required: bool = False


def _columns(*columns: RegisterColumn) -> dict[str, RegisterColumn]:
    return {column.name: column for column in columns}


_CODE = RegisterColumn("aanbiedercode", text_of_at_most(10), required=True)
C = RegisterColumn
MOST_MINUTES = 300
"""Of a journey to a lesson."""

SHEETS: dict[str, dict[str, RegisterColumn]] = {
    "aanbieders": _columns(
        C("aanbiedercode", provider_code, required=True),
        C("naam", text_of_at_most(120), required=True),
        C("kvk", chamber_number),
        C("instellingsnummer", text_of_at_most(10)),
        C("plaats", text_of_at_most(60)),
        C("contactpersoon", text_of_at_most(80)),
        C("email", email_address),
        C("tst_erkenning_van", day),
        C("tst_erkenning_tot", day),
        C("opgegaan_in", text_of_at_most(10)),
        C("opgegaan_op", day),
    ),
    "keurmerken": _columns(
        _CODE,
        C("status", one_of(MarkStatus), required=True),
        C("van", day, required=True),
        C("tot", day),
        C("gecontroleerd_op", day),
        C("bron", text_of_at_most(200)),
    ),
    "contracten": _columns(
        C("contractnummer", text_of_at_most(32), required=True),
        _CODE,
        C("leerroutes", routes, required=True),
        C("gemeenten", municipality_codes, required=True),
        C("van", day, required=True),
        C("tot", day),
        C("norm_wachttijd_dagen", whole(0, MAX_DAYS)),
        C("levering_werkdag", whole(*WORKDAYS)),
        C("prijs_per_traject", cents),
        C("uitzondering_docenten_tot", day),
        C("uren_per_week_b", weekly_minutes),
        C("uren_per_week_o", weekly_minutes),
        C("uren_per_week_z", weekly_minutes),
        C("prijs_per_uur", cents),
    ),
    "docenten": _columns(
        _CODE,
        C("docentcode", teacher_code, required=True),
        C("registratie", one_of(TeacherRegistration), required=True),
        C("van", day),
        C("tot", day),
    ),
    "lesvrij": _columns(
        C("aanbiedercode", text_of_at_most(10)),
        C("van", day, required=True),
        C("tot", day, required=True),
    ),
    "lesmethoden": _columns(
        _CODE,
        C("lesmethode", text_of_at_most(60), required=True),
        C("erkend", yes_no),
    ),
    "klasbezoeken": _columns(
        _CODE,
        C("bezocht_op", day, required=True),
        C("bevinding", text_of_at_most(300), required=True),
        C("opvolging", text_of_at_most(300)),
        C("bron", text_of_at_most(200)),
    ),
    "reistijden": _columns(
        _CODE,
        C("locatie", text_of_at_most(80), required=True),
        C("gemeente", municipality_code, required=True),
        C("kern", text_of_at_most(60), required=True),
        C("minuten", whole(0, MOST_MINUTES), required=True),
    ),
    "locaties": _columns(
        _CODE,
        C("locatie", text_of_at_most(80), required=True),
        C("postcode4", postcode),
        C("plaats", text_of_at_most(60)),
        C("avond_weekend", yes_no),
    ),
}

# What makes a row of a sheet the same row the next time.
KEYS: dict[str, tuple[str, ...]] = {
    "aanbieders": ("aanbiedercode",),
    "keurmerken": ("aanbiedercode", "van"),
    "contracten": ("contractnummer",),
    "docenten": ("aanbiedercode", "docentcode", "van"),
    "lesvrij": ("aanbiedercode", "van"),
    "lesmethoden": ("aanbiedercode", "lesmethode"),
    "klasbezoeken": ("aanbiedercode", "bezocht_op"),
    "reistijden": ("aanbiedercode", "locatie", "gemeente", "kern"),
    "locaties": ("aanbiedercode", "locatie"),
}


@dataclass(frozen=True)
class FileKind:
    """A kind of file with a sheet per subject; ``called`` is what it is in a sentence."""

    called: str
    sheets: dict[str, dict[str, RegisterColumn]]
    keys: dict[str, tuple[str, ...]]
    """Of each sheet the columns that make a row the same row the next time."""


REGISTER = FileKind("het register", SHEETS, KEYS)
LONGEST_CELL = 2_500
"""So many characters has a list of all gemeenten; a longer cell is a mistake."""
_BROKEN_OFF = re.compile(r"[\r\n\t]")
PERIODS = (("van", "tot"), ("tst_erkenning_van", "tst_erkenning_tot"))


def read_tables(tables: Iterable[RegisterTable], kind: FileKind = REGISTER) -> Register:
    """Turn tables of text into typed rows; a faulty row is left out and says what to do."""
    register = Register()
    for table in tables:
        if table.sheet not in kind.sheets:
            register.problems.append(_unknown_sheet(table, kind))
            continue
        columns = kind.sheets[table.sheet]
        by_header = {fold(name): name for name in columns}
        places: dict[str, int] = {}
        for place, name in enumerate(table.header):
            if fold(name) in by_header:
                places.setdefault(by_header[fold(name)], place)
            elif name.strip():
                register.ignored_columns.append((table.sheet, name.strip()))
        missing = [c.name for c in columns.values() if c.required and c.name not in places]
        if missing:
            register.problems.append(_missing_columns(table, missing))
            continue
        _read_rows(register, table, places, kind)
    return register


def _unknown_sheet(table: RegisterTable, kind: FileKind) -> RegisterProblem:
    count = table.rows[0][0] if table.rows else 0
    return RegisterProblem(
        table.sheet, None, None, "R003", table.sheet,
        f"Dit blad is niet gelezen ({count} rijen). Hoort het bij {kind.called}? Geef het dan een "
        f"van deze namen: {', '.join(kind.sheets)}.",
    )  # fmt: skip


def _missing_columns(table: RegisterTable, missing: list[str]) -> RegisterProblem:
    titles = ", ".join(name for name in table.header if name.strip()) or "geen"
    return RegisterProblem(
        table.sheet, None, None, "R002", ", ".join(missing),
        f"Voeg toe aan de eerste rij: {', '.join(missing)}. Gevonden kolommen: {titles}.",
    )  # fmt: skip


def _read_rows(
    register: Register, table: RegisterTable, places: dict[str, int], kind: FileKind
) -> None:
    columns, key = kind.sheets[table.sheet], kind.keys[table.sheet]
    rows = register.rows.setdefault(table.sheet, [])
    seen: dict[tuple[Any, ...], int] = {
        tuple(row.values.get(k) for k in key): row.row for row in rows
    }
    for number, cells in table.rows:
        if not any(clean(cell) for cell in cells):
            continue
        values: dict[str, Any] = {}
        faults: list[RegisterProblem] = []
        for name, place in places.items():
            raw = cells[place] if place < len(cells) else ""
            text = clean(raw)
            try:
                values[name] = _cell(columns[name], text, raw, is_key=name in key)
            except DomainError as error:
                faults.append(
                    RegisterProblem(
                        table.sheet, number, name, error.code, echo(text), error.message
                    )
                )
        if not faults:
            faults = list(_row_faults(table.sheet, number, values, seen, key))
        if faults:
            register.problems.extend(faults)
        else:
            seen[tuple(values.get(name) for name in key)] = number
            rows.append(RegisterRow(table.sheet, number, values))


def _cell(column: RegisterColumn, text: str, raw: str, *, is_key: bool) -> Any:
    if sentence := fault(text):
        raise DomainError("R112", sentence)
    if not text.isprintable() or (is_key and _BROKEN_OFF.search(raw.strip())):
        raise DomainError(
            "R113", "In deze cel staat een regeleinde of een vreemd teken. Typ de waarde opnieuw."
        )
    if len(text) > LONGEST_CELL:
        raise DomainError("R104", f"Deze cel heeft {len(text)} tekens. Dat is te veel.")
    if text:
        return column.parse(text)
    if column.required:
        raise DomainError("R101", f"Vul {column.name} in. De cel is leeg.")
    return None


def _row_faults(
    sheet: str,
    row: int,
    values: dict[str, Any],
    seen: dict[tuple[Any, ...], int],
    key_names: tuple[str, ...],
) -> Iterable[RegisterProblem]:
    for start, end in PERIODS:
        if values.get(start) and values.get(end) and values[end] < values[start]:
            yield RegisterProblem(
                sheet, row, end, "R110", day_text(values[end]),
                f"Kies bij {end} een datum op of na {start} ({day_text(values[start])}). "
                f"Er staat {day_text(values[end])}.",
            )  # fmt: skip
    key = tuple(values.get(name) for name in key_names)
    if key in seen:
        names = " en ".join(key_names)
        yield RegisterProblem(
            sheet, row, key_names[-1], "R107", str(key[-1]),
            f"Deze regel staat ook op rij {seen[key]} (zelfde {names}). Laat er een staan.",
        )  # fmt: skip


@dataclass(frozen=True)
class Period:
    """A stretch of days, both ends included; without an end it runs on."""

    start: date
    end: date | None

    def text(self) -> str:
        """``01-01-2024 tot en met 30-06-2025``, or ``vanaf 01-01-2024``."""
        if self.end is None:
            return f"vanaf {day_text(self.start)}"
        return f"{day_text(self.start)} tot en met {day_text(self.end)}"

    def overlaps(self, other: "Period") -> bool:
        """Whether some day lies in both."""
        return self.start <= (other.end or date.max) and other.start <= (self.end or date.max)


def overlap_sentence(new: Period, other: Period) -> str:
    """What to do about two marks that overlap, with both periods."""
    return (
        f"De periode {new.text()} overlapt met {other.text()} van dezelfde aanbieder. "
        "Laat de ene periode eindigen voor de andere begint."
    )
