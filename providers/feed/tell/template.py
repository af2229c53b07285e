"""The empty workbook in which a small provider types by hand: drop-downs, notes, a self-check."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from providers.feed.columns import COLUMNS, Column, Kind

ROWS = 500
"""So many rows have drop-downs and formats, and are looked at by the self-check."""
SHEET = "Levering"
Ranges = Callable[[str], str]
"""The cells of a column, for a formula."""
Check = tuple[str, str]
"""What is wrong, and a formula that is 1 for each row where it is."""


def feed_checks(cells: Ranges) -> list[Check]:
    """What the self-check of a delivery looks at, besides what is mandatory."""
    track, month, filled = cells("trajectnummer"), cells("rapportagemaand"), _filled(cells)
    lesson = cells("datum_eerste_les")
    absence = "+".join(
        f"({cells(name)})"
        for name in ("uren_gevolgd", "uren_geoorloofd_verzuim", "uren_ongeoorloofd_verzuim")
    )
    return [
        (
            "uren_gevolgd en verzuim zijn samen niet uren_aangeboden",
            f"{filled}*(ABS({absence}-{cells('uren_aangeboden')})>0.25)",
        ),
        (
            "datum_eerste_les ligt voor datum_aanmelding",
            f'({lesson}<>"")*({lesson}<{cells("datum_aanmelding")})',
        ),
        (
            "hetzelfde traject staat twee keer in een maand",
            f"{filled}*(COUNTIFS({track},{track},{month},{month})>1)",
        ),
    ]


def write_template(
    target: Path | IO[bytes],
    *,
    columns: Sequence[Column] = COLUMNS,
    sheet: str = SHEET,
    checks: Callable[[Ranges], list[Check]] = feed_checks,
) -> None:
    """Write the workbook for some columns, with ``checks`` in its self-check."""
    import xlsxwriter  # noqa: PLC0415  only when a workbook is asked for

    book = xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target)
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1}),
        "optional": book.add_format({"italic": True, "bg_color": "#F2F2F2", "bottom": 1}),
        "bold": book.add_format({"bold": True}),
        Kind.DAY: book.add_format({"num_format": "dd-mm-yyyy"}),
        Kind.HOURS: book.add_format({"num_format": "0.00"}),
        Kind.TEXT: book.add_format({"num_format": "@"}),
    }
    _write_table(book.add_worksheet(sheet), columns, formats)
    _write_check(book.add_worksheet("Zelfcontrole"), columns, sheet, checks, formats)
    _write_notes(book.add_worksheet("Uitleg"), columns, formats)
    book.close()


def _write_table(page: Any, columns: Sequence[Column], formats: dict[str, Any]) -> None:
    page.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        as_text = column.kind in (
            Kind.TEXT, Kind.TRACK, Kind.MUNICIPALITY, Kind.MONTH, Kind.CONTRACT, Kind.PROVIDER,
        )  # fmt: skip
        style = formats.get(Kind.TEXT if as_text else column.kind)
        page.set_column(at, at, max(12, len(column.name) + 2), style)
        page.write_string(0, at, column.name, formats["head" if column.required else "optional"])
        page.write_comment(0, at, _note(column), {"x_scale": 2})
        validation = _validation(column)
        if validation:
            page.data_validation(1, at, ROWS, at, validation)


def _note(column: Column) -> str:
    need = "Verplicht. " if column.required else "Mag leeg blijven. "
    return need + column.note + (f" Kies uit: {_codes(column)}." if column.codes else "")


def _codes(column: Column) -> str:
    return ", ".join(entry.code for entry in column.codes or ())


def _validation(column: Column) -> dict[str, Any] | None:
    message = {"error_title": column.name, "ignore_blank": True}
    if column.codes:
        return message | {
            "validate": "list",
            "source": [entry.code for entry in column.codes],
            "error_message": f"Kies uit: {_codes(column)}."[:255],
        }
    if column.kind is Kind.HOURS:
        return message | {
            "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": column.maximum,
            "error_message": f"Vul uren in van 0 tot en met {column.maximum}.",
        }  # fmt: skip
    if column.kind is Kind.WHOLE:
        return message | {
            "validate": "integer", "criteria": "between",
            "minimum": column.minimum, "maximum": column.maximum,
            "error_message": f"Vul een getal in van {column.minimum} tot en met {column.maximum}.",
        }  # fmt: skip
    return None


def _filled(cells: Ranges) -> str:
    return f'({cells("trajectnummer")}<>"")'


def _write_check(
    page: Any,
    columns: Sequence[Column],
    sheet: str,
    checks: Callable[[Ranges], list[Check]],
    formats: dict[str, Any],
) -> None:
    from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415  only when a workbook is asked for

    names = [column.name for column in columns]

    def cells(name: str) -> str:
        at = xl_col_to_name(names.index(name), col_abs=True)
        return f"{sheet}!{at}$2:{at}${ROWS + 1}"

    page.set_column(0, 0, 70)
    page.write_string(0, 0, "Kijk hier voor je het bestand stuurt: alles moet 0 zijn.")
    page.write_string(1, 0, "Ingevulde rijen", formats["bold"])
    page.write_formula(1, 1, f"=COUNTA({cells('trajectnummer')})", formats["bold"], 0)
    empty = [
        (f"{column.name} is leeg", f'{_filled(cells)}*({cells(column.name)}="")')
        for column in columns
        if column.required and column.kind is not Kind.TRACK
    ]
    for line, (text, condition) in enumerate([*empty, *checks(cells)], 3):
        page.write_string(line, 0, text)
        page.write_formula(line, 1, f"=SUMPRODUCT({condition}*1)", None, 0)


def _write_notes(page: Any, columns: Sequence[Column], formats: dict[str, Any]) -> None:
    page.set_column(0, 0, 28)
    page.set_column(1, 1, 100)
    page.write_string(0, 0, "Wat hoort waar", formats["bold"])
    for line, column in enumerate(columns, 2):
        page.write_string(line, 0, column.name)
        page.write_string(line, 1, _note(column))
