"""Check a file as tests do: what would be held, and what is wrong."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from providers.feed.check.checking import Checker, Problem, RejectedKey, Tally
from providers.feed.columns import Context
from providers.feed.read.reader import open_table

TODAY = date(2026, 11, 23)


@dataclass
class Checked:
    """What a check found."""

    rows: list[tuple[Any, ...]]
    again: list[tuple[Any, ...]]
    rejected: list[RejectedKey]
    numbers: list[str]
    problems: list[Problem]
    tally: Tally
    assumed: dict[str, Any]
    unknown: tuple[str, ...]
    personal: tuple[str, ...]

    @property
    def faults(self) -> list[tuple[int | None, str | None, str]]:
        """Problems as (row, column, code)."""
        return [(p.row, p.column, p.code) for p in self.problems]

    @property
    def skipped(self) -> dict[str, list[int]]:
        """Rows that are no data."""
        results: dict[str, list[int]] = {}
        for number, reason, _ in self.tally.skipped_rows:
            results.setdefault(reason, []).append(number)
        return results

    def values(self) -> set[tuple[Any, ...]]:
        """What would be held, without row numbers, keyed by traject as sent."""
        return {(self.numbers[row[1] - 1], *row[2:]) for row in self.rows}


def check(path: Path, **context: Any) -> Checked:
    """Check a file."""
    with open_table(path) as table:
        checker = Checker(
            table.layout,
            Context("TA001", TODAY, epoch_1904=table.epoch_1904, **context),
        )
        rows: list[tuple[Any, ...]] = []
        again: list[tuple[Any, ...]] = []
        rejected: list[RejectedKey] = []
        numbers: list[str] = []
        problems: list[Problem] = []
        for batch in checker.batches(table.records):
            rows += batch.rows
            again += batch.again
            rejected += batch.rejected
            numbers += batch.numbers
            problems += batch.problems
        return Checked(
            rows,
            again,
            rejected,
            numbers,
            problems,
            checker.tally,
            table.assumed,
            table.layout.unknown,
            table.layout.personal,
        )


def check_bytes(
    folder: Path, content: bytes, name: str = "levering.csv", **context: Any
) -> Checked:
    """Check the bytes of a file."""
    path = folder / name
    path.write_bytes(content)
    return check(path, **context)
