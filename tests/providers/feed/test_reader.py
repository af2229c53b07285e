"""Every form in which a file may come, and what was assumed on the way."""

import io
import json
import re
import time
import zipfile
from datetime import date

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from core.personal_data import kind_in_key
from providers.feed.read.reader import open_table, refuse_layout
from providers.feed.table import RefusedFileError
from providers.feed.tell.standalone import check_file
from tests.core.workbooks.spelling import SPELLINGS, Writer
from tests.providers.feed.books import ods, table, xlsx
from tests.providers.feed.checks import TODAY, check_bytes
from tests.providers.feed.lines import csv, row, text
from tests.thorough import examples

ROWS = (row(groep="Ommen é; 'x'"), row(trajectnummer="T-2", groep="ë|,\t"))


def plain(tmp_path):
    return check_bytes(tmp_path, csv(row(), row(trajectnummer="T-2")), "plain.csv").values()


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_reads_every_separator_encoding_and_line_end(tmp_path, separator, encoding, newline):
    rows = [
        {k: f'"{v}"' if k in ("groep", "uren_gevolgd", "uren_ongeoorloofd_verzuim") else v
         for k, v in one.items()}
        for one in ROWS
    ]  # fmt: skip
    checked = check_bytes(tmp_path, text(rows, separator, newline).encode(encoding))
    assert checked.faults == []
    assert [r[0] for r in checked.rows] == [2, 3]
    assert "Ommen é; 'x'" in repr(checked.rows)


def test_sep_line_title_rows_blank_rows_totals_and_footnotes(tmp_path):
    lines = csv(row(), row(trajectnummer="T-2")).decode().splitlines()
    content = "\n".join(
        ["sep=;", "Voortgang Taalschool;;", "", lines[0], lines[1], ";;;", lines[0], lines[2],
         "Totaal;;;;;;96;81", "", "* voorlopige cijfers van deze maand"]
    )  # fmt: skip
    checked = check_bytes(tmp_path, content.encode())
    assert checked.faults == []
    assert [r[0] for r in checked.rows] == [5, 8]
    assert checked.skipped == {"blank": [6, 10], "header": [7], "totals": [9], "note": [11]}
    assert checked.assumed["header_row"] == 4
    assert checked.tally.rows == 7


def test_row_number_is_the_line_on_which_the_record_starts(tmp_path):
    content = csv(row(groep='"een\r\ntwee"'), row(trajectnummer="T-2", uren_gevolgd="x"))
    checked = check_bytes(tmp_path, content)
    assert (4, "uren_gevolgd", "F204") in checked.faults


def test_a_stray_quote_swallows_no_row(tmp_path):
    lines = csv(*(row(trajectnummer=f"T-{n}", groep="A") for n in range(6))).decode().splitlines()
    lines[2] = lines[2].replace(";A", ';"A')
    checked = check_bytes(tmp_path, "\n".join(lines).encode())
    assert len(checked.rows) + checked.tally.rejected == 6
    assert checked.tally.rejected <= 1


def test_ragged_rows(tmp_path):
    lines = csv(row(), row(trajectnummer="T-2"), row(trajectnummer="T-3")).decode().splitlines()
    lines[1] += ";extra"
    lines[2] = lines[2].removesuffix(";;")
    lines[3] += ";;"
    checked = check_bytes(tmp_path, "\n".join(lines).encode())
    assert checked.faults == [(2, None, "F010"), (3, None, "F011")]
    assert [r[0] for r in checked.rows] == [3, 4]


def test_invisible_spaces_and_spelling_of_headers(tmp_path):
    content = csv(row(trajectnummer="\u00a0T-1\u200b")).decode()
    content = content.replace("uren_gevolgd", " Uren-Gevolgd ").replace("leerroute", "LEERROUTE")
    checked = check_bytes(tmp_path, content.encode())
    assert (checked.faults, checked.numbers) == ([], ["T-1"])


def test_personal_columns_are_dropped_unread_and_unknown_ones_named(tmp_path):
    checked = check_bytes(tmp_path, csv(row() | {"Achternaam": "Jansen", "Kleur": "rood"}))
    assert (checked.personal, checked.unknown) == (("Achternaam",), ("Kleur",))
    assert "Jansen" not in repr(checked)


def test_workbook_with_real_dates_numbers_titles_and_sheets(tmp_path):
    values = row() | {
        "datum_aanmelding": date(2026, 9, 1), "datum_eerste_les": 46280, "uren_aangeboden": 48,
        "uren_gevolgd": 40.5, "uren_geoorloofd_verzuim": "5,0", "gemeentecode": 193,
        "rapportagemaand": date(2026, 10, 1), "trajectnummer": 12345,
    }  # fmt: skip
    content = xlsx([["Voortgang"], [], *table(values)], sheets=("Uitleg",))
    checked = check_bytes(tmp_path, content, "x.xlsx")
    assert (checked.faults, checked.numbers) == ([], ["12345"])
    assert checked.rows[0][0] == 4
    assert (checked.assumed["sheet"], checked.assumed["header_row"]) == ("Data", 3)
    assert check_bytes(tmp_path, content, "verkeerd.csv").values() == checked.values()


def test_workbook_that_counts_from_1904(tmp_path):
    values = row() | {"datum_aanmelding": date(2026, 9, 1), "datum_eerste_les": 46280 - 1462}
    checked = check_bytes(tmp_path, xlsx(table(values), date_1904=True), "x.xlsx")
    assert checked.values() == check_bytes(tmp_path, csv(row())).values()


def test_error_cells_are_never_taken_for_empty(tmp_path):
    values = row() | {"groep": "=ERR"}
    checked = check_bytes(tmp_path, xlsx(table(values)), "x.xlsx")
    assert checked.faults == [(2, "groep", "F012")]
    assert checked.problems[0].value == "#N/A"


@pytest.mark.parametrize("shape", ["leveringen", "array", "lines"])
def test_json_in_three_shapes(tmp_path, shape):
    rows = [row() | {"uren_aangeboden": 48, "uren_gevolgd": 40.5, "datum_einde": None},
            row(trajectnummer="T-2")]  # fmt: skip
    content = {
        "leveringen": json.dumps({"leveringen": rows}),
        "array": json.dumps(rows),
        "lines": "\n".join(json.dumps(one) for one in rows),
    }[shape]
    checked = check_bytes(tmp_path, content.encode(), "x.json")
    assert (checked.faults, checked.values()) == ([], plain(tmp_path))


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


FAR = b"""<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>"""  # noqa: E501


def far_cells() -> bytes:
    with zipfile.ZipFile(io.BytesIO(xlsx([["trajectnummer"]]))) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    parts["xl/worksheets/sheet1.xml"] = FAR
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()


REFUSED = {
    "leeg": (b"", "F001", "Het bestand is leeg."),
    "pdf": (b"%PDF-1.7 ...", "F001", "Dit is een PDF."),
    "webpagina": (b"<html><table><tr><td>1", "F001", "webpagina"),
    "geen kop": (b"a;b;c\n1;2;3\n", "F003", "Er is geen rij met kolomnamen gevonden."),
    "kolom mist": (b"trajectnummer;leerroute\nT-1;B\n", "F004", "rapportagemaand, gemeentecode"),
    "nullen": (b"a;b\0\0\0;c\n", "F001", "geen leesbare tekst"),
    "een eindeloze regel": (b"x" * 3_000_000, "F002", "miljoen tekens"),
    "beschadigd werkboek": (b"PK\x03\x04 kapot", "F001", "beschadigd"),
    "versleuteld": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "F001", "beschadigd"),
    "diepe json": (b"[" * 50_000 + b" " * 5_000_000, "F002", "te diep genest"),
    "halve json": (b'[{"trajectnummer": "T-1"', "F001", "beschadigd (regel 1)"),
    "losse waarden": (b"[1, 2, 3]", "F001", "Zet de rijen als objecten in een lijst"),
    "dubbele sleutel": (b'[{"status": "actief", "status": "afgerond"}]', "F005", "status"),
    "zipbom": (
        lambda: zipped(xl__workbook_xml=b"<x/>", xl__sheet_xml=b"0" * 300_000_000),
        "F002", "te veel geheugen of tijd",
    ),
    "verre cellen": (far_cells(), "F003", "geen rij met kolomnamen"),
    "duizend kolommen": (
        (";".join(["trajectnummer", *(f"k{n}" for n in range(1000))]) + "\n").encode(),
        "F002", "meer dan 500 kolommen",
    ),
}  # fmt: skip


def refused(name: str) -> bytes:
    content = REFUSED[name][0]
    return content() if callable(content) else content


def read_shape(path):
    with open_table(path) as opened:
        refuse_layout(opened.layout, only_month=None)


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_what_cannot_be_read_with_a_sentence(tmp_path, name):
    _, code, words = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(refused(name))
    with pytest.raises(RefusedFileError) as error:
        read_shape(path)
    assert error.value.code == code
    assert words in error.value.message


def groups(*sheets: tuple[str, list[list[object]]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        page = made.create_sheet(name)
        for cells in rows:
            page.append(cells)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def test_every_sheet_with_the_header_is_read_whatever_the_order_of_its_columns(tmp_path):
    first, second = row(), row(trajectnummer="T-2", uren_gevolgd="nul")
    turned = [list(reversed(cells)) for cells in table(second | {"kamer": "3"})]
    dates = [["week", "datum", "lokaal"], ["1", "x", "y"], ["2", "x", "y"]]
    content = groups(("Groep 1", table(first)), ("Groep 2", turned), ("Rooster", dates))
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    receipt = check_file(path, today=TODAY).document()
    assert (receipt["rows"], receipt["accepted"], receipt["rejected"]) == (2, 1, 1)
    assert receipt["sheets"] == [
        {"name": "Groep 1", "rows": 1, "read": True},
        {"name": "Groep 2", "rows": 1, "read": True},
        {"name": "Rooster", "rows": 3, "read": False},
    ]
    assert [(p["sheet"], p["row"], p["code"]) for p in receipt["problems"]] == [
        ("Rooster", None, "F017"), ("Groep 2", 2, "F204"),
    ]  # fmt: skip
    assert receipt["ignored_columns"] == ["kamer"]


def test_two_rows_of_names_are_one_header(tmp_path):
    values = row()
    names = [name.replace("_", " ", 1).split(" ") for name in values]
    above, groups_above = "", []
    for first, *_ in names:
        groups_above.append("" if first == above else first)
        above = first
    below = [rest[0] if rest else "" for _, *rest in names]
    lines = [groups_above, below, list(values.values())]
    content = "\n".join(";".join(cells) for cells in lines).encode()
    assert check_bytes(tmp_path, content).faults == []
    assert check_bytes(tmp_path, groups(("Blad1", lines)), "x.xlsx").faults == []


@pytest.mark.parametrize("key", ["SOM-260101", "Aantal-3", "totaal/1"])
def test_a_row_with_a_key_is_a_learner_whatever_it_is_called(tmp_path, key):
    checked = check_bytes(tmp_path, csv(row(trajectnummer=key, groep="Gemiddeld tempo")))
    assert (checked.numbers, checked.faults, checked.skipped) == ([key], [], {})


def test_a_total_in_the_place_of_the_key_is_skipped_and_told_and_a_full_row_is_not(tmp_path):
    total = dict.fromkeys(row(), "") | {"trajectnummer": "Totaal groep 3", "uren_gevolgd": "81"}
    checked = check_bytes(tmp_path, csv(row(), total, row(trajectnummer="TOTAAL 260101")))
    assert checked.tally.skipped_rows == [(3, "totals", "Totaal groep 3 81")]
    assert checked.faults == [(4, "trajectnummer", "F311")]


def test_a_line_with_nearly_nothing_is_one_problem_and_a_file_of_them_is_refused(tmp_path):
    checked = check_bytes(tmp_path, csv(row(), {"trajectnummer": "T-2"}))
    assert checked.faults == [(3, None, "F018")]
    with pytest.raises(RefusedFileError) as refused:
        check_bytes(tmp_path, csv(row()) + b"x,y\n" * 12_000)
    assert refused.value.code == "F019"


def test_a_file_of_which_hardly_a_cell_can_be_read_is_refused_with_what_it_says(tmp_path):
    wrong = dict.fromkeys(list(row())[2:17], "zz")
    with pytest.raises(RefusedFileError) as refused:
        check_bytes(tmp_path, csv(*(row(trajectnummer=f"T-{n}", **wrong) for n in range(12))))
    assert refused.value.code == "F019"
    assert '12 niet te lezen (rij 2: gemeentecode "zz", leerroute "zz"' in refused.value.message


@pytest.mark.parametrize("content", [b'"open' + b"\na;b" * 60_000, b'a;"b\n' * 60_000])
def test_quotes_that_are_never_closed_cost_no_more_than_the_file(tmp_path, content):
    started = time.process_time()
    with pytest.raises(RefusedFileError):
        check_bytes(tmp_path, csv(row()) + content)
    assert time.process_time() - started < 5


KEYS = st.from_regex(r"[A-Za-z0-9._/-]*[0-9][A-Za-z0-9._/-]*", fullmatch=True).filter(
    lambda key: len(key) <= 32 and not re.fullmatch(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?", key)
    and not kind_in_key(key) and not re.fullmatch(r"#.*|0*", key)
)  # fmt: skip


@settings(
    max_examples=examples(8), deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)  # fmt: skip
@given(st.lists(KEYS, min_size=1, max_size=20, unique=True))
def test_a_key_comes_out_of_every_format_as_it_went_in(tmp_path, keys):
    rows = [row(trajectnummer=key) for key in keys]
    numbers = [*range(1, len(rows) + 1)]
    zeros = [row(trajectnummer=f"{number:06d}") for number in numbers]
    for name, content in (
        ("x.csv", csv(*rows)), ("x.xlsx", xlsx(table(*rows))), ("x.ods", ods(table(*rows))),
        ("x.json", json.dumps(rows).encode()),
    ):  # fmt: skip
        checked = check_bytes(tmp_path, content, name)
        assert (checked.numbers, checked.faults) == (keys, []), name
    assert check_bytes(tmp_path, csv(*zeros)).numbers == [f"{number:06d}" for number in numbers]


DAYS = ("datum_aanmelding", "datum_eerste_les")
HEADER = (*DAYS, *(name for name in row(groep="") if name not in DAYS))


@settings(
    max_examples=6, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(SPELLINGS)
def test_a_workbook_is_checked_the_same_whatever_program_wrote_it(tmp_path, how):
    september = date(2026, 9, 1).toordinal()
    days = [
        {"attributes": {"s": 1}, "day": september + at - date(1899, 12, 30).toordinal()}
        for at in range(len(DAYS))
    ]
    sent = [row(trajectnummer="000101", groep=""), row(trajectnummer="T-2", groep="Ma & di")]
    cells = [[*days, *(one[name] for name in HEADER[len(DAYS) :])] for one in sent]
    content = Writer(how).content([list(HEADER), *cells], formats=("dd-mm-yyyy",))
    checked = check_bytes(tmp_path, content, "x.xlsx")
    assert (checked.numbers, checked.faults) == (["000101", "T-2"], [])
    assert all({september, september + 1} <= set(stored) for stored in checked.rows)
