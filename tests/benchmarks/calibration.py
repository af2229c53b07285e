"""Does a judgement keep what it says? Intervals, words and falls on regions of known truth."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from statistics import median

import numpy as np

from core.dates import add_months, month_number
from quality.method.case import Case, Earlier, Facts, MarkStatus, region_of
from quality.method.figures import ROW_COLUMNS, Figures, Reading, Rows, figures_of
from quality.method.judge import Judgement, judge
from quality.method.model import BASIS_2027
from tests.benchmarks import Ratio
from tests.benchmarks.schools import LAST, Fall, School, region

SEEDS = range(1, 6)
SIZES = {"2-3": (2, 3), "4-8": (4, 6), "9 of meer": (9, 12, 14)}
WAIT_SINCE, DOCENT_SINCE = date(2026, 3, 1), date(2025, 11, 1)


def figures_at(school: School, month: date) -> Figures | None:
    """The figures of a school as a month saw them."""
    reading = Reading(_table([]), BASIS_2027)
    for when, rows in sorted(school.rows.items()):
        if when <= month:
            reading.add(month_number(when), _table(rows))
    return figures_of(reading.view(month_number(month)), BASIS_2027, {}).get(1)


def _table(rows: list[tuple]) -> Rows:
    return Rows.of(np.array(rows, dtype=np.int64).reshape(-1, len(ROW_COLUMNS)))


def docents_of(figures: Figures | None) -> int:
    """How many docenten a school has: one for each group that had lessons in the window."""
    return 0 if figures is None else figures.hours["bevoegd"].groups.size


@dataclass
class Judged:
    """A region of schools with its judgements, by month and school."""

    schools: list[School]
    judgements: dict[date, dict[str, Judgement]] = field(default_factory=dict)


def judged(schools: list[School], months: list[date], *, registers: bool = False) -> Judged:
    """Judge some months of a region; ``registers`` tells whether schools register docenten."""
    wanted = sorted({m for month in months for m in (month, add_months(month, -12))})
    figures = {m: {s.code: figures_at(s, m) for s in schools} for m in wanted}
    regions = {
        m: region_of([f for f in of_month.values() if f is not None], BASIS_2027)
        for m, of_month in figures.items()
    }
    result = Judged(schools)
    for month in months:
        result.judgements[month] = {}
        ago = add_months(month, -12)
        for school in schools:
            now, old = figures[month][school.code], figures[ago][school.code]
            docents = [docents_of(one) if registers else 0 for one in (now, old)]
            facts = Facts(
                mark=MarkStatus(school.mark), docents=docents[0], owed=True, answered=True
            )
            earlier = None if old is None else Earlier(old, regions[ago], docents[1])
            case = Case(school.code, "B", month, now, facts, regions[month], earlier)
            judgement = judge(case, BASIS_2027)
            assert judgement is not None
            result.judgements[month][school.code] = judgement
    return result


@dataclass
class Coverage:
    """How often the interval held the truth, by size of school and by criterion."""

    by_size: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    by_criterion: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))

    def add(self, result: Judged, month: date = LAST) -> None:
        """Count the schools of a region."""
        for school in result.schools:
            judgement = result.judgements[month][school.code]
            size = next(name for name, slots in SIZES.items() if school.slots in slots)
            if judgement.interval is not None:
                low, high = judgement.interval
                self.by_size[size].append(low <= school.score <= high)
            for one in judgement.results:
                if one.interval is not None:
                    low, high = one.interval
                    self.by_criterion[one.criterion.code].append(
                        low <= school.truth[one.criterion.code] <= high
                    )


def words(result: Judged) -> Iterator[tuple[str, str, date, str | None]]:
    """School, criterion, month, and since when, of every word of change."""
    for month, of_month in result.judgements.items():
        for code, judgement in of_month.items():
            for criterion, item in judgement.tree()["criteria"].items():
                if item["change"] is not None:
                    yield code, criterion, month, item["change"]["since"]


def looks(result: Judged) -> dict[str, int]:
    """How many school-months could have carried a word, by criterion."""
    counts: dict[str, int] = defaultdict(int)
    for of_month in result.judgements.values():
        for judgement in of_month.values():
            for one in judgement.results:
                if one.varies and one.judged:
                    counts[one.criterion.code] += 1
    return counts


@dataclass
class Found:
    """When planted falls were found, in months after the first; and how well they were dated."""

    months: list[int | None] = field(default_factory=list)
    dated: list[bool] = field(default_factory=list)

    def add(self, result: Judged, criterion: str, since: date) -> None:
        """Look for the first word on or after the fall, at schools with 8 or more decided."""
        begin = month_number(since)
        falls: dict[str, list[tuple[int, str | None]]] = defaultdict(list)
        for code, which, month, start in words(result):
            if which == criterion and month_number(month) >= begin:
                falls[code].append((month_number(month), start))
        for school in result.schools:
            if not school.falls or school.decided_a_month < 8:
                continue
            if not falls[school.code]:
                self.months.append(None)
                continue
            month, start = min(falls[school.code])
            self.months.append(month - begin)
            if start is not None:
                year, number = map(int, start.split("-"))
                self.dated.append(abs(year * 12 + number - 1 - begin) <= 2)

    @property
    def median(self) -> float:
        """Median of the months it took; never found counts as endless."""
        return median(99 if one is None else one for one in self.months)


def measure() -> Iterator[Ratio]:
    """Coverage, false words and falls over five seeds."""
    months = [add_months(LAST, -back) for back in range(11, -1, -1)]
    coverage, words, looked = Coverage(), defaultdict(int), defaultdict(int)
    for seed in SEEDS:
        result = judged(list(region(seed)), months)
        coverage.add(result)
        for _, criterion, _, _ in words(result):
            words[criterion] += 1
        for criterion, count in looks(result).items():
            looked[criterion] += count
    # The score is asked to be between 85 and 97 %; of one criterion there are less exact ones.
    for of, bound in ((coverage.by_size, 0.06), (coverage.by_criterion, 0.08)):
        for name, hits in sorted(of.items()):
            yield Ratio(
                f"Interval houdt de waarheid, {name}", abs(np.mean(hits) - 0.91), bound, "91 %", "",
                note=f"{100 * np.mean(hits):.1f} % van {len(hits)}",
            )  # fmt: skip
    for criterion, count in looked.items():
        yield Ratio(
            f"Woord zonder verandering, {criterion}", words[criterion] / count, 0.02, "1",
            note=f"{words[criterion]} van {count}",
        )  # fmt: skip
    yield from _falls()


def _falls() -> Iterator[Ratio]:
    for kind, since, criterion, bound in (
        ("wait", WAIT_SINCE, "wachttijd", 4),
        ("docent", DOCENT_SINCE, "bevoegd", 12),
    ):
        result = Found()
        begin = month_number(since)
        months = [add_months(since, n) for n in range(month_number(LAST) - begin + 1)]
        for seed in SEEDS:
            listed = list(region(seed, fall=Fall(kind, since)))
            result.add(judged(listed, months, registers=kind == "docent"), criterion, since)
        never = sum(one is None for one in result.months)
        yield Ratio(
            f"Daling gevonden, {criterion}", result.median, bound, "1", "maanden",
            note=f"{never} van {len(result.months)} niet gevonden",
        )  # fmt: skip
        if result.dated:
            share = float(np.mean(result.dated))
            yield Ratio(
                f"Begin van de daling ernaast, {criterion}", 1 - share, 0.3, "1",
                note=f"{100 * share:.0f} % binnen twee maanden",
            )  # fmt: skip
