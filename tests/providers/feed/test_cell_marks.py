"""Errors and percentages in every kind of workbook: never taken for empty or for a number."""

from pathlib import Path

import pytest

from core.workbooks.xls import marks, shows_percent
from tests.providers.feed.books import Shown, ShownLiterally, ods, table, xlsx
from tests.providers.feed.checks import check_bytes
from tests.providers.feed.lines import csv, row

MADE_BEFORE = Path(__file__).parent / "files" / "fouten-en-procenten.xls"
ROWS = (
    row(groep="A"),
    row(groep="=ERR", trajectnummer="T-2"),
    row(groep="A", trajectnummer="T-3") | {"uren_gevolgd": Shown(0.405)},
    row(groep="A", trajectnummer="T-4") | {"uren_gevolgd": ShownLiterally(40.5)},
)
"""Also what stands in the XLS, which nothing here can write."""


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_errors_and_percentages_are_refused_by_name(tmp_path, kind):
    content = {
        "xlsx": lambda: xlsx([["Voortgang"], *table(*ROWS)]),
        "ods": lambda: ods(table(*ROWS)),
        "xls": MADE_BEFORE.read_bytes,
    }[kind]()
    checked = check_bytes(tmp_path, content, f"x.{kind}")
    first = checked.assumed["header_row"]
    assert checked.assumed["sheet"] == "Data"
    assert checked.faults == [
        (first + 2, "groep", "F012"),
        (first + 3, "uren_gevolgd", "F214"),
    ]
    assert [problem.value for problem in checked.problems] == ["#N/A", "40,5%"]
    plain = csv(row(groep="A"), row(groep="A", trajectnummer="T-4"))
    assert [r[3:] for r in checked.rows] == [r[3:] for r in check_bytes(tmp_path, plain).rows]


@pytest.mark.parametrize(
    ("number_format", "answer"),
    [("0%", True), ("0.00%;[Red]-0.00%", True), ('0"%"', False), ("0\\%", False), ("0.00", False)],
)
def test_a_percent_sign_as_text_does_not_multiply(number_format, answer):
    assert shows_percent(number_format) is answer


def test_a_broken_xls_gives_none(tmp_path):
    """A damaged file system gives no marks and no fright; the reader refuses it by itself."""
    content = bytearray(MADE_BEFORE.read_bytes())
    content[48:52] = b"\xf0\xff\xff\x00"
    path = tmp_path / "x.xls"
    path.write_bytes(content)
    assert list(marks(path, "Data")) == []
