"""Check a file without a database: every rule that needs nothing but the file itself."""

import time
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from core.dates import month_from_number
from providers.feed.check.checking import Checker, HeldRow, Problem, Tally
from providers.feed.check.rule import ERROR, WARNING
from providers.feed.check.rules import sentence
from providers.feed.read.cleaning import fingerprint
from providers.feed.read.parsing import Context
from providers.feed.read.reader import open_table
from providers.feed.read.shape import refuse_layout
from providers.feed.table import RefusedFileError
from providers.feed.tell.outcome import Counts, Outcome, Status


def check_file(
    path: Path, *, today: date, sheet: str | None = None, only_month: date | None = None
) -> Outcome:
    """What is wrong in a file, and how many of its rows would be taken in by a new register."""
    started = time.perf_counter()
    outcome = Outcome(path.name, fingerprint(path), Status.DRY_RUN)
    try:
        with open_table(path, sheet=sheet) as table:
            refuse_layout(table.layout, only_month=only_month)
            checker = Checker(
                table.layout,
                Context(
                    "",
                    today,
                    only_month=only_month,
                    any_provider=True,
                    epoch_1904=table.epoch_1904,
                ),
            )
            _check(checker, table.records, outcome)
            outcome.ignored_columns = [*table.layout.unknown, *table.layout.personal]
            outcome.findings = {
                "assumed": table.assumed,
                "unknown_columns": list(table.layout.unknown),
                "personal_columns": list(table.layout.personal),
            }
    except RefusedFileError as error:
        outcome.status = Status.REFUSED
        outcome.problems = [Problem(None, None, error.code, ERROR, None, error.message)]
        if error.layout is not None:
            outcome.missing_columns = list(error.layout.missing)
            outcome.ignored_columns = [*error.layout.unknown, *error.layout.personal]
    outcome.seconds = time.perf_counter() - started
    return outcome


def _check(checker: Checker, records: Iterable[tuple[int, list[str]]], outcome: Outcome) -> None:
    first_rows: dict[tuple[int, int], int] = {}
    numbers: list[str] = []
    problems: list[Problem] = []
    months: set[int] = set()
    for batch in checker.batches(records):
        numbers += batch.numbers
        problems += batch.problems
        for row in batch.rows:
            first_rows[_key(row)] = int(row[0] or 0)
            months.add(_key(row)[1])
    tally = checker.tally
    problems += _duplicates(tally, first_rows, numbers)
    skipped = sum(map(len, tally.skipped.values()))
    if tally.rows == skipped:
        raise RefusedFileError("F006")
    outcome.counts = Counts(
        rows=tally.rows,
        accepted=tally.rows - tally.rejected - skipped,
        rejected=tally.rejected,
        skipped=skipped,
        warnings=sum(problem.severity == WARNING for problem in problems),
    )
    outcome.months = [month_from_number(month) for month in sorted(months)]
    outcome.problems = sorted(problems, key=lambda p: (p.row or 0, p.code, p.column or ""))


def _key(row: HeldRow) -> tuple[int, int]:
    return int(row[1] or 0), int(row[2] or 0)


def _duplicates(
    tally: Tally, first_rows: dict[tuple[int, int], int], numbers: list[str]
) -> Iterator[Problem]:
    """F501 for every row of a key that comes more than once."""
    for key, later in tally.duplicates.items():
        rows = list(later)
        if key in first_rows:
            rows.append(first_rows[key])
            tally.rejected += 1
        elif key in tally.rejected_keys:
            rows.append(tally.rejected_keys[key])
        told = ", ".join(map(str, sorted(rows)[:10]))
        for row in rows:
            yield Problem(
                row, "trajectnummer", "F501", ERROR, numbers[key[0] - 1],
                sentence("F501", rows=told),
            )  # fmt: skip
