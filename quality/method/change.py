"""What changed: the same season a year ago, and a CUSUM of the waiting time.

Control charts suppose that points are independent; rolling windows are not, nor are months in
which the same groups sit. So no rule for single points is applied to a windowed value.
"""

from collections.abc import Mapping, Sequence
from math import log, sqrt
from typing import NamedTuple

from quality.method.model import ScoringModel

LOWER, HIGHER = "lager", "hoger"
OWN_BEGIN = "eigen begin"


class Seasonal(NamedTuple):
    """A windowed value as the comparison of seasons takes it.

    ``estimate`` and its variance: of a share (0-1) shrunk by half a person in and half out, of a
    mean as it is. ``points`` are those of the plain value.
    """

    estimate: float
    variance: float
    points: float

    @classmethod
    def of_share(cls, share: float, worth: float, points: float) -> "Seasonal":
        """A share (0-1) that is worth so many independent learners."""
        estimate = (share * worth + 0.5) / (worth + 1)
        return cls(estimate, estimate * (1 - estimate) / (worth + 1), points)


def season_word(now: Seasonal, then: Seasonal, model: ScoringModel) -> str | None:
    """``lager`` or ``hoger`` than a year ago when that is more than chance, and matters."""
    gap = now.estimate - then.estimate
    if abs(gap) <= model.season_z * sqrt(now.variance + then.variance):
        return None
    if abs(now.points - then.points) < model.season_points:
        return None
    return HIGHER if gap > 0 else LOWER


class Decided(NamedTuple):
    """How many were decided in a month, and how many of them in time."""

    people: int
    in_time: int


def sum_decided(series: Sequence[Mapping[int, Decided]], months: Sequence[int]) -> Decided:
    """What was decided over some months, of all providers together."""
    pairs = [one.get(month, Decided(0, 0)) for one in series for month in months]
    return Decided(sum(f.people for f in pairs), sum(f.in_time for f in pairs))


class Cusum(NamedTuple):
    """Sum per month, the months of an alarm, and where a running word began (places in the list).

    ``since`` is the place of the month after the sum last was 0 before the first alarm of those
    that told the word month after month up to the newest; None when that tells none.
    """

    sums: tuple[float, ...]
    alarms: tuple[int, ...]
    since: int | None


def cusum(
    months: Sequence[Decided],
    *,
    expected: float,
    effect: float,
    alarm: float,
    model: ScoringModel,
) -> Cusum:
    """Cumulative sum of the likelihood that the share fell (Page 1954), reset after an alarm.

    A fall that lasts gives one alarm after another; it keeps the begin of the first as long as no
    month lacked the word. ``expected`` is the share in time of before, ``effect`` how many people
    count as one.
    """
    fallen = max(0.02, expected - model.cusum_fall)
    if fallen >= expected:
        return Cusum((0.0,) * len(months), (), None)
    for_in_time, for_late = log(fallen / expected), log((1 - fallen) / (1 - expected))
    total, zero_at, begin = 0.0, -1, 0
    sums: list[float] = []
    alarms: list[int] = []
    for place, month in enumerate(months):
        late = month.people - month.in_time
        total = max(0.0, total + (month.in_time * for_in_time + late * for_late) / effect)
        sums.append(total)
        if total > alarm:
            if not alarms or place - alarms[-1] > model.cusum_word_months:
                begin = zero_at + 1
            alarms.append(place)
            total = 0.0
        if total == 0:
            zero_at = place
    is_recent = alarms and len(months) - alarms[-1] <= model.cusum_word_months
    return Cusum(tuple(sums), tuple(alarms), begin if is_recent else None)


def expected_share(
    first: Decided, region: Decided, effect: float, model: ScoringModel
) -> float | None:
    """The share in time of the provider's first months, drawn to the region's; None without any.

    ``region`` is what all providers together decided in the same months.
    """
    if not first.people:
        return None
    prior, of_region = model.cusum_prior_people, region.in_time / region.people
    share = (first.in_time / effect + prior * of_region) / (first.people / effect + prior)
    return min(0.98, share)


def waiting_fall(
    months: Sequence[Decided], region_first: Decided, effect: float, model: ScoringModel
) -> Cusum | None:
    """The CUSUM of a provider from its first month on a route; None when nobody was decided."""
    begin = months[: model.cusum_first_months]
    first = Decided(sum(m.people for m in begin), sum(m.in_time for m in begin))
    expected = expected_share(first, region_first, effect, model)
    if expected is None:
        return None
    a_month = sum(m.people for m in months) / len(months)
    large = a_month >= model.cusum_large_from
    alarm = model.cusum_alarm_large if large else model.cusum_alarm
    return cusum(months, expected=expected, effect=effect, alarm=alarm, model=model)
