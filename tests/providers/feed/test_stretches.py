"""What a delivery repeats is noted by the stretch: every row of it is found again by itself."""

import random

from app.checks import all_findings
from core.dates import month_from_number
from core.db import database
from providers.deliveries.history_queries import history_of, key_of
from providers.deliveries.retention_operations import remove_learners_over
from providers.models import (
    CONFIRMED,
    CONFIRMED_ROW,
    LONGEST_STRETCH,
    Confirmation,
    CourseTrack,
    ProgressRecord,
)
from tests.builders import make_provider
from tests.providers.feed.door import deliver, sums, withdraw
from tests.providers.feed.lines import csv, row

ROWS = 2 * LONGEST_STRETCH + 50


def repeated() -> dict[tuple[int, int], str]:
    """Which traject each repeated row is of, by delivery and row."""
    query = (
        Confirmation.select(Confirmation.delivery, CONFIRMED_ROW, CourseTrack.number)
        .join(ProgressRecord, on=CONFIRMED)
        .join(CourseTrack)
    )
    found = [((delivery, line), number) for delivery, line, number in query.tuples()]
    assert len(dict(found)) == len(found)
    return dict(found)


def everyone(narrowed, query):
    return query


def test_rows_in_any_order_are_found_again(db, tmp_path):
    school, chance = make_provider(), random.Random(3)
    held: dict[str, str] = {}
    expected: dict[tuple[int, int], str] = {}
    for _ in range(8):
        numbers = [f"T-{n}" for n in range(30)]
        if chance.random() < 0.5:
            chance.shuffle(numbers)
        file = {
            number: chance.choice("AAAB") if chance.random() < 0.3 else held.get(number, "A")
            for number in numbers[: chance.randrange(5, 30)]
        }
        content = csv(*(row(trajectnummer=n, groep=group) for n, group in file.items()))
        delivery = deliver(tmp_path, school, content, again=True).delivery
        for line, (number, group) in enumerate(file.items(), 2):
            if held.get(number) == group:
                expected[delivery, line] = number
        held |= file
    assert repeated() == expected
    assert max(one.length for one in Confirmation.select()) > 1


def test_a_file_that_comes_again_takes_a_stretch_per_hundred_rows(db, tmp_path):
    school = make_provider()
    feed = csv(*(row(trajectnummer=f"T-{n}") for n in range(ROWS)))
    deliver(tmp_path, school, feed)
    again = deliver(tmp_path, school, feed + b"\n")
    assert sums(again)[2] == ROWS
    assert Confirmation.select().count() == 3
    key = key_of(again.delivery, ROWS + 1, everyone)
    assert key is not None
    assert key.number == f"T-{ROWS - 1}"
    events = history_of(key, everyone).events
    assert [(event.happening, event.row) for event in events] == [
        ("repeated", ROWS + 1),
        ("brought", ROWS + 1),
    ]


def test_withdrawing_the_first_leaves_every_row_to_who_repeated_it(db, tmp_path):
    school = make_provider()
    feed = [row(trajectnummer=f"T-{n}") for n in range(ROWS)]
    first = deliver(tmp_path, school, csv(*feed)).delivery
    half = deliver(tmp_path, school, csv(*feed[ROWS // 2 :])).delivery
    whole = deliver(tmp_path, school, csv(*feed) + b"\n").delivery
    withdraw(first)
    held = ProgressRecord.select(ProgressRecord.delivery, ProgressRecord.row).where(
        ProgressRecord.superseded_by.is_null()
    )
    assert sorted(held.tuples()) == [(half, n + 2) for n in range(ROWS // 2)] + [
        (whole, n + 2) for n in range(ROWS // 2)
    ]
    assert all_findings() == []


def test_one_learner_goes_from_the_middle_of_a_stretch(db, tmp_path):
    school = make_provider()
    feed = [row(trajectnummer=f"T-{n}") for n in range(5)]
    feed[2] |= {"rapportagemaand": "2026-09", "datum_eerste_les": "02-09-2026"}
    deliver(tmp_path, school, csv(*feed))
    again = deliver(tmp_path, school, csv(*feed) + b"\n").delivery
    assert Confirmation.select().count() == 1
    remove_learners_over(month_from_number(2026 * 12 + 9))
    assert repeated() == {(again, n + 2): f"T-{n}" for n in (0, 1, 3, 4)}
    assert all_findings() == []


def test_a_row_that_is_missing_from_a_stretch_is_told(db, tmp_path):
    school = make_provider()
    feed = csv(*(row(trajectnummer=f"T-{n}") for n in range(3)))
    deliver(tmp_path, school, feed)
    deliver(tmp_path, school, feed + b"\n")
    last = ProgressRecord.select().order_by(ProgressRecord.id.desc()).get()
    database.execute_sql(f"DELETE FROM progress_record WHERE id = {last.id:d}")
    assert any("herhaalde" in finding for finding in all_findings())
