"""Rows that were sent back: exactly which of them a later delivery completed, and what is open."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
import xlsxwriter

from core.storage import Storage
from providers.deliveries import operations
from providers.deliveries.outcomes import outcome_of
from providers.deliveries.retention_operations import remove_learners_over
from providers.feed.hold import intake
from providers.feed.read.cleaning import kept_file
from providers.feed.tell.marked_workbook import write_marked
from providers.feed.tell.outcome import SentBack
from providers.feed.tell.receipt import lines
from providers.models import Delivery, ProgressRecord, RejectedRow
from tests.builders import make_provider
from tests.providers.feed.books import table
from tests.providers.feed.door import AT, REQUEST, deliver, withdraw
from tests.providers.feed.lines import csv, row
from tests.providers.feed.test_rules import ENDED

CITIZEN_NUMBER = "111222333"
FAULT = {"uren_gevolgd": "nvt"}


@pytest.fixture
def school(db):
    """A provider."""
    return make_provider()


def kept() -> list[tuple]:
    query = RejectedRow.select(RejectedRow.row, RejectedRow.number, RejectedRow.month)
    return [
        (row, number, month and f"{month:%Y-%m}")
        for row, number, month in query.order_by(RejectedRow.id).tuples()
    ]


def fates(outcome) -> list[tuple]:
    """What became of the rows that a delivery sent back."""
    result = outcome_of(Delivery.get_by_id(outcome.delivery)).sent_back
    return [(one.taken_up_by, one.mended, list(one.rows)) for one in result]


def rows(*numbers: str, **values: str) -> bytes:
    return csv(*(row(trajectnummer=number, **values) for number in numbers))


@pytest.mark.parametrize("large", [False, True])
def test_keeps_a_key_that_is_right_by_itself_and_nothing_else(school, tmp_path, monkeypatch, large):
    # A large file is checked by a second process.
    monkeypatch.setattr(intake, "LARGE_FILE", 1 if large else intake.LARGE_FILE)
    ended = row(trajectnummer="T-9", rapportagemaand="2026-09", **{
        name: value for name, value in ENDED.items() if name != "datum_einde"
    }, datum_einde="30-09-2026")  # fmt: skip
    outcome = deliver(
        tmp_path, school,
        csv(
            row(trajectnummer="T-1", **FAULT),
            row(trajectnummer=CITIZEN_NUMBER),
            row(trajectnummer="1,23E+05"),
            row(trajectnummer=""),
            row(trajectnummer="T-5", rapportagemaand="oktober"),
            row(trajectnummer="T-6"),
            row(trajectnummer="T-6", groep="B"),
            ended,
            row(trajectnummer="T-9"),
        ),
    )  # fmt: skip
    assert outcome.counts.rejected == 8
    assert sorted(kept()) == [
        (2, "T-1", "2026-10"),
        # no number, a damaged one, none at all; no month: counted under the newest of the file
        (3, None, "2026-10"),
        (4, None, "2026-10"),
        (5, None, "2026-10"),
        (6, None, "2026-09"),
        # twice in the file, after the end
        (7, "T-6", "2026-10"),
        (8, "T-6", "2026-10"),
        (10, "T-9", "2026-10"),
    ]
    assert outcome.sent_back == [SentBack(None, False, (2, 3, 4, 5, 6, 7, 8, 10))]


def test_says_which_rows_a_later_delivery_completed(school, tmp_path):
    first = deliver(tmp_path, school, rows("T-1", "T-2", "T-3", **FAULT))
    second = deliver(tmp_path, school, rows("T-1", "T-3"))
    assert fates(first) == [(second.delivery, True, [2, 4]), (None, False, [3])]
    assert [(c.delivery, c.rows) for c in second.completes] == [(first.delivery, (2, 4))]
    assert f"  Vult levering {first.delivery} aan: rij 2, 4." in lines(second)
    messages = list(lines(outcome_of(Delivery.get_by_id(first.delivery))))
    assert f"  Aangevuld door levering {second.delivery}: rij 2, 4." in messages
    document = second.document()
    assert document["completes"] == [{"delivery": first.delivery, "rows": [2, 4]}]


def test_sent_again_with_another_fault_is_open_in_the_later_delivery_only(school, tmp_path):
    first = deliver(tmp_path, school, rows("T-1", **FAULT))
    second = deliver(tmp_path, school, rows("T-1", leerroute="?"))
    assert fates(first) == [(second.delivery, False, [2])]
    assert fates(second) == [(None, False, [2])]
    third = deliver(tmp_path, school, rows("T-1"))
    assert fates(first) == fates(second) == [(third.delivery, True, [2])]


def test_a_correction_that_was_rejected_is_completed_by_repeating_what_is_held(school, tmp_path):
    deliver(tmp_path, school, rows("T-1"))
    wrong = deliver(tmp_path, school, rows("T-1", **FAULT))
    assert fates(wrong) == [(None, False, [2])]
    same = deliver(tmp_path, school, rows("T-1"), again=True)
    assert (same.counts.unchanged, fates(wrong)) == (1, [(same.delivery, True, [2])])


def test_a_row_without_a_key_is_completed_by_a_row_that_nothing_else_explains(school, tmp_path):
    first = deliver(
        tmp_path, school,
        csv(row(trajectnummer=CITIZEN_NUMBER), row(trajectnummer="T-2", **FAULT), row()),
    )  # fmt: skip
    second = deliver(tmp_path, school, rows("T-1", "T-2"))
    assert fates(first) == [(second.delivery, True, [3]), (None, False, [2])]
    third = deliver(tmp_path, school, rows("T-7"))
    assert fates(first) == [(second.delivery, True, [3]), (third.delivery, True, [2])]
    outcome = outcome_of(Delivery.get_by_id(first.delivery))
    assert [one.inferred for one in outcome.sent_back] == [False, True]
    assert any("Waarschijnlijk aangevuld door levering" in line for line in lines(outcome))


def test_the_mended_workbook_tells_which_row_it_was_even_without_a_key(school, tmp_path):
    first = deliver(
        tmp_path, school,
        csv(row(trajectnummer=CITIZEN_NUMBER), row(trajectnummer=""), row(trajectnummer="T-3")),
    )  # fmt: skip
    file = io.BytesIO()
    write_marked(file, first, kept_file(Storage(tmp_path), first.sha256))
    book = openpyxl.load_workbook(file)
    page = book["Te verbeteren"]
    header = [cell.value for cell in page[1]]
    page.cell(2, header.index("trajectnummer") + 1).value = "T-8"
    page.cell(3, header.index("trajectnummer") + 1).value = "T-4"
    page.cell(3, header.index("leerroute") + 1).value = "?"
    mended = io.BytesIO()
    book.save(mended)
    second = deliver(tmp_path, school, mended.getvalue(), name="verbeterd.xlsx")
    assert fates(first) == [(second.delivery, True, [2]), (second.delivery, False, [3])]
    assert not any(one.inferred for one in outcome_of(Delivery.get_by_id(first.delivery)).sent_back)
    assert kept() == [(2, "T-8", "2026-10"), (3, None, "2026-10"), (3, "T-4", "2026-10")]


def test_a_month_that_was_said_beside_the_file_comes_back_in_the_workbook(school, tmp_path):
    good, faulty = row(), row(trajectnummer="T-2", **FAULT)
    del good["rapportagemaand"], faulty["rapportagemaand"]
    first = deliver(tmp_path, school, csv(good, faulty), month=date(2026, 10, 1))
    assert fates(first) == [(None, False, [3])]
    file = io.BytesIO()
    write_marked(file, first, kept_file(Storage(tmp_path), first.sha256))
    book = openpyxl.load_workbook(file)
    page = book["Te verbeteren"]
    header = [cell.value for cell in page[1]]
    assert page.cell(2, header.index("rapportagemaand") + 1).value == "2026-10"
    page.cell(2, header.index("uren_gevolgd") + 1).value = "40,5"
    mended = io.BytesIO()
    book.save(mended)
    second = deliver(tmp_path, school, mended.getvalue(), name="verbeterd.xlsx")
    assert fates(first) == [(second.delivery, True, [3])]
    assert second.counts.accepted == 1


def test_withdrawing_the_middle_of_three_opens_what_only_it_completed(school, tmp_path):
    first = deliver(tmp_path, school, rows("T-1", "T-2", "T-3", **FAULT))
    middle = deliver(tmp_path, school, rows("T-1", "T-2"))
    last = deliver(tmp_path, school, rows("T-2", "T-3"))
    assert fates(first) == [(middle.delivery, True, [2, 3]), (last.delivery, True, [4])]
    withdraw(middle.delivery)
    assert fates(first) == [(last.delivery, True, [3, 4]), (None, False, [2])]
    withdraw(last.delivery)
    assert fates(first) == [(None, False, [2, 3, 4])]


def test_another_provider_completes_nothing(school, tmp_path):
    first = deliver(tmp_path, school, rows("T-1", **FAULT))
    deliver(tmp_path, make_provider("TA002"), rows("T-1"))
    assert fates(first) == [(None, False, [2])]


def test_the_workbook_asks_only_for_what_has_not_come_again(school, tmp_path):
    first = deliver(tmp_path, school, rows("T-1", "T-2", **FAULT))
    deliver(tmp_path, school, rows("T-1"))
    file = io.BytesIO()
    outcome = outcome_of(Delivery.get_by_id(first.delivery))
    write_marked(file, outcome, kept_file(Storage(tmp_path), first.sha256))
    page = openpyxl.load_workbook(file)["Te verbeteren"]
    at = [cell.value for cell in page[1]].index("trajectnummer") + 1
    assert [page.cell(n, at).value for n in range(2, page.max_row + 1)] == ["T-2"]


@pytest.mark.parametrize("origin", ["²", "9" * 30, "x", "", "4"])
def test_what_somebody_typed_over_the_hidden_key_names_no_row(school, tmp_path, origin):
    first = deliver(tmp_path, school, csv(row(trajectnummer=CITIZEN_NUMBER), row()))
    content = csv(row(trajectnummer="T-1") | {"#herkomst": f"{first.sha256}:{origin}"})
    second = deliver(tmp_path, school, content)
    assert (second.counts.unchanged, fates(first)) == (1, [(None, False, [2])])


def test_a_mended_sheet_of_another_provider_is_refused_and_completes_nothing(school, tmp_path):
    first = deliver(tmp_path, school, rows("T-1", **FAULT))
    content = csv(row() | {"#herkomst": f"{first.sha256}:2"})
    refused = deliver(tmp_path, make_provider("TA002"), content)
    assert [problem.code for problem in refused.problems] == ["F008"]
    assert fates(first) == [(None, False, [2])]


def test_the_number_goes_when_the_traject_is_over_or_never_was(school, tmp_path):
    deliver(tmp_path, school, rows("T-1"))
    deliver(tmp_path, school, rows("T-1", "T-2", **FAULT))
    remove_learners_over(date(2026, 10, 1))
    assert [number for _, number, _ in kept()] == ["T-1", "T-2"]
    remove_learners_over(date(2026, 11, 1))
    assert not ProgressRecord.select().exists()
    assert kept() == [(2, None, "2026-10"), (3, None, "2026-10")]


def test_the_workbook_is_made_of_the_sheet_that_was_read_and_counts_days_as_it_did(db, tmp_path):
    school = make_provider()
    cells = table(row(trajectnummer="T-1", **FAULT))
    # 1 September 2026, counted from 1904 and not marked as a date.
    cells[1][cells[0].index("datum_aanmelding")] = 44804
    book = xlsxwriter.Workbook(path := tmp_path / "x.xlsx", {"date_1904": True})
    for name, number in (("A", "T-9"), ("B", "T-1")):
        page = book.add_worksheet(name)
        for at, line in enumerate(cells):
            page.write_row(at, 0, [number if cell == "T-1" else cell for cell in line])
    book.close()
    storage = Storage(tmp_path)
    delivery, _ = operations.receive(
        io.BytesIO(path.read_bytes()), file_name="x.xlsx", provider=school, storage=storage,
        by="test", at=AT,
    )  # fmt: skip
    request = replace(REQUEST, sheet="B")
    operations.accept(delivery, storage=storage, request=request, by="test", at=AT)
    outcome = outcome_of(Delivery.get_by_id(delivery.id))
    file = io.BytesIO()
    write_marked(file, outcome, kept_file(storage, delivery.sha256))
    marked = openpyxl.load_workbook(file)
    page = marked["Te verbeteren"]
    header = [cell.value for cell in page[1]]
    assert page.cell(2, header.index("trajectnummer") + 1).value == "T-1"
    page.cell(2, header.index("uren_gevolgd") + 1).value = "40,5"
    mended = io.BytesIO()
    marked.save(mended)
    second = deliver(tmp_path, school, mended.getvalue(), name="verbeterd.xlsx")
    assert [(c.delivery, c.rows) for c in second.completes] == [(delivery.id, (2,))]
    assert ProgressRecord.get().registered_on == date(2026, 9, 1)
