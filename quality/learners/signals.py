"""Signals per learner: when does somebody have to look, and how urgent is it? Pure rules.

The kinds, borders and order are those of docs/signals.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.formats import counted, day_text
from providers.codes import LearningRoute, PipLevel, SkillLevel

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
SLOWEST_STEP_MONTHS = 2 * PACE_MONTHS
"""Who rose no step in six months of lessons counts half a step, for the order of a list only."""

AIMS = {int(level): level.label for level in SkillLevel}
Levels = tuple[int, int, int, int]

LAST_LEAP_DAY = date(2096, 2, 29).toordinal()
"""From 1904 up to here a 29 February comes every ``FOUR_YEARS``."""
FOUR_YEARS, THREE_YEARS = 1461, 1095
"""Days, the second without a 29 February."""


def three_years_after(day: date) -> date:
    """The same day three years later; 1 March for a 29 February."""
    number = day.toordinal()
    crossed = (LAST_LEAP_DAY - number) % FOUR_YEARS <= THREE_YEARS
    return date.fromordinal(number + THREE_YEARS + crossed)


def months_between_days(first: date, last: date) -> float:
    """Months from one day to another, a month of a day being 1/31; negative when it is past."""
    return 12 * (last.year - first.year) + last.month - first.month + (last.day - first.day) / 31


@dataclass(frozen=True, slots=True)
class Outlook:
    """Months left of the term against months needed to the level of the PIP.

    ``needed`` is None when the pace of the last six months never gets there, or is not known;
    ``shortage`` (months too short, negative when there is room) is what lists are in order of.
    """

    left: float
    needed: float | None
    shortage: float


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
    """What the rules look at: this month, the month before, and six lesson months ago.

    ``attended_minutes`` are those of all routes and providers so far; ``term_until`` is None as
    long as nothing tells when the term began.
    """

    month_end: date
    active: bool
    route: int
    pip_level: int | None
    was_above_a2: bool
    attended_minutes: int
    levels: Levels
    levels_before: Levels | None
    hours: MonthHours
    hours_before: MonthHours | None
    term_until: date | None
    term_estimated: bool = False

    @property
    def aim(self) -> int | None:
        """The level to reach: of the PIP, else B1; the Z-route has none of its own."""
        if self.pip_level is not None:
            return self.pip_level
        return None if self.route == LearningRoute.SELF_RELIANCE else int(PipLevel.B1)

    @property
    def left(self) -> float | None:
        """Months from the end of the month to the end of the term; negative when it is past."""
        return (
            None
            if self.term_until is None
            else months_between_days(self.month_end, self.term_until)
        )


def months_words(months: float) -> str:
    """Whole months in words: ``1 maand``, ``22 maanden``, ``minder dan een maand``."""
    whole = round(months)
    return counted(whole, "maand", "maanden") if whole else "minder dan een maand"


def outlook(learner: Learner) -> Outlook:
    """How the months left compare with the months needed."""
    left = TERM_MONTHS if learner.left is None else learner.left
    aim = learner.aim
    if aim is None:
        return Outlook(left, None, -left)
    slowest: float = 0
    needed: float | None = 0.0
    for skill, now in enumerate(learner.levels):
        steps = aim - now
        if steps <= 0:
            continue
        if learner.levels_before is None:
            needed, slowest = None, max(slowest, steps * PACE_MONTHS)
            continue
        rose = now - learner.levels_before[skill]
        months = steps * PACE_MONTHS / rose if rose > 0 else None
        needed = None if months is None or needed is None else max(needed, months)
        slowest = max(slowest, steps * SLOWEST_STEP_MONTHS if months is None else months)
    return Outlook(left, needed, slowest - left)


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
    return [one for rule in rules if (one := rule(learner)) is not None]


def stagnation(learner: Learner) -> Finding | None:
    """Active, and no skill rose over six months of lessons, of those that were not at the aim."""
    if not learner.active or learner.levels_before is None:
        return None
    aim = learner.aim
    pairs = [
        (now, before)
        for now, before in zip(learner.levels, learner.levels_before, strict=True)
        if aim is None or min(now, before) < aim
    ]
    if not pairs or any(now > before for now, before in pairs):
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
    """The term comes before the pace of six months reaches the aim in all skills; not on Z."""
    aim, left = learner.aim, learner.left
    if (
        not learner.active
        or learner.levels_before is None
        or learner.route == LearningRoute.SELF_RELIANCE
        or learner.term_until is None
        or aim is None
        or left is None
    ):
        return None
    if all(level >= aim for level in learner.levels):
        return None
    view = outlook(learner)
    if view.needed is not None and view.needed <= left:
        return None
    guess = ", geschat" if learner.term_estimated else ""
    return Finding(
        "koers",
        f"{AIMS[aim]} in alle vaardigheden moet gehaald zijn voor "
        f"{day_text(learner.term_until)}{guess}",
    )


def lowered_early(learner: Learner) -> Finding | None:
    """B1 route, and the PIP went to A2 before 600 hours were attended."""
    if learner.route != LearningRoute.B1 or learner.pip_level != PipLevel.A2:
        return None
    if not learner.was_above_a2 or learner.attended_minutes >= HOURS_BEFORE_LOWERING * 60:
        return None
    hours = learner.attended_minutes // 60
    return Finding("afschaling", f"naar A2 na {hours} gevolgde uren")


def count_by_kind(kinds: Sequence[str]) -> dict[str, int]:
    """How often each kind occurs, every kind named."""
    return {kind: sum(one == kind for one in kinds) for kind in KINDS}


QUARTER = 0.25


@dataclass(frozen=True, slots=True)
class Frequent:
    """A kind that is open for more than a quarter of the learners of a provider."""

    provider: str
    name: str
    kind: str
    count: int
    learners: int

    @property
    def tenths(self) -> int:
        """Of every ten learners, so many."""
        return max(1, round(10 * self.count / self.learners))


SENTENCES = {
    "stagnatie": "gaat het niet vooruit",
    "verzuim": "is er veel verzuim",
    "te_lang_wachtend": "duurt het wachten te lang",
    "koers": "gaat het te langzaam",
    "afschaling": "ging het niveau vroeg omlaag",
}


def is_frequent(count: int, learners: int) -> bool:
    """Whether a kind is first told as one finding about the provider."""
    return learners > 0 and count > QUARTER * learners
