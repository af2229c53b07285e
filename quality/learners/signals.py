"""Signals per learner: when does somebody have to look? Pure rules over a learner's months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from providers.codes import PipLevel, SkillLevel

KINDS = {
    "stagnatie": "geen vooruitgang",
    "verzuim": "veel verzuim",
    "te_lang_wachtend": "te lang wachtend",
    "koers": "niet op koers",
    "afschaling": "afgeschaald zonder 600 uur",
}
"""Kinds of signal with their words."""

LONG_WAIT_DAYS, URGENT_WAIT_DAYS = 42, 70
LOWEST_ATTENDANCE, HIGHEST_UNAUTHORISED = 0.80, 0.10
PACE_MONTHS = 6
TERM_MONTHS = 36
HOURS_BEFORE_LOWERING = 600

Levels = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """A signal that holds, with the figures in words."""

    kind: str
    detail: str
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class MonthHours:
    """Minutes of one month."""

    offered: int
    attended: int
    unauthorised: int

    @property
    def absent_too_much(self) -> bool:
        """Attended below 80 %, or unauthorised above 10 %, of what was offered."""
        return self.offered > 0 and (
            self.attended < LOWEST_ATTENDANCE * self.offered
            or self.unauthorised > HIGHEST_UNAUTHORISED * self.offered
        )


@dataclass(frozen=True, slots=True)
class Learner:
    """What the rules look at: this month, the month before, and six lesson months ago."""

    month_end: date
    active: bool
    on_b1_route: bool
    first_lesson_on: date | None
    pip_level: int | None
    was_above_a2: bool
    attended_minutes: int
    levels: Levels
    levels_before: Levels | None
    hours: MonthHours
    hours_before: MonthHours | None


def too_long_waiting(waited_days: int) -> Finding | None:
    """Waiting more than 42 days; urgent above 70."""
    if waited_days <= LONG_WAIT_DAYS:
        return None
    return Finding(
        "te_lang_wachtend", f"wacht al {waited_days} dagen", waited_days > URGENT_WAIT_DAYS
    )


def findings(learner: Learner) -> list[Finding]:
    """Every signal that holds for a learner who is reported in the month."""
    rules = (stagnation, absence, off_course, lowered_early)
    return [found for rule in rules if (found := rule(learner)) is not None]


def stagnation(learner: Learner) -> Finding | None:
    """Active, and no skill rose over six months of lessons."""
    if not learner.active or learner.levels_before is None:
        return None
    pairs = zip(learner.levels, learner.levels_before, strict=True)
    if any(now > before for now, before in pairs):
        return None
    return Finding("stagnatie", f"geen vaardigheid steeg in {PACE_MONTHS} lesmaanden")


def absence(learner: Learner) -> Finding | None:
    """Two months running too much absence."""
    if learner.hours_before is None:
        return None
    if not (learner.hours.absent_too_much and learner.hours_before.absent_too_much):
        return None
    followed = round(100 * learner.hours.attended / learner.hours.offered)
    return Finding(
        "verzuim", f"volgde deze maand {followed} % van de uren, twee maanden op rij laag"
    )


def off_course(learner: Learner) -> Finding | None:
    """Three years after the first lesson comes before the pace of six months reaches the aim.

    The aim is the level of the PIP, B1 where it is not given, in all skills.
    """
    if not learner.active or learner.levels_before is None or learner.first_lesson_on is None:
        return None
    aim = int(learner.pip_level or PipLevel.B1)
    left = months_left(learner.first_lesson_on, learner.month_end)
    for now, before in zip(learner.levels, learner.levels_before, strict=True):
        if now >= aim:
            continue
        pace = (now - before) / PACE_MONTHS
        if pace <= 0 or (aim - now) / pace > left:
            return Finding(
                "koers",
                f"haalt {AIMS[aim]} in alle vaardigheden bij dit tempo niet binnen drie jaar",
            )
    return None


AIMS = {int(level): level.label for level in SkillLevel}


def months_left(first_lesson: date, day: date) -> float:
    """Months from a day to three years after the first lesson; negative when past."""
    return (
        TERM_MONTHS
        - 12 * (day.year - first_lesson.year)
        - (day.month - first_lesson.month)
        - (day.day - first_lesson.day) / 31
    )


def lowered_early(learner: Learner) -> Finding | None:
    """B1 route, and the PIP went to A2 before 600 hours were attended."""
    if not learner.on_b1_route or learner.pip_level != PipLevel.A2 or not learner.was_above_a2:
        return None
    if learner.attended_minutes >= HOURS_BEFORE_LOWERING * 60:
        return None
    hours = learner.attended_minutes // 60
    return Finding("afschaling", f"naar A2 na {hours} gevolgde uren")


def count_by_kind(kinds: Sequence[str]) -> dict[str, int]:
    """How often each kind occurs, every kind named."""
    return {kind: sum(one == kind for one in kinds) for kind in KINDS}
