"""Did an agreement work? What changed at one school against schools that had none. Pure.

A school gets an agreement when it does badly, and who does badly mostly does better after a while,
agreement or not. So its change is held against the change of schools that stood at the same level
in the same season and had no agreement on the criterion (difference in differences on matched
controls; Abadie and Imbens 2011: what is left of the difference in level is taken out by
regression). The interval is that of a new observation in that regression (weighted least squares;
Draper and Smith 1998, 1.4 and 9.2), so how much schools change by chance is learned from the
schools without an agreement. Placebo dates are dates at the same school on which nothing was
agreed: there it should find nothing.

Months are numbers (``core.dates.month_number``); values are in the unit of the criterion.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median, pstdev

from core.formats import counted, number_text

FEWEST_CONTROLS, FEWEST_SCHOOLS = 6, 3
"""Fewer say too little, and could show the figures of one school."""
MOST_PLACEBOS = 8
LEVEL_WITHIN = 1.0
"""Standard deviations of the levels that a control may differ from the school."""
CONFIDENCE = 0.90
YEAR = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of a window of months, and its standard error."""

    value: float
    error: float


Series = Mapping[int, Reading]
"""Number of the last month of a window -> its value."""
Span = tuple[int, int]
"""First and last month in which an agreement ran."""


@dataclass(frozen=True, slots=True)
class Schools:
    """The values of every school on a route, and when agreements ran there; by code.

    ``window`` is how many months a value is over.
    """

    series: Mapping[str, Series]
    agreements: Mapping[str, Collection[Span]]
    window: int

    def is_free(self, school: str, first: int, last: int) -> bool:
        """Whether no agreement ran at a school in any of these months."""
        spans = self.agreements.get(school, ())
        return all(end < first or begin > last for begin, end in spans)


@dataclass(frozen=True, slots=True)
class Effect:
    """What changed after a date beyond what comparable schools changed.

    ``before`` and ``after`` are of the school; ``expected`` is the change of its controls.
    """

    month: int
    before: float
    after: float
    expected: float
    interval: tuple[float, float]
    controls: int
    schools: int

    @property
    def change(self) -> float:
        """Of the school itself."""
        return self.after - self.before

    @property
    def effect(self) -> float:
        """What it changed more than its controls."""
        return self.change - self.expected

    @property
    def sign(self) -> int:
        """1 or -1 when the interval leaves no doubt of the direction, else 0."""
        low, high = self.interval
        return 1 if low > 0 else -1 if high < 0 else 0


@dataclass(frozen=True, slots=True)
class _Control:
    school: str
    level: float
    change: float
    variance: float


def effect_at(schools: Schools, school: str, month: int, *, windows: int = 1) -> Effect | None:
    """What changed at a school from the window before a month to the one ``windows`` after it.

    The month itself is in neither. None without a value on both sides, or without enough controls.
    """
    after = month + windows * schools.window
    change = _change(schools, school, month, after)
    if change is None:
        return None
    possible = list(_controls(schools, school, month, after - month))
    if len(possible) < FEWEST_CONTROLS:
        return None
    within = LEVEL_WITHIN * pstdev([one.level for one in possible])
    controls = [one for one in possible if abs(one.level - change.level) <= within]
    names = {one.school for one in controls}
    if len(controls) < FEWEST_CONTROLS or len(names) < FEWEST_SCHOOLS:
        return None
    expected, spread = _predict(controls, change)
    margin = _student(min(len(controls) - 2, len(names) - 1)) * spread
    effect = change.change - expected
    return Effect(
        month=month,
        before=change.level,
        after=change.level + change.change,
        expected=expected,
        interval=(effect - margin, effect + margin),
        controls=len(controls),
        schools=len(names),
    )


def placebos(schools: Schools, school: str, month: int) -> list[Effect]:
    """The same for earlier dates without an agreement, newest first; none touches the real one."""
    series, step = schools.series.get(school, {}), schools.window
    effects = []
    # Not up to the window before the agreement: it was made because that one was low.
    date = month - 2 * step - 1
    while series and date > min(series):
        if schools.is_free(school, date - step, date + step):
            effect = effect_at(schools, school, date)
            if effect is not None:
                effects.append(effect)
        date -= step
    return effects[:MOST_PLACEBOS]


def _change(schools: Schools, school: str, month: int, after: int) -> _Control | None:
    series = schools.series.get(school, {})
    first, last = series.get(month - 1), series.get(after)
    if first is None or last is None:
        return None
    variance = first.error**2 + last.error**2
    return _Control(school, first.value, last.value - first.value, variance)


def _controls(schools: Schools, school: str, month: int, length: int) -> Iterator[_Control]:
    """Every change of another school in the same season, in any year, without an agreement."""
    for other, series in schools.series.items():
        if other == school or not series:
            continue
        earliest = min(series)
        start = earliest + (month - earliest) % YEAR
        for date in range(start, max(series) + 1, YEAR):
            if schools.is_free(other, date - schools.window, date + length):
                change = _change(schools, other, date, date + length)
                if change is not None:
                    yield change


def _predict(controls: Sequence[_Control], school: _Control) -> tuple[float, float]:
    """The change that the controls lead to expect, and the standard error of a new one.

    A weighted line through level and change; the typical variance is added to each, so that no
    school with many learners decides alone.
    """
    typical = median(one.variance for one in controls)
    weights = [1 / (one.variance + typical) for one in controls]
    total = sum(weights)
    levels = [one.level - school.level for one in controls]
    changes = [one.change for one in controls]
    mean_level = sum(w * x for w, x in zip(weights, levels, strict=True)) / total
    mean_change = sum(w * y for w, y in zip(weights, changes, strict=True)) / total
    across = sum(w * (x - mean_level) ** 2 for w, x in zip(weights, levels, strict=True))
    slope = (
        sum(
            w * (x - mean_level) * (y - mean_change)
            for w, x, y in zip(weights, levels, changes, strict=True)
        )
        / across
        if across > 0
        else 0.0
    )
    expected = mean_change - slope * mean_level
    left = sum(
        w * (y - expected - slope * x) ** 2
        for w, x, y in zip(weights, levels, changes, strict=True)
    )
    scale = left / (len(controls) - 2)
    of_line = 1 / total + (mean_level**2 / across if across > 0 else 0.0)
    return expected, sqrt(scale * (school.variance + typical + of_line))


def _student(degrees: int) -> float:
    # Loads numpy, which most pages do without.
    from quality.method.uncertainty import student_quantile  # noqa: PLC0415

    return student_quantile(0.5 + CONFIDENCE / 2, degrees)


def effect_sentence(effect: Effect, subject: str, unit: str) -> str:
    """What may be said of an effect, and no more than its interval bears.

    ``subject`` has its article ("de wachttijd"). Of every criterion a higher value is better, but
    "de wachttijd steeg" would tell the opposite: so it is better or worse, never up or down.
    """
    low, high = effect.interval
    between = f"90% zeker tussen {number_text(low)} en {number_text(high)} {unit}"
    if effect.sign == 0:
        return (
            f"Of de afspraak werkte is niet te zeggen: met {subject} ging het "
            f"{_distance(effect.effect, unit)} dan bij vergelijkbare aanbieders zonder afspraak, "
            f"en dat kan toeval zijn ({between})."
        )
    return (
        f"Sinds de afspraak ging het met {subject} {_distance(effect.effect, unit)} dan bij "
        f"vergelijkbare aanbieders zonder afspraak ({between})."
    )


def _distance(effect: float, unit: str) -> str:
    return f"{number_text(abs(effect))} {unit} {'beter' if effect >= 0 else 'slechter'}"


def placebo_sentence(effects: Sequence[Effect]) -> str:
    """How often the same comparison finds something where nothing was agreed."""
    if not effects:
        return "Er is geen eerdere datum waarop deze vergelijking te proberen is."
    wrong = sum(one.sign != 0 for one in effects)
    dates = counted(len(effects), "eerdere datum", "eerdere datums")
    times = {0: "nooit", 1: "1 keer"}.get(wrong, f"{wrong} keer")
    return (
        f"Op {dates} zonder afspraak vond dezelfde vergelijking {times} een verschil buiten het "
        "interval. Ongeveer 1 op de 10 is toeval."
    )
