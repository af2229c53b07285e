"""The empty workbook of the register: a sheet per part, and what belongs in each column."""

from typing import IO

from providers.codes import MarkStatus, TeacherRegistration
from providers.register.rows import SHEETS

ROWS = 500
CHOICES = {
    ("keurmerken", "status"): [one.code for one in MarkStatus],
    ("docenten", "registratie"): [one.code for one in TeacherRegistration],
    ("locaties", "avond_weekend"): ["ja", "nee"],
}
NOTES = {
    "gemeenten": "Codes met een komma ertussen, of * voor de hele regio.",
    "leerroutes": "B, O of Z, met een komma ertussen.",
    "norm_wachttijd_dagen": "Leeg: de norm van het rekenmodel.",
    "levering_werkdag": "Op welke werkdag van de maand erna de levering er moet zijn; leeg: 10.",
    "docentcode": "Een eigen code van de aanbieder, geen naam.",
    "postcode4": "Alleen de vier cijfers.",
}


def write_template(target: IO[bytes]) -> None:
    """Write the workbook; mandatory columns are bold."""
    import xlsxwriter  # noqa: PLC0415  only when a workbook is asked for

    book = xlsxwriter.Workbook(target)
    needed = book.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1})
    optional = book.add_format({"italic": True, "bg_color": "#F2F2F2", "bottom": 1})
    text = book.add_format({"num_format": "@"})
    for sheet, columns in SHEETS.items():
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        for at, column in enumerate(columns.values()):
            page.set_column(at, at, max(12, len(column.name) + 2), text)
            page.write_string(0, at, column.name, needed if column.required else optional)
            note = "Verplicht." if column.required else "Mag leeg blijven."
            page.write_comment(0, at, f"{note} {NOTES.get(column.name, '')}".strip())
            if choices := CHOICES.get((sheet, column.name)):
                page.data_validation(1, at, ROWS, at, {"validate": "list", "source": choices})
    book.close()
