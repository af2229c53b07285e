"""The scoring model: norms, knots, weights, windows and thresholds, as dated data.

``BASIS_2026`` is the model that is shipped. An old month is judged by the model of that time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Self

from quality.method.basis_2026.judgement import ScoringError

Knots = tuple[tuple[float, float], ...]
EVERY_ROUTE = "*"
ROUTES = ("B", "O", "Z")
AGGREGATIONS = ("linear", "geometric")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of a model: its weight, its window, and how a value becomes points.

    ``knots`` are per route (``*`` for every other), from value to points; ``statuses`` takes their
    place for the quality mark. A route in ``not_on`` is not judged on it.
    """

    code: str
    weight: float
    knots: Mapping[str, Knots]
    window_months: int = 3
    norm_days: int | None = None
    statuses: Mapping[str, float] | None = None
    not_on: tuple[str, ...] = ()

    def knots_for(self, route: str) -> Knots:
        """The knots that hold on this route."""
        return self.knots.get(route) or self.knots.get(EVERY_ROUTE, ())

    def applies_to(self, route: str) -> bool:
        """Whether this route is judged on it."""
        return route not in self.not_on


@dataclass(frozen=True, slots=True)
class ScoringModel:
    """A version of the model; impossible ones are refused when made.

    ``docent_month_hours`` is how many lesson hours one docent gives in a month at most (30 a week);
    it weighs what is claimed and scores nothing.
    """

    code: str
    criteria: tuple[Criterion, ...]
    aggregation: str = "linear"
    minimum_n: int = 5
    ranked_from_n: int = 10
    small_below_n: int = 25
    minimum_coverage: float = 0.6
    good_from: float = 80
    sufficient_from: float = 60
    mark_check_days: int = 90
    docent_month_hours: int = 130

    def __post_init__(self) -> None:
        """Refuse weights that do not add up to 100, and knots that run back."""
        check(self)

    def criterion(self, code: str) -> Criterion:
        """One criterion by its code."""
        return next(c for c in self.criteria if c.code == code)

    @property
    def definition(self) -> dict[str, Any]:
        """As data, to be kept; ``from_definition`` reads it back."""
        return {
            "code": self.code,
            "aggregation": self.aggregation,
            **{name: getattr(self, name) for name in THRESHOLDS},
            "criteria": [
                {
                    "code": c.code,
                    "weight": c.weight,
                    "window_months": c.window_months,
                    "norm_days": c.norm_days,
                    "knots": {route: [list(k) for k in knots] for route, knots in c.knots.items()},
                    "statuses": None if c.statuses is None else dict(c.statuses),
                    "not_on": list(c.not_on),
                }
                for c in self.criteria
            ],
        }

    @classmethod
    def from_definition(cls, data: Mapping[str, Any]) -> Self:
        """Read a kept model."""
        return cls(
            code=data["code"],
            aggregation=data["aggregation"],
            # What came later is not in a model that was kept before: it has the default.
            **{name: data[name] for name in THRESHOLDS if name in data},
            criteria=tuple(
                Criterion(
                    code=c["code"],
                    weight=c["weight"],
                    window_months=c["window_months"],
                    norm_days=c["norm_days"],
                    knots={
                        route: tuple((value, points) for value, points in knots)
                        for route, knots in c["knots"].items()
                    },
                    statuses=c["statuses"],
                    not_on=tuple(c["not_on"]),
                )
                for c in data["criteria"]
            ),
        )

    def renamed(self, code: str) -> Self:
        """The same model under another code."""
        return replace(self, code=code)


THRESHOLDS = (
    "minimum_n",
    "ranked_from_n",
    "small_below_n",
    "minimum_coverage",
    "good_from",
    "sufficient_from",
    "mark_check_days",
    "docent_month_hours",
)


def check(model: ScoringModel) -> None:
    """Refuse a model that cannot judge."""
    if not model.criteria:
        raise ScoringError("no_criteria", "Geef het model minstens één criterium.")
    total = sum(c.weight for c in model.criteria)
    if any(c.weight < 0 for c in model.criteria) or abs(total - 100) > 1e-9:
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


def _share(*values: float) -> dict[str, Knots]:
    return {EVERY_ROUTE: tuple(zip(values, (0, 50, 80, 100), strict=True))}


BASIS_2026 = ScoringModel(
    code="basis-2026",
    criteria=(
        Criterion("wachttijd", 30, _share(0, 75, 90, 100), window_months=12, norm_days=28),
        Criterion("bevoegd", 25, _share(0, 70, 80, 100)),
        Criterion(
            "intensiteit",
            20,
            {
                "B": ((0, 0), (9, 50), (12, 80), (15, 100)),
                "O": ((0, 0), (16, 50), (20, 80), (25, 100)),
                "Z": ((0, 0), (8, 50), (10, 80), (12.5, 100)),
            },
        ),
        Criterion("avond_weekend", 10, _share(0, 5, 10, 25)),
        Criterion(
            "keurmerk",
            15,
            {},
            window_months=1,
            statuses={"onbepaalde_tijd": 100, "bepaalde_tijd": 90},
            not_on=("O",),
        ),
        Criterion("aanwezigheid", 0, _share(0, 70, 80, 95)),
    ),
)
