"""Small numbers stay hidden, and cannot be worked out from what is shown."""

import pytest
from hypothesis import given, settings, strategies as st

from core import small_numbers
from core.small_numbers import hide_small, is_small, parts_of_total, table
from quality.method.uncertainty import Groups
from tests.quality.method.cases import figures, hours, judged, queue_of


def test_four_is_hidden_and_five_and_nobody_are_not():
    assert [is_small(n) for n in (None, 0, 1, 4, 5)] == [False, False, True, True, False]
    assert [small_numbers.count_or_hidden(n) for n in (None, 1200)] == ["niet getoond", "1.200"]


counts = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 30), min_size=1, max_size=5)


@given(parts=counts)
def test_the_rest_of_a_total_is_never_one_hidden_small_part(parts):
    visible = parts_of_total(parts)
    hidden = [name for name, count in visible.items() if count is None]
    assert all(not is_small(count) for count in visible.values())
    if hidden and len(hidden) < sum(count > 0 for count in parts.values()):
        assert sum(parts[name] for name in hidden) >= small_numbers.MINIMUM


@settings(max_examples=400, deadline=None)
@given(cells=st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=1, max_size=4))
def test_attack_no_hidden_cell_follows_from_the_totals_of_its_row_or_column(cells):
    grid = {str(i): {str(j): n for j, n in enumerate(row)} for i, row in enumerate(cells)}
    visible = table(grid)
    lines = [[(r, c) for c in grid[r]] for r in grid]
    lines += [[(r, c) for r in grid] for c in grid["0"]]
    for line in lines:
        values = [grid[r][c] for r, c in line if visible[r][c] is not None]
        gone = [(r, c) for r, c in line if visible[r][c] is None]
        assert not any(is_small(n) for n in values)
        if len(gone) == 1:
            # Only where nobody else is in the line, and then the total itself is small.
            assert sum(grid[r][c] for r, c in line) == grid[gone[0][0]][gone[0][1]]
    for row, cells_of_row in grid.items():
        total = sum(cells_of_row.values())
        if not is_small(total):
            hidden = [n for c, n in cells_of_row.items() if visible[row][c] is None]
            assert len(hidden) != 1 or hidden[0] == total >= small_numbers.MINIMUM or total == 0


def after_hiding(own=None):
    return hide_small(judged(own or figures()).tree())


def waiting(**counts):
    queue = queue_of(**counts)
    groups = Groups.of(
        (1,) * queue.n,
        (1,) * counts.get("on_time", 0) + (0,) * (queue.n - counts.get("on_time", 0)),
    )
    return after_hiding(figures(queue=queue, waiting_groups=groups))["criteria"]["wachttijd"]


def test_of_a_few_who_did_not_begin_in_time_nothing_more_is_told():
    # 27 of 30: the percentage tells that 3 did not; not whether they wait, began late or left.
    item = waiting(on_time=27, waiting=3, longest_wait=60, over_42=3)
    assert (item["n"], item["numerator"]) == (30, None)
    assert item["value"] == pytest.approx(90)
    hidden = ("started_late", "waiting_over_norm", "left_over_norm", "waiting", "longest_wait")
    assert [item[name] for name in (*hidden, "over_42", "median_days")] == [None] * 7


def test_a_queue_of_five_is_shown():
    item = waiting(on_time=25, waiting=5, longest_wait=60, over_42=5, over_70=0)
    assert (item["waiting"], item["waiting_over_norm"], item["longest_wait"]) == (5, 5, 60)


def test_one_small_part_does_not_follow_from_the_others():
    item = waiting(on_time=20, late=12, waiting=3, left=8, waiting_short=9)
    assert [item[name] for name in ("started_late", "waiting_over_norm", "left_over_norm")] == [
        12, None, None,
    ]  # fmt: skip
    # Who waits is the sum of both parts: with one of them the other would follow.
    assert (item["waiting"], item["waiting_within_norm"]) == (12, None)


@pytest.mark.parametrize(
    ("over_42", "over_70", "shown_42", "shown_70"),
    [(20, 20, 20, 20), (17, 0, None, 0), (20, 7, 20, 7), (17, 5, None, 5), (15, 12, 15, None),
     (14, 2, 14, None)],
)  # fmt: skip
def test_a_few_who_wait_shorter_do_not_follow_from_the_borders(
    over_42, over_70, shown_42, shown_70
):
    item = waiting(on_time=20, waiting=20, over_42=over_42, over_70=over_70)
    assert (item["over_42"], item["over_70"]) == (shown_42, shown_70)


def test_what_was_hidden_of_the_evening_stays_hidden():
    item = {"state": "waarde", "n": 30, "asked": 47, "met": 44}
    once = small_numbers.hide_small_criterion(item)
    assert once["met"] is None
    assert small_numbers.hide_small_criterion(once) == once


def test_the_longest_wait_of_one_person_is_not_shown():
    item = waiting(on_time=20, waiting=10, longest_wait=200, over_42=10, over_70=1)
    assert (item["waiting"], item["over_70"], item["longest_wait"]) == (10, None, None)


def test_a_criterion_of_four_keeps_its_reason_only():
    tree = after_hiding(figures(hours=hours(n=4), active=4))
    item = tree["criteria"]["bevoegd"]
    assert (item["numerator"], item["denominator"], item["n"], item["value"]) == (None,) * 4
    assert item["reason"] == "er zijn minder dan 5 trajecten met lesuren"
    assert tree["active"] is None


@pytest.mark.parametrize("on_time", range(0, 31, 3))
def test_what_is_hidden_can_go_through_again(on_time):
    # Charts of a page get judgements that its table hid already.
    queue = queue_of(on_time=on_time, waiting=30 - on_time, late=3, over_42=2, longest_wait=50)
    tree = after_hiding(figures(queue=queue))
    assert hide_small(tree) == tree


def test_few_who_asked_for_the_evening_are_hidden_and_who_got_it_not_derivable():
    def asking(asked, met):
        return after_hiding(figures(asked=asked, met=met))["criteria"]["avond_weekend"]

    assert asking(4, 4)["asked"] is None
    assert (asking(10, 7)["asked"], asking(10, 7)["met"]) == (10, None)
    assert (asking(20, 10)["asked"], asking(20, 10)["met"]) == (20, 10)


def test_what_the_reader_can_count_itself_protects_nobody():
    parts = {"148": 112, "166": 3, "193": 105}
    assert parts_of_total(parts) == {"148": 112, "166": None, "193": None}
    # Whoever knows the 105 of 193 would have 220 - 112 - 105 = 3.
    assert parts_of_total(parts, {"193"}) == {"148": None, "166": None, "193": 105}
    # Its own small number betrays nobody to it.
    assert parts_of_total({"148": 112, "166": 3}, {"166"}) == {"148": 112, "166": None}
