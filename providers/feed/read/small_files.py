"""Files with a few columns that people make by hand (invoices, answers, figures of others).

Read as a feed is, so in any form, encoding and order of columns. One fault refuses the file, and
every fault is named.
"""

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.dates import month_of
from core.errors import DomainError
from core.formats import counted, read_decimal, read_month
from core.municipalities import names
from core.workbooks.sheets import fault
from providers.feed.columns import Mapping
from providers.feed.read.reader import open_table
from providers.feed.table import RefusedFileError, Table, row_text
from providers.feed.values import Fault, clean, day_parser, echo, municipality_parser

FIELD = "file"
"""The field of a form that a file is sent in."""


@dataclass(frozen=True)
class FileColumn:
    """A column: its name, and how a cell is read; a ``ValueError`` says what to put there."""

    name: str
    read: Callable[[str], Any] = str
    required: bool = True
    """Whether the column must be there, and every cell of it filled in."""
    as_displayed: bool = True
    """Whether the text counts that a person sees (a number, a name), and not the value behind."""


@dataclass(frozen=True)
class SmallFile:
    """What was read: a row a dictionary by name of column, and the columns that were left out."""

    rows: list[tuple[int, dict[str, Any]]]
    ignored: tuple[str, ...]


def refuse_for(faults: Sequence[str], code: str = "file_faults") -> None:
    """Raise a ``DomainError`` with all that is wrong in a file, when anything is."""
    if faults:
        raise DomainError(code, faults[0], field=FIELD, more=faults[1:])


def cell_fault(place: str, value: str, what_to_do: object) -> str:
    """``Rij 3, kolom uren: "nvt" kan niet. Vul een getal in, bijvoorbeeld 12,5.``."""
    what = f'"{echo(value, 40)}" kan niet.' if value else "de cel is leeg."
    return f"{place}: {what} {what_to_do}".rstrip()


def read_small_file(
    content: bytes,
    columns: Sequence[FileColumn],
    *,
    most_bytes: int,
    most_rows: int,
    key: tuple[str, ...] = (),
) -> SmallFile:
    """Read a file; ``DomainError`` names each fault with its row, column and value.

    No two rows have the same values in the columns of ``key``.
    """
    if len(content) > most_bytes:
        refuse_for([f"Het bestand is groter dan {most_bytes // 1_000_000} MB. Splits het."])
    by_name = {column.name: column for column in columns}
    mapping = Mapping(headers={name: name for name in by_name})
    as_displayed = frozenset(column.name for column in columns if column.as_displayed)
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            with open_table(Path(file.name), mapping=mapping, keys=as_displayed) as table:
                return _read(table, by_name, key, most_rows)
        except RefusedFileError as error:
            raise _refusal(error, columns) from None


def _refusal(error: RefusedFileError, columns: Iterable[FileColumn]) -> DomainError:
    message = error.message
    if error.code == "F003":
        message = _missing([c.name for c in columns if c.required], error.details["found"])
    return DomainError(error.code, message, field=FIELD)


def _missing(names: Sequence[str], layout: str) -> str:
    what = "deze kolom" if len(names) == 1 else "deze kolommen"
    return (
        f"Zet {what} erbij, met de naam in de eerste rij: {', '.join(names)}. Gevonden: {layout}."
    )


def _read(
    table: Table, by_name: dict[str, FileColumn], key: tuple[str, ...], most_rows: int
) -> SmallFile:
    layout = table.layout
    places = {name: at for name, at in layout.positions.items() if name in by_name}
    if missing := [c.name for c in by_name.values() if c.required and c.name not in places]:
        refuse_for([_missing(missing, ", ".join(filter(None, layout.header)))])
    refuse_for([f"De kolom {name} staat er twee keer. Laat er een staan." for name in
                layout.doubled])  # fmt: skip
    sheets: Any = table.assumed.get("sheets") or ()
    rows: list[tuple[int, dict[str, Any]]] = []
    faults: list[str] = []
    seen: dict[tuple[Any, ...], str] = {}
    for number, cells in table.records:
        if not any(clean(cell) for cell in cells):
            continue
        if len(rows) == most_rows:
            refuse_for([f"Het bestand heeft meer dan {most_rows} rijen. Splits het."])
        row = row_text(number, sheets)
        place = f"Rij {row}" if row.isdigit() else row.capitalize()
        values: dict[str, Any] = dict.fromkeys(by_name)
        for name, at in places.items():
            text = cells[at] if at < len(cells) else ""
            try:
                values[name] = _cell(by_name[name], text)
            except ValueError as error:
                faults.append(cell_fault(f"{place}, kolom {name}", clean(text), error))
        rows.append((number, values))
        same = tuple(values[name] for name in key)
        if key and None not in same and seen.setdefault(same, row) != row:
            about = ", ".join(key)
            faults.append(
                f"{place} staat er al: rij {seen[same]}, zelfde {about}. Laat er een staan."
            )
    faults += _unread(table)
    refuse_for(faults if faults or rows else ["Het bestand heeft geen rijen."])
    mapped = set(places.values())
    ignored = [title for at, title in enumerate(layout.header) if title and at not in mapped]
    return SmallFile(rows, tuple(echo(title, 30) for title in ignored))


def _cell(column: FileColumn, raw: str) -> Any:
    text = clean(raw)
    if sentence := fault(text):
        raise ValueError(sentence)
    if not text.isprintable():
        raise ValueError("Er staat een vreemd teken in. Typ de waarde opnieuw.")
    if text:
        return column.read(text)
    if column.required:
        raise ValueError(f"Vul {column.name} in.")
    return None


def _unread(table: Table) -> Iterator[str]:
    for sheet in table.sheets:
        if sheet.has_data and not sheet.read:
            yield (
                f"Blad {echo(sheet.name, 30)} ({counted(sheet.rows, 'rij', 'rijen')}) is niet te "
                "lezen: de kolomnamen ontbreken. Zet ze erboven, of verwijder het blad."
            )


_day = day_parser()
_AMBIGUOUS = re.compile(r"-?\d{1,3}\.\d{3}")


def a_day(text: str) -> date:
    """A day, in any notation that a feed knows."""
    try:
        return date.fromordinal(int(_day(text)))
    except Fault:
        raise ValueError("Vul een dag in die bestaat, bijvoorbeeld 23-11-2026.") from None


def a_month(text: str) -> date:
    """The first day of a month, written as one or as a day in it."""
    try:
        return read_month(text)
    except ValueError as error:
        try:
            return month_of(a_day(text))
        except ValueError:
            raise error from None


def a_municipality(text: str) -> str:
    """The code of a gemeente, by code or name."""
    try:
        return f"{municipality_parser(names())(text):04d}"
    except Fault:
        raise ValueError("Vul de naam of de code van een gemeente in.") from None


def a_number(text: str) -> Decimal:
    """A number; ``1.234`` could be two, and is asked."""
    if _AMBIGUOUS.fullmatch(text):
        raise ValueError(
            f"Dit kan {text.replace('.', '')} zijn of {text.replace('.', ',')}. "
            "Schrijf het zonder punt."
        )
    return read_decimal(text)


def one_of(words: Iterable[str]) -> Callable[[str], str]:
    """One of some words, however written."""
    by_key = {word.casefold().replace("_", " "): word for word in words}
    listed = ", ".join(by_key)

    def read(text: str) -> str:
        try:
            return by_key[text.casefold().replace("_", " ")]
        except KeyError:
            raise ValueError(f"Kies uit: {listed}.") from None

    return read


def short_text(limit: int) -> Callable[[str], str]:
    """Text of so many characters at most."""

    def read(text: str) -> str:
        if len(text) > limit:
            raise ValueError(f"Gebruik hoogstens {limit} tekens. Het zijn er {len(text)}.")
        return text

    return read
