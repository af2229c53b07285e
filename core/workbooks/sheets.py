"""What every reader of workbooks gives: rows of text, marks for what is no value, and refusals."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from enum import StrEnum

Row = tuple[int, list[str]]
"""Number of the row as a spreadsheet shows it (from 1), and the text of its cells."""
Columns = Container[int]
"""Columns by place, from 0."""

BLANKS_AT_MOST = 1_000
"""So many blank rows between two others are given; a longer gap is only seen in the numbers."""


class _Every:
    def __contains__(self, _: object) -> bool:
        return True


NO_COLUMN: Columns = frozenset()
EVERY_COLUMN: Columns = _Every()


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    visible: bool = True


class Reason(StrEnum):
    """Kind of refusal; callers have their own code for each."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    PASSWORD = "password"  # noqa: S105  a kind of refusal  # nosec B105


class WorkbookError(Exception):
    """The workbook is refused; ``message`` is a Dutch sentence that says why."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def damaged(what: str = "") -> WorkbookError:
    """The workbook breaks its own rules."""
    more = f" {what}" if what else ""
    return WorkbookError(Reason.UNREADABLE, f"Dit werkboek is beschadigd.{more}")


def too_large(message: str = "Dit werkboek vraagt te veel geheugen of tijd.") -> WorkbookError:
    """Reading would take more memory or time than an honest workbook needs."""
    return WorkbookError(Reason.TOO_LARGE, message)


NO_RESULT, COVERED, DATE = "#FORMULE", "#SAMENGEVOEGD", "#DATUM"
"""A formula without an up-to-date result; a cell merged into one above it; a date where the reader
asked for the text that a person sees (``3-1`` typed as a key becomes a date)."""
ERRORS = frozenset(
    (
        "#N/A", "#N/B", "#REF!", "#VERW!", "#VALUE!", "#WAARDE!", "#DIV/0!", "#DEEL/0!", "#NAME?",
        "#NAAM?", "#NUM!", "#GETAL!", "#NULL!", "#LEEG!", "#SPILL!", "#OVERLOOP!", "#CALC!",
        "#BEREKENEN!", *(f"Err:{number}" for number in range(501, 541)),
    )
)  # fmt: skip
"""Errors as Excel and LibreOffice write them, in English and in Dutch."""
_WORDS = ("idem", "id.", "ditto", "do.", "zie boven", "zie hierboven")
DITTO = frozenset(
    (
        *(spelt for word in _WORDS for spelt in (word, word.capitalize(), word.upper())),
        '"', "''", ",,", "\u201c", "\u201d", "\u201e", "\u2033", "\u3003",
    )
)  # fmt: skip
"""What people write for the cell above; a sorted or filtered sheet has another one there."""
_SENTENCES = dict.fromkeys(DITTO, "Vul in elke rij de waarde zelf in.") | {
    NO_RESULT: "Hier staat een formule zonder bijgewerkte uitkomst. Open het bestand in Excel of "
    "LibreOffice, sla het op en stuur het opnieuw.",
    COVERED: "Deze cel is samengevoegd met de cel erboven. Splits de cellen en vul elke cel in.",
    DATE: "Een rekenblad heeft hier een datum van gemaakt. Maak de kolom op als tekst en vul de "
    "waarde opnieuw in.",
}


def fault(text: str) -> str:
    """Dutch sentence on what is wrong when a text stands for no value; empty when it is one."""
    if text in ERRORS or text.upper() in ERRORS:
        return f"Hier staat een foutmelding van het rekenblad: {text}. Herstel de formule."
    return _SENTENCES.get(text, "")


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
