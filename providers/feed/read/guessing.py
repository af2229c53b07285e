"""Guess which column of the feed a header stands for, by its name and by what is under it. Pure.

A guess is a proposal: a person confirms it before anything is read that way.
"""

from collections.abc import Callable, Mapping as AnyMapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from core.personal_data import is_citizen_number
from providers.feed.columns import (
    BY_HEADER,
    COLUMNS,
    PERSONS,
    Column,
    Context,
    Kind,
    Layout,
    Mapping,
    is_personal,
    make_parser,
)
from providers.feed.values import Fault, clean, echo, fold

SAMPLES = 5
ALIKE = 0.78
FITS = 0.9
MOST_OWN_CODES = 30
TELLING = frozenset({Kind.MONTH, Kind.DAY, Kind.MUNICIPALITY, Kind.CODE})
"""Kinds of column whose values give them away; a number can be any amount."""


@dataclass(frozen=True)
class Guess:
    """One column of the file: what it says, what it may be, and why we think so."""

    index: int
    header: str
    samples: tuple[str, ...] = ()
    column: str | None = None
    reason: str = ""
    personal: bool = False
    own_codes: tuple[str, ...] = field(default=())

    @property
    def samples_text(self) -> str:
        """The samples in one line."""
        return ", ".join(self.samples) or "leeg"


def guess_columns(
    layout: Layout, rows: Sequence[Sequence[str]], *, mapping: Mapping, context: Context
) -> list[Guess]:
    """Guess every column of a table from its header and some rows; each of ours at most once."""
    guesses: dict[int, Guess] = {}
    taken: set[str] = set()
    confirmed = {fold(header) for header in mapping.headers}
    filled = [(i, h, _cells(rows, i)) for i, h in enumerate(layout.header) if h]
    for index, header, cells in filled:
        if chosen := mapping.column(header):
            taken.add(chosen)
            reason = "eerder gekozen" if fold(header) in confirmed else "de naam is bekend"
            guesses[index] = _guess(index, header, cells, chosen, reason)
        elif fold(header) in PERSONS and fold(header) not in confirmed:
            guesses[index] = Guess(
                index, header, ("niet getoond",), reason="hier kan een naam staan"
            )
        elif is_personal(header):
            guesses[index] = Guess(index, header, reason="persoonsgegevens", personal=True)
        elif fold(header) in confirmed:
            guesses[index] = _guess(index, header, cells, None, "niet gebruikt, zo gekozen")
    # Own codes are asked again with the rest, so the parsers here know none.
    bare = replace(context, mapping=Mapping())
    parsers: Parsers = {column.name: make_parser(column, bare) for column in COLUMNS}
    for look in (_by_name, _by_content):
        for index, header, cells in filled:
            free = [column for column in COLUMNS if column.name not in taken]
            if index not in guesses and (best := look(header, cells, free, parsers)):
                taken.add(best[0])
                guesses[index] = _guess(index, header, cells, *best)
    for index, header, cells in filled:
        guess = guesses.get(index) or _guess(index, header, cells, None, "")
        guesses[index] = _with_codes(guess, cells, parsers)
    return [guesses[index] for index in sorted(guesses)]


Parser = Callable[[str], object]
Parsers = AnyMapping[str, Parser]
Found = tuple[str, str] | None


def _cells(rows: Sequence[Sequence[str]], index: int) -> list[str]:
    texts = (clean(row[index]) for row in rows if index < len(row))
    return [text for text in texts if text]


def _guess(index: int, header: str, cells: list[str], column: str | None, reason: str) -> Guess:
    # A number that passes the test for a BSN is shown to nobody, not even here.
    samples = dict.fromkeys(echo(c, 30) for c in cells if not is_citizen_number(c))
    return Guess(index, header, tuple(samples)[:SAMPLES], column, reason)


def _by_name(header: str, _cells: list[str], free: list[Column], _parsers: Parsers) -> Found:
    key = fold(header)
    best, best_score = None, ALIKE
    for name, column in BY_HEADER.items():
        if column not in {c.name for c in free}:
            continue
        score = SequenceMatcher(None, key, name).ratio()
        if score > best_score:
            best, best_score = column, score
    return None if best is None else (best, "de naam lijkt erop")


def _by_content(_header: str, cells: list[str], free: list[Column], parsers: Parsers) -> Found:
    """The one telling column that the values fit; when several fit, nothing is guessed."""
    if len(cells) < 2:
        return None
    fitting = [
        c.name
        for c in free
        if c.kind in TELLING and sum(_fits(parsers[c.name], v) for v in cells) >= FITS * len(cells)
    ]
    return (fitting[0], "de waarden passen") if len(fitting) == 1 else None


def _fits(parser: Parser, value: str) -> bool:
    try:
        parser(value)
    except Fault:
        return False
    return True


def _with_codes(guess: Guess, cells: list[str], parsers: Parsers) -> Guess:
    """Add the codes in a column that are not ours, so that a person can say what they mean."""
    column = next((c for c in COLUMNS if c.name == guess.column), None)
    if column is None or column.codes is None:
        return guess
    strange = dict.fromkeys(
        v for v in cells if not is_citizen_number(v) and not _fits(parsers[column.name], v)
    )
    return replace(guess, own_codes=tuple(strange)[:MOST_OWN_CODES])
