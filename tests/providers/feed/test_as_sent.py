"""Files as schools and their systems send them: held as meant, or sent back with a reason."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest

from providers.feed.columns import lay_out
from providers.feed.read.reader import open_table
from providers.feed.table import RefusedFileError
from tests.providers.feed.books import ods, table, xlsx
from tests.providers.feed.checks import check_bytes
from tests.providers.feed.lines import csv, row, text

ROWS = (row(groep="G1"), row(groep="G2", trajectnummer="T-2"), row(groep="G3", trajectnummer="T-3"))
Change = Callable[[Any, Any], object]


def book(*rows: dict[str, Any], change: Change) -> bytes:
    """A workbook as openpyxl writes it, which calculates no formula."""
    made = openpyxl.Workbook()
    page = made.active
    for cells in table(*(rows or ROWS)):
        page.append([cell or None for cell in cells])
    change(made, page)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def put(where: str, value: Any) -> Change:
    def change(_book: Any, page: Any) -> None:
        page[where] = value

    return change


def at(name: str, line: int) -> str:
    """The cell of a column on a line."""
    return f"{openpyxl.utils.get_column_letter(table(*ROWS)[0].index(name) + 1)}{line}"


def prefixed(content: bytes) -> bytes:
    """The same workbook, by a program that writes a prefix before every name."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name in source.namelist():
            part = source.read(name)
            if name.startswith("xl/") and not name.endswith(".rels"):
                part = re.sub(rb"<(/?)(?=[A-Za-z])(?!a:)", rb"<\1x:", part)
                part = part.replace(b"xmlns=", b"xmlns:x=", 1)
            packed.writestr(name, part)
    return target.getvalue()


def cover(made: Any, _page: Any) -> None:
    """A title page that names two columns, and a hidden list with more of them."""
    made.create_sheet("Voorblad", 0).append(["Aanbieder", "De Brug", "Periode", "oktober"])
    lists = made.create_sheet("Lijsten", 1)
    lists.append(["leerroute", "status", "niveau_lezen", "reden_einde"])
    lists.sheet_state = "hidden"


def last_month(made: Any, _page: Any) -> None:
    """The month before, complete but hidden, in front."""
    page = made.create_sheet("september", 0)
    for cells in table(*(one | {"rapportagemaand": "2026-09"} for one in ROWS)):
        page.append(cells)
    page.sheet_state = "hidden"
    made.active = 1


@pytest.mark.parametrize("change", [cover, last_month])
def test_the_sheet_with_the_whole_header_that_a_person_sees_is_read(tmp_path, change):
    checked = check_bytes(tmp_path, book(change=change), "x.xlsx")
    assert checked.values() == check_bytes(tmp_path, csv(*ROWS)).values()
    assert checked.assumed["sheet"] == "Sheet"


@pytest.mark.parametrize("write", [bytes, prefixed])
@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [("uren_gevolgd", "=40+0.5", "F014"), ("groep", '="A"', "F014"), ("groep", "#N/A", "F012")],
)
def test_a_cell_without_a_value_of_its_own_is_never_empty(tmp_path, write, cell, value, code):
    content = write(book(change=put(at(cell, 3), value)))
    assert check_bytes(tmp_path, content, "x.xlsx").faults == [(3, cell, code)]


def test_a_formula_that_says_nothing_is_an_empty_cell(tmp_path):
    content = book(change=put(at("groep", 3), '=""'))
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name in source.namelist():
            part = source.read(name)
            result = re.sub(rb'<c r="(\w+)"([^>]*)><f>""', rb'<c r="\1"\2 t="str"><f>""', part)
            # The mark of a program that leaves calculating to Excel.
            result = result.replace(b'fullCalcOnLoad="1"', b"")
            packed.writestr(name, result)
    assert check_bytes(tmp_path, target.getvalue(), "x.xlsx").faults == []


def test_cells_merged_downward_are_told_and_a_title_or_a_note_may_be_merged(tmp_path):
    def merge(_book: Any, page: Any) -> None:
        page.merge_cells(f"{at('groep', 2)}:{at('groep', 3)}")
        page["A6"] = "* de cijfers zijn voorlopig"
        page.merge_cells("A6:D8")

    checked = check_bytes(tmp_path, book(change=merge), "x.xlsx")
    assert checked.faults == [(3, "groep", "F015")]
    assert checked.skipped == {"blank": [5], "note": [6]}


def test_cells_merged_downward_in_an_ods(tmp_path):
    cells = table(*ROWS)
    content = ods(cells)
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name in source.namelist():
            part = source.read(name).decode()
            first = '<table:table-cell office:value-type="string"><text:p>G1</text:p>'
            second = '<table:table-cell office:value-type="string"><text:p>G2</text:p>'
            merged = first.replace("cell ", 'cell table:number-rows-spanned="2" ')
            part = part.replace(first, merged).replace(second, "<table:covered-table-cell>")
            part = part.replace("covered-table-cell></table:table-cell>", "covered-table-cell/>")
            packed.writestr(name, part)
    checked = check_bytes(tmp_path, target.getvalue(), "x.ods")
    assert [(column, code) for _, column, code in checked.faults] == [("groep", "F015")]


def test_a_number_is_read_as_a_spreadsheet_shows_it(tmp_path):
    rows = row(uren_aangeboden="48"), row(trajectnummer="T-2")
    cells = table(*rows)
    place = cells[0].index("uren_aangeboden")
    cells[1][place] = 47.999999999999993
    cells[2][1] = 1e15
    checked = check_bytes(tmp_path, xlsx(cells), "x.xlsx")
    assert checked.faults == [(3, "trajectnummer", "F302")]
    assert len(checked.rows) == 1


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("20260901", None),
        ("2026-09-01T00:00:00", None),
        ("2026-09-01T00:00:00.000Z", None),
        # midnight in the Netherlands, as a program of elsewhere writes it: a day early
        ("2026-08-31T22:00:00.000Z", "F102"),
        ("01092026", "F102"),
        ("9/13/2026", "F113"),
    ],
)
def test_a_date_of_a_system_is_that_day_or_refused(tmp_path, sent, code):
    checked = check_bytes(tmp_path, csv(row(datum_aanmelding=sent)))
    assert checked.faults == ([] if code is None else [(2, "datum_aanmelding", code)])
    expected = check_bytes(tmp_path, csv(row())).values()
    assert checked.values() == (expected if code is None else set())


def test_a_file_with_the_month_in_front_is_refused_whole(tmp_path):
    # The first would be held with day and month turned around.
    days = "9/1/2026", "8/13/2026", "8/14/2026", "8/15/2026"
    rows = (row(trajectnummer=f"T-{n}", datum_aanmelding=day) for n, day in enumerate(days))
    with pytest.raises(RefusedFileError) as refused:
        check_bytes(tmp_path, csv(*rows))
    assert refused.value.code == "F009"
    assert "8/15/2026 in rij 5" in refused.value.message


@pytest.mark.parametrize("group", ['"A" ochtend', '"A', "Ã©Ã©n", "Caf\N{REPLACEMENT CHARACTER}"])
def test_a_name_that_is_damaged_is_not_held(tmp_path, group):
    content = text([row(groep=group), row(trajectnummer="T-2", groep="Één")])
    assert check_bytes(tmp_path, content.encode()).faults == [(2, "groep", "F303")]


@pytest.mark.parametrize("value", ["A\ud800B", "a\0b", ["A", "B"], {"naam": "A"}])
def test_json_that_no_database_holds_is_sent_back(tmp_path, value):
    content = json.dumps([row(groep=value), row(trajectnummer="T-2") | {"\ud800 kolom\0": "x"}])
    checked = check_bytes(tmp_path, content.encode(), "x.json")
    assert checked.faults == [(1, "groep", "F303")]
    messages = [*checked.unknown, *(problem.value for problem in checked.problems)]
    assert all(one.encode() and "\0" not in one for one in messages)


def test_json_of_a_system_on_one_long_line_in_either_encoding(tmp_path):
    rows = [row(trajectnummer=f"T-{n}") for n in range(2_000)]
    for encoding in ("utf-8", "utf-16"):
        content = json.dumps({"leveringen": rows}).encode(encoding)
        assert len(check_bytes(tmp_path, content, "x.json").rows) == len(rows)


def test_what_stands_beside_the_rows_of_json_is_told(tmp_path):
    content = json.dumps({"aanbiedercode": "ANDERS", "leveringen": [row()]})
    checked = check_bytes(tmp_path, content.encode(), "x.json")
    assert checked.assumed == {"kind": "JSON", "beside": ["aanbiedercode"]}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (json.dumps({"data": [row()]}).encode(), '{"leveringen": ['),
        (b"\xff\xfe" + ("a" * 1_200_000).encode("utf-16-le"), "regel van meer dan"),
    ],
)
def test_what_is_refused_says_what_to_look_at(tmp_path, content, sentence):
    with pytest.raises(RefusedFileError) as refused:
        check_bytes(tmp_path, content)
    assert sentence in refused.value.message


def test_two_names_of_one_column_are_both_told():
    layout = lay_out([*row(), "Gevolgde uren", "status"])
    assert layout.doubled == ("uren_gevolgd (uren_gevolgd en Gevolgde uren)", "status")


def test_an_archive_is_to_be_unpacked(tmp_path):
    path = tmp_path / "levering.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("levering.csv", csv())
    with pytest.raises(RefusedFileError, match="F001") as refused, open_table(path):
        pass
    assert "Pak het eerst uit" in refused.value.message


def test_a_column_of_cursisten_may_hold_names_and_is_not_read(tmp_path):
    checked = check_bytes(tmp_path, csv(row() | {"Cursist": "Fatima"}))
    assert (checked.personal, checked.unknown, checked.faults) == (("Cursist",), (), [])


@pytest.mark.parametrize("label", ["Groep A Totaal", "Eindtotaal", "Groep A Resultaat"])
def test_a_total_that_a_spreadsheet_made_is_no_row(tmp_path, label):
    total = dict.fromkeys(ROWS[0], "") | {"groep": label, "uren_aangeboden": "144"}
    checked = check_bytes(tmp_path, csv(*ROWS, total))
    assert (checked.skipped, checked.faults) == ({"totals": [5]}, [])


def test_a_group_with_the_name_of_a_total_is_no_total(tmp_path):
    cells = {name: value for name, value in row(groep="Totaal A").items() if "maand" not in name}
    checked = check_bytes(tmp_path, csv(cells), only_month=date(2026, 10, 1))
    assert (len(checked.rows), checked.skipped) == (1, {})


@pytest.mark.parametrize(
    ("cells", "personal"),
    [
        (["111222333", "", "111222333"], True),
        (["BSN 111.222.333, belt nooit terug", "", ""], True),
        # One in eleven numbers of nine digits passes the test; an order number is no BSN.
        (["111222333", "111222334", "111222335", "111222336"], False),
        (["rood", "", "blauw"], False),
    ],
)
def test_an_unknown_column_of_citizen_numbers_is_personal(tmp_path, cells, personal):
    rows = (row(trajectnummer=f"T-{n}") | {"Memo": cell} for n, cell in enumerate(cells))
    checked = check_bytes(tmp_path, csv(*rows))
    assert (checked.personal, checked.unknown) == ((("Memo",), ()) if personal else ((), ("Memo",)))
    assert len(checked.rows) == len(cells)


@pytest.mark.parametrize("around", ["{}", "{} 12", "12 {}", "tel. 0612345678, bsn {}-03"])
def test_a_citizen_number_is_shown_nowhere_whatever_stands_beside_it(tmp_path, around):
    for number in ("111222333", "111 222 333", "1112.22.333"):
        checked = check_bytes(tmp_path, csv(row(leerroute=around.format(number))))
        (problem,) = checked.problems
        assert number not in f"{problem.value} {problem.message}"


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("Teklemariam", "(niet getoond)"),
        ("Gebremedhin 12", "(niet getoond)"),
        ("o'Neill-de Wit", "(niet getoond)"),
        ("T#12", "T#12"),
        ("260101.0", "260101.0"),
    ],
)
def test_what_may_be_a_name_in_the_place_of_a_trajectnummer_is_shown_nowhere(tmp_path, sent, value):
    (problem,) = check_bytes(tmp_path, csv(row(trajectnummer=sent))).problems
    assert problem.value == value
    assert f'"{value}"' in problem.message


@pytest.mark.parametrize(
    "content",
    [
        "[" + ",".join(["{}"] * 20_000) + "]",
        "{}\n" * 20_000,
        "[" + ",".join("1" * 20_000) + "]",
        "[{" + ",".join(f'"naam {n}": 1' for n in range(20_000)) + "}]",
        "[" * 20_000,
    ],
)
def test_json_of_crumbs_is_refused_before_it_takes_all_memory(tmp_path, content):
    with pytest.raises(RefusedFileError) as refused:
        check_bytes(tmp_path, content.encode(), "x.json")
    assert refused.value.code == "F002"


def test_a_name_that_comes_twice_among_many_is_found_at_once(tmp_path):
    names = ",".join(f'"naam {n % 400}": 1' for n in range(900))
    with pytest.raises(RefusedFileError) as refused:
        check_bytes(tmp_path, f"[{{{names}}}]".encode(), "x.json")
    assert (refused.value.code, refused.value.details) == ("F005", {"doubled": "naam 0"})
