"""The words of a judgement: which of five states a figure is in, and the standing of a provider.

A value, zero, missing, not applicable, too few to judge: a gap is never printed as 0 and never
swallowed by a sum.
"""

from enum import StrEnum

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


class Standing(StrEnum):
    """The word for a provider on a route in a month."""

    GOOD = "goed"
    SUFFICIENT = "voldoende"
    INSUFFICIENT = "onvoldoende"
    NO_JUDGEMENT = "geen_oordeel"
    NO_DELIVERY = "geen_levering"
    NO_TRACKS = "geen_trajecten"

    @property
    def label(self) -> str:
        """As it is printed."""
        return self.value.replace("_", " ")


ORDER = (Standing.INSUFFICIENT, Standing.SUFFICIENT, Standing.GOOD)
"""The standings that a score can have, lowest first."""
