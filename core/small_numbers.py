"""Small numbers: fewer than five are hidden, and whatever could betray them.

Runs once, before page, chart, download and text alternative, so that what is hidden in one is
hidden in all. ``None`` is a hidden figure; nobody at all (0) is not hidden. It is printed as
``< 5`` where only small numbers are hidden, and as ``niet getoond`` where others may be hidden too
because they would betray a small one.
"""

from collections.abc import Collection, Mapping
from typing import Any

from core.formats import count_text

MINIMUM = 5
"""Fewer learners than this could be recognised."""
HIDDEN_TEXT = "< 5"
NOT_SHOWN = "niet getoond"


def is_small(count: float | None) -> bool:
    """Whether a count may not be shown."""
    return count is not None and 0 < count < MINIMUM


def parts_of_total(
    parts: Mapping[str, int], countable: Collection[str] = ()
) -> dict[str, int | None]:
    """Hide small parts of a total that is shown; never exactly one, which the total would give.

    ``countable`` are parts that the reader can count, so that hiding them keeps nothing from it.
    """
    hidden = {name for name, count in parts.items() if is_small(count)}
    if 0 < sum(parts[name] for name in hidden.difference(countable)) < MINIMUM:
        out = hidden.union(countable)
        rest = sorted((count, name) for name, count in parts.items() if name not in out)
        other = next(((c, n) for c, n in rest if c > 0), None)
        if other is not None:
            hidden.add(other[1])
    return {name: None if name in hidden else count for name, count in parts.items()}


def table(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int | None]]:
    """Hide small cells of a table whose totals are shown, and cells that the totals would give.

    In no row and no column a single cell stays hidden, nor a few that add up to fewer than five."""
    rows = {row: dict(cells) for row, cells in counts.items()}
    columns = list(dict.fromkeys(name for cells in rows.values() for name in cells))
    hidden = {
        (row, column)
        for row, cells in rows.items()
        for column, count in cells.items()
        if is_small(count)
    }
    changed = True
    while changed:
        changed = False
        for line in [
            *[[(row, column) for column in columns] for row in rows],
            *[[(row, column) for row in rows] for column in columns],
        ]:
            gone = [cell for cell in line if cell in hidden]
            if not gone or (len(gone) > 1 and _sum(rows, gone) >= MINIMUM):
                continue
            rest = [c for c in line if c not in hidden and rows[c[0]].get(c[1], 0) > 0]
            if rest:
                hidden.add(min(rest, key=lambda c: (rows[c[0]].get(c[1], 0), c)))
                changed = True
    return {
        row: {
            column: None if (row, column) in hidden else cells.get(column, 0) for column in columns
        }
        for row, cells in rows.items()
    }


def _sum(rows: Mapping[str, Mapping[str, int]], cells: list[tuple[str, str]]) -> int:
    return sum(rows[row].get(column, 0) for row, column in cells)


PARTS = (
    "numerator",
    "started_late",
    "waiting_over_norm",
    "left_over_norm",
    "waiting_within_norm",
    "left_within_norm",
)
"""Of the waiting time: who counts or is told beside the figure, by what became of them."""


def hide_small(tree: Mapping[str, Any]) -> dict[str, Any]:
    """A judgement as it may leave the team: without small counts and what betrays them.

    What was hidden before stays as it is.
    """
    hidden = dict(tree)
    for part in ("criteria", "beside"):
        hidden[part] = {code: hide_small_criterion(item) for code, item in tree[part].items()}
    if is_small(tree["active"]):
        hidden["active"] = None
    return hidden


def hide_small_criterion(item: Mapping[str, Any]) -> dict[str, Any]:
    """One criterion of a judgement without small counts and what betrays them."""
    # Charts show the month by itself where no other month betrays it.
    visible = {key: value for key, value in item.items() if key != "alone"}
    if item["state"] == "te_weinig" or is_small(item["n"]):
        kept = {
            "weight",
            "judged",
            "reason",
            "state",
            "knots",
            "window_months",
            "norm_days",
            "norm_source",
        }
        return {key: value if key in kept else None for key, value in visible.items()}
    if item.get("waiting") is not None:
        visible |= _queue(item)
    if item.get("asked") is not None:
        if is_small(item["asked"]):
            visible |= {"asked": None, "met": None}
        elif is_small(item["met"]) or is_small(_rest(item["asked"], item["met"])):
            visible["met"] = None
    return visible


def _queue(item: Mapping[str, Any]) -> dict[str, Any]:
    """Who is behind the waiting time, and how long is waited; also of what was hidden before.

    Value and denominator tell how many did not begin in time: of a few, nothing more is told.
    """
    if "started_late" not in item:
        return _queue_of_method_1(item)
    visible: dict[str, Any] = {name: item[name] for name in (*PARTS, "waiting", "naive_mean")}
    late = {name: item[name] for name in PARTS[1:4]}
    if None not in late.values():
        few = is_small(sum(late.values()))
        visible |= dict.fromkeys(late) if few else parts_of_total(late)
    if is_small(visible["numerator"]) or is_small(_rest(item["denominator"], item["numerator"])):
        visible["numerator"] = None
    queue = ("waiting_over_norm", "waiting_within_norm")
    if any(visible[name] is None or is_small(visible[name]) for name in queue):
        visible |= dict.fromkeys(queue)
    if is_small(visible["left_within_norm"]):
        visible["left_within_norm"] = None
    if is_small(visible["waiting"]):
        visible["waiting"] = None
    if is_small(_sum_of(item, ("numerator", "started_late"))):
        visible["naive_mean"] = None
    return visible | _longer(item, visible["waiting"])


def _sum_of(item: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    counts = [item[name] for name in names]
    return None if None in counts else sum(counts)


def _longer(item: Mapping[str, Any], waiting: int | None) -> dict[str, Any]:
    """Who waits longer than the borders, and percentiles: nothing when fewer than five wait."""
    longer: dict[str, Any] = {name: item[name] for name in ("over_42", "over_70")}
    longest = {"longest_wait": item["longest_wait"]}
    if waiting is None:
        hidden = ("longest_wait", "median_days", "p90_days", *longer)
        return dict.fromkeys(hidden)
    # Each is counted within the one before it, so that the rest follows from both.
    for whole, name in ((item["waiting"], "over_42"), (item["over_42"], "over_70")):
        if is_small(item[name]) or is_small(_rest(whole, item[name])):
            longer[name] = None
    if is_small(item["over_70"]):
        longest["longest_wait"] = None
    return longest | longer


QUEUE_OF_METHOD_1 = ("started", "waiting", "left_unstarted")


def _queue_of_method_1(item: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a month that was fixed under method 1."""
    visible: dict[str, Any] = {name: item[name] for name in QUEUE_OF_METHOD_1}
    if None not in visible.values():
        visible = dict(parts_of_total(visible))
    if visible["waiting"] is None:
        hidden = ("longest_wait", "numerator", "over_42", "over_70")
        return visible | dict.fromkeys(hidden)
    with_longer = visible | _longer(item, visible["waiting"])
    if is_small(item["numerator"]) or is_small(_rest(item["denominator"], item["numerator"])):
        with_longer["numerator"] = None
    return with_longer


def _rest(whole: float | None, part: float | None) -> float | None:
    return None if whole is None or part is None else whole - part


def count_or_hidden(count: int | None) -> str:
    """A count after hiding small parts of a total: ``1.234``, or ``niet getoond`` where it is None.

    The same for each, small or not: which of them is small could tell how small.
    """
    return NOT_SHOWN if count is None else count_text(count)


def few_text(count: int) -> str:
    """A count as it may leave the team: 1 up to and including 4 is ``< 5``."""
    return HIDDEN_TEXT if is_small(count) else count_text(count)
