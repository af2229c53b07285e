"""What a judgement is made from: figures, register, and what the region tells of chance."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from quality.method import uncertainty
from quality.method.change import Decided
from quality.method.criteria import CRITERIA, Measure
from quality.method.figures import DAYS_A_WEEK, MINUTES_AN_HOUR, Figures
from quality.method.model import Criterion, ScoringModel
from quality.method.uncertainty import Share, Variance
from quality.method.waiting import Outcome
from quality.method.words import Standing

HOURS_A_WEEK = DAYS_A_WEEK / MINUTES_AN_HOUR
"""Minutes a day as hours a week."""
CLOSED = {
    "geschorst": "het keurmerk is geschorst",
    "ingetrokken": "het keurmerk is ingetrokken",
    "beeindigd": "het keurmerk is beëindigd",
    "geen": "geen keurmerk op de peildatum",
}


@dataclass(frozen=True, slots=True)
class MarkStatus:
    """Status of the quality mark on the reference day, with when it was last checked."""

    status: str = "geen"
    checked_on: date | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """Answers of the newest survey of a school: yes, all of them, and of how many people."""

    yes: int
    answers: int
    people: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a judgement takes from elsewhere than the rows, on the reference day.

    ``docents`` are those registered on a day of the window of the docent hours. ``owed`` tells
    whether a contract covers the route, ``answered`` whether a delivery or a nil return of the
    month came.
    """

    mark: MarkStatus = MarkStatus()
    recognised: bool = False
    exception_until: date | None = None
    contract_norm_days: int | None = None
    docents: int = 0
    owed: bool = False
    answered: bool = False
    survey: Survey | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """What all providers of a route together tell of chance, in one month."""

    phi: Mapping[str, float]
    variance: Mapping[str, Variance | None]
    effect: float
    decided: Mapping[int, Decided]


def region_of(figures: Iterable[Figures], model: ScoringModel) -> Region:
    """How alike groups are over the providers of a route, each with its own share."""
    listed = list(figures)
    phi, variance, shares = {}, {}, {}
    for code in (criterion.code for criterion in model.criteria):
        measure = CRITERIA[code]
        shares[code] = [s for one in listed if (s := share_of(one, measure)) is not None]
        if measure.per_week:
            variance[code] = uncertainty.pooled_variance(shares[code])
        elif measure.is_share:
            phi[code] = uncertainty.phi(shares[code], model)
    people: Counter[int] = Counter()
    in_time: Counter[int] = Counter()
    for one in listed:
        for month, of_month in enumerate(one.decided, start=one.first_month):
            people[month] += of_month.people
            in_time[month] += of_month.in_time
    decided = {month: Decided(people[month], in_time[month]) for month in people}
    waiting = model.waiting.code
    effect = uncertainty.design_effect(shares[waiting], phi[waiting])
    return Region(phi, variance, effect, decided)


def share_of(figures: Figures, measure: Measure) -> Share | None:
    """The provider's own share (0-1) or hours a week, with its groups; None without any."""
    if measure.numerator:
        hours = figures.hours.get(measure.code)
        if hours is None or not hours.denominator:
            return None
        unit = HOURS_A_WEEK if measure.per_week else 1.0
        return Share(hours.numerator, hours.denominator, hours.groups, unit)
    queue = figures.queue
    if not measure.counts_people or not figures.in_window or not queue.n:
        return None
    return Share(queue.count(Outcome.ON_TIME), queue.n, figures.waiting_groups)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The same provider and route a year ago: its figures, and what the region told of chance."""

    figures: Figures
    region: Region
    docents: int


@dataclass(frozen=True, slots=True)
class Case:
    """One provider on one route in one month, with all that it is judged on."""

    provider: str
    route: str
    month: date
    figures: Figures | None
    facts: Facts
    region: Region
    earlier: Earlier | None = None

    @property
    def delivered(self) -> bool:
        """Whether rows of this very month were accepted."""
        return self.figures is not None and self.figures.delivered

    @property
    def absence(self) -> Standing | None:
        """Why there is nothing to judge; None when there is no reason to expect anything."""
        is_open = self.figures is not None and self.figures.open_before > 0
        if self.facts.answered and not is_open:
            return Standing.NO_TRACKS
        return Standing.NO_DELIVERY if self.facts.owed or is_open else None

    @property
    def is_expected(self) -> bool:
        """Whether there is anything to judge, or something should have come."""
        return self.delivered or self.absence is not None


def register_part(case: Case, model: ScoringModel) -> tuple[Any, ...]:
    """All that a judgement takes from the register, and nothing else that stands there."""
    facts, mark = case.facts, mark_criterion(model)
    return (
        None if case.delivered else case.absence,
        gate(case.route, facts, model),
        facts.mark if mark is not None and mark.applies_to(case.route) else None,
        facts.exception_until,
        facts.contract_norm_days,
        facts.docents,
        facts.survey,
        case.earlier and case.earlier.docents,
    )


def mark_criterion(model: ScoringModel) -> Criterion | None:
    """The criterion of the quality mark, in a model that has it."""
    return next((c for c in model.criteria if c.statuses is not None), None)


def gate(route: str, facts: Facts, model: ScoringModel) -> tuple[bool, str]:
    """Whether lessons may be bought here at all: the mark, or TST on the onderwijsroute."""
    mark = mark_criterion(model)
    if mark is None or not mark.applies_to(route):
        return (True, "") if facts.recognised else (False, "geen TST-erkenning op de peildatum")
    if facts.mark.status in (mark.statuses or {}):
        return True, ""
    return False, CLOSED[facts.mark.status]
