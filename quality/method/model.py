"""The scoring model of method 2: norms, knots, weights, windows and thresholds, as dated data.

``BASIS_2027`` is the model that is shipped. A month is judged by the model in force in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Self

from core.errors import DomainError
from providers.register.rules import MARK_CHECK_DAYS


class ScoringError(DomainError):
    """A scoring model or a judgement that cannot be."""


Knots = tuple[tuple[float, float], ...]
EVERY_ROUTE = "*"
ROUTES = ("B", "O", "Z")
AGGREGATIONS = ("linear", "geometric")
TOLERANCE = 1e-9
"""A score that is a border but for its last binary digit is on the border."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of a model: its weight, its window, and how a value becomes points.

    ``knots`` are per route (``*`` for every other), from value to points; ``statuses`` takes their
    place for the quality mark. A route in ``not_on`` is not judged on it. ``outside_norm`` is the
    norm of somebody else (Blik op Werk) that is told beside the value on the routes
    ``outside_norm_on``, and caps nothing.
    """

    code: str
    weight: float
    knots: Mapping[str, Knots]
    window_months: int = 3
    norm_days: int | None = None
    statuses: Mapping[str, float] | None = None
    not_on: tuple[str, ...] = ()
    outside_norm: float | None = None
    outside_norm_on: tuple[str, ...] = ()

    def knots_for(self, route: str) -> Knots:
        """The knots that hold on this route."""
        return self.knots.get(route) or self.knots.get(EVERY_ROUTE, ())

    def applies_to(self, route: str) -> bool:
        """Whether this route is judged on it."""
        return route not in self.not_on

    @classmethod
    def from_definition(cls, data: Mapping[str, Any]) -> Self:
        """Read a kept criterion."""
        return cls(
            **dict(data)
            | {
                "knots": {
                    route: tuple((value, points) for value, points in knots)
                    for route, knots in data["knots"].items()
                },
                "not_on": tuple(data["not_on"]),
                "outside_norm_on": tuple(data.get("outside_norm_on", ())),
            }
        )


@dataclass(frozen=True, slots=True)
class ScoringModel:
    """A version of the model; impossible ones are refused when made.

    ``docent_month_hours`` is how many lesson hours one docent gives in a month at most (30 a week);
    it weighs what is claimed and scores nothing.
    """

    code: str
    criteria: tuple[Criterion, ...]
    method: int = 2
    aggregation: str = "linear"

    # Small numbers, coverage and borders.
    minimum_n: int = 5
    ranked_from_n: int = 10
    small_below_n: int = 25
    minimum_coverage: float = 0.6
    good_from: float = 80
    sufficient_from: float = 60
    mark_check_days: int = MARK_CHECK_DAYS
    docent_month_hours: int = 130

    # How sure: groups, and what may be said about a score.
    minimum_groups: int = 2
    own_variance_from_groups: int = 4
    phi_providers: int = 3
    lowest_phi: float = 0.02
    wide_from: float = 40
    sure_from: float = 0.8
    flip_share: float = 0.1

    # What changed: against the same season, and the CUSUM of the waiting time.
    season_z: float = 2.576
    season_points: float = 5
    season_after_months: int = 14
    cusum_fall: float = 0.18
    cusum_prior_people: float = 10
    cusum_first_months: int = 12
    cusum_alarm: float = 4
    cusum_alarm_large: float = 5
    cusum_large_from: float = 20
    cusum_word_months: int = 3

    # Spread between providers, and learners alike.
    spread_from_providers: int = 10
    expected_from: float = 5

    def __post_init__(self) -> None:
        """Refuse weights that do not add up to 100, and knots that run back."""
        check(self)

    def criterion(self, code: str) -> Criterion:
        """One criterion by its code; ``KeyError`` when the model has none."""
        for criterion in self.criteria:
            if criterion.code == code:
                return criterion
        raise KeyError(code)

    @property
    def borders(self) -> tuple[float, float]:
        """From where a score is voldoende, and from where it is goed."""
        return self.sufficient_from, self.good_from

    @property
    def weighted(self) -> tuple[Criterion, ...]:
        """The criteria that make up the score."""
        return tuple(c for c in self.criteria if c.weight > 0)

    @property
    def waiting(self) -> Criterion:
        """The criterion that has a norm in days."""
        return next(c for c in self.criteria if c.norm_days is not None)

    @property
    def definition(self) -> dict[str, Any]:
        """As data, to be kept; ``from_definition`` reads it back."""
        data = asdict(self)
        criteria = [
            c | {"knots": {route: [list(k) for k in knots] for route, knots in c["knots"].items()}}
            for c in data.pop("criteria")
        ]
        return data | {"criteria": [_lists(c) for c in criteria]}

    @classmethod
    def from_definition(cls, data: Mapping[str, Any]) -> Self:
        """Read a kept model; what it was kept without has the default, but the method is 1."""
        return cls(
            **{"method": 1, **data}
            | {"criteria": tuple(Criterion.from_definition(c) for c in data["criteria"])}
        )

    def renamed(self, code: str) -> Self:
        """The same model under another code."""
        return replace(self, code=code)


def _lists(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(v) if isinstance(v, tuple) else v for key, v in data.items()}


def check(model: ScoringModel) -> None:
    """Refuse a model that cannot judge."""
    if not model.criteria:
        raise ScoringError("no_criteria", "Geef het model minstens één criterium.")
    total = sum(c.weight for c in model.criteria)
    if any(c.weight < 0 for c in model.criteria) or abs(total - 100) > TOLERANCE:
        raise ScoringError(
            "weights_not_100",
            f"De gewichten tellen op tot {total:g}. Pas ze aan tot ze samen 100 zijn.",
        )
    if model.aggregation not in AGGREGATIONS:
        raise ScoringError(
            "unknown_aggregation", "Kies lineair of meetkundig als manier van optellen."
        )
    for criterion in model.criteria:
        if criterion.statuses is None:
            for route in ROUTES:
                if criterion.applies_to(route):
                    _check_knots(criterion.code, criterion.knots_for(route))


def _check_knots(code: str, knots: Sequence[tuple[float, float]]) -> None:
    rising = all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(knots))
    if len(knots) < 2 or not rising:
        raise ScoringError(
            "knots_not_rising",
            f"De knikpunten van {code} moeten oplopen, van een lage naar een hoge waarde.",
        )


def is_outdated(checked_on: date | None, day: date, model: ScoringModel) -> bool:
    """Whether the newest check of a mark is too long before the day on which one looks."""
    return checked_on is None or day - checked_on > timedelta(days=model.mark_check_days)


def points_for(value: float, knots: Knots) -> float:
    """Linear between the knots (value, points), flat outside them."""
    if value <= knots[0][0]:
        return knots[0][1]
    for (v1, p1), (v2, p2) in pairwise(knots):
        if value <= v2:
            return p1 + (p2 - p1) * (value - v1) / (v2 - v1)
    return knots[-1][1]


def value_for(points: float, knots: Knots) -> float | None:
    """Smallest value that earns these points; None when no value does."""
    if points <= knots[0][1]:
        return knots[0][0]
    for (v1, p1), (v2, p2) in pairwise(knots):
        if points <= p2:
            return v1 + (v2 - v1) * (points - p1) / (p2 - p1)
    return None


def share_knots(*values: float) -> dict[str, Knots]:
    """Knots for every route at 0, 50, 80 and 100 points."""
    return {EVERY_ROUTE: tuple(zip(values, (0, 50, 80, 100), strict=True))}


CRITERIA = (
    Criterion("wachttijd", 30, share_knots(0, 75, 90, 100), window_months=12, norm_days=28),
    # Norm of the Blik op Werk Keurmerk Inburgeren; not for the onderwijsroute.
    Criterion(
        "bevoegd", 25, share_knots(0, 70, 80, 100), outside_norm=80, outside_norm_on=("B", "Z")
    ),
    Criterion(
        "intensiteit",
        20,
        {
            "B": ((0, 0), (9, 50), (12, 80), (15, 100)),
            "O": ((0, 0), (16, 50), (20, 80), (25, 100)),
            "Z": ((0, 0), (8, 50), (10, 80), (12.5, 100)),
        },
    ),
    Criterion("avond_weekend", 10, share_knots(0, 5, 10, 25)),
    Criterion(
        "keurmerk",
        15,
        {},
        window_months=1,
        statuses={"onbepaalde_tijd": 100, "bepaalde_tijd": 90},
        not_on=("O",),
    ),
)

ATTENDANCE = Criterion("aanwezigheid", 0, share_knots(0, 70, 80, 95))

BASIS_2027 = ScoringModel(code="basis-2027", criteria=(*CRITERIA, ATTENDANCE))

BASIS_2026 = replace(BASIS_2027, code="basis-2026", method=1)
SHIPPED = {model.code: model for model in (BASIS_2026, BASIS_2027)}
