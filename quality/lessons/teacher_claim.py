"""Whether the hours of certified docenten that a provider reports can have been given. Pure.

Hours in a delivery are hours of learners: ten learners in a lesson of one hour report ten. Divided
by the size of their group they are hours of a docent. Where a row does not tell that size, the
largest group that is allowed is taken, so that the claim is never made larger than it is.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.formats import count_text, number_text
from core.small_numbers import MINIMUM

LARGEST_GROUP = {"B": 20, "O": 20, "Z": 12}


@dataclass(frozen=True, slots=True)
class TaughtMonth:
    """Who taught in one month, in minutes of learners; ``claimed`` is in minutes of a docent.

    ``without_size`` are the certified minutes of rows that do not tell the size of the group.
    """

    tracks: int = 0
    offered: int = 0
    certified: int = 0
    in_training: int = 0
    claimed: float = 0
    without_size: int = 0

    @property
    def other(self) -> int:
        """Minutes by a docent who is neither certified nor in training."""
        return self.offered - self.certified - self.in_training


class Verdict(StrEnum):
    """What the register says of a claim; the words of the page."""

    NOTHING = "geen uren opgegeven"
    TOO_FEW = "te weinig deelnemers"
    NO_REGISTER = "niet te toetsen"
    NO_DOCENT = "geen bevoegde docent"
    TOO_MUCH = "meer dan kan"
    POSSIBLE = "past"

    @property
    def doubtful(self) -> bool:
        """Whether someone should ask how it can be."""
        return self in (Verdict.NO_DOCENT, Verdict.TOO_MUCH)


@dataclass(frozen=True, slots=True)
class Claim:
    """The hours claimed in a month, against the docenten that the register has."""

    month: date
    taught: TaughtMonth
    docenten: int
    """Certified docenten whose registration held on some day of the month."""
    registered: bool
    """Whether the register has any docent of this provider."""
    most_hours: int
    """Lesson hours that one docent gives in a month at most."""

    @property
    def possible(self) -> int:
        """Hours that those docenten could have given together."""
        return self.docenten * self.most_hours

    @property
    def verdict(self) -> Verdict:
        """Weigh the claim; it never changes the figure itself."""
        if self.taught.tracks < MINIMUM:
            return Verdict.TOO_FEW
        if self.taught.certified == 0:
            return Verdict.NOTHING
        if not self.registered:
            return Verdict.NO_REGISTER
        if self.docenten == 0:
            return Verdict.NO_DOCENT
        return Verdict.TOO_MUCH if self.taught.claimed > 60 * self.possible else Verdict.POSSIBLE

    @property
    def reason(self) -> str:
        """Why, in a sentence with its figures."""
        claimed = number_text(self.taught.claimed / 60, 0)
        people = f"{count_text(self.docenten)} bevoegde {_docenten(self.docenten)}"
        return {
            Verdict.NOTHING: "Er zijn geen uren van een bevoegde docent opgegeven.",
            Verdict.TOO_FEW: "Er zijn minder dan 5 deelnemers met les.",
            Verdict.NO_REGISTER: "Het register heeft van deze aanbieder nog geen enkele docent.",
            Verdict.NO_DOCENT: (
                f"Er zijn minstens {claimed} lesuren van een bevoegde docent opgegeven. "
                "In het register is die maand niemand bevoegd."
            ),
            Verdict.TOO_MUCH: (
                f"Er zijn minstens {claimed} lesuren van een bevoegde docent opgegeven. In het "
                f"register staan {people}, samen goed voor hoogstens {count_text(self.possible)}."
            ),
            Verdict.POSSIBLE: (
                f"Minstens {claimed} lesuren, en {people} voor hoogstens "
                f"{count_text(self.possible)}."
            ),
        }[self.verdict]


def _docenten(count: int) -> str:
    return "docent" if count == 1 else "docenten"
