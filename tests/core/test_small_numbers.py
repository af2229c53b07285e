"""Small numbers stay hidden, and cannot be worked out from what is shown."""

import pytest
from hypothesis import given, settings, strategies as st

from core import small_numbers
from core.small_numbers import hide_small, is_small, parts_of_total, table, totals
from quality.method.basis_2026.criteria import HourSums
from quality.method.basis_2026.scoring import judge
from quality.method.basis_2026.scoring_model import BASIS_2026
from quality.method.basis_2026.waiting import Stay
from tests.quality.method.test_scoring import inputs


def test_four_is_hidden_and_five_and_nobody_are_not():
    assert [is_small(n) for n in (None, 0, 1, 4, 5)] == [False, False, True, True, False]
    assert [small_numbers.count_or_hidden(n) for n in (None, 1200)] == ["< 5", "1.200"]


counts = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 30), min_size=1, max_size=5)


@given(parts=counts)
def test_the_rest_of_a_total_is_never_one_hidden_small_part(parts):
    shown = parts_of_total(parts)
    hidden = [name for name, count in shown.items() if count is None]
    assert all(not is_small(count) for count in shown.values())
    if hidden and len(hidden) < sum(count > 0 for count in parts.values()):
        assert sum(parts[name] for name in hidden) >= small_numbers.MINIMUM


@settings(max_examples=400, deadline=None)
@given(cells=st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=1, max_size=4))
def test_attack_no_hidden_cell_follows_from_the_totals_of_its_row_or_column(cells):
    grid = {str(i): {str(j): n for j, n in enumerate(row)} for i, row in enumerate(cells)}
    shown = table(grid)
    sums = totals(grid)
    lines = [[(r, c) for c in grid[r]] for r in grid]
    lines += [[(r, c) for r in grid] for c in grid["0"]]
    for line in lines:
        known = [grid[r][c] for r, c in line if shown[r][c] is not None]
        gone = [(r, c) for r, c in line if shown[r][c] is None]
        assert not any(is_small(n) for n in known)
        if len(gone) == 1:
            # Only where nobody else is in the line, and then the total itself is small.
            assert sum(grid[r][c] for r, c in line) == grid[gone[0][0]][gone[0][1]]
    for row, total in sums.items():
        if total is not None:
            assert total == sum(grid[row].values())
            hidden = [n for c, n in grid[row].items() if shown[row][c] is None]
            assert len(hidden) != 1 or hidden[0] == total >= small_numbers.MINIMUM or total == 0


def shown(**more):
    return hide_small(judge(inputs(30, **more), BASIS_2026).tree())


def test_attack_the_queue_cannot_be_worked_out_from_started_and_total():
    waiting = shown(started=27)["criteria"]["wachttijd"]
    # 27 started of 30: showing both would tell that 3 wait, and how long.
    assert waiting["n"] == 30
    assert waiting["waiting"] is waiting["longest_wait"] is waiting["over_42"] is None
    assert waiting["started"] is waiting["numerator"] is None
    assert waiting["value"] is not None


def test_a_queue_of_five_is_shown():
    waiting = shown(started=25)["criteria"]["wachttijd"]
    assert (waiting["waiting"], waiting["started"], waiting["longest_wait"]) == (5, 25, 60)


@pytest.mark.parametrize(
    ("long", "longer", "over_42", "over_70"),
    [(0, 20, 20, 20), (17, 0, None, 0), (13, 7, 20, 7), (12, 5, None, 5), (3, 12, 15, None),
     (12, 2, 14, None)],
)  # fmt: skip
def test_a_few_who_wait_shorter_do_not_follow_from_the_borders(long, longer, over_42, over_70):
    days = [100] * longer + [50] * long + [10] * (20 - long - longer)
    stays = {i: Stay(0, day, started=False) for i, day in enumerate(days)}
    started = {100 + i: Stay(0, 14, started=True) for i in range(20)}
    waiting = shown(stays=stays | started)["criteria"]["wachttijd"]
    assert (waiting["over_42"], waiting["over_70"]) == (over_42, over_70)


def test_what_was_hidden_of_the_evening_stays_hidden():
    item = {"state": "waarde", "n": 30, "asked": 47, "met": 44}
    once = small_numbers.hide_small_criterion(item)
    assert once["met"] is None
    assert small_numbers.hide_small_criterion(once) == once


def test_the_longest_wait_of_one_person_is_not_shown():
    stays = {i: Stay(0, 30, started=i < 20) for i in range(29)} | {29: Stay(0, 200, started=False)}
    waiting = shown(stays=stays)["criteria"]["wachttijd"]
    assert (waiting["waiting"], waiting["over_70"], waiting["longest_wait"]) == (10, None, None)


def test_a_criterion_of_four_keeps_its_reason_only():
    tree = hide_small(judge(inputs(4), BASIS_2026).tree())
    item = tree["criteria"]["bevoegd"]
    assert (item["numerator"], item["denominator"], item["n"], item["value"]) == (None,) * 4
    assert item["reason"] == "er zijn minder dan 5 trajecten met lesuren"
    assert tree["active"] is None


@pytest.mark.parametrize("started", range(0, 31, 3))
@pytest.mark.parametrize("wait", [10, 60])
def test_what_is_hidden_can_go_through_again(started, wait):
    # Charts of a page get judgements that its table hid already.
    stays = {i: Stay(0, wait if i < 27 else 200, started=i < started) for i in range(30)}
    tree = shown(stays=stays)
    assert hide_small(tree) == tree


def test_few_who_asked_for_the_evening_are_hidden_and_who_got_it_not_derivable():
    def asking(asked, met):
        return {
            3: {
                i: HourSums(
                    offered=600, asked=int(i < asked), evening_weekend=60 if i < met else 0,
                    lesson_minutes=600, learner_days=7,
                )
                for i in range(30)
            }
        }  # fmt: skip

    assert shown(hours=asking(4, 4))["criteria"]["avond_weekend"]["asked"] is None
    partly = shown(hours=asking(10, 7))["criteria"]["avond_weekend"]
    assert (partly["asked"], partly["met"]) == (10, None)
    plain = shown(hours=asking(20, 10))["criteria"]["avond_weekend"]
    assert (plain["asked"], plain["met"]) == (20, 10)


def test_what_the_reader_can_count_itself_protects_nobody():
    parts = {"148": 112, "166": 3, "193": 105}
    assert parts_of_total(parts) == {"148": 112, "166": None, "193": None}
    # Whoever knows the 105 of 193 would have 220 - 112 - 105 = 3.
    assert parts_of_total(parts, {"193"}) == {"148": None, "166": None, "193": 105}
    # Its own small number betrays nobody to it.
    assert parts_of_total({"148": 112, "166": 3}, {"166"}) == {"148": 112, "166": None}
