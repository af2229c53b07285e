"""Whether the data still add up. Packages register what they can check of their own tables."""

from collections.abc import Callable, Iterator
from datetime import datetime

from core import access_log, log_chain
from core.audit import AuditLine
from core.db import database, is_postgresql

Check = Callable[[], list[str]]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Register a check: it returns one Dutch sentence for each thing that does not add up."""
    CHECKS.append(function)
    return function


def all_findings() -> list[str]:
    """Run every check."""
    return [finding for function in CHECKS for finding in function()]


@check
def database_file_is_sound() -> list[str]:
    """Ask SQLite itself; PostgreSQL guards its own files."""
    if is_postgresql():
        return []
    broken = [row[0] for row in database.execute_sql("PRAGMA quick_check(20)") if row[0] != "ok"]
    return [f"Het databasebestand is beschadigd: {text}." for text in broken]


@check
def logs_are_whole() -> list[str]:
    """Nobody changed, removed or added a line of the audit trail or the access log."""
    removals: list[AuditLine] = list(
        AuditLine.select().where(
            AuditLine.thing == "retention", AuditLine.thing_id == access_log.RETENTION
        )
    )
    moments = [datetime.fromisoformat(line.after["before"]) for line in removals if line.after]
    return log_chain.findings(removed_before=max(moments, default=None))


@check
def no_row_names_one_that_is_missing() -> list[str]:
    """Every foreign key names a row; large deliveries are held without looking each one up."""
    missing = _missing_postgresql() if is_postgresql() else _missing_sqlite()
    return [
        f"Rij {row} van {table} verwijst naar een rij van {parent} die ontbreekt."
        for table, row, parent in missing
    ]


def _missing_sqlite() -> Iterator[tuple[str, int, str]]:
    for table, row, parent, _ in database.execute_sql("PRAGMA foreign_key_check"):
        yield table, row, parent


def _missing_postgresql() -> Iterator[tuple[str, int, str]]:
    keys = database.execute_sql(
        "SELECT c.conrelid::regclass::text, quote_ident(a.attname), c.confrelid::regclass::text "
        "FROM pg_constraint c JOIN pg_attribute a "
        "ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] "
        "WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace ORDER BY 1, 2"
    ).fetchall()
    for table, column, parent in keys:
        # The three names come from the catalogue, quoted by PostgreSQL itself.
        orphans = database.execute_sql(
            f"SELECT t.id FROM {table} t LEFT JOIN {parent} p ON p.id = t.{column} "  # noqa: S608
            f"WHERE t.{column} IS NOT NULL AND p.id IS NULL ORDER BY 1 LIMIT 20"
        )
        for (row,) in orphans.fetchall():
            yield table, row, parent
