"""From a file to held rows in three steps: stage (no lock), compare, hold (one transaction).

``stage`` reads and checks the file into temporary tables. ``compare`` puts them beside what is
held. ``Staging.hold`` writes, set by set. The operations call them; a preview stops after the
second.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from operator import add
from pathlib import Path
from typing import Any

from core.dates import month_from_number
from core.db import READING, database, is_postgresql, transaction
from core.formats import counted
from providers.codes import LearningRoute
from providers.feed.check.checking import Batch, Checker, Problem, Tally, held_columns
from providers.feed.check.rules import WARNING, sentence
from providers.feed.check.skipping import BLANK, LABELS, WORDS
from providers.feed.columns import Context, Layout
from providers.feed.hold import held
from providers.feed.hold.staging import Staging, find_tracks, rows_of, run
from providers.feed.read.reader import open_table, refuse_layout
from providers.feed.table import RefusedFileError, SheetRead
from providers.feed.tell.outcome import Counts
from providers.feed.values import echo

LARGE_FILE = 10_000_000
"""From this size on a CSV is checked by a second process while this one writes."""

Sources = dict[str, dict[int, int]]
"""Of a mended workbook: SHA-256 of the file that the rows were in -> row there -> row here."""


@dataclass
class Staged:
    """A file that was read and checked; nothing is held yet."""

    staging: Staging
    layout: Layout
    tally: Tally
    assumed: dict[str, Any]
    sources: Sources = field(default_factory=dict)
    with_held: bool = False
    sheets: list[SheetRead] = field(default_factory=list)
    repeats: int = 0
    """Rows that say the same as an earlier row of the file."""

    @property
    def read_sheets(self) -> list[str]:
        """Names of the sheets that the rows come from."""
        return [sheet.name for sheet in self.sheets if sheet.read]

    @property
    def stays_as_received(self) -> bool:
        """Whether the file holds known columns with sound cells, and nothing else at all.

        A workbook has more than its cells; a row that is sent back may hold anything.
        """
        return (
            self.assumed.get("kind") == "CSV"
            and self.assumed.get("header_row") == 1
            and not (self.layout.unknown or self.layout.personal)
            and not self.tally.rejected
            and not set(self.tally.skipped) - {BLANK}
        )


@contextmanager
def one_session() -> Iterator[None]:
    """Keep the temporary tables: behind PgBouncer they last no longer than a transaction."""
    with transaction() if is_postgresql() else nullcontext():
        yield


@contextmanager
def without_lock() -> Iterator[None]:
    """A transaction that only touches temporary tables: SQLite keeps its write lock free."""
    if database.in_transaction():
        yield
    elif is_postgresql():
        with database.atomic():
            yield
    else:
        with database.transaction(READING):
            yield


def stage(path: Path, context: Context, *, sheet: str | None = None) -> Staged:
    """Read and check a file into the temporary tables; ``RefusedFileError`` when it cannot be."""
    with open_table(path, sheet=sheet, mapping=context.mapping) as table:
        layout = table.layout
        refuse_layout(layout, only_month=context.only_month)
        checker_context = replace(context, epoch_1904=table.epoch_1904)
        sources: Sources = {}
        if table.assumed.get("kind") == "CSV" and path.stat().st_size >= LARGE_FILE:
            from providers.feed.hold.second_process import batches  # noqa: PLC0415  large files only

            checked: Iterable[Batch] = batches(path, checker_context)
        else:
            records = note_sources(table.records, layout, sources)
            checked = Checker(layout, checker_context).batches(records)
        with without_lock():
            staging = Staging(held_columns(layout))
            tally = staging.fill(checked)
        if not tally.data_rows:
            raise RefusedFileError("F006")
        staging.add_problems(unread_sheets(table.sheets))
        if context.only_month and "rapportagemaand" not in layout.positions:
            table.assumed["month"] = f"{context.only_month:%Y-%m}"
        return Staged(staging, layout, tally, table.assumed, sources, sheets=table.sheets)


def unread_sheets(sheets: Iterable[SheetRead]) -> Iterator[Problem]:
    """F017: sheets with data of which no row was read."""
    for sheet in sheets:
        if sheet.has_data and not sheet.read:
            name, rows = echo(sheet.name, 40), counted(sheet.rows, "rij", "rijen")
            message = sentence("F017", value=name, rows=rows, why="")
            yield Problem(None, None, "F017", WARNING, name, message)


def note_sources(
    records: Iterable[tuple[int, list[str]]], layout: Layout, sources: Sources
) -> Iterable[tuple[int, list[str]]]:
    """Note from which file and row each row of a mended workbook came."""
    at = layout.key_position
    if at is None:
        return records

    def noted() -> Iterator[tuple[int, list[str]]]:
        for row, cells in records:
            if at < len(cells) and ":" in cells[at]:
                sha256, _, number = cells[at].strip().partition(":")
                # Somebody may have typed over it: a row that cannot be is nobody's row.
                origin = int(number) if number.isdecimal() and len(number) <= 10 else 0
                sources.setdefault(sha256, {})[origin] = row
            yield row, cells

    return noted()


def compare(provider: int, staged: Staged) -> None:
    """Put the staged rows beside each other and beside what is held."""
    staging, tally = staged.staging, staged.tally
    staged.repeats = held.take_out_duplicates(staging, tally, staged.read_sheets)
    find_tracks(provider)
    held.ask_for_lost_zeros(provider, staging, tally)
    staged.with_held = held.compare(provider, staging)
    held.look_back(staging, tally, with_held=staged.with_held)
    held.look_aside(provider, staging)
    held.look_for_contracts(provider, staging, tally)
    held.look_for_methods(provider, staging)


def count(staged: Staged) -> Counts:
    """Where every row ended."""
    tally = staged.tally
    remaining = rows_of("SELECT COUNT(*) FROM staged")[0][0]
    unchanged, replaced = rows_of(
        "SELECT COALESCE(SUM(same), 0), COALESCE(SUM(1 - same), 0) FROM staged_old"
    )[0]
    counts = Counts(
        rows=tally.rows,
        accepted=remaining - unchanged,
        unchanged=unchanged + staged.repeats,
        rejected=tally.rejected,
        skipped=sum(tally.skipped.values()),
        replaced=replaced,
        warnings=staged.staging.warning_count,
    )
    counts.check()
    return counts


def rows_by_month(staged: Staged) -> dict[date, int]:
    """How many rows the delivery has for each month, changed or not."""
    counted: Counter[int] = Counter()
    for (month, *_), (rows, _, _) in staged.tally.sums.items():
        counted[month] += rows
    return {month_from_number(month): rows for month, rows in sorted(counted.items())}


def findings(staged: Staged) -> dict[str, Any]:
    """What the receipt tells besides counts and problems."""
    hours: dict[int, list[int]] = {}
    for (_, _, route, _), sums in staged.tally.sums.items():
        hours[route] = list(map(add, hours.get(route, [0, 0, 0]), sums))
    layout = staged.layout
    return {
        "assumed": {key: value for key, value in staged.assumed.items() if value is not None},
        "problem_count": staged.staging.problem_count,
        **read_findings(staged.tally, staged.sheets),
        "unknown_columns": list(layout.unknown),
        "personal_columns": list(layout.personal),
        "citizen_numbers": staged.tally.citizen_numbers,
        "mended": {sha: len(rows) for sha, rows in staged.sources.items()},
        "hours": [
            {
                "route": LearningRoute(route).code,
                "rows": rows,
                "minutes_offered": offered,
                "minutes_attended": attended,
            }
            for route, (rows, offered, attended) in sorted(hours.items())
        ],
    }


def read_findings(tally: Tally, sheets: Sequence[SheetRead]) -> dict[str, Any]:
    """Which rows were skipped, and which sheets were read, as a receipt keeps it."""
    return {
        "skipped": {
            reason: {"label": LABELS[reason], "count": count}
            for reason, count in tally.skipped.items()
        },
        "skipped_rows": [
            {"row": row, "why": WORDS[reason], "text": text}
            for row, reason, text in sorted(tally.skipped_rows)
        ],
        "sheets": [
            {"name": sheet.name, "rows": sheet.rows, "read": sheet.read} for sheet in sheets
        ],
    }


def keep_problems(delivery: int) -> None:
    """Copy the staged problems to the delivery."""
    run(
        'INSERT INTO problem (delivery_id, row, "column", code, severity, value, message) '
        "SELECT ?, row_number, column_name, code, severity, value, message FROM staged_problem "
        "ORDER BY row_number IS NULL, row_number, code, column_name",
        delivery,
    )
