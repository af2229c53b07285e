"""Fair forecast: when the service starts if what is open slips as what is finished slipped.

Reference class forecasting: for every finished task and decision of our own past the length that
it got is divided by the length that the plan of that time gave it. Each draw stretches every open
task and decision by one of these ratios and calculates the plan anew. Statutory terms, known
meeting dates and facts stay as they are.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from procurement.plan.outlook import Outlook
from procurement.plan.planning import finished_on, forward, in_order
from procurement.plan.steps import Kind, Step

FEWEST = 5
"""With fewer finished cases there is no forecast, and a phase does not count by itself."""
DRAWS = 200
SEED = 1
STRETCHED = (Kind.TASK, Kind.DECISION)


@dataclass(frozen=True, slots=True)
class Case:
    """A finished step: calendar days by the first planversie, and as they came to be."""

    process: str
    phase: str
    title: str
    planned: int
    actual: int

    @property
    def ratio(self) -> float:
        """Above 1 it took longer than planned."""
        return self.actual / self.planned


@dataclass(frozen=True)
class FairForecast:
    """The day on which the service starts, in every draw, earliest first."""

    process: str
    days: tuple[date, ...]
    planned: date
    target: date | None

    def by(self, share: float) -> date:
        """First day on which this share (0-1) of the draws has started."""
        return self.days[math.ceil(share * len(self.days)) - 1]

    @property
    def chance(self) -> float | None:
        """Share (0-1) of the draws that start by the target; none without a target."""
        if self.target is None:
            return None
        return sum(day <= self.target for day in self.days) / len(self.days)


def fair_forecast(outlook: Outlook, past: Sequence[Case]) -> FairForecast | None:
    """Draw the start of the service; none with too little past, or nothing left to expect."""
    goal = outlook.document.goal
    if goal is None or len(past) < FEWEST:
        return None
    step = next(s for s in outlook.plan.steps if s.code == goal)
    planned = outlook.forecasts[goal].end
    if step.cancelled or finished_on(step, planned) is not None:
        return None
    phases = {s.code: s.phase for s in outlook.document.steps}
    choices = [_stretched(s, _ratios(phases[s.code], past)) for s in outlook.plan.steps]
    order = in_order((s.code for s in outlook.plan.steps), outlook.plan.links)
    chance = random.Random(SEED)
    days = []
    for _ in range(DRAWS):
        plan = replace(outlook.plan, steps=tuple(chance.choice(choice) for choice in choices))
        days.append(forward(plan, order)[goal].end)
    return FairForecast(outlook.document.header.code, tuple(sorted(days)), planned, step.deadline)


def _stretched(step: Step, ratios: Sequence[float]) -> list[Step]:
    """The step as it may turn out; a term of law and what is finished only as it is."""
    if step.kind not in STRETCHED or step.cancelled or finished_on(step, date.min) is not None:
        return [step]
    return [replace(step, duration=round(step.duration * ratio)) for ratio in ratios]


def _ratios(phase: str, past: Sequence[Case]) -> list[float]:
    """Those of the same phase when there are enough, else of everything we finished."""
    own = [case.ratio for case in past if phase and case.phase == phase]
    return own if len(own) >= FEWEST else [case.ratio for case in past]
