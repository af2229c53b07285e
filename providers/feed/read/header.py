"""Find the row with the names of the columns, or the two rows that are one header."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.workbooks.sheets import COVERED
from providers.feed.columns import Mapping, recognised
from providers.feed.values import clean


@dataclass(frozen=True)
class Header:
    """A header: the place of its last row among the rows, its names, how many of them we know."""

    at: int
    titles: tuple[str, ...]
    score: int


def find_header(rows: Sequence[Sequence[str]], mapping: Mapping) -> Header | None:
    """The row that names most columns; with the row above or below it when they name more."""
    scores = [recognised(cells, mapping) for cells in rows]
    if not any(scores):
        return None
    best = scores.index(max(scores))
    header = Header(best, _titles(rows[best]), scores[best])
    for top in (best - 1, best):
        if 0 <= top < len(rows) - 1:
            titles = _titles(_combined(rows[top], rows[top + 1], mapping))
            score = recognised(titles, mapping)
            if score > header.score:
                header = Header(top + 1, titles, score)
    return header


def _titles(cells: Sequence[str]) -> tuple[str, ...]:
    titles = ["" if cell == COVERED else clean(cell) for cell in cells]
    while titles and not titles[-1]:
        titles.pop()
    return tuple(titles)


def _combined(upper: Sequence[str], lower: Sequence[str], mapping: Mapping) -> list[str]:
    """Names of two rows: ``Uren`` above ``gevolgd`` is ``Uren gevolgd``.

    A name above stands over the cells to its right too, as far as these are empty above.
    """
    width = max(len(upper), len(lower))
    above, below = ([*_titles(row)] + [""] * width for row in (upper, lower))
    combined, over = [], ""
    for at in range(width):
        over = above[at] or over
        options = (below[at], f"{over} {below[at]}", above[at])
        names = [name for name in options if name.strip() and mapping.column(name)]
        combined.append(names[0] if names else f"{above[at]} {below[at]}".strip())
    return combined
