"""What can be computed of the learners of a gemeente: the indicators of the evaluation. Pure.

A share is a count out of another, both chosen from a list: who it is about in a year (denominator)
and of how many of them it holds (numerator); a count is the numerator alone. Who cannot be judged
yet, or of whom a date is missing, is in neither and counted apart. A mean is of the days from one
date to another, over whoever reached the second in the year. ``STANDARD`` are the indicators of
the evaluation 'Thuis in Dalfsen' (gemeente Dalfsen, 2019), par. 3.3.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import sqrt
from statistics import fmean, stdev

from core.dates import add_months
from quality.method.limits import count_interval

DURATION = "duration_until_pass"
"""The mean in months of who has passed and who has not (``duration.py``)."""
SHARE, COUNT, DAYS = "share", "count", "days"
"""What a formula gives: ``outcome/group``, ``count:outcome/group``, ``days:span``."""
UNIT_OF = {SHARE: "%", COUNT: "aantal", DAYS: "dagen", DURATION: "maanden"}
UNITS = ("%", "maanden", "dagen", "aantal")
PLAN_TERM_DAYS = 70
"""The PIP is there within ten weeks of the kennisgeving (Besluit inburgering 2021, art. 5.1)."""
SETTLED_MONTHS = 6
CONFIDENCE = 0.90
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
    reached: dict[int, int] = field(default_factory=dict, compare=False)
    """How many of ``numerator`` each gemeente has."""

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


@dataclass(frozen=True)
class Span:
    """From one date of a person to another."""

    label: str
    begin: Callable[[Person], date | None]
    end: Callable[[Person], date | None]


SPANS = {
    "plan": Span("de kennisgeving tot het PIP", lambda p: p.notified_on, lambda p: p.plan_on),
    "settled_plan": Span("vestiging tot het PIP", lambda p: p.settled_on, lambda p: p.plan_on),
    "pvt": Span("het PIP tot de PVT", lambda p: p.plan_on, lambda p: p.pvt_on),
    "map": Span("het PIP tot de MAP", lambda p: p.plan_on, lambda p: p.map_on),
    "participation": Span(
        "vestiging tot meedoen", lambda p: p.settled_on, lambda p: p.participation_from
    ),
    "outflow": Span(
        "vestiging tot uit de bijstand", lambda p: p.settled_on, lambda p: p.outflow_on
    ),
    "passed": Span("het PIP tot slagen", lambda p: p.plan_on, lambda p: p.passed_on),
}
"""The dates that a mean is taken between."""
STANDARD = {
    "1": "plan_in_time/plan_due",
    "2a": "to_work/three_to_seven",
    "2b": "to_study/three_to_seven",
    "3": "participates/half_year",
    "4": DURATION,
}
"""How the indicators of par. 3.3 are computed, by their number."""


def formula(how: str, *, outcome: str, group: str, span: str) -> str | None:
    """Write down what was chosen; None for a figure that is entered by hand."""
    share = f"{outcome}/{group}"
    return {SHARE: share, COUNT: f"{COUNT}:{share}", DAYS: f"{DAYS}:{span}"}.get(how, how) or None


def kind_of(computation: str | None) -> str | None:
    """Whether a computation is a share, a count, a mean of days or ``DURATION``; None: by hand."""
    kind, colon, _ = (computation or "").rpartition(":")
    if colon:
        return kind
    return SHARE if "/" in (computation or "") else computation


def definition_of(computation: str) -> str:
    """A formula in words."""
    kind, _, of = computation.rpartition(":")
    if kind == DAYS:
        return f"Gemiddeld aantal dagen van {SPANS[of].label}, van wie dat in het jaar bereikte."
    outcome, _, group = of.partition("/")
    words = f"van {GROUPS[group].label}: wie {OUTCOMES[outcome].label}."
    return f"Hoeveel {words}" if kind else words.capitalize()


@dataclass(frozen=True, slots=True)
class Measured:
    """A computed figure: its value, how many people it is about, and what belongs beside it."""

    value: float | None
    people: int
    unknown: int
    municipalities: dict[int, int]
    interval: tuple[float, float] | None = None


def measure(computation: str, people: Iterable[Person], *, year: int, until: date) -> Measured:
    """Work a share, a count or a mean of days out; the value is None where there is nobody."""
    kind, _, of = computation.rpartition(":")
    if kind == DAYS:
        return mean_days(SPANS[of], people, year=year, until=until)
    counted = count_people(of, people, year=year, until=until)
    if kind == COUNT:
        value = counted.numerator if counted.people else None
        interval = count_interval(counted.numerator, CONFIDENCE)
        return Measured(value, counted.numerator, counted.unknown, counted.reached, interval)
    return Measured(counted.share, counted.people, counted.unknown, counted.municipalities)


def mean_days(span: Span, people: Iterable[Person], *, year: int, until: date) -> Measured:
    """Mean over who reached the second date in the year, with a 90 % interval (Student's t)."""
    first, last = date(year, 1, 1), min(date(year, 12, 31), until)
    ended = [one for one in people if (end := span.end(one)) and first <= end <= last]
    spent = {
        index: (end - begin).days
        for index, one in enumerate(ended)
        if (begin := span.begin(one)) and (end := span.end(one)) and begin <= end
    }
    places = Counter(ended[index].municipality for index in spent)
    unknown = len(ended) - len(spent)
    if not spent:
        return Measured(None, 0, unknown, {})
    mean = fmean(spent.values())
    interval = None
    if len(spent) > 1:
        # Loads numpy, which most pages do without.
        from quality.method.uncertainty import student_quantile  # noqa: PLC0415

        margin = student_quantile((1 + CONFIDENCE) / 2, len(spent) - 1)
        margin *= stdev(spent.values()) / sqrt(len(spent))
        interval = max(0.0, mean - margin), mean + margin
    return Measured(mean, len(spent), unknown, dict(places), interval)


def count_people(computation: str, people: Iterable[Person], *, year: int, until: date) -> Count:
    """Count over a year, up to ``until`` when the year is not over."""
    first, last = date(year, 1, 1), min(date(year, 12, 31), until)
    outcome, _, group = computation.partition("/")
    asks, holds = GROUPS[group].asks, OUTCOMES[outcome].holds
    answers = [
        (person.municipality, holds(person, last)) for person in people if asks(person, first, last)
    ]
    answered = [(place, answer) for place, answer in answers if answer is not None]
    return Count(
        numerator=sum(answer for _, answer in answered),
        people=len(answered),
        unknown=len(answers) - len(answered),
        municipalities=dict(Counter(place for place, _ in answered)),
        reached=dict(Counter(place for place, answer in answered if answer)),
    )


def _months_later(day: date, months: int) -> date:
    """The same day so many months later; the last day of that month where it has no such day."""
    first = add_months(day.replace(day=1), months)
    following = add_months(first, 1)
    length = (following - first).days
    return first.replace(day=min(day.day, length))
