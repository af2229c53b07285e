"""Downloads: each kind of value, in each kind of file."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from core.export import ROWS_PER_CHUNK, csv_cell, csv_text, write_xlsx


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (True, "ja"), (False, "nee"), (12.5, "12,5"), (Decimal("-0.50"), "-0,50"),
        (-3, "-3"), (date(2026, 11, 23), "23-11-2026"), ("gewoon", "gewoon"),
        (datetime(2026, 11, 23, 9, tzinfo=UTC), "23-11-2026 10:00"),
        ("=1+1", "'=1+1"), ("@SUM", "'@SUM"), ("-x", "'-x"), ("\r=1", "'\r=1"), ("a=1", "a=1"),
    ],
)  # fmt: skip
def test_writes_a_cell_for_a_dutch_spreadsheet(value, text):
    assert csv_cell(value) == text


def test_streams_a_long_file_in_parts():
    parts = list(csv_text(["n"], ([n] for n in range(2 * ROWS_PER_CHUNK + 1))))
    assert len(parts) == 3
    assert len("".join(parts).splitlines()) == 2 * ROWS_PER_CHUNK + 2


def test_a_workbook_keeps_numbers_days_and_text_apart():
    file = io.BytesIO()
    write_xlsx(file, ["a"], [[12.5, date(2026, 11, 23), "=1+1", None, True, "007"]])
    cells = openpyxl.load_workbook(file).active[2]
    assert [cell.value for cell in cells[:3]] == [12.5, datetime(2026, 11, 23), "=1+1"]  # noqa: DTZ001
    assert cells[2].data_type == "s"
    assert [cell.value for cell in cells[3:]] == [None, "ja", "007"]
