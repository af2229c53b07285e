"""Check a file without a database: every rule that needs nothing but the file itself."""

import time
from array import array
from collections import defaultdict
from collections.abc import Set
from datetime import date
from pathlib import Path
from typing import cast

from core.dates import month_from_number
from providers.feed.check.checking import (
    MOST_PROBLEMS,
    OF_PROVIDER,
    Checker,
    Problem,
    TrackMonth,
)
from providers.feed.check.rules import ERROR, WARNING, sentence
from providers.feed.columns import Context
from providers.feed.hold.intake import read_findings, unread_sheets
from providers.feed.read.cleaning import fingerprint
from providers.feed.read.reader import open_table, refuse_layout
from providers.feed.table import RefusedFileError, Table, row_text
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
            _check(checker, table, outcome)
            outcome.ignored_columns = [*table.layout.unknown, *table.layout.personal]
            outcome.findings |= {
                "assumed": {key: value for key, value in table.assumed.items() if value},
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


def _check(checker: Checker, table: Table, outcome: Outcome) -> None:
    sound, sent_back = _Keyed(), _Keyed()
    numbers: list[str] = []
    problems: list[Problem] = []
    months: set[int] = set()
    tally = checker.tally
    for batch in checker.batches(table.records):
        numbers += batch.numbers
        problems += batch.problems
        for row in (*batch.rows, *batch.again):
            number, track, month = cast("tuple[int, int, int]", row[:3])
            sound.add(number, track, month, hash(row[3:]))
            months.add(month)
        for number, its_track, its_month in batch.rejected:
            if its_track is not None and its_month is not None:
                sent_back.add(number, its_track, its_month)
    if not tally.data_rows:
        raise RefusedFileError("F006")
    outcome.findings = read_findings(tally, table.sheets)
    repeats = 0
    more = list(unread_sheets(table.sheets))
    alike, faulty = sound.of(checker.repeated), sent_back.of(checker.repeated)
    for key in sorted(checker.repeated):
        values = {value for _, value in alike[key]}
        differs = tally.rows_per_lesson or key in faulty or len(values) > 1
        rows = sorted(number for number, _ in (*alike[key], *faulty[key]))
        places = ", ".join(row_text(number, outcome.sheets) for number in rows[:10])
        name = numbers[key[0] - 1].rpartition(OF_PROVIDER)[2]
        code, severity = ("F501", ERROR) if differs else ("F510", WARNING)
        repeats += 0 if differs else len(rows) - 1
        tally.rejected += len(alike[key]) if differs else 0
        more += [
            Problem(number, "trajectnummer", code, severity, name, sentence(code, rows=places))
            for number in (rows if differs else rows[1:])
        ]
    skipped = sum(tally.skipped.values())
    outcome.counts = Counts(
        rows=tally.rows,
        accepted=tally.rows - tally.rejected - skipped - repeats,
        unchanged=repeats,
        rejected=tally.rejected,
        skipped=skipped,
        warnings=tally.warnings + sum(problem.severity == WARNING for problem in more),
    )
    outcome.months = [month_from_number(month) for month in sorted(months)]
    outcome.findings["problem_count"] = tally.problems + len(more)
    kept = (problems + more)[:MOST_PROBLEMS]
    outcome.problems = sorted(kept, key=lambda p: (p.row or 0, p.code, p.column or ""))


class _Keyed:
    """Row, traject, month and what it says of many rows, in 32 bytes each."""

    def __init__(self) -> None:
        self.numbers = array("q")

    def add(self, row: int, track: int, month: int, value: int = 0) -> None:
        """Note a row."""
        self.numbers.extend((row, track, month, value))

    def of(self, keys: Set[TrackMonth]) -> defaultdict[TrackMonth, list[tuple[int, int]]]:
        """Row and what it says of the rows of some trajecten in some months."""
        rows: defaultdict[TrackMonth, list[tuple[int, int]]] = defaultdict(list)
        columns = (self.numbers[at::4] for at in range(4))
        for row, track, month, value in zip(*columns, strict=True) if keys else ():
            if (track, month) in keys:
                rows[track, month].append((row, value))
        return rows
