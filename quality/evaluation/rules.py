"""The arithmetic of an evaluation. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STATES = ("ja", "deels", "nee", "wordt opgepakt", "geen verzoek gehad")
"""Where an action stands, in the words of annex 1 of the evaluation."""


@dataclass(frozen=True)
class Housing:
    """One year of housing: what was asked, what stood open before, what was done."""

    year: int
    assigned: int
    backlog_before: int | None
    realised: int

    @property
    def backlog_after(self) -> int | None:
        """Open at the end of the year; below zero is ahead, None is not known."""
        if self.backlog_before is None:
            return None
        return self.backlog_before + self.assigned - self.realised


def with_backlog(years: Sequence[Housing]) -> list[Housing]:
    """Carry the backlog on from the first year; a year that is missing breaks the chain."""
    carried: list[Housing] = []
    for one in years:
        before = one.backlog_before
        if before is None and carried and carried[-1].year == one.year - 1:
            before = carried[-1].backlog_after
        carried.append(Housing(one.year, one.assigned, before, one.realised))
    return carried


def state_counts(states: Iterable[str]) -> list[tuple[str, int]]:
    """How many actions are in each state, in the order of ``STATES``."""
    counted = Counter(states)
    return [(state, counted[state]) for state in STATES]


def actions_sentence(states: Sequence[str]) -> str:
    """One sentence that answers: how far is the plan."""
    if not states:
        return "Er staan nog geen acties in deze evaluatie."
    parts = [f"{count} {state}" for state, count in state_counts(states) if count]
    return f"Van de {len(states)} acties: {', '.join(parts)}."


def budget_sentence(income: int, expense: int) -> str:
    """Whether both sides of a budget (in cents) are the same."""
    if income == expense:
        return "De begroting sluit: inkomsten en uitgaven zijn gelijk."
    more = "meer inkomsten dan uitgaven" if income > expense else "meer uitgaven dan inkomsten"
    return f"De begroting sluit niet: er zijn {more}."


def total_text(counts: Sequence[int | None]) -> str:
    """A total in which hidden counts (None, 1 to 4 people) leave room: ``23 tot 26``."""
    seen, hidden = sum(n for n in counts if n is not None), counts.count(None)
    return f"{seen + hidden} tot {seen + 4 * hidden}" if hidden else str(seen)
