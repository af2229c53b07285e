"""Workbooks: one reading, whatever program wrote them and whatever is wrong in them."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from core.workbooks import reading
from core.workbooks.number_formats import display, number_format
from core.workbooks.reading import open_book
from core.workbooks.sheets import EVERY_COLUMN, NO_COLUMN, WorkbookError, fault
from tests.core.workbooks.spelling import SPELLINGS, Spelling, Writer

FORMATS = ("0%", "[h]:mm", "000000", '"T-"000', "dd-mm-yyyy", "0.00")


def raw(style: int, *parts: tuple[str, str], **attributes: str) -> dict:
    return {"attributes": {"s": style, **attributes}, "parts": parts}


ROWS = [
    ["trajectnummer", "uren", "einde", "groep"],
    ["NT-1 ", 40.5, {"attributes": {"s": 5}, "day": 46300.999999999}, "Één & <twee>"],
    [raw(3, ("v", "100")), raw(1, ("v", "0.25")), raw(0, ("f", "1+1")), "C"],
    [raw(4, ("v", "7")), raw(2, ("v", "1.5")), raw(0, ("f", "NA()"), ("v", "#N/A"), t="e"), "B"],
    ["K-5", "", "", "D"],
]
VALUES = [
    (1, ["trajectnummer", "uren", "einde", "groep"]),
    (2, ["NT-1 ", "40.5", "2026-10-06", "Één & <twee>"]),
    (3, ["100", "25%", "#FORMULE", "C"]),
    (4, ["7", "36:00", "#N/A", "B"]),
    (5, ["K-5", "", "", "D"]),
]


def read(folder: Path, content: bytes, as_displayed=NO_COLUMN) -> list[tuple[int, list[str]]]:
    path = folder / "x.xlsx"
    path.write_bytes(content)
    with open_book(path) as book:
        return list(book.rows(book.sheets[0].name, as_displayed))


@settings(
    max_examples=60, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(SPELLINGS)
def test_every_valid_spelling_of_a_table_reads_the_same(tmp_path, how):
    content = Writer(how).content(ROWS, formats=FORMATS)
    assert read(tmp_path, content) == VALUES
    texts = [cells[0] for _, cells in read(tmp_path, content, EVERY_COLUMN)]
    assert texts == ["trajectnummer", "NT-1 ", "000100", "T-007", "K-5"]


@settings(
    max_examples=40, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)))
def test_any_text_comes_out_as_it_went_in(tmp_path, texts):
    book = openpyxl.Workbook()
    book.active.append(["kop", *(f"'{text}" for text in texts)])
    file = io.BytesIO()
    book.save(file)
    assert read(tmp_path, file.getvalue()) == [(1, ["kop", *(f"'{text}" for text in texts)])]


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        (100, "000000", "000100"), (42, '"SOM-"0000', "SOM-0042"), (7, "\\N0", "N7"),
        (1234567, "000-0000", "123-4567"), (100, "General", "100"), (100, "#,##0", "100"),
        (100, "0.00", "100"), (0, "000", "000"), (12.5, "000", "12.5"), (5, "000;-000", "005"),
    ],
)  # fmt: skip
def test_a_number_is_the_key_that_a_person_sees(value, code, seen):
    assert display(value, code) == seen


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("0%", "PERCENT"), ('0"%"', "NUMBER"), ("[h]:mm", "DURATION"), ("h:mm", "TIME"),
        ("d mmm", "DATE"), ("[$-413]dd/mm/yy", "DATE"), ("General", "NUMBER"),
        ('0.00" dagen"', "NUMBER"), ("[Red]0", "NUMBER"),
    ],
)  # fmt: skip
def test_the_kind_of_a_number_follows_from_its_format(code, kind):
    assert number_format(code).kind.name == kind


def packed(**changes: str) -> bytes:
    content = Writer(Spelling()).content(ROWS, formats=FORMATS)
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            text = source.read(name).decode()
            for old, new in changes.items():
                text = text.replace(old, new) if old in text else text
            out.writestr(name, text)
    return target.getvalue()


def test_a_result_that_was_not_calculated_again_is_no_result(tmp_path):
    stale = [raw(0, ("f", "40+5"), ("v", "0"))]
    content = Writer(Spelling()).content([stale])
    assert read(tmp_path, content) == [(1, ["0"])]
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            text = source.read(name).decode()
            out.writestr(name, text.replace("<sheets>", '<calcPr fullCalcOnLoad="1"/><sheets>'))
    assert read(tmp_path, target.getvalue()) == [(1, ["#FORMULE"])]
    assert "formule" in fault("#FORMULE")


def twice() -> bytes:
    file = io.BytesIO(packed())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(file, "a") as out:
        out.writestr("xl/bladen/een.xml", "<worksheet/>")
    return file.getvalue()


ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (packed(**{"<worksheet": ENTITY}), "DOCTYPE"),
        (twice(), "twee keer"),
        (packed(**{"</sheetData>": ""}), "beschadigd"),
        (packed(**{'r="B2"': 'r="A2"'}), "beschadigd"),
        (packed(**{'Target="/xl/workbook.xml"': 'Target="/word/document.xml"'}), "Word-document"),
    ],
)  # fmt: skip
def test_what_is_no_sound_workbook_is_refused_with_a_sentence(tmp_path, content, words):
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(WorkbookError) as error, reading.open_workbook(path) as book:
        list(book.rows(book.sheets[0].name))
    assert words in error.value.message


@pytest.mark.parametrize("reference", ["A2:XFD1048576", "D1:D1048576"])
def test_merged_cells_are_followed_no_further_than_the_sheet_goes(tmp_path, reference):
    merge = f'</sheetData><mergeCells><mergeCell ref="{reference}"/></mergeCells>'
    rows = read(tmp_path, packed(**{"</sheetData>": merge}))
    assert len(rows) == 5
    assert ("#SAMENGEVOEGD" in rows[3][1]) is (reference[0] == "D")


def test_a_number_beyond_all_bounds_stays_a_text(tmp_path):
    digits = "9" * 5_000
    rows = [[raw(style, ("v", digits)) for style in (0, 1, 2, 3, 5)]]
    assert read(tmp_path, Writer(Spelling()).content(rows, formats=FORMATS)) == [(1, [digits] * 5)]


def test_a_merged_cell_covers_the_rows_below_it(tmp_path):
    merge = '</sheetData><mergeCells><mergeCell ref="D2:D3"/></mergeCells>'
    rows = read(tmp_path, packed(**{"</sheetData>": merge}))
    assert [cells[3] for _, cells in rows] == ["groep", "Één & <twee>", "#SAMENGEVOEGD", "B", "D"]


def test_a_thousand_merged_cells_over_each_other_are_refused(tmp_path):
    ranges = "".join(f'<mergeCell ref="A{n % 3 + 1}:XFD1048576"/>' for n in range(101_000))
    with pytest.raises(WorkbookError, match="te veel"):
        read(tmp_path, packed(**{"</sheetData>": f"</sheetData><mergeCells>{ranges}</mergeCells>"}))
