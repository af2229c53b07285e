"""Values of a table, as a page, a download and the audit trail show them."""

from datetime import UTC, date, datetime

import pytest

from core.db import MonthField
from core.pages.cells import cell_text, downloaded, recorded
from providers.codes import LearningRoute


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"), ("", "–"), ([], "–"), (True, "ja"), (False, "nee"), (0, 0), ("Kim", "Kim"),
        (date(2026, 11, 23), "23-11-2026"), (["a", "b"], "a, b"), (LearningRoute.B1, "B1-route"),
        (datetime(2026, 11, 23, 9, tzinfo=UTC), "23-11-2026 10:00"),
    ],
)  # fmt: skip
def test_a_value_on_a_page(value, text):
    assert cell_text(value) == text


def test_a_month_on_a_page():
    assert cell_text(date(2026, 10, 1), MonthField()) == "oktober 2026"


def test_a_value_in_a_download_and_in_the_audit_trail():
    assert [downloaded(v) for v in ({"é": 1}, ["a", "b"], 3)] == ['{"é": 1}', "a, b", 3]
    assert [recorded(v) for v in (date(2026, 1, 2), "x", None)] == ["2026-01-02", "x", None]
