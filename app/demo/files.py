"""Write rows the way each provider's own system does: other formats, headers and notations.

What a provider writes stays the same from month to month; the same rows give the same bytes.
"""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import xlsxwriter

from app.demo.lives import Row
from app.demo.region import Character
from core.formats import month_text
from providers.feed.columns import NO_MAPPING, Mapping

HOURS = (
    "uren_aangeboden", "uren_gevolgd", "uren_geoorloofd_verzuim", "uren_ongeoorloofd_verzuim",
    "uren_avond_weekend", "uren_bevoegd_docent", "uren_docent_in_opleiding", "uren_knm",
    "uren_online", "uren_participatie",
)  # fmt: skip
DATES = ("datum_aanmelding", "datum_eerste_les", "verwachte_einddatum", "datum_einde")
LEFT_OUT = {
    # Optional columns that a provider's system does not know.
    "xlsx_text": ("uren_online", "uren_knm", "uren_docent_in_opleiding", "verwachte_einddatum"),
    "tsv_utf16": ("reden_wachten", "verwachte_einddatum", "dagdelen_per_week"),
    "csv_pipe": ("aanbiedercode", "contractnummer"),
    "csv_iso": ("groepsgrootte",),
}
OWN_HEADERS = {
    # Taalschakel Hogeweide: names of its own, taken in through its saved column mapping.
    "rapportagemaand": "Periode",
    "trajectnummer": "Deelnemer-ID",
    "gemeentecode": "Woongemeente",
    "leerroute": "Leerlijn",
    "datum_aanmelding": "Aangemeld op",
    "datum_eerste_les": "Start lessen",
    "uren_aangeboden": "Lesuren totaal",
    "uren_gevolgd": "Lesuren aanwezig",
    "uren_bevoegd_docent": "Uren NT2-docent",
    "status": "Stand",
    "datum_einde": "Datum uitstroom",
}
OWN_CODES = {
    "status": {"wachtend": "wachtlijst", "actief": "lopend"},
    "leerroute": {"O": "schakeljaar", "B": "basis B1"},
}
ROUTE_WORDS = {"B": "B1-route", "O": "Onderwijsroute", "Z": "Z-route"}
Extra = dict[str, str]
"""Columns that a provider added to one file: header -> the value on every row."""


def file_name(character: Character, month: date, version: str = "") -> str:
    """What the provider calls the file of this month."""
    mark = f"-{version}" if version else ""
    patterns = {
        "xlsx": f"Voortgang {month_text(month)}{mark}.xlsx",
        "csv_dutch": f"voortgang_{month:%Y%m}{mark}.csv",
        "csv_iso": f"export-{month:%Y-%m}{mark}.csv",
        "xlsx_text": f"cursisten {month:%m-%Y}{mark}.xlsx",
        "json": f"leveringen-{month:%Y-%m}{mark}.json",
        "tsv_utf16": f"INBURGERING_{month:%y%m}{mark}.txt",
        "csv_pipe": f"rapportage_{month:%Y_%m}{mark}.csv",
        "xlsx_own": f"Maandstaat {month:%Y-%m}{mark}.xlsx",
    }
    return patterns[character.file_format]


def write(
    character: Character, rows: Sequence[Row], *, extra: Extra | None = None, without: str = ""
) -> bytes:
    """The bytes of one file; ``extra`` adds columns, ``without`` forgets one."""
    fields = _fields(character, rows, without)
    return WRITERS[character.file_format](fields, rows, extra or {})


def _fields(character: Character, rows: Sequence[Row], without: str) -> list[str]:
    left_out = LEFT_OUT.get(character.file_format, ())
    return [name for name in rows[0] if name not in left_out and name != without]


def own_mapping(character: Character, rows: Sequence[Row]) -> Mapping:
    """How to read a file with headers and codes of the provider's own; none when it has none."""
    if character.file_format != "xlsx_own":
        return NO_MAPPING
    return Mapping(
        headers={OWN_HEADERS.get(name, name): name for name in _fields(character, rows, "")},
        codes={
            name: {own: code for code, own in codes.items()} for name, codes in OWN_CODES.items()
        },
    )


@lru_cache(maxsize=100_000, typed=True)
def _text(field: str, value: Any, *, day: str, month: str = "%Y-%m", comma: bool = False) -> str:
    """A value as text; what is text already (a slip of the provider) stays as it is."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.strftime(month if field == "rapportagemaand" else day)
    if field in HOURS and isinstance(value, int):
        text = f"{value / 60:.2f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if comma else text
    return str(value)


def _lines(
    fields: Sequence[str],
    rows: Sequence[Row],
    extra: Extra,
    *,
    delimiter: str,
    end: str,
    text: Callable[[str, Any], str],
) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow([*fields, *extra])
    writer.writerows([*(text(f, row[f]) for f in fields), *extra.values()] for row in rows)
    return out.getvalue()


def _csv_dutch(fields: Sequence[str], rows: Sequence[Row], extra: Extra) -> bytes:
    def text(field: str, value: Any) -> str:
        return _text(field, value, day="%d-%m-%Y", comma=True)

    lines = _lines(fields, rows, extra, delimiter=";", end="\r\n", text=text)
    return lines.encode("cp1252")


def _csv_iso(fields: Sequence[str], rows: Sequence[Row], extra: Extra) -> bytes:
    def text(field: str, value: Any) -> str:
        return _text(field, value, day="%Y-%m-%d")

    return _lines(fields, rows, extra, delimiter=",", end="\n", text=text).encode("utf-8-sig")


def _csv_pipe(fields: Sequence[str], rows: Sequence[Row], extra: Extra) -> bytes:
    def text(field: str, value: Any) -> str:
        if field == "leerroute":
            return ROUTE_WORDS[value]
        return _text(field, value, day="%d-%m-%Y", month="%m-%Y", comma=True)

    headed = [field.replace("_", " ").capitalize() for field in fields]
    lines = _lines(fields, rows, extra, delimiter="|", end="\n", text=text)
    body = lines.split("\n", 1)[1]
    return ("sep=|\n" + "|".join([*headed, *extra]) + "\n" + body).encode()


def _tsv_utf16(fields: Sequence[str], rows: Sequence[Row], extra: Extra) -> bytes:
    def text(field: str, value: Any) -> str:
        return _text(field, value, day="%d-%m-%Y", comma=True)

    upper = [field.upper() for field in fields]
    lines = _lines(fields, rows, extra, delimiter="\t", end="\r\n", text=text)
    body = lines.split("\r\n", 1)[1]
    return "\ufeff".encode("utf-16-le") + ("\t".join([*upper, *extra]) + "\r\n" + body).encode(
        "utf-16-le"
    )


def _json(fields: Sequence[str], rows: Sequence[Row], extra: Extra) -> bytes:
    def value(row: Row, field: str) -> Any:
        cell = row[field]
        if field in HOURS and isinstance(cell, int):
            return cell / 60
        if isinstance(cell, date):
            return _text(field, cell, day="%Y-%m-%d")
        return cell

    document = [
        {field: value(row, field) for field in fields if row[field] is not None} | extra
        for row in rows
    ]
    return json.dumps({"leveringen": document}, ensure_ascii=False, indent=1).encode()


class _Workbook:
    """One sheet, written with a fixed creation date so that the bytes repeat."""

    def __init__(self, sheet: str) -> None:
        self.bytes = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.bytes, {"in_memory": True})
        self.book.set_properties({"created": datetime(2024, 1, 1)})  # noqa: DTZ001
        self.sheet = self.book.add_worksheet(sheet)
        self.bold = self.book.add_format({"bold": True})
        self.day = self.book.add_format({"num_format": "dd-mm-yyyy"})

    def close(self) -> bytes:
        self.book.close()
        return self.bytes.getvalue()


def _xlsx_cells(
    book: _Workbook, top: int, fields: Sequence[str], rows: Sequence[Row], extra: Extra
) -> None:
    """Real dates and numbers from row ``top`` down."""
    for number, row in enumerate(rows, start=top):
        for column, field in enumerate(fields):
            cell = row[field]
            if cell is None:
                continue
            if isinstance(cell, date):
                book.sheet.write_datetime(number, column, cell, book.day)
            elif field in HOURS and isinstance(cell, int):
                book.sheet.write_number(number, column, cell / 60)
            elif isinstance(cell, int):
                book.sheet.write_number(number, column, cell)
            else:
                book.sheet.write_string(number, column, cell)
        for column, cell in enumerate(extra.values(), start=len(fields)):
            book.sheet.write_string(number, column, cell)


def _xlsx(fields: Sequence[str], rows: Sequence[Row], extra: Extra) -> bytes:
    """Two title rows, headers with capitals and spaces, real dates, a totals row."""
    book = _Workbook("Voortgang")
    book.sheet.merge_range(0, 0, 0, 6, "Voortgangsrapportage inburgering", book.bold)
    book.sheet.write_string(1, 0, f"Maand: {month_text(rows[0]['rapportagemaand'])}")
    for column, field in enumerate([*fields, *extra]):
        book.sheet.write_string(3, column, field.replace("_", " ").capitalize(), book.bold)
    _xlsx_cells(book, 4, fields, rows, extra)
    book.sheet.write_string(4 + len(rows), 0, "Totaal", book.bold)
    for column, field in enumerate(fields):
        if field in HOURS:
            total = sum(row[field] or 0 for row in rows if not isinstance(row[field], str))
            book.sheet.write_number(4 + len(rows), column, total / 60, book.bold)
    return book.close()


def _xlsx_text(fields: Sequence[str], rows: Sequence[Row], extra: Extra) -> bytes:
    """Typed by hand: everything is text, also dates and numbers."""
    book = _Workbook("Blad1")
    for column, field in enumerate([*fields, *extra]):
        book.sheet.write_string(0, column, field)
    for number, row in enumerate(rows, start=1):
        texts = [_text(field, row[field], day="%d-%m-%Y", comma=True) for field in fields]
        for column, text in enumerate([*texts, *extra.values()]):
            if text:
                book.sheet.write_string(number, column, text)
    return book.close()


def _xlsx_own(fields: Sequence[str], rows: Sequence[Row], extra: Extra) -> bytes:
    """Headers and codes of the provider's own."""
    book = _Workbook("Maandstaat")
    for column, field in enumerate([*fields, *extra]):
        book.sheet.write_string(0, column, OWN_HEADERS.get(field, field), book.bold)
    translated = [
        {field: OWN_CODES.get(field, {}).get(value, value) if isinstance(value, str) else value
         for field, value in row.items()}
        for row in rows
    ]  # fmt: skip
    _xlsx_cells(book, 1, fields, translated, extra)
    return book.close()


WRITERS: dict[str, Callable[[Sequence[str], Sequence[Row], Extra], bytes]] = {
    "xlsx": _xlsx,
    "csv_dutch": _csv_dutch,
    "csv_iso": _csv_iso,
    "xlsx_text": _xlsx_text,
    "json": _json,
    "tsv_utf16": _tsv_utf16,
    "csv_pipe": _csv_pipe,
    "xlsx_own": _xlsx_own,
}
