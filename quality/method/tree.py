"""What a judgement holds as data: the names that every page, file and command reads.

A judgement of a month that was fixed under method 1 has only the fields of that method.
"""

from enum import StrEnum
from typing import Any, NotRequired, TypedDict


class State(StrEnum):
    """Which of the five a figure is: a gap is never printed as 0, nor swallowed by a sum."""

    VALUE = "waarde"
    ZERO = "nul"
    MISSING = "ontbreekt"
    NOT_APPLICABLE = "niet_van_toepassing"
    TOO_FEW = "te_weinig"


class ChangeTree(TypedDict):
    """A word of change: which way, since when, and against what."""

    direction: str
    since: str | None
    against: str


class AloneTree(TypedDict):
    """The figure of one month by itself, and over how many trajectories."""

    value: float
    n: int


class CriterionTree(TypedDict):
    """One criterion in a judgement, as data; ``None`` where there is no judgement, never 0."""

    value: float | str | None
    numerator: float | None
    denominator: float | None
    n: int | None
    groups: int | None
    groups_inferred: bool
    effective_n: float | None
    points: float | None
    weight: float
    judged: bool
    reason: str | None
    interval: list[float] | None
    change: ChangeTree | None
    state: str
    contribution: float | None
    knots: list[list[float]]
    window_months: int
    alone: NotRequired[AloneTree]
    # Waiting.
    norm_days: NotRequired[int]
    norm_source: NotRequired[str]
    started_late: NotRequired[int | None]
    waiting_over_norm: NotRequired[int | None]
    left_over_norm: NotRequired[int | None]
    waiting_within_norm: NotRequired[int | None]
    left_within_norm: NotRequired[int | None]
    median_days: NotRequired[int | None]
    p90_days: NotRequired[int | None]
    waiting: NotRequired[int | None]
    longest_wait: NotRequired[int | None]
    over_42: NotRequired[int | None]
    over_70: NotRequired[int | None]
    naive_mean: NotRequired[float | None]
    # Docents, evening and weekend, quality mark.
    outside_norm: NotRequired[float | None]
    below_outside_norm: NotRequired[bool]
    docents: NotRequired[int]
    in_training_hours: NotRequired[float | None]
    exception_until: NotRequired[str | None]
    asked: NotRequired[int | None]
    met: NotRequired[int | None]
    checked_on: NotRequired[str | None]
    source: NotRequired[str | None]


class GateTree(TypedDict):
    """Whether lessons may be bought here at all."""

    open: bool
    reason: str


class RankTree(TypedDict):
    """Place among the providers of the route, with its range and chances."""

    median: int
    lo: int
    hi: int
    best_quarter: float
    worst_quarter: float


class ScoreTree(TypedDict):
    """A judgement as data: what is kept, and read by every page, file and command."""

    aanbieder: str
    route: str
    standing: str
    score: float | None
    interval: list[float] | None
    chances: dict[str, float] | None
    border: bool
    few_groups: bool
    borders: list[float]
    coverage: float
    gate: GateTree
    small: bool
    indicative: bool
    smallest: list[Any] | None
    active: int | None
    aggregation: str
    criteria: dict[str, CriterionTree]
    beside: dict[str, CriterionTree]
    rank: NotRequired[RankTree | None]
