"""Check a file without a database: every rule that needs nothing but the file itself."""

import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from core.dates import month_from_number
from providers.feed.check.checking import (
    MOST_PROBLEMS,
    OF_PROVIDER,
    Checker,
    HeldRow,
    Problem,
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
    seen: dict[tuple[int, int], _Seen] = {}
    numbers: list[str] = []
    problems: list[Problem] = []
    months: set[int] = set()
    tally = checker.tally
    for batch in checker.batches(table.records):
        numbers += batch.numbers
        problems += batch.problems
        for row in batch.rows:
            seen[_key(row)] = _Seen(hash(row[1:]), int(row[0] or 0))
            months.add(_key(row)[1])
        for row in batch.again:
            one = seen.setdefault(_key(row), _Seen(None, None))
            one.again.append(int(row[0] or 0))
            one.differs |= tally.rows_per_lesson or one.values != hash(row[1:])
        for number, track, month in batch.rejected:
            if track is not None and month is not None:
                one = seen.setdefault((track, month), _Seen(None, None))
                one.sent_back.append(number)
                one.differs = True
    if not tally.data_rows:
        raise RefusedFileError("F006")
    outcome.findings = read_findings(tally, table.sheets)
    repeats = 0
    more = list(unread_sheets(table.sheets))
    for (track, _), one in seen.items():
        if len(one.rows) > 1:
            places = ", ".join(row_text(row, outcome.sheets) for row in one.rows[:10])
            name = numbers[track - 1].rpartition(OF_PROVIDER)[2]
            code, severity = ("F501", ERROR) if one.differs else ("F510", WARNING)
            repeats += 0 if one.differs else len(one.again)
            tally.rejected += len(one.rows) - len(one.sent_back) if one.differs else 0
            more += [
                Problem(row, "trajectnummer", code, severity, name, sentence(code, rows=places))
                for row in (one.rows if one.differs else one.again)
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


@dataclass
class _Seen:
    """The rows of one traject and month: the first sound one, those after it, the rejected."""

    values: int | None
    first: int | None
    again: list[int] = field(default_factory=list)
    sent_back: list[int] = field(default_factory=list)
    differs: bool = False

    @property
    def rows(self) -> list[int]:
        """All of them, by their place in the file."""
        first = [] if self.first is None else [self.first]
        return sorted([*first, *self.again, *self.sent_back])


def _key(row: HeldRow) -> tuple[int, int]:
    return int(row[1] or 0), int(row[2] or 0)
