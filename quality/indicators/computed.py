"""What can be computed of the learners of a gemeente: the indicators of the evaluation. Pure.

Source: evaluation 'Thuis in Dalfsen' (gemeente Dalfsen, 2019), par. 3.3. Each computation counts
people: who it is about in a year (denominator) and of how many it holds (numerator). Who cannot be
judged yet, or of whom a date is missing, is in neither and counted apart.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from core.dates import add_months

DURATION = "duration_until_pass"
"""The computation that is a mean in months (``duration.py``); all others are shares."""
UNITS = ("%", "maanden", "dagen", "aantal")
PLAN_TERM_DAYS = 70
"""The PIP is there within ten weeks of the kennisgeving (Besluit inburgering 2021, art. 5.1)."""
SETTLED_MONTHS = 6
FEWEST_YEARS, MOST_YEARS = 3, 7
"""Outflow is asked of who has lived three to seven years in the gemeente."""


@dataclass(frozen=True, slots=True)
class Person:
    """What the gemeente knows of one learner; ``participation`` and ``outflow`` as its words.

    ``left_on`` is the day of moving away, of an exemption or of dying, as a provider told.
    """

    settled_on: date | None = None
    notified_on: date | None = None
    plan_on: date | None = None
    term_from: date | None = None
    passed_on: date | None = None
    left_on: date | None = None
    participation: str | None = None
    participation_from: date | None = None
    outflow: str | None = None
    outflow_on: date | None = None
    municipality: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """Of how many people something holds; ``unknown`` are left out for want of a fact."""

    numerator: int
    people: int
    unknown: int

    @property
    def share(self) -> float | None:
        """Percentage of 0 to 100; None without people."""
        return 100 * self.numerator / self.people if self.people else None


Asked = bool | None
"""Whether it holds of a person; None: not known."""
Question = Callable[[Person, date, date], tuple[bool, Asked]]
"""Person, first and last day -> (is this person asked, does it hold)."""


def _plan_in_time(person: Person, first: date, last: date) -> tuple[bool, Asked]:
    if person.notified_on is None:
        return False, None
    due = date.fromordinal(person.notified_on.toordinal() + PLAN_TERM_DAYS)
    return first <= due <= last, person.plan_on is not None and person.plan_on <= due


def _participates(person: Person, first: date, last: date) -> tuple[bool, Asked]:
    if person.settled_on is None:
        return False, None
    day = _months_later(person.settled_on, SETTLED_MONTHS)
    is_asked = first <= day <= last
    if person.participation == "geen":
        return is_asked, False
    if person.participation is None or person.participation_from is None:
        return is_asked, None
    return is_asked, person.participation_from <= day


def _left_benefits_for(what: str) -> Question:
    def question(person: Person, _first: date, last: date) -> tuple[bool, Asked]:
        if person.settled_on is None:
            return False, None
        earliest = _months_later(last, -12 * MOST_YEARS)
        latest = _months_later(last, -12 * FEWEST_YEARS)
        is_asked = earliest < person.settled_on <= latest
        if person.outflow is None or (person.outflow == what and person.outflow_on is None):
            return is_asked, None
        since = person.outflow_on if person.outflow == what else None
        return is_asked, since is not None and since <= last

    return question


@dataclass(frozen=True)
class Computation:
    """A share that can be computed, and what it is called."""

    code: str
    label: str
    definition: str
    question: Question


COMPUTATIONS = {
    computation.code: computation
    for computation in (
        Computation(
            "plan_in_time",
            "PIP binnen tien weken",
            "Van wie de tien weken na de kennisgeving in het jaar eindigden: hoeveel hadden toen "
            "een PIP.",
            _plan_in_time,
        ),
        Computation(
            "participation",
            "Doet mee een half jaar na vestiging",
            "Van wie in het jaar een half jaar in de gemeente woonde: hoeveel hadden toen een "
            "taalstage, vrijwilligerswerk, studie of werk.",
            _participates,
        ),
        Computation(
            "outflow_work",
            "Uit de bijstand naar werk",
            "Van wie 3 tot 7 jaar in de gemeente woont: hoeveel zijn uit de bijstand door werk.",
            _left_benefits_for("werk"),
        ),
        Computation(
            "outflow_study",
            "Uit de bijstand naar studie",
            "Van wie 3 tot 7 jaar in de gemeente woont: hoeveel zijn uit de bijstand door studie.",
            _left_benefits_for("studie"),
        ),
    )
}


def count_people(code: str, people: Iterable[Person], *, year: int, until: date) -> Count:
    """Count over a year, up to ``until`` when the year is not over."""
    first, last = date(year, 1, 1), min(date(year, 12, 31), until)
    question = COMPUTATIONS[code].question
    numerator = asked_of = unknown = 0
    for person in people:
        is_asked, holds = question(person, first, last)
        if not is_asked:
            continue
        if holds is None:
            unknown += 1
        else:
            asked_of += 1
            numerator += holds
    return Count(numerator, asked_of, unknown)


def _months_later(day: date, months: int) -> date:
    """The same day so many months later; the last day of that month where it has no such day."""
    first = add_months(day.replace(day=1), months)
    following = add_months(first, 1)
    length = (following - first).days
    return first.replace(day=min(day.day, length))
