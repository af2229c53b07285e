"""Take in what a gemeente adds about its learners: a file with a receipt, or one learner."""

import hashlib
import time
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from peewee import Value, fn

from core import audit, municipalities
from core.db import among, batched, database, transaction
from core.errors import DomainError
from core.log_chain import pseudonym
from core.municipalities import current
from providers.deliveries.outcomes import shown_name
from providers.feed.check.checking import Problem
from providers.feed.check.rules import ERROR, RULES
from providers.feed.columns import lay_out
from providers.feed.read.cleaning import cell_reader
from providers.feed.read.reader import open_table
from providers.feed.table import RefusedFileError, Table
from providers.feed.tell.marked_workbook import write_marked_rows
from providers.feed.tell.outcome import Counts, Outcome, Status, held_status, problem_document
from providers.models import Restriction
from quality.learners.facts import (
    FACT_COLUMNS,
    FACT_RULES_BY_CODE,
    FACTS,
    HEADERS,
    RESTRICTED,
    FactReading,
    FactRow,
    Values,
    broken_rules,
    ignored_columns,
    own_header,
    own_positions,
    read_facts,
)
from quality.learners.models import (
    FactsImport,
    Handover,
    LearnerFacts,
    LearnerNote,
    LearnerSummary,
)
from quality.learners.operations import follow_facts

ROWS_AT_ONCE = 1_000
KEPT_PROBLEMS = KEPT_ROWS = 10_000


def municipality_of(code: str) -> int:
    """The gemeente of today that a code (``0148``, ``GM0148``) stands for."""
    text = code.strip().upper().removeprefix("GM").zfill(4)
    if text not in municipalities.names() and text not in municipalities.merged():
        raise DomainError(
            "unknown_municipality",
            f"Gemeente {code} staat niet in de lijst van het CBS. Vul de code met vier cijfers in, "
            "bijvoorbeeld 0148.",
            field="municipality",
        )
    return current(int(text))


def import_facts(
    path: Path,
    *,
    file_name: str,
    municipality: int,
    by: str,
    at: datetime,
    today: date,
    dry_run: bool = False,
    again: bool = False,
    sheet: str | None = None,
) -> Outcome:
    """Take a file in: all of it or nothing; rows that are wrong are left out and told.

    A column that the file lacks leaves what is known as it is; an empty cell empties it. The same
    bytes a second time change nothing, unless ``again`` asks for it. The file is not kept.
    """
    started = time.perf_counter()
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    outcome = Outcome(shown_name(file_name), sha256, Status.DRY_RUN)
    earlier = _taken_in_before(municipality, sha256)
    if earlier is not None and not again:
        outcome.status, outcome.delivery = Status.ALREADY_DELIVERED, earlier.id
        outcome.counts = counts_of(earlier)
        return outcome
    try:
        with open_table(path, sheet=sheet, mapping=HEADERS) as table:
            _refuse_shape(table)
            reading = read_facts(table.layout, table.records, today=today)
            outcome.ignored_columns = ignored_columns(table.layout)
            outcome.findings = {"assumed": dict(table.assumed)}
            header = own_header(table.layout)
        if reading.read == len(reading.skipped):
            raise RefusedFileError("F006")
    except RefusedFileError as error:
        outcome.status = Status.REFUSED
        outcome.problems = [Problem(None, None, error.code, ERROR, None, error.message)]
        if not dry_run:
            _keep(outcome, municipality, by=by, at=at, started=started)
        return outcome
    with transaction():
        changes = _settle(reading, municipality, outcome, today=today)
        outcome.seconds = time.perf_counter() - started
        if not dry_run:
            _write(municipality, changes, at=at)
            outcome.status = held_status(outcome.counts)
            to_mend = _to_mend(header, reading)
            _keep(outcome, municipality, by=by, at=at, started=started, to_mend=to_mend)
    return outcome


def _to_mend(header: list[str], reading: FactReading) -> dict[str, Any] | None:
    """The rows to send back, without what may not be kept; None when there are none."""
    if not reading.to_mend:
        return None
    clean_cells = [cell_reader(HEADERS.column(title) or "") for title in header]
    rows = sorted(reading.to_mend.items())[:KEPT_ROWS]
    return {
        "header": header,
        "rows": [
            [row, [read(cell) for read, cell in zip(clean_cells, cells, strict=True)]]
            for row, cells in rows
        ],
    }


def _taken_in_before(municipality: int, sha256: str) -> FactsImport | None:
    earlier: FactsImport | None = (
        FactsImport.select()
        .where(
            FactsImport.municipality == municipality,
            FactsImport.sha256 == sha256,
            FactsImport.status != Status.REFUSED.value,
        )
        .order_by(FactsImport.id.desc())
        .first()
    )
    return earlier


def _refuse_shape(table: Table) -> None:
    layout = table.layout
    if layout.doubled:
        raise RefusedFileError("F005", doubled=", ".join(layout.doubled))
    places = own_positions(layout)
    titles = ", ".join(title for title in layout.header if title)
    if "number" not in places:
        raise RefusedFileError("F004", missing="trajectnummer", found=titles)
    if len(places) == 1:
        raise RefusedFileError("F004", missing="minstens één kolom met gegevens", found=titles)


def _settle(
    reading: FactReading, municipality: int, outcome: Outcome, *, today: date
) -> dict[str, Values]:
    """Which learners change, as they will be held; counts and problems go into the outcome."""
    before_import = facts_of(municipality, [one.number for one in reading.rows])
    counts = Counts(
        rows=reading.read, rejected=reading.rejected, unchanged=reading.repeated,
        skipped=len(reading.skipped),
    )  # fmt: skip
    problems = list(reading.problems)
    changes: dict[str, Values] = {}
    restricted = _restricted(municipality)
    for row in reading.rows:
        if row.number in restricted:
            counts.rejected += 1
            problems.append(
                Problem(row.row, "trajectnummer", RESTRICTED.code, ERROR, None, RESTRICTED.provider)
            )
            continue
        before = before_import.get(row.number)
        after = (before or dict.fromkeys(FACTS)) | row.values
        broken = broken_rules(row.row, after, today=today)
        problems.extend(broken)
        if any(problem.severity == ERROR for problem in broken):
            counts.rejected += 1
            reading.to_mend[row.row] = row.cells
        elif after == before:
            counts.unchanged += 1
        else:
            counts.accepted += 1
            counts.replaced += before is not None
            changes[row.number] = after
    counts.warnings = sum(problem.severity != ERROR for problem in problems)
    counts.check()
    outcome.counts = counts
    outcome.problems = sorted(problems, key=lambda problem: problem.row or 0)
    outcome.findings |= {"replaced": counts.replaced}
    return changes


def _restricted(municipality: int) -> frozenset[str]:
    """Learners of a gemeente of whom nothing may be read or shown (AVG 18)."""
    query: Any = Restriction.select(Restriction.number)
    query = query.where(Restriction.municipality == municipality)
    return frozenset(number for (number,) in query.tuples())


def facts_of(municipality: int, numbers: Iterable[str]) -> dict[str, Values]:
    """What is known of these learners, as numbers."""
    columns = [getattr(LearnerFacts, name) for name in FACTS]
    query = LearnerFacts.select(LearnerFacts.number, *columns).where(
        LearnerFacts.municipality == municipality, among(LearnerFacts.number, numbers)
    )
    rows = database.execute(query).fetchall()
    return {number: dict(zip(FACTS, values, strict=True)) for number, *values in rows}


def _write(municipality: int, changes: Mapping[str, Values], *, at: datetime) -> None:
    rows = [
        {"municipality": municipality, "number": number, "changed_at": at, **values}
        for number, values in changes.items()
    ]
    for batch in batched(rows, ROWS_AT_ONCE):
        LearnerFacts.insert_many(batch).on_conflict(
            conflict_target=[LearnerFacts.municipality, LearnerFacts.number],
            preserve=[*(getattr(LearnerFacts, name) for name in FACTS), LearnerFacts.changed_at],
        ).execute()
    if changes:
        follow_facts(municipality, list(changes), today=at.date())


def _keep(
    outcome: Outcome,
    municipality: int,
    *,
    by: str,
    at: datetime,
    started: float,
    to_mend: dict[str, Any] | None = None,
) -> None:
    outcome.seconds = time.perf_counter() - started
    counts = outcome.counts
    with transaction():
        stored = FactsImport.create(
            municipality=municipality, file_name=outcome.file, sha256=outcome.sha256,
            sender=by[:120], received_at=at, status=outcome.status.value, rows=counts.rows,
            accepted=counts.accepted, unchanged=counts.unchanged, rejected=counts.rejected,
            skipped=counts.skipped, receipt=document(outcome, KEPT_PROBLEMS), to_mend=to_mend,
        )  # fmt: skip
        outcome.delivery = stored.id
        audit.record(
            at=at, actor=by, action="load", thing="learners", thing_id=f"{municipality:04d}",
            after={"import": stored.id, "status": outcome.status.value, "rows": counts.rows,
                   "accepted": counts.accepted, "rejected": counts.rejected},
        )  # fmt: skip


def document(outcome: Outcome, max_problems: int | None = None) -> dict[str, Any]:
    """The receipt of one file, as page, command and API give it."""
    counts = outcome.counts
    return {
        "file": outcome.file,
        "sha256": outcome.sha256,
        "import": outcome.delivery,
        "status": outcome.status.value,
        "rows": counts.rows,
        "accepted": counts.accepted,
        "unchanged": counts.unchanged,
        "rejected": counts.rejected,
        "skipped": counts.skipped,
        "ignored_columns": outcome.ignored_columns,
        "problems": [problem_document(one) for one in outcome.problems[:max_problems]],
        "problem_count": len(outcome.problems),
        "seconds": round(outcome.seconds, 3),
    }


def counts_of(kept: FactsImport) -> Counts:
    """How many rows of a file that was taken in went which way."""
    return Counts(kept.rows, kept.accepted, kept.unchanged, kept.rejected, kept.skipped)


def write_rows_to_mend(target: Path | IO[bytes], kept: FactsImport) -> list[str]:
    """Write the rows that an import sent back, faulty cells marked; return their numbers.

    The rows are kept for as long as leftovers are (``remove_rows_to_mend``).
    """
    if kept.to_mend is None:
        raise DomainError(
            "nothing_to_mend",
            "Van dit bestand is niets meer te verbeteren: er ging geen rij terug, of het is te "
            "lang geleden. Stuur het bestand opnieuw.",
        )
    receipt = kept.receipt
    outcome = Outcome(receipt["file"], receipt["sha256"], Status(receipt["status"]))
    outcome.counts = counts_of(kept)
    outcome.problems = [
        Problem(p["row"], p["column"], p["code"], p["severity"], p["value"], p["message"])
        for p in receipt["problems"]
    ]
    layout = lay_out(kept.to_mend["header"], HEADERS)
    at = layout.positions["trajectnummer"]
    restricted = _restricted(kept.municipality)
    rows: list[tuple[int, list[str]]] = [
        (row, cells) for row, cells in kept.to_mend["rows"] if cells[at] not in restricted
    ]
    listed = {row for row, _ in rows}
    outcome.problems = [p for p in outcome.problems if p.row is None or p.row in listed]
    write_marked_rows(target, outcome, layout, rows, rules=RULES | FACT_RULES_BY_CODE)
    return [cells[at] for _, cells in rows if cells[at]]


def rows_to_mend(before: datetime) -> Any:
    """Imports that still keep rows to mend and are older than a moment."""
    return FactsImport.select().where(
        FactsImport.to_mend.is_null(False), FactsImport.received_at < before
    )


def remove_rows_to_mend(before: datetime) -> None:
    """Forget the rows to mend of old imports; their receipts stay."""
    old = rows_to_mend(before).select(FactsImport.id)
    FactsImport.update(to_mend=None).where(FactsImport.id.in_(old)).execute()


def change_facts(
    municipality: int, number: str, values: Mapping[str, Any], *, by: str, at: datetime, today: date
) -> list[Problem]:
    """Change what is known of one learner; ``DomainError`` beside its field when it cannot be.

    Returns what to look at again.
    """
    before = facts_of(municipality, [number]).get(number) or dict.fromkeys(FACTS)
    row = FactRow(0, number, {name: _plain(value) for name, value in values.items()})
    after = before | row.values
    problems = broken_rules(None, after, today=today)
    for problem in problems:
        if problem.severity == ERROR:
            field = next(c.held_as for c in FACT_COLUMNS if c.name == problem.column)
            raise DomainError(problem.code, problem.message, field=field)
    if after != before:
        with transaction():
            _write(municipality, {number: after}, at=at)
            # Which facts changed is told, and not what they are: the trail outlives the learner.
            audit.record(
                at=at, actor=by, action="change", thing="learners", thing_id=f"{municipality:04d}",
                after={"learner": pseudonym(number),
                       "fields": [name for name in FACTS if after[name] != before[name]]},
            )  # fmt: skip
    return problems


def _plain(value: Any) -> Any:
    return value.toordinal() if isinstance(value, date) else value


def _over(before: datetime) -> Any:
    """Learners whose facts nobody changed since, and of whom no rows are held any more.

    Not of whom a restriction asks that they are kept.
    """
    rows = LearnerSummary.select(Value(1)).where(
        LearnerSummary.municipality == LearnerFacts.municipality,
        LearnerSummary.number == LearnerFacts.number,
        LearnerSummary.provider.is_null(False),
    )
    kept = Restriction.select(Value(1)).where(
        Restriction.municipality == LearnerFacts.municipality,
        Restriction.number == LearnerFacts.number,
    )
    return LearnerFacts.select().where(
        LearnerFacts.changed_at < before, ~fn.EXISTS(rows), ~fn.EXISTS(kept)
    )


def facts_over(before: datetime) -> dict[str, int]:
    """Count what ``remove_facts_over`` would remove."""
    return {"cursisten": int(_over(before).count())}


def remove_facts_over(before: datetime) -> None:
    """Remove what a gemeente added of learners who are long gone, with notes and hand-overs."""
    for facts in list(_over(before)):
        here = facts.municipality, facts.number
        LearnerNote.delete().where(
            LearnerNote.municipality == here[0], LearnerNote.number == here[1]
        ).execute()
        Handover.delete().where(
            Handover.from_municipality == here[0], Handover.number == here[1]
        ).execute()
        LearnerSummary.delete().where(
            LearnerSummary.municipality == here[0],
            LearnerSummary.number == here[1],
            LearnerSummary.provider.is_null(),
        ).execute()
        facts.delete_instance()
