"""A region of language schools whose truth is known, as rows that a provider would send. Seeded.

Learners come in groups of 6-14 with one docent, one timetable and one start; a group lasts 8-14
months, and who starts together waits alike. So learners of one group are no independent
witnesses.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from core.dates import add_months, month_end, month_number, month_of
from quality.method.model import BASIS_2027, points_for

NORM = 28
LATE = (29, 80)
"""Days that late starters wait."""
START_TOGETHER, JOINERS, LEAVERS = 4.0, 0.20, 0.06
LAST = date(2026, 10, 1)
MARKS = ("onbepaalde_tijd", "bepaalde_tijd")
WAITING, ACTIVE, COMPLETED, DROPPED_OUT = 1, 2, 4, 5
ROUTE_B = 1


@dataclass(frozen=True)
class Fall:
    """A planted change: ``wait`` (88 to 60 % in time) or ``docent`` (85 to 30 % certified)."""

    kind: str
    since: date


@dataclass
class School:
    """One school: its rows by month, what is true of it, and how many are decided in a month."""

    code: str
    slots: int
    mark: str
    falls: bool
    truth: dict[str, float] = field(default_factory=dict)
    score: float = 0.0
    rows: dict[date, list[tuple]] = field(default_factory=dict)
    decided: dict[date, int] = field(default_factory=dict)

    @property
    def decided_a_month(self) -> float:
        """Learners decided on waiting time, a month."""
        return sum(self.decided.values()) / len(self.decided)


def region(
    seed: int, *, schools: int = 40, months: int = 26, last: date = LAST, fall: Fall | None = None
) -> Iterator[School]:
    """Schools with all their rows; with a fall, every second one falls."""
    random = Random(seed)
    listed = [add_months(last, -back) for back in range(months - 1, -1, -1)]
    for number in range(schools):
        slots = random.choice([2, 3, 4, 6, 9, 12, 14])
        nature = {
            "bevoegd": random.betavariate(8, 2),
            "avond_weekend": random.betavariate(1.2, 8),
            "intensiteit": max(6.0, random.gauss(11.5, 1.2)),
            "wachttijd": random.betavariate(9, 1.5),
        }
        falls = fall is not None and number % 2 == 0
        if falls:
            slots = max(slots, 12)
            nature |= {"wachttijd": 0.88} if fall.kind == "wait" else {"bevoegd": 0.85}
        one = School(f"TA{number + 1:03d}", slots, random.choice(MARKS), falls)
        Making(random, one, nature, listed, fall if falls else None).make()
        yield one


@dataclass
class Group:
    """Learners with one start, one timetable and one docent."""

    number: int
    start: date
    end: date
    size: int
    certified: bool
    evening: float
    intensity: float


class Making:
    """The rows of one school, learner by learner."""

    def __init__(
        self,
        random: Random,
        school: School,
        nature: dict[str, float],
        months: list[date],
        fall: Fall | None,
    ) -> None:
        self.random, self.school, self.nature = random, school, nature
        self.months, self.fall = months, fall
        self.begin, self.last = months[0], month_end(months[-1])
        self.count = 0
        school.rows = {month: [] for month in months}
        school.decided = dict.fromkeys(months, 0)

    def make(self) -> None:
        """Fill every slot with group after group; then say what is true."""
        random, number = self.random, 0
        for _ in range(self.school.slots):
            start = self.begin - timedelta(days=random.randint(0, 330))
            while start < self.last + timedelta(days=260):
                number += 1
                group = self._group(number, start)
                self._fill(group)
                start = group.end + timedelta(days=random.randint(1, 20))
        for rows in self.school.rows.values():
            rows.sort()
        self._tell_truth()

    def _group(self, number: int, start: date) -> Group:
        random, changed = self.random, self.fall is not None and start >= self.fall.since
        certified = self.nature["bevoegd"]
        if changed and self.fall.kind == "docent":
            certified = 0.3
        days = int(random.uniform(8, 14) * 30.4)
        spread = random.gauss(0, 1)
        while abs(spread) > 2.5:
            spread = random.gauss(0, 1)
        size = random.randint(6, 14)
        has_certified = random.random() < certified
        evening = 1.0 if random.random() < self.nature["avond_weekend"] else 0.0
        return Group(
            number, start, start + timedelta(days=days), size, has_certified, evening,
            self.nature["intensiteit"] + 1.5 * spread,
        )  # fmt: skip

    def _share(self, day: date) -> float:
        fell = self.fall is not None and self.fall.kind == "wait" and day >= self.fall.since
        return 0.6 if fell else self.nature["wachttijd"]

    def _fill(self, group: Group) -> None:
        random, share = self.random, self._share(group.start)
        together = share
        if 0 < share < 1:
            together = random.betavariate(share * START_TOGETHER, (1 - share) * START_TOGETHER)
        half = (group.end - group.start).days // 2
        for _ in range(group.size):
            if random.random() < JOINERS:
                day = group.start + timedelta(days=random.randint(15, half))
                self._learner(group, day, in_time=random.random() < self._share(day))
            else:
                self._learner(group, group.start, in_time=random.random() < together)
            if random.random() < LEAVERS:
                soon = random.random() < share
                gone = random.randint(3, NORM) if soon else random.randint(29, 59)
                self._learner(group, group.start, in_time=True, gone=gone)

    def _learner(
        self, group: Group, start: date | None, *, in_time: bool, gone: int | None = None
    ) -> None:
        random = self.random
        wait = random.randint(2, NORM) if in_time else self._late()
        applied = start - timedelta(days=wait)
        if gone is not None:
            start, applied = None, start - timedelta(days=wait)
            applied = group.start - timedelta(days=random.randint(0, 27))
            stop, state = applied + timedelta(days=gone), DROPPED_OUT
            if gone > NORM:
                self._note(applied + timedelta(days=NORM + 1))
        else:
            stop, state = group.end, COMPLETED
            drop = int(random.expovariate(1 / 1500)) + 20
            if start + timedelta(days=drop) < stop:
                stop, state = start + timedelta(days=drop), DROPPED_OUT
            self._note(start if in_time else applied + timedelta(days=NORM + 1))
        if applied <= self.last and stop >= self.begin:
            self.count += 1
            self._rows(group, applied, start, stop, state)

    def _late(self) -> int:
        self.random.random()
        return self.random.randint(*LATE)

    def _note(self, day: date) -> None:
        if self.begin <= day <= self.last:
            self.school.decided[month_of(day)] += 1

    def _rows(
        self, group: Group, applied: date, start: date | None, stop: date, state: int
    ) -> None:
        random = self.random
        municipality = random.choice([148, 193, 160, 175, 1773, 1896, 166, 119])
        wish = 1 if random.random() < 0.3 else 2
        levels = [random.randint(0, 2) for _ in range(4)]
        for month in self.months:
            last = month_end(month)
            if last < applied:
                continue
            started, ended = start is not None and start <= last, stop <= last
            offered = evening = certified = attended = 0.0
            if started:
                days = (min(last, stop) - max(month, start)).days + 1
                hours = days / 7 * group.intensity * random.uniform(0.96, 1.04)
                offered = round(hours * 4) / 4
                certified = offered if group.certified else 0.0
                evening = offered * group.evening
                attended = round(offered * random.uniform(0.7, 1) * 4) / 4
                for skill in range(4):
                    if levels[skill] < 4 and random.random() < 0.07:
                        levels[skill] += 1
            status = state if ended else ACTIVE if started else WAITING
            minutes = [round(60 * h) for h in (offered, certified, evening, attended)]
            self.school.rows[month].append((
                month_number(month), self.count, ROUTE_B, applied.toordinal(),
                start.toordinal() if started else -1, stop.toordinal() if ended else -1, status,
                municipality, group.size if started else -1, group.number if started else -1,
                *minutes, 0, wish,
            ))  # fmt: skip
            if ended:
                return

    def _tell_truth(self) -> None:
        """The values that endlessly many groups would give in the last month.

        Who waits too long on the last day is in the queue too, and counts there.
        """
        share = self.nature["wachttijd"]
        window = (self.last - add_months(self.months[-1], -11)).days + 1
        queue = (1 - share) * (sum(LATE) / 2 - NORM - 1)
        left = LEAVERS * (1 - share) * (window + 15.0)
        self.school.truth = {
            "wachttijd": 100 * share * window / (window + queue + left),
            "bevoegd": 100 * self.nature["bevoegd"],
            "intensiteit": self.nature["intensiteit"],
            "avond_weekend": 100 * self.nature["avond_weekend"],
        }
        total = 0.0
        for criterion in BASIS_2027.weighted:
            if criterion.statuses is not None:
                total += criterion.weight * criterion.statuses[self.school.mark]
            else:
                value = self.school.truth[criterion.code]
                total += criterion.weight * points_for(value, criterion.knots_for("B"))
        self.school.score = total / 100
