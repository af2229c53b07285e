"""Merged cells: which cells of a row are covered by a cell above."""

from collections.abc import Iterable

from core.workbooks.errors import too_large
from core.workbooks.marks import COVERED

RANGES_AT_MOST, LOOKED_AT_AT_MOST = 100_000, 2_000_000
"""A few bytes can ask for a billion cells; an honest sheet has some thousands."""
TOO_MANY = "Dit werkboek heeft te veel samengevoegde cellen."
Range = tuple[int, int, int, int]
"""First row, first column, last row, last column; rows count from 1, columns from 0."""


class MergedCells:
    """Tells the rows of one sheet, from top to bottom, which of their cells are covered."""

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        self._active: list[Range] = []
        self._looked_at = 0
        self._waiting = sorted((one for one in ranges if one[2] > one[0]), reverse=True)
        if len(self._waiting) > RANGES_AT_MOST:
            raise too_large(TOO_MANY)

    def add(self, one: Range) -> None:
        """Add a range that begins at the row that comes next."""
        if one[2] > one[0]:
            self._active.append(one)

    def cover(self, row: int, cells: list[str], widest: int) -> None:
        """Mark the covered cells of a row that has something in it.

        ``widest`` is how many columns the rows so far have: beyond it nobody looks. A row of
        nothing but covered cells is part of a note, and left as it is.
        """
        while self._waiting and self._waiting[-1][0] < row:
            self._active.append(self._waiting.pop())
        if not self._active:
            return
        self._active = [one for one in self._active if one[2] >= row]
        within = [
            (left, min(right, widest - 1) + 1)
            for top, left, _, right in self._active
            if top < row and left < widest
        ]
        self._looked_at += len(self._active) + sum(after - left for left, after in within)
        if self._looked_at > LOOKED_AT_AT_MOST:
            raise too_large(TOO_MANY)
        places = {at for left, after in within for at in range(left, after)}
        if not any(cell for at, cell in enumerate(cells) if at not in places):
            return
        for at in sorted(places):
            cells.extend([""] * (at + 1 - len(cells)))
            cells[at] = COVERED
