"""The register files of ``provider import``: sheets, columns, and what is wrong in them.

Pure: tables of text in, typed rows and problems out. What needs the rows that are held already
(an unknown provider, an overlap with a registered period) is checked in
``providers.register_operations``.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from core import municipalities
from core.errors import DomainError
from core.formats import day_text
from providers.codes import LearningRoute, MarkStatus, TeacherRegistration
from providers.feed.values import Fault, clean, day_parser, fold

WHOLE_REGION = "*"
MAX_DAYS = 366
WORKDAYS = (1, 23)
"""On which working day after the month a delivery can be due."""


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


def _text(limit: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if len(text) > limit:
            raise DomainError(
                "R104", f"Gebruik hier hooguit {limit} tekens. Het zijn er {len(text)}."
            )
        return text

    return parse


parse_day = day_parser()


def _day(text: str) -> date:
    try:
        return date.fromordinal(int(parse_day(text)))
    except Fault:
        raise DomainError(
            "R102", f'Vul een bestaande datum in, bijvoorbeeld 01-09-2026. Er staat "{text}".'
        ) from None


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,4}(?:[.,]0+)?", text):
            raise DomainError(
                "R105",
                f'Vul een heel getal in van {lowest} tot en met {highest}. Er staat "{text}".',
            )
        number = int(re.split("[.,]", text)[0])
        if not lowest <= number <= highest:
            raise DomainError(
                "R105", f"Vul een getal in van {lowest} tot en met {highest}. Er staat {number}."
            )
        return number

    return parse


def _cents(text: str) -> int:
    bare = text.removeprefix("€").replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    dutch = re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d{1,2})?", bare)
    try:
        amount = Decimal((bare.replace(".", "") if dutch else bare).replace(",", "."))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount < 10_000_000 or amount * 100 % 1:
        raise DomainError(
            "R105", f'Vul een bedrag in euro in, bijvoorbeeld 11600,00. Er staat "{text}".'
        )
    return int(amount * 100)


def _one_of(codes: Iterable[Any]) -> Callable[[str], int]:
    known = {entry.code.casefold(): int(entry) for entry in codes}
    listed = ", ".join(entry.code for entry in codes)

    def parse(text: str) -> int:
        code = text.casefold().replace(" ", "_")
        if code not in known:
            raise DomainError("R103", f'Kies een van: {listed}. Er staat "{text}".')
        return known[code]

    return parse


def _yes_no(text: str) -> bool:
    answer = {"ja": True, "nee": False}.get(text.casefold())
    if answer is None:
        raise DomainError("R103", f'Vul ja of nee in. Er staat "{text}".')
    return answer


ROUTE_WORDS = {
    "b": int(LearningRoute.B1),
    "b1": int(LearningRoute.B1),
    "b1-route": int(LearningRoute.B1),
    "o": int(LearningRoute.EDUCATION),
    "onderwijsroute": int(LearningRoute.EDUCATION),
    "z": int(LearningRoute.SELF_RELIANCE),
    "z-route": int(LearningRoute.SELF_RELIANCE),
    "zelfredzaamheidsroute": int(LearningRoute.SELF_RELIANCE),
}


def _routes(text: str) -> list[int]:
    found: set[int] = set()
    for word in re.split(r"[,;/\s]+", text.casefold()):
        if not word:
            continue
        if word not in ROUTE_WORDS:
            raise DomainError(
                "R103",
                f'Vul leerroutes in als B, O of Z, met een komma ertussen. Er staat "{word}".',
            )
        found.add(ROUTE_WORDS[word])
    return sorted(found)


def _municipalities(text: str) -> list[str]:
    """Four-digit codes; an empty list stands for the whole region."""
    if text == WHOLE_REGION:
        return []
    codes: set[str] = set()
    for word in re.split(r"[,;/\s]+", text):
        if not word:
            continue
        code = word.upper().removeprefix("GM").zfill(4)
        if code not in municipalities.names():
            raise DomainError(
                "R106",
                "Vul viercijferige gemeentecodes in met een komma ertussen, "
                f'of * voor de hele regio. "{word}" is geen gemeente.',
            )
        codes.add(code)
    return sorted(codes)


def _postcode(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d{3}", text):
        raise DomainError("R103", f'Vul alleen de vier cijfers in. Er staat "{text}".')
    return text


def _chamber(text: str) -> str:
    if not re.fullmatch(r"\d{7,8}", text):
        raise DomainError("R103", f'Een KvK-nummer heeft acht cijfers. Er staat "{text}".')
    return text.zfill(8)


@dataclass(frozen=True)
class RegisterColumn:
    """One column of a register sheet."""

    name: str
    parse: Callable[[str], Any]
    required: bool = False


def _columns(*columns: RegisterColumn) -> dict[str, RegisterColumn]:
    return {column.name: column for column in columns}


_CODE = RegisterColumn("aanbiedercode", _text(10), required=True)
C = RegisterColumn

SHEETS: dict[str, dict[str, RegisterColumn]] = {
    "aanbieders": _columns(
        _CODE,
        C("naam", _text(120), required=True),
        C("kvk", _chamber),
        C("instellingsnummer", _text(10)),
        C("plaats", _text(60)),
        C("contactpersoon", _text(80)),
        C("email", _text(120)),
        C("tst_erkenning_van", _day),
        C("tst_erkenning_tot", _day),
    ),
    "keurmerken": _columns(
        _CODE,
        C("status", _one_of(MarkStatus), required=True),
        C("van", _day, required=True),
        C("tot", _day),
        C("gecontroleerd_op", _day),
        C("bron", _text(200)),
    ),
    "contracten": _columns(
        C("contractnummer", _text(32), required=True),
        _CODE,
        C("leerroutes", _routes, required=True),
        C("gemeenten", _municipalities, required=True),
        C("van", _day, required=True),
        C("tot", _day),
        C("norm_wachttijd_dagen", _whole(0, MAX_DAYS)),
        C("levering_werkdag", _whole(*WORKDAYS)),
        C("prijs_per_traject", _cents),
        C("uitzondering_docenten_tot", _day),
    ),
    "docenten": _columns(
        _CODE,
        C("docentcode", _text(32), required=True),
        C("registratie", _one_of(TeacherRegistration), required=True),
        C("van", _day),
        C("tot", _day),
    ),
    "locaties": _columns(
        _CODE,
        C("locatie", _text(80), required=True),
        C("postcode4", _postcode),
        C("plaats", _text(60)),
        C("avond_weekend", _yes_no),
    ),
}

# What makes a row of a sheet the same row the next time.
KEYS: dict[str, tuple[str, ...]] = {
    "aanbieders": ("aanbiedercode",),
    "keurmerken": ("aanbiedercode", "van"),
    "contracten": ("contractnummer",),
    "docenten": ("aanbiedercode", "docentcode", "van"),
    "locaties": ("aanbiedercode", "locatie"),
}
PERIODS = (("van", "tot"), ("tst_erkenning_van", "tst_erkenning_tot"))


def read_tables(tables: Iterable[RegisterTable]) -> Register:
    """Turn tables of text into typed rows; a faulty row is left out and says what to do."""
    register = Register()
    for table in tables:
        columns = SHEETS[table.sheet]
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
        _read_rows(register, table, places)
    return register


def _missing_columns(table: RegisterTable, missing: list[str]) -> RegisterProblem:
    found = ", ".join(name for name in table.header if name.strip()) or "geen"
    return RegisterProblem(
        table.sheet, None, None, "R002", ", ".join(missing),
        f"Voeg toe aan de eerste rij: {', '.join(missing)}. Gevonden kolommen: {found}.",
    )  # fmt: skip


def _read_rows(register: Register, table: RegisterTable, places: dict[str, int]) -> None:
    columns = SHEETS[table.sheet]
    rows = register.rows.setdefault(table.sheet, [])
    seen: dict[tuple[Any, ...], int] = {
        tuple(row.values.get(k) for k in KEYS[table.sheet]): row.row for row in rows
    }
    for number, cells in table.rows:
        if not any(clean(cell) for cell in cells):
            continue
        values: dict[str, Any] = {}
        faults: list[RegisterProblem] = []
        for name, place in places.items():
            text = clean(cells[place]) if place < len(cells) else ""
            try:
                values[name] = _cell(columns[name], text)
            except DomainError as error:
                faults.append(
                    RegisterProblem(table.sheet, number, name, error.code, text, error.message)
                )
        if not faults:
            faults = list(_row_faults(table.sheet, number, values, seen))
        if faults:
            register.problems.extend(faults)
        else:
            seen[tuple(values.get(key) for key in KEYS[table.sheet])] = number
            rows.append(RegisterRow(table.sheet, number, values))


def _cell(column: RegisterColumn, text: str) -> Any:
    if text:
        return column.parse(text)
    if column.required:
        raise DomainError("R101", f"Vul {column.name} in. De cel is leeg.")
    return None


def _row_faults(
    sheet: str, row: int, values: dict[str, Any], seen: dict[tuple[Any, ...], int]
) -> Iterable[RegisterProblem]:
    for start, end in PERIODS:
        if values.get(start) and values.get(end) and values[end] < values[start]:
            yield RegisterProblem(
                sheet, row, end, "R110", day_text(values[end]),
                f"Kies bij {end} een datum op of na {start} ({day_text(values[start])}). "
                f"Er staat {day_text(values[end])}.",
            )  # fmt: skip
    key = tuple(values.get(name) for name in KEYS[sheet])
    if key in seen:
        names = " en ".join(KEYS[sheet])
        yield RegisterProblem(
            sheet, row, KEYS[sheet][-1], "R107", str(key[-1]),
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
