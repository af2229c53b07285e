"""Plan files as people and their spreadsheets make them: nothing erased, nothing garbled."""

import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from procurement.exchange.files import read_plan, write_plan
from procurement.exchange.sheets import PlanFileError
from procurement.plan.documents import Header
from procurement.plan.outlook import look
from procurement.plan.templates import TEMPLATES
from tests.procurement.test_exchange import TODAY, full

CASES = Path(__file__).parent.parent / "data" / "cases"
HEAD = "code;titel;fase;duur;eenheid;voortgang"


def case(name, base=None):
    return read_plan(name, (CASES / name).read_bytes(), base)


def table(text, base=None, encoding="utf-8"):
    return read_plan("plan.csv", text.encode(encoding), base or full())


def problems(name, content, base=None):
    with pytest.raises(PlanFileError) as error:
        read_plan(name, content, base or full())
    return error.value.problems


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("f08_deadline_formula", "rij 3, kolom uiterste_datum: Hier staat een formule zonder"),
        ("f08_duration_formula", "rij 3, kolom duur: Hier staat een formule zonder"),
        ("f08_deadline_ref_error", "rij 3, kolom uiterste_datum: Hier staat een foutmelding"),
        ("f08_merged_phase", "rij 3, kolom fase: Deze cel is samengevoegd"),
    ],
)
def test_a_cell_that_holds_no_value_erases_nothing(name, sentence):
    result = problems(f"{name}.xlsx", (CASES / f"{name}.xlsx").read_bytes(), None or _base(name))
    assert sentence in result[0]


def _base(name):
    book = openpyxl.load_workbook(CASES / f"{name}.xlsx")
    values = {row[0]: row[1] for row in book["traject"].iter_rows(values_only=True)}
    return TEMPLATES["SAS regionaal"](Header(values["code"], values["naam"]))


def test_progress_shown_as_a_percentage_is_read_as_it_is_seen():
    steps = case("f08_progress_100_percent.xlsx").document.steps
    assert [s.progress for s in steps[:3]] == [0, 100, 0]


@pytest.mark.parametrize("encoding", ["cp850", "cp1252", "mac_roman", "utf-16", "utf-8-sig"])
def test_letters_come_through_whatever_the_spreadsheet_saved(encoding):
    text = f"{HEAD}\r\n1;Café één, oriëntatie en coördinatie;Reünie;40;wd;0\r\n"
    result = table(text, encoding=encoding)
    assert result.document.steps[0].title.startswith("Café één, oriëntatie")
    assert result.document.steps[0].phase == "Reünie"


def test_a_plan_saved_by_ms_dos():
    result = case("f16_plan_ms_dos.csv", TEMPLATES["SAS regionaal"](Header("P", "P")))
    assert result.document.steps[0].title.startswith("Oriëntatie en evaluatie")
    assert result.notices[0].startswith("De letters zijn gelezen als MS-DOS (850).")


def test_what_a_file_does_not_say_stays():
    base = full()
    result = table("Plan van de regio\r\n\r\nCode;Titel;Uiterste datum\r\n1;Anders;1-3-2026\r\n")
    step = result.document.steps[0]
    assert (step.title, step.deadline) == ("Anders", date(2026, 3, 1))
    assert replace(step, title=base.steps[0].title, deadline=None) == base.steps[0]
    result = table("sep=;\r\ncode;kleur\r\n1;rood\r\n")
    assert result.document.steps == base.steps[:1]
    assert result.notices == ("Blad mijlpalen: de kolom 'kleur' is onbekend en niet gelezen.",)


@pytest.mark.parametrize("value", ["1e3", "²", "9" * 5000, "12,5", "veertig"])
def test_an_odd_number_is_quoted_short(value):
    (problem,) = problems("plan.csv", f"{HEAD}\r\n1;Een;;{value};wd;0\r\n".encode())
    assert problem.startswith("Blad mijlpalen, rij 2, kolom duur: vul een heel getal in. Er staat")
    assert len(problem) < 130


def book(**sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def renamed(old, new):
    made = openpyxl.load_workbook(io.BytesIO(write_plan(look(full(), TODAY), ".xlsx")))
    made[old].title = new
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def test_another_workbook_or_sheet_is_refused_by_name():
    wages = book(Lonen=[["naam", "loon"], ["A", 1]])
    assert problems("a.xlsx", wages)[0].startswith("Dit bestand is geen plan. Gevonden: 'Lonen'")
    assert problems("a.xlsx", renamed("mijlpalen", "Mijlpalen 2027"))[0] == (
        "Blad 'Mijlpalen 2027' heeft de kolommen van het blad mijlpalen, maar niet die naam. Noem "
        "het weer mijlpalen."
    )
    other = replace(full(), header=replace(full().header, code="ANDERS-1"))
    content = write_plan(look(other, TODAY), ".xlsx")
    assert "Dit plan is van traject ANDERS-1, niet van SAS-2027." in problems("a.xlsx", content)[0]
    extra = openpyxl.load_workbook(io.BytesIO(write_plan(look(full(), TODAY), ".xlsx")))
    extra.create_sheet("Kladblok").append(["bel", "Anna"])
    file = io.BytesIO()
    extra.save(file)
    result = read_plan("a.xlsx", file.getvalue(), full())
    assert result.document.steps == full().steps
    assert result.notices == ("Het blad 'Kladblok' hoort niet bij een plan en is niet gelezen.",)


def broken_zip():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mijlpalen.csv", HEAD)
    content = bytearray(file.getvalue())
    content[30:60] = b"x" * 30
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\0\0\0", b"%PDF-1.7", b"PK\x03\x04 kapot", broken_zip(), b"code;titel\r\n1;a\0b\r\n",
        b"\xff\xfec", b"\xd0\xcf\x11\xe0 oud", b'"open', b"{}", b"code;titel\r\n1;a;b;c\r\n",
    ],
)  # fmt: skip
def test_what_cannot_be_read_gets_a_dutch_sentence(content):
    for problem in problems("plan.csv", content):
        assert problem.endswith(".")
        assert "Error" not in problem
