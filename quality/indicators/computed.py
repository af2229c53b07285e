"""What can be computed of the learners of a gemeente: the indicators of the evaluation. Pure.

A share is a count out of another, both chosen from a list: who it is about in a year (denominator)
and of how many of them it holds (numerator). Who cannot be judged yet, or of whom a date is
missing, is in neither and counted apart. ``STANDARD`` are the indicators of the evaluation
'Thuis in Dalfsen' (gemeente Dalfsen, 2019), par. 3.3.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

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
    term_until: date | None = None
    passed_on: date | None = None
    pvt_on: date | None = None
    map_on: date | None = None
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
    municipalities: dict[int, int] = field(default_factory=dict, compare=False)
    """How many of ``people`` each gemeente has."""

    @property
    def share(self) -> float | None:
        """Percentage of 0 to 100; None without people."""
        return 100 * self.numerator / self.people if self.people else None


Holds = bool | None
"""Whether it holds of a person; None: not known."""


@dataclass(frozen=True)
class Group:
    """Who a share is about: the people that a figure is out of."""

    label: str
    asks: Callable[[Person, date, date], bool]
    """Person, first and last day of the year -> is this person in it."""


@dataclass(frozen=True)
class Outcome:
    """What is counted of them."""

    label: str
    holds: Callable[[Person, date], Holds]
    """Person, last day -> does it hold then."""


def _plan_due(person: Person) -> date | None:
    return None if person.notified_on is None else person.notified_on + timedelta(PLAN_TERM_DAYS)


def _half_a_year(person: Person) -> date | None:
    return None if person.settled_on is None else _months_later(person.settled_on, SETTLED_MONTHS)


def _in_year(day: Callable[[Person], date | None]) -> Callable[[Person, date, date], bool]:
    def asks(person: Person, first: date, last: date) -> bool:
        on = day(person)
        return on is not None and first <= on <= last

    return asks


def _lives_here(fewest: int, most: int | None) -> Callable[[Person, date, date], bool]:
    """Whether someone settled so many years ago on the last day."""

    def asks(person: Person, _first: date, last: date) -> bool:
        if person.settled_on is None or person.settled_on > _months_later(last, -12 * fewest):
            return False
        return most is None or person.settled_on > _months_later(last, -12 * most)

    return asks


def _happened(day: Callable[[Person], date | None]) -> Callable[[Person, date], Holds]:
    def holds(person: Person, last: date) -> Holds:
        on = day(person)
        return on is not None and on <= last

    return holds


def _plan_in_time(person: Person, last: date) -> Holds:
    due = _plan_due(person)
    if due is None:
        return None
    if person.plan_on is not None and person.plan_on <= due:
        return True
    return None if due > last else False


def _participates(person: Person, on: date | None) -> Holds:
    if on is None:
        return None
    if person.participation == "geen":
        return False
    if person.participation is None or person.participation_from is None:
        return None
    return person.participation_from <= on


def _left_benefits_for(*reasons: str) -> Callable[[Person, date], Holds]:
    def holds(person: Person, last: date) -> Holds:
        if person.outflow not in reasons:
            return None if person.outflow is None else False
        return None if person.outflow_on is None else person.outflow_on <= last

    return holds


GROUPS = {
    "everybody": Group("iedereen die in de gemeente kwam wonen", _lives_here(0, None)),
    "plan_due": Group(
        "wie in het jaar tien weken na de kennisgeving was", _in_year(_plan_due)
    ),
    "half_year": Group(
        "wie in het jaar een half jaar in de gemeente woonde", _in_year(_half_a_year)
    ),
    "three_to_seven": Group(
        "wie 3 tot 7 jaar geleden in de gemeente kwam wonen", _lives_here(FEWEST_YEARS, MOST_YEARS)
    ),
    "passed": Group("wie in het jaar slaagde", _in_year(lambda one: one.passed_on)),
    "term_ended": Group(
        "wie in het jaar aan het eind van de termijn was",
        _in_year(lambda one: one.term_until),
    ),
}  # fmt: skip
OUTCOMES = {
    "plan_in_time": Outcome("een PIP had binnen tien weken na de kennisgeving", _plan_in_time),
    "participates": Outcome(
        "een half jaar na vestiging meedeed",
        lambda one, _last: _participates(one, _half_a_year(one)),
    ),
    "participates_now": Outcome("op de laatste dag meedoet", _participates),
    "to_work": Outcome("uit de bijstand is door werk", _left_benefits_for("werk")),
    "to_study": Outcome("uit de bijstand is door studie", _left_benefits_for("studie")),
    "off_benefits": Outcome(
        "uit de bijstand is, waardoor ook", _left_benefits_for("werk", "studie", "anders")
    ),
    "passed": Outcome("geslaagd is", _happened(lambda one: one.passed_on)),
    "signed_pvt": Outcome("de PVT heeft ondertekend", _happened(lambda one: one.pvt_on)),
    "did_map": Outcome("de MAP heeft afgerond", _happened(lambda one: one.map_on)),
    "has_plan": Outcome("een PIP heeft", _happened(lambda one: one.plan_on)),
}
"""The counts that a formula is made of: ``OUTCOMES`` out of ``GROUPS``."""
STANDARD = {
    "1": "plan_in_time/plan_due",
    "2a": "to_work/three_to_seven",
    "2b": "to_study/three_to_seven",
    "3": "participates/half_year",
    "4": DURATION,
}
"""How the indicators of par. 3.3 are computed, by their number."""


def is_share(computation: str | None) -> bool:
    """Whether a computation is a count out of another."""
    outcome, _, group = (computation or "").partition("/")
    return outcome in OUTCOMES and group in GROUPS


def definition_of(computation: str) -> str:
    """A formula in words."""
    outcome, _, group = computation.partition("/")
    return f"Van {GROUPS[group].label}: wie {OUTCOMES[outcome].label}."


def count_people(computation: str, people: Iterable[Person], *, year: int, until: date) -> Count:
    """Count over a year, up to ``until`` when the year is not over."""
    first, last = date(year, 1, 1), min(date(year, 12, 31), until)
    outcome, _, group = computation.partition("/")
    asks, holds = GROUPS[group].asks, OUTCOMES[outcome].holds
    answers = [
        (person.municipality, holds(person, last)) for person in people if asks(person, first, last)
    ]
    known = [(place, held) for place, held in answers if held is not None]
    return Count(
        numerator=sum(held for _, held in known),
        people=len(known),
        unknown=len(answers) - len(known),
        municipalities=dict(Counter(place for place, _ in known)),
    )


def _months_later(day: date, months: int) -> date:
    """The same day so many months later; the last day of that month where it has no such day."""
    first = add_months(day.replace(day=1), months)
    following = add_months(first, 1)
    length = (following - first).days
    return first.replace(day=min(day.day, length))
