"""Five states that stay apart from the database to the page.

A value, zero, missing, not applicable, too few to judge: a gap is never printed as 0 and never
swallowed by a sum.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from core.errors import DomainError


class ScoringError(DomainError):
    """A scoring model or a judgement that cannot be."""


class State(StrEnum):
    """Which of the five a figure is."""

    VALUE = "waarde"
    ZERO = "nul"
    MISSING = "ontbreekt"
    NOT_APPLICABLE = "niet_van_toepassing"
    TOO_FEW = "te_weinig"


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure, or the reason that there is none."""

    state: State
    amount: float | None = None
    reason: str | None = None

    @classmethod
    def of(cls, amount: float) -> Self:
        """A value; zero is one too, and says so."""
        return cls(State.ZERO if amount == 0 else State.VALUE, amount)

    @classmethod
    def missing(cls, reason: str) -> Self:
        """Nothing was measured."""
        return cls(State.MISSING, None, reason)

    @classmethod
    def not_applicable(cls, reason: str) -> Self:
        """There is nothing to measure here."""
        return cls(State.NOT_APPLICABLE, None, reason)

    @classmethod
    def too_few(cls, reason: str) -> Self:
        """Measured on too few to say anything."""
        return cls(State.TOO_FEW, None, reason)

    @property
    def known(self) -> bool:
        """Whether there is a figure."""
        return self.amount is not None

    def __float__(self) -> float:
        """The figure; a gap has none and says why."""
        if self.amount is None:
            raise ScoringError("no_value", f"Er is geen waarde: {self.reason}.")
        return float(self.amount)


class Standing(StrEnum):
    """The word for a provider on a route in a month."""

    GOOD = "goed"
    SUFFICIENT = "voldoende"
    INSUFFICIENT = "onvoldoende"
    NO_JUDGEMENT = "geen_oordeel"
    NO_DELIVERY = "geen_levering"

    @property
    def label(self) -> str:
        """As it is printed."""
        return self.value.replace("_", " ")
