"""What an award teaches for the next one, without telling of a bid. Pure.

Three questions: which criteria told good from bad suppliers, whether other weights would have
awarded others, and which requirement nobody can measure.

*Which criteria.* The marks of the awarded suppliers are held against their mean score since, by
Kendall's rank correlation with the exact distribution of the number of inversions (Kendall 1938;
MacMahon 1913 for marks that are given more than once). A supplier counts once. A word is said when
chance gives it in at most 1 of 20 cases, both directions together.

*Other weights.* The award is done again with one criterion half or twice as heavy.

*No bid can be read back*, by somebody who knows who was awarded, how they did since and every
weight: the word is said only where it leaves the order of every two suppliers open
(``leaves_open``; from nine suppliers in one lot on), and another weight only of a lot in which at
least three bids lost and no criterion outweighs the others together (``is_safe``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

PRICE = ""
"""Key of the price among the criteria; keys of the others are their titles."""
LEVEL = Fraction(1, 40)
"""Chance on each side."""
FEWEST_LOST = 3
"""A tenderer that lost knows its own marks: with two more, it cannot tell those of one."""
FACTORS = (Fraction(1, 2), Fraction(2))


@dataclass(frozen=True, slots=True)
class Entry:
    """A bid that was ranked: ``shares`` by criterion are of the most that could be earned.

    The share of the price is higher for who is cheaper. ``supplier`` is empty without a contract,
    ``since`` the mean score under it: None when that is not known for long enough.
    """

    shares: Mapping[str, Fraction]
    is_awarded: bool
    supplier: str = ""
    since: float | None = None


@dataclass(frozen=True, slots=True)
class AwardedLot:
    """A lot as it was awarded, with the weight of each criterion: points, or euros of value."""

    code: str
    weights: Mapping[str, Fraction]
    entries: Sequence[Entry]


class Association(StrEnum):
    """Whether a criterion told good suppliers from bad ones."""

    TOO_FEW = "te weinig om te zeggen"
    BETTER = "ja"
    WORSE = "omgekeerd"
    NOTHING = "geen verband te zien"


def inversions(marks: Sequence[int]) -> list[int]:
    """In how many orders of marks there are 0, 1, 2, ... inversions, as the q-multinomial.

    ``marks`` says how often each mark was given.

    >>> inversions([1, 1, 1]), inversions([2, 1])
    ([1, 2, 2, 1], [1, 1, 1])
    """
    total = sum(marks)
    size = (total**2 - sum(count**2 for count in marks)) // 2 + 1
    counts = [1] + [0] * (size - 1)
    for factor in range(1, total + 1):
        for at in range(size - 1, factor - 1, -1):
            counts[at] -= counts[at - factor]
    for count in marks:
        for factor in range(1, count + 1):
            for at in range(factor, size):
                counts[at] += counts[at - factor]
    return counts


def _together(parts: Iterable[Sequence[int]]) -> list[int]:
    """The same for several lots: their inversions add up."""
    counts = [1]
    for part in parts:
        longer = [0] * (len(counts) + len(part) - 1)
        for at, count in enumerate(counts):
            for more, other in enumerate(part):
                longer[at + more] += count * other
        counts = longer
    return counts


def _critical(counts: Sequence[int]) -> int:
    """The most inversions that chance gives in at most ``LEVEL`` of the cases; -1: not even 0."""
    whole, so_far = sum(counts), 0
    for at, count in enumerate(counts):
        so_far += count
        if so_far > LEVEL * whole:
            return at - 1
    return len(counts) - 1


def leaves_open(sizes: Sequence[int]) -> bool:
    """Whether the word may be said of lots with so many suppliers.

    Somebody who hears it knows that there are at most ``_critical`` inversions. To turn the order
    of two suppliers takes as many as they stand apart, the most between the best and the worst.
    """
    counts = _together(inversions([1] * size) for size in sizes)
    return _critical(counts) >= max(sizes, default=0) - 1 > 0


def association(lots: Sequence[Sequence[tuple[Fraction, float]]]) -> Association:
    """Whether marks went with scores since; a lot is a row of suppliers, each mark with its score.

    Equal scores keep the order in which they are given: the marks do not depend on it.
    """
    if not leaves_open([len(lot) for lot in lots]):
        return Association.TOO_FEW
    against = along = 0
    for lot in lots:
        for (first, _), (second, _) in combinations(sorted(lot, key=lambda one: one[1]), 2):
            against += first > second
            along += first < second
    critical = _critical(_together(inversions(_repeats(lot)) for lot in lots))
    if against <= critical:
        return Association.BETTER
    return Association.WORSE if along <= critical else Association.NOTHING


def _repeats(lot: Sequence[tuple[Fraction, float]]) -> list[int]:
    marks = [mark for mark, _ in lot]
    return [marks.count(mark) for mark in set(marks)]


def counted(lots: Sequence[AwardedLot], key: str) -> list[list[tuple[Fraction, float]]]:
    """Per lot the suppliers of whom there is a score since; each once, in its largest lot."""
    seen: set[str] = set()
    by_lot = []
    for lot in sorted(lots, key=lambda one: -sum(e.is_awarded for e in one.entries)):
        rows = []
        for entry in lot.entries:
            fresh = entry.is_awarded and entry.supplier not in seen
            if fresh and key in entry.shares and entry.since is not None:
                rows.append((entry.shares[key], entry.since))
                seen.add(entry.supplier)
        by_lot.append(rows)
    return [rows for rows in by_lot if rows]


def is_safe(weights: Mapping[str, Fraction], lost: int) -> bool:
    """Whether what such weights would have awarded may be told.

    A price can be known from a contract, so the others must be able to make up for any mark.
    """
    quality = [weight for key, weight in weights.items() if key != PRICE]
    return lost >= FEWEST_LOST and 2 * max(quality, default=Fraction(0)) <= sum(quality)


def awards_others(lots: Sequence[AwardedLot], key: str, factor: Fraction) -> bool | None:
    """Whether any lot goes to others with one criterion so much heavier; None: not to be told."""
    answers = []
    for lot in lots:
        if key not in lot.weights:
            continue
        weights = {**lot.weights, key: lot.weights[key] * factor}
        lost = sum(not entry.is_awarded for entry in lot.entries)
        if is_safe(weights, lost):
            answers.append(_others_win(lot, weights))
    return any(answers) if answers else None


def _others_win(lot: AwardedLot, weights: Mapping[str, Fraction]) -> bool:
    def total(entry: Entry) -> Fraction:
        return sum(
            (weight * entry.shares.get(key, Fraction(0)) for key, weight in weights.items()),
            Fraction(0),
        )

    won = min(total(entry) for entry in lot.entries if entry.is_awarded)
    return any(total(entry) > won for entry in lot.entries if not entry.is_awarded)


@dataclass(frozen=True, slots=True)
class Since:
    """Of how many awarded suppliers a score criterion is now good, sufficient and insufficient."""

    label: str
    good: int
    sufficient: int
    insufficient: int
    unjudged: int


@dataclass(frozen=True, slots=True)
class CriterionLesson:
    """One criterion of the award: its weights over the lots, and what can be said of it."""

    key: str
    weights: tuple[str, ...]
    association: Association
    half: bool | None
    double: bool | None
    since: Since | None = None
    """What it asks for, when something measures that."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement, with of how many of the suppliers there is a judgement now."""

    code: str
    text: str
    judged: int
    suppliers: int


@dataclass(frozen=True, slots=True)
class Lessons:
    """Everything that the award of one tender teaches."""

    suppliers: int
    """Distinct suppliers with a score since."""
    lots: tuple[str, ...]
    """Codes of the lots of which other weights may be told."""
    criteria: tuple[CriterionLesson, ...]
    unmeasured: tuple[tuple[str, str], ...]
    """Code and text of what leads to no figure."""
    unjudged: tuple[Requirement, ...]
    """What can be measured, and is not of most suppliers."""


def lesson_of(
    lots: Sequence[AwardedLot], key: str, weights: tuple[str, ...], since: Since | None
) -> CriterionLesson:
    """What can be said of one criterion over all lots."""
    half, double = (awards_others(lots, key, factor) for factor in FACTORS)
    return CriterionLesson(key, weights, association(counted(lots, key)), half, double, since)
